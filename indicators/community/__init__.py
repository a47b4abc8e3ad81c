"""Communes recognised as "Cộng đồng học tập": their titles, who has one, the list and the paper (docs/adr/0056)."""
