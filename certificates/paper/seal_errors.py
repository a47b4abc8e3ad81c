"""Why a seal cannot be set."""


class CannotSeal(Exception):
    """The seal's key, its secret or the time-stamp service cannot be used; the text says why, to people."""
