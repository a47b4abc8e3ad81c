"""The literacy programme: its parts as data, its rules, its forms (docs/adr/0039)."""
