"""Certificates as Open Badges 3.0 / Verifiable Credentials 2.0 (docs/adr/0036). Nothing here asks the network."""
