"""The words of a certificate: text blocks with place-holders, filled with the frozen content (docs/adr/0034)."""
