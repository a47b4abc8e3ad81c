"""Let transactional tests empty append-only tables on SQLite.

Django flushes with DELETE, which the triggers rightly refuse; the triggers are lifted for the flush and put back.
(PostgreSQL truncates, which row triggers do not see.)
"""

from typing import Any

from django.db import connection
from django.db.backends.sqlite3.base import DatabaseOperations  # the operations module alone is circular

_sql_flush = DatabaseOperations.sql_flush


def sql_flush(self: DatabaseOperations, *args: Any, **kwargs: Any) -> list[str]:
    """Wrap Django's flush in dropping and re-making the triggers."""
    statements = _sql_flush(self, *args, **kwargs)
    if not statements:
        return statements
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
    return [f'DROP TRIGGER "{name}"' for name, _sql in triggers] + statements + [sql for _name, sql in triggers]


DatabaseOperations.sql_flush = sql_flush  # type: ignore[method-assign]
