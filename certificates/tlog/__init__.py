"""The published log (docs/adr/0032): Merkle tree, tiles, signed notes. Nothing here asks the database."""
