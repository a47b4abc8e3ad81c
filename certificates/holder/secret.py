"""The secret in a holder's link: 130 random bits, of which the database keeps a hash only.

A plain SHA-256 is enough: nobody can try through 2^130 secrets, however fast the hash is.
"""

import hashlib

from core.tokens import random_letters, read_letters

LENGTH = 26
GROUP = 5


def new_secret() -> str:
    """Return 26 Crockford base-32 letters."""
    return random_letters(LENGTH)


def read_secret(value: str) -> str | None:
    """Return the canonical secret, forgiving case, hyphens and O/0; None when it cannot be one."""
    return read_letters(value, LENGTH)


def hash_of(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(f"clc-holder-link/1\0{secret}".encode("ascii")).hexdigest()


def printed(secret: str) -> str:
    """Return the secret as it is printed: ``ABCDE-FGHJK-…``, the last group one longer."""
    last = LENGTH - LENGTH % GROUP - GROUP
    return "-".join([*(secret[start : start + GROUP] for start in range(0, last, GROUP)), secret[last:]])
