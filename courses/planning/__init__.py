"""The year of a centre: what people want to learn, what is planned, what was held (docs/adr/0020)."""
