"""All that is public as files, laid out as the public address serves it."""

import json
import shutil
from pathlib import Path
from typing import Any

from certificates.selectors import public_key_list
from certificates.services.credentials import did_json, published_files
from certificates.services.publishing import signed_status_list
from certificates.services.sequencing import make_checkpoint
from certificates.tlog.folder import LogFolder, log_folder
from certificates.tlog.tiles import CHECKPOINT
from core.errors import Unavailable

KEYS_PATH = ".well-known/clc-keys.json"
STATUS_PATH = "log/status"


def key_list_text() -> str:
    """Return the key list as it is served. Raises BrokenKeyList, OSError."""
    return json.dumps(public_key_list(), indent=1)


def export_published(*, out: Path) -> dict[str, Any]:
    """Make a checkpoint; write ``log/…``, key list and what verifiers of credentials fetch; return what was written.

    Raises Unavailable without a log key, Conflict when the log contradicts the database.
    """
    checkpoint, source, target = make_checkpoint(), log_folder(), LogFolder(out / "log")
    names = [name for name in source.files() if name != CHECKPOINT]
    for name in names:
        if not (target.path / name).exists():  # a tile never changes
            target.write([(name, source.read(name))])
    others = {STATUS_PATH: signed_status_list(), KEYS_PATH: key_list_text()}
    if checkpoint:
        others[f"log/{CHECKPOINT}"] = source.read(CHECKPOINT).decode()
        _forget_parts(target, set(names))
    credentials = _for_credentials()
    LogFolder(out).write([(name, text.encode()) for name, text in others.items()] + credentials)
    return {
        "out": str(out),
        "size": checkpoint.size if checkpoint else 0,
        "root": checkpoint.root if checkpoint else None,
        "files": len(names) + len(others) + len(credentials),
    }


def _for_credentials() -> list[tuple[str, bytes]]:
    # Without a key that signs certificates no list of credentials can be signed; the log goes out all the same.
    try:
        return list(published_files())
    except Unavailable:
        return [(".well-known/did.json", did_json().encode())]


def _forget_parts(target: LogFolder, names: set[str]) -> None:
    """Delete parts of tiles that an earlier call wrote and that are full by now."""
    for name in list(target.files()):
        if ".p/" in name and name not in names:
            shutil.rmtree((target.path / name).parent, ignore_errors=True)
