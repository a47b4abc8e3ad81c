"""The keys that sign: a folder outside the database (setting SIGNING_KEYS_DIR).

``clc-keys.json`` holds the public keys and their states, as published; ``<kid>.pem`` a private key, readable by its
owner only. A private key that must never sign again (retired, compromised) is deleted; its public key stays for ever,
because papers signed with it are checked for decades. Whoever has only the database's password can neither sign nor
add a key.
"""

import base64
import datetime as dt
import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

FORMAT = "clc-keys/1"
LIST_NAME = "clc-keys.json"
KEY_BYTES = 32


class KeyState(StrEnum):
    """active → retired → compromised; a compromised key stays compromised."""

    ACTIVE = "active"
    RETIRED = "retired"
    COMPROMISED = "compromised"


class KeyUse(StrEnum):
    """What a key signs. A signature of one use is worth nothing as one of the other."""

    CERTIFICATE = "certificate"
    LOG = "log"  # checkpoints of the published log and the status list (docs/adr/0032)


class BrokenKeyList(ValueError):
    """The list is not one that we write: nothing in it is believed."""


class CannotSign(Exception):
    """The private key is missing, unreadable, open to others or not the one of the list."""


def key_id(public: bytes) -> str:
    """Return the id of a public key: the first four bytes of its SHA-256 as hexadecimal digits."""
    return hashlib.sha256(public).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key and what is known of it. Instants are in UTC, in whole seconds."""

    public: bytes
    state: KeyState
    created_at: dt.datetime
    retired_at: dt.datetime | None = None
    compromised_at: dt.datetime | None = None
    use: KeyUse = KeyUse.CERTIFICATE

    @property
    def kid(self) -> str:
        """Its id, which follows from the key: no list can give one key another's id."""
        return key_id(self.public)

    def signed(self, data: bytes, signature: bytes) -> bool:
        """Whether the signature over the data is this key's."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, data)
        except (InvalidSignature, ValueError):
            return False
        return True

    def stands_for(self, logged_at: dt.datetime | None) -> bool:
        """Whether a signature is still worth something for an entry logged at that moment (None: not known).

        A compromised key only stands for what had been logged before the moment.
        """
        if self.state != KeyState.COMPROMISED:
            return True
        assert self.compromised_at is not None
        return logged_at is not None and logged_at < self.compromised_at

    def as_dict(self) -> dict[str, Any]:
        """Return the key as it stands in the list; one that signs certificates says nothing of its use, as ever."""
        use = {} if self.use == KeyUse.CERTIFICATE else {"use": self.use.value}
        return use | {
            "kid": self.kid,
            "algorithm": "Ed25519",
            "public_key": base64.urlsafe_b64encode(self.public).decode().rstrip("="),
            "state": self.state.value,
            "created_at": instant_text(self.created_at),
            "retired_at": _text(self.retired_at),
            "compromised_at": _text(self.compromised_at),
        }


def instant_text(at: dt.datetime) -> str:
    """Return ``2026-11-23T23:00:00Z``."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(at: dt.datetime | None) -> str | None:
    return instant_text(at) if at else None


def read_instant(text: str) -> dt.datetime:
    """Return the instant of an ISO 8601 text with its zone. Raises ValueError."""
    at = dt.datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("the zone is missing")
    return at.astimezone(dt.UTC)


def _instant(value: object) -> dt.datetime | None:
    return None if value is None else read_instant(str(value))


def list_document(keys: Iterable[SigningKey]) -> dict[str, Any]:
    """Return the key list as it is stored and published."""
    return {"format": FORMAT, "keys": [key.as_dict() for key in keys]}


def read_list(text: str | bytes) -> list[SigningKey]:
    """Return the keys of a list. Raises BrokenKeyList: half a list is worse than none."""
    try:
        document = json.loads(text)
        if document["format"] != FORMAT:
            raise BrokenKeyList("another format")
        keys = [_read_key(entry) for entry in document["keys"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BrokenKeyList(str(error)) from error
    if len({key.kid for key in keys}) != len(keys):
        raise BrokenKeyList("a key stands in it twice")
    return keys


def _read_key(entry: dict[str, Any]) -> SigningKey:
    public = base64.urlsafe_b64decode(entry["public_key"] + "=")
    created_at = _instant(entry["created_at"])
    if len(public) != KEY_BYTES or entry["algorithm"] != "Ed25519" or created_at is None:
        raise BrokenKeyList("not an Ed25519 key")
    key = SigningKey(
        public, KeyState(entry["state"]), created_at, _instant(entry["retired_at"]), _instant(entry["compromised_at"]),
        KeyUse(entry.get("use", KeyUse.CERTIFICATE)),
    )  # fmt: skip
    if key.kid != entry["kid"] or (key.state == KeyState.COMPROMISED) != (key.compromised_at is not None):
        raise BrokenKeyList("a key and what is said of it do not fit")
    return key


@dataclass(frozen=True, slots=True)
class Signer:
    """An active key with its private half."""

    kid: str
    _private: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        """The 32 bytes of the public half."""
        return self._private.public_key().public_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        """Return the 64 bytes of the signature."""
        return self._private.sign(data)


@lru_cache(maxsize=4)
def _keys_in(path: Path, _changed: int, _file: int) -> tuple[SigningKey, ...]:
    """Read a list once for every change of it: the public page asks for it at each look-up."""
    return tuple(read_list(path.read_bytes()))


class KeyFolder:
    """The keys of one installation."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def list_path(self) -> Path:
        """Where the list of public keys is."""
        return self.path / LIST_NAME

    def known(self) -> list[SigningKey]:
        """Every key ever made, oldest first; none before the first. Raises BrokenKeyList, OSError."""
        try:
            now = self.list_path.stat()
        except FileNotFoundError:
            return []
        return list(_keys_in(self.list_path, now.st_mtime_ns, now.st_ino))

    def signer(self, use: KeyUse = KeyUse.CERTIFICATE) -> Signer | None:
        """The newest active key of that use, ready to sign; None when no key is active. Raises CannotSign."""
        try:
            active = [key for key in self.known() if key.state == KeyState.ACTIVE and key.use == use]
        except (BrokenKeyList, OSError) as error:
            raise CannotSign(str(error)) from error
        return Signer(active[-1].kid, self._private(active[-1])) if active else None

    def _private(self, key: SigningKey) -> Ed25519PrivateKey:
        path = self._private_path(key.kid)
        try:
            if path.stat().st_mode & 0o077:
                raise CannotSign(f"{path.name} can be read by others: chmod 600")
            private = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except (OSError, ValueError, TypeError) as error:
            raise CannotSign(f"{path.name}: {error}") from error
        if not isinstance(private, Ed25519PrivateKey) or private.public_key().public_bytes_raw() != key.public:
            raise CannotSign(f"{path.name} is another key than the one of the list")
        return private

    def _private_path(self, kid: str) -> Path:
        return self.path / f"{kid}.pem"

    def create(self, *, at: dt.datetime, use: KeyUse = KeyUse.CERTIFICATE) -> SigningKey:
        """Make a key that signs from now on; others that are active stay so."""
        with self._locked():
            return self._add(self.known(), at, use)

    def create_first(self, *, at: dt.datetime, use: KeyUse = KeyUse.CERTIFICATE) -> SigningKey | None:
        """Make the first key of that use in an installation; None when there has ever been one."""
        with self._locked():
            keys = self.known()
            return None if any(key.use == use for key in keys) else self._add(keys, at, use)

    def _add(self, keys: list[SigningKey], at: dt.datetime, use: KeyUse) -> SigningKey:
        private = Ed25519PrivateKey.generate()
        key = SigningKey(private.public_key().public_bytes_raw(), KeyState.ACTIVE, at.replace(microsecond=0), use=use)
        if any(other.kid == key.kid for other in keys):  # one in four thousand million
            return self._add(keys, at, use)
        pem = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self._write(self._private_path(key.kid), pem, 0o600)
        self._write_list([*keys, key])
        return key

    def retire(self, kid: str, *, at: dt.datetime) -> SigningKey:
        """Let an active key sign no more; what it signed stays good. Raises LookupError unless it is active."""
        return self._change(kid, {KeyState.ACTIVE}, state=KeyState.RETIRED, retired_at=at.replace(microsecond=0))

    def compromise(self, kid: str, *, since: dt.datetime) -> SigningKey:
        """Say that somebody else may have signed with the key since a moment. Raises LookupError."""
        states = {KeyState.ACTIVE, KeyState.RETIRED, KeyState.COMPROMISED}
        return self._change(kid, states, state=KeyState.COMPROMISED, compromised_at=since.replace(microsecond=0))

    def _change(self, kid: str, allowed: set[KeyState], **change: Any) -> SigningKey:
        with self._locked():
            keys = self.known()
            place = next(
                (place for place, key in enumerate(keys) if key.kid == kid.lower() and key.state in allowed), None
            )
            if place is None:
                raise LookupError(kid)
            earlier = keys[place].compromised_at
            if earlier and change["compromised_at"] > earlier:
                change["compromised_at"] = earlier  # a later moment would make forged papers good again
            keys[place] = replace(keys[place], **change)
            self._write_list(keys)
            self._private_path(keys[place].kid).unlink(missing_ok=True)
            return keys[place]

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.path / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _write_list(self, keys: list[SigningKey]) -> None:
        document = json.dumps(list_document(keys), indent=1) + "\n"
        self._write(self.list_path, document.encode(), 0o644)

    def _write(self, target: Path, content: bytes, mode: int) -> None:
        """Whole or not at all, whoever is killed in between."""
        handle, name = tempfile.mkstemp(dir=self.path, prefix=".new-")  # made readable by its owner only
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            os.fchmod(stream.fileno(), mode)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(target)


def key_folder() -> KeyFolder:
    """The keys of this installation."""
    return KeyFolder(settings.SIGNING_KEYS_DIR)
