"""The yearly form of centres: one line a centre, every number from statistics or the yearly record (docs/adr/0046)."""
