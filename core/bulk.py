"""Writing many rows of one table at once, several times as fast as model instances (bench roster_import).

For imports whose values have been checked already. The database's constraints hold as ever; ``save``, ``pre_save`` and
signals are passed by, so that the caller brings every computed column.
"""

import gc
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler


def insert_rows(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[tuple[Any, ...]],
    *,
    same: Mapping[str, Any],
) -> None:
    """Insert rows: ``columns`` are attribute names (``unit_id``), each row one tuple of plain values for them.

    ``same`` holds what is equal in every row. Columns that are named nowhere take their field's default. Plain means
    str, int, bytes or None; dates belong into ``same``, which is prepared for the database. Call inside a transaction.
    Raises ValueError for an unknown column, IntegrityError when a constraint is violated (nothing is written then).
    """
    connection = connections[router.db_for_write(model)]
    fields = {str(field.attname): field for field in model._meta.concrete_fields}
    if unknown := {*columns, *same} - fields.keys():
        raise ValueError(f"{model._meta.label} has no columns {sorted(unknown)}")
    rest = [field for name, field in fields.items() if name not in columns and (name in same or not field.primary_key)]
    constant = tuple(
        field.get_db_prep_save(_constant(field, same), connection)
        for field in rest
    )  # fmt: skip
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in [*(fields[name] for name in columns), *rest])
    table = quote(model._meta.db_table)
    whole: Any = (row + constant for row in rows)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in whole:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * (len(columns) + len(rest)))
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", whole)  # noqa: S608 - names of a model


def _constant(field: models.Field, same: Mapping[str, Any]) -> Any:
    if field.attname in same:
        return same[field.attname]
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return field.pre_save(field.model(), add=True)
    return field.get_default()


@contextmanager
def all_stays() -> Iterator[None]:
    """Build very many objects that all stay until the end: the search for cycles would go over them again and again.

    A tenth of an import's time. Nothing leaks: what has no references left is freed at once as ever.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class OneOf(models.Lookup):
    """A condition for ``filter``: the column holds one of any number of values, which travel as a single parameter.

    Building thousands of parameters one by one takes longer than looking them up. On PostgreSQL an array, not a
    subquery: with statistics of an empty table (everything was rolled back, or it has just been filled) the planner
    would go through the whole table once for each value.
    """

    lookup_name = "one_of"
    prepare_rhs = False

    def __init__(self, column: str | models.F, values: Iterable[int] | Iterable[str]) -> None:
        # Django copies a condition by calling its class with what it holds by then.
        super().__init__(models.F(column) if isinstance(column, str) else column, list(values))

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        """Return the condition. Raises EmptyResultSet when there are no values: the database need not be asked."""
        if not self.rhs:
            raise EmptyResultSet
        column, params = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":
            kind = "bigint" if isinstance(self.rhs[0], int) else "text"
            return f"{column} = ANY(%s::{kind}[])", (*params, self.rhs)
        return f"{column} IN (SELECT value FROM json_each(%s))", (*params, json.dumps(self.rhs))  # noqa: S608
