"""Verbs."""


def load_reference() -> dict[str, int]:
    """Load reference rows; running it again adds only what is new."""
    return {}
