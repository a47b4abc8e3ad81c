"""The published log on a disk: the very files that the public address serves (setting LOG_DIR)."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from certificates.tlog.tiles import CHECKPOINT, PATH


class LogFolder:
    """Files of one log. Whatever is published stays as it is; only ``checkpoint`` is replaced."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, name: str) -> bytes:
        """Return a file of the log. Raises FileNotFoundError, also for a name that no file of a log has."""
        if name != CHECKPOINT and not PATH.fullmatch(name):
            raise FileNotFoundError(name)
        try:
            return (self.path / name).read_bytes()
        except (NotADirectoryError, IsADirectoryError) as error:
            raise FileNotFoundError(name) from error

    def files(self) -> Iterator[str]:
        """Return the names of all files, in order."""
        found = (path.relative_to(self.path).as_posix() for path in self.path.rglob("*") if path.is_file())
        return (name for name in sorted(found) if name == CHECKPOINT or PATH.fullmatch(name))

    def write(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Write files, each whole or not at all, whoever is killed in between."""
        for name, content in files:
            target = self.path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, new = tempfile.mkstemp(dir=target.parent, prefix=".new-")
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                os.fchmod(stream.fileno(), 0o644)
                stream.flush()
                os.fsync(stream.fileno())
            Path(new).replace(target)

    def forget_parts(self, names: Iterable[str]) -> None:
        """Delete the parts of tiles that are full by now: the whole tile says all that they said."""
        for name in names:
            if ".p/" not in name:
                shutil.rmtree(self.path / f"{name}.p", ignore_errors=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let one program at a time add to the log."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def log_folder() -> LogFolder:
    """The log of this installation."""
    return LogFolder(settings.LOG_DIR)
