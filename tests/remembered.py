"""Rows that the same loading always writes into empty tables: loaded once in each process, then written as they were.

``clc_manager.reference.load_apps`` asks for every row whether it is there: a tenth of a second in every third test.
"""

import pickle
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from indicators.models import RollupMark, RollupRevision

Table = tuple[str, tuple[str, ...], list[tuple[Any, ...]]]


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def content() -> dict[str, Table]:
    """Every table of ours that holds rows: name, columns, rows by primary key, as the driver has them.

    Without what triggers write: it comes by itself when the other rows are written.
    """
    found: dict[str, Table] = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model in (RollupMark, RollupRevision):
                continue
            table, key = model._meta.db_table, model._meta.pk.column
            columns = tuple(field.column for field in model._meta.local_concrete_fields)
            names = ", ".join(map(_quoted, columns))
            cursor.execute(f"SELECT {names} FROM {_quoted(table)} ORDER BY {_quoted(key)}")  # noqa: S608 - our names
            if rows := cursor.fetchall():
                found[table] = (table, columns, rows)
    return found


class Remembered[Result]:
    """``Remembered(load, unless=[Learner])``: ``again()`` has the rows of ``load()`` in the database.

    They are written as remembered where their tables are empty, and those of ``unless``, whose rows ``load`` would look
    at. Anywhere else ``load`` itself runs. Returned is what ``load`` returned, each time objects of its own.
    """

    def __init__(self, load: Callable[[], Result], *, unless: list[type[models.Model]]) -> None:
        self._load = load
        self._unless = [model._meta.db_table for model in unless]
        self._tables: list[Table] = []
        self._result = b""

    def again(self) -> Result:
        """Write the rows."""
        if not self._tables:
            before = content()
            result = self._load()
            after = content()
            changed = {name for name in after if after[name] != before.get(name)}
            if not changed & set(before) and not set(self._unless) & set(before):
                self._tables = [after[name] for name in after if name in changed]
                self._result = pickle.dumps(result)
            return result
        if self._anything_there():
            return self._load()
        self._write()
        found: Result = pickle.loads(self._result)  # noqa: S301 - what this process wrote itself
        return found

    def _anything_there(self) -> bool:
        tables = [*self._unless, *(name for name, _columns, _rows in self._tables)]
        some = " OR ".join(f"EXISTS (SELECT 1 FROM {_quoted(table)})" for table in tables)  # noqa: S608 - our names
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {some}")
            return bool(cursor.fetchone()[0])

    def _write(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for name, columns, rows in self._tables:
                names, places = ", ".join(map(_quoted, columns)), ", ".join(["%s"] * len(columns))
                # Names of ours.
                cursor.executemany(f"INSERT INTO {_quoted(name)} ({names}) VALUES ({places})", rows)  # noqa: S608
