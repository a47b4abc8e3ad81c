"""Spreadsheet forms with place-holders: reading, the words they know, filling (docs/adr/0050)."""
