"""Signed notes (c2sp.org/signed-note): a text, an empty line, one line for each signature.

Keys are Ed25519. A plain signature (type 1) is over the text; a cosignature (type 4, c2sp.org/tlog-cosignature) is over
the text and the moment of signing, so that it says when.
"""

import base64
import binascii
import datetime as dt
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PLAIN, COSIGNATURE = 1, 4
ID_BYTES, TIME_BYTES, SIGNATURE_BYTES, KEY_BYTES = 4, 8, 64, 32
MOST_BYTES = 32 * 1024 * 1024  # a status list of 700,000 lines
MOST_SIGNATURES = 100
_DASH = "\u2014"
Sign = Callable[[bytes], bytes]


class BrokenNote(ValueError):
    """Not a note as the format has it: nothing in it is believed."""


@dataclass(frozen=True, slots=True)
class NoteKey:
    """Whose signatures count: a name and an Ed25519 public key of 32 bytes."""

    name: str
    public: bytes

    def key_id(self, kind: int = PLAIN) -> bytes:
        """Return the four bytes that stand before a signature of that kind."""
        return hashlib.sha256(f"{self.name}\n".encode() + bytes([kind]) + self.public).digest()[:ID_BYTES]

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether the signature over the message is this key's."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def text(self, kind: int = PLAIN) -> str:
        """Return the key as others write it down: ``name+id+base64(kind ‖ key)``."""
        return f"{self.name}+{self.key_id(kind).hex()}+{base64.b64encode(bytes([kind]) + self.public).decode()}"


@dataclass(frozen=True, slots=True)
class Note:
    """A note taken apart; nothing of it is believed yet."""

    text: str  # ends with a line feed
    lines: tuple[tuple[str, bytes], ...]  # name and key id ‖ signature

    def _of(self, key: NoteKey, kind: int, length: int) -> bytes | None:
        for name, raw in self.lines:
            if name == key.name and raw[:ID_BYTES] == key.key_id(kind) and len(raw) == ID_BYTES + length:
                return raw[ID_BYTES:]
        return None

    def line_of(self, key: NoteKey) -> str:
        """Return the line of the key's cosignature as it is written; empty without one. Not checked here."""
        raw = self._of(key, COSIGNATURE, TIME_BYTES + SIGNATURE_BYTES)
        return "" if raw is None else _line(key.name, key.key_id(COSIGNATURE) + raw)

    def signed_by(self, key: NoteKey) -> bool:
        """Whether the note has the key's signature and it is good."""
        raw = self._of(key, PLAIN, SIGNATURE_BYTES)
        return raw is not None and key.verifies(raw, self.text.encode())

    def cosigned_at(self, key: NoteKey) -> dt.datetime | None:
        """Return when the key cosigned the note, in UTC and whole seconds; None without a good cosignature."""
        raw = self._of(key, COSIGNATURE, TIME_BYTES + SIGNATURE_BYTES)
        if raw is None:
            return None
        seconds = int.from_bytes(raw[:TIME_BYTES])
        if not key.verifies(raw[TIME_BYTES:], cosigned_message(self.text, seconds)):
            return None
        try:
            return dt.datetime.fromtimestamp(seconds, dt.UTC)
        except (OverflowError, ValueError, OSError):
            return None


def read_key(text: str, kind: int = COSIGNATURE) -> NoteKey:
    """Return the key that somebody wrote down as ``NoteKey.text`` does. Raises BrokenNote."""
    try:
        name, _key_id, encoded = text.split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BrokenNote("not a key") from error
    found = NoteKey(name, raw[1:])
    if not name or raw[:1] != bytes([kind]) or len(raw) != 1 + KEY_BYTES or found.text(kind) != text:
        raise BrokenNote("not a key of that kind")
    return found


def cosigned_message(text: str, seconds: int) -> bytes:
    """Return what a cosignature is over."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def signature_line(text: str, key: NoteKey, sign: Sign) -> str:
    """Return the line of a plain signature over the text."""
    return _line(key.name, key.key_id(PLAIN) + sign(text.encode()))


def cosignature_line(text: str, key: NoteKey, sign: Sign, at: dt.datetime) -> str:
    """Return the line of a cosignature made at that moment."""
    seconds = int(at.timestamp())
    return _line(
        key.name, key.key_id(COSIGNATURE) + seconds.to_bytes(TIME_BYTES) + sign(cosigned_message(text, seconds))
    )


def _line(name: str, raw: bytes) -> str:
    return f"{_DASH} {name} {base64.b64encode(raw).decode()}\n"


def write_note(text: str, lines: Iterable[str]) -> str:
    """Return the note: the text (which ends with a line feed), an empty line, the signatures."""
    return f"{text}\n{''.join(lines)}"


def read_note(raw: bytes) -> Note:
    """Take a note apart. Raises BrokenNote."""
    if len(raw) > MOST_BYTES:
        raise BrokenNote("too long")
    try:
        whole = raw.decode()
    except UnicodeDecodeError as error:
        raise BrokenNote("not UTF-8") from error
    text, gap, signatures = whole.rpartition("\n\n")
    lines = signatures.removesuffix("\n").split("\n")
    if not gap or not text or not signatures.endswith("\n") or len(lines) > MOST_SIGNATURES:
        raise BrokenNote("no signature, or too many")
    if any(letter < " " and letter != "\n" for letter in whole):
        raise BrokenNote("a control character")
    return Note(f"{text}\n", tuple(_read_line(line) for line in lines))


def _read_line(line: str) -> tuple[str, bytes]:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != _DASH or not parts[1] or "+" in parts[1]:
        raise BrokenNote("not a signature line")
    try:
        raw = base64.b64decode(parts[2], validate=True)
    except (binascii.Error, ValueError) as error:
        raise BrokenNote("not base64") from error
    if len(raw) <= ID_BYTES:
        raise BrokenNote("a signature is too short")
    return parts[1], raw
