"""A witness: another host that remembers the last tree it saw and cosigns only what continues it.

Its folder holds ``checkpoint`` (the last one, with its cosignature), ``log-keys`` (the log's keys it believes),
``witness.pem`` (its own key) and, after a refusal, ``refused-…``: the contradiction itself, signed by the log.
"""

import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certificates.signing.keys import SigningKey
from certificates.tlog.checkpoint import BrokenCheckpoint, Checkpoint, read_checkpoint
from certificates.tlog.merkle import consistency_proof, is_consistent, root_of
from certificates.tlog.notes import COSIGNATURE, Note, NoteKey, cosignature_line, write_note
from certificates.tlog.sources import CHECKPOINT, LOG, Read, log_keys
from certificates.tlog.tiles import BrokenTile, tree_in_tiles

REWRITTEN = frozenset({"shrunk", "fork", "inconsistent", "tiles"})


class Refused(Exception):
    """The witness does not cosign.

    ``why``: no_log, unsigned, new_key, another_log, shrunk, fork, inconsistent or tiles.
    """

    def __init__(self, why: str, **data: object) -> None:
        super().__init__(why)
        self.why, self.data = why, data


@dataclass(frozen=True, slots=True)
class Witnessed:
    """What was cosigned."""

    checkpoint: Checkpoint
    before: Checkpoint | None
    first_keys: list[str]  # keys believed from now on, because they were met for the first time
    witness_key: str


class Witness:
    """One witness, with its folder."""

    def __init__(self, state: Path, name: str) -> None:
        self.state, self.name = state, name

    def look(self, read: Read, *, at: dt.datetime, accept: str = "") -> Witnessed:
        """Look at the log, and cosign it when it continues what was seen before.

        ``accept`` is the id of a log key that a person has confirmed. Raises Refused, BrokenKeyList, OSError.
        """
        self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            raw = read(CHECKPOINT)
        except FileNotFoundError as error:
            raise Refused("no_log") from error
        try:
            checkpoint, note = read_checkpoint(raw)
        except BrokenCheckpoint as error:
            raise Refused("unsigned") from error
        first = self._believe(log_keys(read), checkpoint, note, accept)
        before = self._before()
        try:
            self._hold_to(read, checkpoint, before)
        except Refused:
            (self.state / f"refused-{at:%Y%m%dT%H%M%SZ}").write_bytes(raw)
            raise
        private = self._private()
        key = NoteKey(self.name, private.public_key().public_bytes_raw())
        # The log may have published our earlier cosignature already: one line of ours is enough.
        signatures = raw.decode().rpartition("\n\n")[2].replace(note.line_of(key), "")
        cosigned = write_note(note.text, [signatures, cosignature_line(note.text, key, private.sign, at)])
        self._keep("checkpoint", cosigned.encode())
        if first:
            known = [line for line in self._believed() if line]
            self._keep("log-keys", "\n".join([*known, *first, ""]).encode())
        return Witnessed(checkpoint, before, first, key.text(COSIGNATURE))

    def _believed(self) -> list[str]:
        try:
            return (self.state / "log-keys").read_text().split()
        except FileNotFoundError:
            return []

    def _believe(self, keys: list[SigningKey], checkpoint: Checkpoint, note: Note, accept: str) -> list[str]:
        """Return keys to believe from now on. Raises Refused unless a believed key signed the checkpoint."""
        signed_by = [key for key in keys if note.signed_by(NoteKey(checkpoint.origin, key.public))]
        if not signed_by:
            raise Refused("unsigned")
        believed = self._believed()
        if any(key.public.hex() in believed for key in signed_by):
            return []
        if believed and not any(key.kid == accept.lower() for key in signed_by):
            raise Refused("new_key", kid=signed_by[0].kid)
        return [key.public.hex() for key in signed_by]

    def _before(self) -> Checkpoint | None:
        try:
            return read_checkpoint((self.state / "checkpoint").read_bytes())[0]
        except FileNotFoundError:
            return None

    def _hold_to(self, read: Read, now: Checkpoint, before: Checkpoint | None) -> None:
        """Raise Refused unless the tiles give the checkpoint and the checkpoint continues the one before."""
        if before:
            data = {"before": before.size, "now": now.size}
            if before.origin != now.origin:
                raise Refused("another_log", was=before.origin, is_now=now.origin)
            if now.size < before.size:
                raise Refused("shrunk", **data)
            if now.size == before.size and now.root != before.root:
                raise Refused("fork", **data)
        try:
            node = tree_in_tiles(lambda name: read(LOG + name), now.size)
            if root_of(node, now.size) != now.root:
                raise Refused("tiles", now=now.size)
            if before and before.size:
                proof = consistency_proof(node, before.size, now.size)
                if not is_consistent(before.size, before.root, now.size, now.root, proof):
                    raise Refused("inconsistent", before=before.size, now=now.size)
        except (BrokenTile, FileNotFoundError) as error:
            raise Refused("tiles", now=now.size) from error

    def _private(self) -> Ed25519PrivateKey:
        path = self.state / "witness.pem"
        if not path.exists():
            pem = Ed25519PrivateKey.generate().private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            self._keep("witness.pem", pem)
        private = serialization.load_pem_private_key(path.read_bytes(), password=None)
        assert isinstance(private, Ed25519PrivateKey)
        return private

    def _keep(self, name: str, content: bytes) -> None:
        new = self.state / f".new-{name}"
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        new.replace(self.state / name)
