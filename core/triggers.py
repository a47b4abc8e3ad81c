"""Database triggers that keep a table append-only, on SQLite and PostgreSQL alike."""

from typing import Any

from django.db import migrations


def append_only(table: str) -> migrations.RunPython:
    """Return a migration operation after which UPDATE and DELETE on the table fail."""

    def forwards(apps: Any, schema_editor: Any) -> None:
        name = f"{table}_append_only"
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
            )
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
            )
        else:
            for verb in ("UPDATE", "DELETE"):
                schema_editor.execute(
                    f"CREATE TRIGGER {name}_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )

    def backwards(apps: Any, schema_editor: Any) -> None:
        name = f"{table}_append_only"
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {name} ON {table}")
            schema_editor.execute(f"DROP FUNCTION {name}()")
        else:
            for verb in ("update", "delete"):
                schema_editor.execute(f"DROP TRIGGER {name}_{verb}")

    return migrations.RunPython(forwards, backwards)


def lift_append_only(table: str) -> migrations.RunPython:
    """Return the operation that takes the guard of ``append_only`` away: first in a migration that adds columns.

    SQLite builds a table anew for some changes and drops its triggers with the old one. Such a migration ends with
    ``append_only`` again.
    """
    guard = append_only(table)
    assert guard.reverse_code is not None
    return migrations.RunPython(guard.reverse_code, guard.code)


def never_replaced(table: str, *same: str) -> migrations.RunPython:
    """Return a migration operation after which ``INSERT OR REPLACE`` cannot put a row in another's place.

    SQLite deletes the row that is in the way without asking its triggers. ``same`` are conditions on a row that is
    there already, each over columns of a unique index: ``"id = NEW.id"``. PostgreSQL knows no such statement: its
    ``ON CONFLICT DO UPDATE`` is an update, which ``append_only`` refuses.
    """
    name = f"{table}_never_replaced"

    def forwards(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor != "sqlite":
            return
        there = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {condition})" for condition in same)  # noqa: S608 - our own tables
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN {there} "
            f"BEGIN SELECT RAISE(ABORT, '{table}: a row is never replaced'); END"
        )

    def backwards(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER {name}")

    return migrations.RunPython(forwards, backwards)
