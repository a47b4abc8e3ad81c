"""Labels with the small QR, for cards: the code alone, no signature (docs/adr/0035)."""
