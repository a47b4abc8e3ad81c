"""Columns that PostgreSQL compares byte by byte, whatever the collation of the database.

Vietnamese order is kept in columns of its own (core.text.sort_key). A database made with another collation than C
would put Đ, Ô and Ư of these keys in the wrong place. SQLite compares byte by byte anyway.
"""

from typing import Any

from django.db import migrations


def bytewise(table: str, *columns: str) -> migrations.RunPython:
    """Return a migration operation that gives text columns the collation "C" on PostgreSQL; indexes follow."""

    def forwards(apps: Any, schema_editor: Any) -> None:
        _collate(schema_editor, table, columns, "C")

    def backwards(apps: Any, schema_editor: Any) -> None:
        _collate(schema_editor, table, columns, "default")

    return migrations.RunPython(forwards, backwards)


def _collate(schema_editor: Any, table: str, columns: tuple[str, ...], collation: str) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    name = schema_editor.quote_name
    with schema_editor.connection.cursor() as cursor:
        for column in columns:
            # The type as it is: only the collation changes.
            cursor.execute(
                "SELECT format_type(atttypid, atttypmod) FROM pg_attribute"
                " WHERE attrelid = %s::regclass AND attname = %s",
                [table, column],
            )
            (kind,) = cursor.fetchone()
            cursor.execute(
                f"ALTER TABLE {name(table)} ALTER COLUMN {name(column)} TYPE {kind} COLLATE {name(collation)}"
            )
