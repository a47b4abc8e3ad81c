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
