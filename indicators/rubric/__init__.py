"""Sets of criteria, what the system itself knows of each, and centres' self-evaluations (docs/adr/0046)."""
