"""Checkpoints (c2sp.org/tlog-checkpoint): what the log commits to, and proofs that lead to one (tlog-proof)."""

import base64
import binascii
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from certificates.tlog.merkle import HASH_BYTES, root_from_inclusion
from certificates.tlog.notes import (
    BrokenNote,
    Note,
    NoteKey,
    Sign,
    cosignature_line,
    read_note,
    signature_line,
    write_note,
)

PROOF = "c2sp.org/tlog-proof@v1"
MOST_STEPS = 63


class BrokenCheckpoint(ValueError):
    """Not a checkpoint or proof as the format has it: nothing in it is believed."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree of a log: how many leaves, and their root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def sign_checkpoint(checkpoint: Checkpoint, public: bytes, sign: Sign, at: dt.datetime) -> str:
    """Return the signed note. The second line is the log's own cosignature: it says when it was made."""
    text, key = checkpoint.text(), NoteKey(checkpoint.origin, public)
    return write_note(text, [signature_line(text, key, sign), cosignature_line(text, key, sign, at)])


def read_checkpoint(raw: bytes) -> tuple[Checkpoint, Note]:
    """Take a checkpoint apart; no signature of it is checked yet. Raises BrokenCheckpoint."""
    try:
        note = read_note(raw)
        origin, size, root, *more = note.text.split("\n")
        found = Checkpoint(origin, int(size), base64.b64decode(root, validate=True))
    except (BrokenNote, binascii.Error, ValueError) as error:
        raise BrokenCheckpoint(str(error)) from error
    if not origin or more != [""] or len(found.root) != HASH_BYTES or found.size < 0 or found.text() != note.text:
        raise BrokenCheckpoint("not a checkpoint as we write it")
    return found, note


def write_proof(index: int, steps: Sequence[bytes], note: str, *, extra: bytes = b"") -> str:
    """Return a proof that the leaf at that place is in the tree of the checkpoint.

    ``extra`` is the leaf's data, where whoever checks has no other way to it; nothing vouches for it but its hash.
    """
    more = [f"extra {base64.b64encode(extra).decode()}"] if extra else []
    lines = [PROOF, *more, f"index {index}", *(base64.b64encode(step).decode() for step in steps)]
    return "\n".join(lines) + "\n\n" + note


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof taken apart; nothing of it is believed yet."""

    index: int
    steps: tuple[bytes, ...]
    checkpoint: Checkpoint
    note: Note
    extra: bytes = b""

    def proves(self, leaf: bytes) -> bool:
        """Whether the leaf with that hash is in the checkpoint's tree. Its signature is another question."""
        return root_from_inclusion(leaf, self.index, self.checkpoint.size, self.steps) == self.checkpoint.root


def read_proof(raw: bytes) -> Proof:
    """Take a proof apart. Raises BrokenCheckpoint."""
    head, _gap, note = raw.partition(b"\n\n")
    checkpoint, signed = read_checkpoint(note)
    try:
        first, *lines = head.decode("ascii").split("\n")
        extra = b""
        if lines and lines[0].startswith("extra "):
            extra = base64.b64decode(lines.pop(0).removeprefix("extra "), validate=True)
        index, *steps = lines
        found = Proof(
            int(index.removeprefix("index ")),
            tuple(base64.b64decode(step, validate=True) for step in steps),
            checkpoint,
            signed,
            extra,
        )
    except (binascii.Error, ValueError) as error:
        raise BrokenCheckpoint("not a proof") from error
    whole = write_proof(found.index, found.steps, note.decode(), extra=found.extra)
    if first != PROOF or len(steps) > MOST_STEPS or whole.encode() != raw:
        raise BrokenCheckpoint("not a proof as we write it")
    return found
