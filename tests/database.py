"""Make the empty database of the tests once, not once for each process: every migration takes its time.

The migrated database is kept in ``.cache/test-database`` (SQLite, for the next run too) or as a template beside the
databases of the tests (PostgreSQL), under a digest of what makes it: the migrations, every module of ours that they
import, the versions of what runs them. Anything else is another database, made by its migrations.
"""

import ast
import contextlib
import fcntl
import hashlib
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.db.backends.base.creation import BaseDatabaseCreation

FOLDER = Path(settings.BASE_DIR) / ".cache" / "test-database"
TEMPLATE = "test_clc_template_"
_make = BaseDatabaseCreation.create_test_db


def _own_files(module: str) -> Iterator[Path]:
    """The file of a module of ours and those of the packages it lies in; nothing for other people's modules."""
    parts = module.split(".")
    for length in range(1, len(parts) + 1):
        place = Path(settings.BASE_DIR, *parts[:length])
        yield from (path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file())


def _imported(path: Path) -> Iterator[str]:
    """Names that a file may import, wherever in it; ``from a import b`` may mean a module ``a.b``."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def makers() -> list[Path]:
    """Files that decide what a migrated database holds: migrations, models, settings, and what those import."""
    root = Path(settings.BASE_DIR)
    found = {Path(__file__), *_own_files(settings.SETTINGS_MODULE)}
    for app in apps.get_app_configs():
        place = Path(app.path)
        if place.parent == root:
            found |= set((place / "migrations").glob("*.py"))
            found |= set(_own_files(f"{app.name}.models"))
    todo = list(found)
    while todo:
        for name in _imported(todo.pop()):
            fresh = set(_own_files(name)) - found
            found |= fresh
            todo += fresh
    return sorted(found)


@cache
def digest() -> str:
    """Of everything that decides what a migrated database holds. Twenty hexadecimal digits."""
    lock = Path(settings.BASE_DIR) / "requirements-dev.lock"
    found = hashlib.sha256(f"{sys.version} {django.VERSION} {sqlite3.sqlite_version}".encode())
    for path in (lock, *makers()):
        content = path.read_bytes()
        found.update(f"\n{path.relative_to(settings.BASE_DIR)} {len(content)}\n".encode() + content)
    return found.hexdigest()[:20]


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _empty_place(self: BaseDatabaseCreation) -> None:
    """What Django does before it migrates: away with an old database, and from now on the new one is meant."""
    self.connection.close()
    name = self._create_test_db(0, True)  # type: ignore[attr-defined]
    settings.DATABASES[self.connection.alias]["NAME"] = self.connection.settings_dict["NAME"] = name


def _sqlite(self: Any, **options: Any) -> None:
    kept = FOLDER / f"{digest()}.sqlite3"
    if kept.exists():
        _empty_place(self)
        shutil.copyfile(kept, self.connection.settings_dict["NAME"])
        return
    _make(self, **options)
    self.connection.close()  # folds the write-ahead log back into the file
    for old in FOLDER.glob("*.sqlite3"):
        old.unlink()
    fresh = kept.with_suffix(".new")
    shutil.copyfile(self.connection.settings_dict["NAME"], fresh)
    fresh.rename(kept)


def _postgres(self: Any, **options: Any) -> None:
    kept = TEMPLATE + digest()
    with self._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{TEMPLATE}%"])
        there = {name for (name,) in cursor.fetchall()}
    if kept in there:
        self.connection.settings_dict["TEST"]["TEMPLATE"] = kept
        _empty_place(self)
        return
    _make(self, **options)
    self.connection.close()
    with self._nodb_cursor() as cursor:
        for old in there:
            cursor.execute(f'DROP DATABASE "{old}"')
        made = self.connection.settings_dict["NAME"]
        cursor.execute(f'CREATE DATABASE "{kept}" TEMPLATE "{made}"')


def create_test_db(self: Any, verbosity: int = 1, autoclobber: bool = False, keepdb: bool = False, **more: Any) -> str:
    """Django's, but for migrating: that is done by the first process only."""
    options = {"verbosity": verbosity, "autoclobber": autoclobber, "keepdb": keepdb, **more}
    if keepdb or self.connection.vendor not in ("sqlite", "postgresql"):
        return _make(self, **options)
    with _one_at_a_time():
        (_sqlite if self.connection.vendor == "sqlite" else _postgres)(self, **options)
    self.connection.ensure_connection()
    return str(self.connection.settings_dict["NAME"])


BaseDatabaseCreation.create_test_db = create_test_db  # type: ignore[method-assign]
