"""The part of the QR address after ``#``: BASE32(version ‖ key id ‖ claims ‖ signature).

The signature is Ed25519 over domain tag ‖ version ‖ key id ‖ token ‖ claims, so that the claims of one certificate are
worth nothing beside the token of another, and no other signature of these keys can be passed off as one. Base 32
without padding stays in the alphanumeric mode of a QR symbol.
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass

VERSION = 1
TAG = b"clc-certificate-qr/1\0"
KID_BYTES = 4
SIGNATURE_BYTES = 64
MOST_LETTERS = 3000  # the largest QR symbol holds fewer at level Q


@dataclass(frozen=True, slots=True)
class Parts:
    """A fragment taken apart; nothing of it is believed yet."""

    kid: str  # eight hexadecimal digits
    claims: bytes
    signature: bytes

    def signed(self, token: str) -> bytes:
        """What the signature must be over, for this token."""
        return _signed(token, bytes.fromhex(self.kid), self.claims)


def _signed(token: str, kid: bytes, claims: bytes) -> bytes:
    return TAG + bytes([VERSION]) + kid + token.encode("ascii") + claims


def seal(token: str, claims: bytes, kid: str, sign: Callable[[bytes], bytes]) -> str:
    """Return the fragment for a certificate. The same input gives the same text: Ed25519 is deterministic."""
    key_id = bytes.fromhex(kid)
    raw = bytes([VERSION]) + key_id + claims + sign(_signed(token, key_id, claims))
    return base64.b32encode(raw).decode("ascii").rstrip("=")


def take_apart(fragment: str) -> Parts | None:
    """Return the parts, or None for whatever ``seal`` cannot have written (length, letters, spare bits, version)."""
    if not fragment.isascii() or len(fragment) > MOST_LETTERS:
        return None
    try:
        raw = base64.b32decode(fragment + "=" * (-len(fragment) % 8))
    except (binascii.Error, ValueError):
        return None
    if base64.b32encode(raw).decode("ascii").rstrip("=") != fragment:
        return None  # spare bits that are not zero: a second spelling of the same bytes
    if len(raw) <= 1 + KID_BYTES + SIGNATURE_BYTES or raw[0] != VERSION:
        return None
    return Parts(raw[1 : 1 + KID_BYTES].hex(), raw[1 + KID_BYTES : -SIGNATURE_BYTES], raw[-SIGNATURE_BYTES:])
