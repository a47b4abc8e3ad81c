"""Reading what an installation publishes, from its address or from a folder that ``publish_log`` wrote."""

import urllib.error
import urllib.request
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

from certificates.signing.keys import KeyState, KeyUse, SigningKey, read_list

KEYS, CHECKPOINT, STATUS, LOG = ".well-known/clc-keys.json", "log/checkpoint", "log/status", "log/"
TIMEOUT_S = 20
MOST_BYTES = 64 * 1024 * 1024
Read = Callable[[str], bytes]  # path below the public address → content; raises FileNotFoundError, OSError


def from_folder(folder: Path) -> Read:
    """Return a reader of a folder."""
    return lambda name: (folder / name).read_bytes()


def from_address(address: str) -> Read:
    """Return a reader of a public address. Raises ValueError for one that is not http(s)."""
    base = address.rstrip("/")
    if not base.startswith(("https://", "http://")):
        raise ValueError(address)

    def read(name: str) -> bytes:
        try:
            with urllib.request.urlopen(f"{base}/{name}", timeout=TIMEOUT_S) as answer:  # noqa: S310 - http(s), see above
                raw: bytes = answer.read(MOST_BYTES + 1)
        except urllib.error.HTTPError as error:
            if error.code == HTTPStatus.NOT_FOUND:
                raise FileNotFoundError(name) from error
            raise
        if len(raw) > MOST_BYTES:
            raise OSError(f"{name} is too long")
        return raw

    return read


def log_keys(read: Read) -> list[SigningKey]:
    """Return the keys whose signatures under log and status list count. Raises BrokenKeyList, OSError."""
    keys = read_list(read(KEYS))
    return [key for key in keys if key.use == KeyUse.LOG and key.state != KeyState.COMPROMISED]
