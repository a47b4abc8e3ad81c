"""Identity numbers at rest: AES-256-GCM per field and a blind index for look-up.

The index uses a key of its own (HMAC-SHA256): twelve digits are brute-forced in minutes when the index key leaks,
so it is kept apart from the encryption key. Source: reference on credentials, B4.
"""

import base64
import hmac
import os
from collections.abc import Callable
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_VERSION = b"\x01"
SEAL_BYTES = 1 + 12 + 16  # version, nonce and tag around a text of the same length


class CannotDecrypt(Exception):
    """The stored value was not written with the present key, or for this field."""


@lru_cache(maxsize=8)
def _key(encoded: str, name: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise ImproperlyConfigured(f"CLC_{name} must be 32 bytes in base64.")
    return key


@lru_cache(maxsize=2)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def encrypt(value: str, *, purpose: str) -> bytes:
    """Encrypt text; ``purpose`` (table.field) is bound to it, so that a value cannot be moved to another field."""
    return sealer(purpose)(value)


def sealer(purpose: str) -> Callable[[str], bytes]:
    """Return ``encrypt`` for one purpose: who seals ten thousand values looks the key up once."""
    seal, bound = _cipher(_key(settings.FIELD_KEY, "FIELD_KEY")).encrypt, purpose.encode()

    def encrypt_one(value: str) -> bytes:
        nonce = os.urandom(12)
        return _VERSION + nonce + seal(nonce, value.encode(), bound)

    return encrypt_one


def decrypt(value: bytes | memoryview, *, purpose: str) -> str:
    """Return the text. Raises CannotDecrypt for a wrong key, purpose or damaged bytes."""
    raw = bytes(value)
    if raw[:1] != _VERSION:
        raise CannotDecrypt("unknown version")
    try:
        plain = _cipher(_key(settings.FIELD_KEY, "FIELD_KEY")).decrypt(raw[1:13], raw[13:], purpose.encode())
    except InvalidTag as error:
        raise CannotDecrypt("wrong key or damaged value") from error
    return plain.decode()


def blind_index(value: str, *, purpose: str) -> str:
    """Return 64 hex digits that let equal values be found without storing them."""
    return hmac.digest(_key(settings.INDEX_KEY, "INDEX_KEY"), f"{purpose}\0{value}".encode(), "sha256").hex()
