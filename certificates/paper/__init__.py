"""From frozen content to paper. WeasyPrint is heavy (2–4 s to import), so it is imported only where it is used."""
