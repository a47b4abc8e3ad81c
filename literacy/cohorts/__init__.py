"""Cohorts of the newly literate: who became literate when and where, and what became of them (docs/adr/0042)."""
