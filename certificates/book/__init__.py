"""The register as a book: its lines, printed pages, exported tables."""
