"""Learning materials: links and files on courses, shared between centres (docs/adr/0020)."""
