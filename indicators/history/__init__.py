"""What one person has learned, on a page and on a paper that proves itself (docs/adr/0046)."""
