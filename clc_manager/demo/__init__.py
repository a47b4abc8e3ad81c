"""The demo city: a believable Hanoi, built through the services, the same each time."""
