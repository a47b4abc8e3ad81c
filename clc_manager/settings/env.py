"""Reading settings from the environment, with clear refusals."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA busy_timeout=20000;"
    "PRAGMA cache_size=-20000;PRAGMA mmap_size=134217728;PRAGMA foreign_keys=ON;"
)


def required(name: str) -> str:
    """Return the variable or refuse to start with words that say what to do."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. Production settings need it; see docs/operations.md.")
    return value


def flag(name: str, default: bool) -> bool:
    """Return a yes/no variable."""
    return os.environ.get(name, "1" if default else "0").strip().lower() in {"1", "true", "yes", "on"}


def sqlite(path: Path) -> dict[str, Any]:
    """SQLite in WAL mode with IMMEDIATE transactions (docs/adr/0002).

    WAL alone loses read-then-write transactions to "database is locked"; IMMEDIATE takes the write
    lock at BEGIN, so that gapless numbering is safe with several processes.
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        # Closing the last connection folds the WAL back into the file: milliseconds of disk at each request.
        "CONN_MAX_AGE": 60,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE_PRAGMAS},
    }


def database(url: str | None, data_dir: Path) -> dict[str, Any]:
    """Turn DATABASE_URL into Django's dictionary.

    ``postgres://user:password@host:port/name?option=value`` or ``sqlite:///path``; without a URL, a SQLite
    file in the data folder. Raises ImproperlyConfigured for any other scheme.
    """
    if not url:
        return sqlite(data_dir / "clc.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(Path(unquote(parts.path)))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"DATABASE_URL: {parts.scheme!r} is not supported. Use postgres:// or sqlite:///.")
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = options.pop("host", None) or unquote(parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
