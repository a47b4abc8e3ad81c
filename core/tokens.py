"""Public tokens: 80 random bits as 16 Crockford base-32 characters."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
_LETTERS = frozenset(ALPHABET)
_READ_AS = str.maketrans("OIL", "011", " -\u2010\u2011\u2012\u2013")


def random_letters(length: int) -> str:
    """Return so many letters of the system's randomness, five bits each."""
    return "".join(ALPHABET[secrets.randbelow(32)] for _ in range(length))


def read_letters(value: str, length: int) -> str | None:
    """Return so many canonical letters, forgiving case, hyphens, spaces and O/0, I/1, L/1; None for anything else."""
    if len(value) > 64:
        return None
    letters = value.upper().translate(_READ_AS)
    return letters if len(letters) == length and _LETTERS.issuperset(letters) else None


def new_token() -> str:
    """Return 16 characters from 80 bits of the system's randomness."""
    return random_letters(LENGTH)


def read_token(value: str) -> str | None:
    """Return the canonical token as ``read_letters`` does; None when it cannot be one."""
    return read_letters(value, LENGTH)


def group_token(token: str) -> str:
    """Return the token as it is printed: ``ABCD-EFGH-JKMN-PQRS``."""
    return "-".join(token[index : index + 4] for index in range(0, len(token), 4))
