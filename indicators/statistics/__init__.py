"""Statistics of centres: participations and people, never mixed (DESIGN, rule 3; docs/adr/0011)."""
