"""What a database is made of, as text that two databases can be compared by: the order of columns left out."""

import re
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

# Everything that stands in a schema of PostgreSQL, each with a name and what it is.
POSTGRES = (
    "SELECT 'column', c.relname || '.' || a.attname, concat_ws(' ', format_type(a.atttypid, a.atttypmod),"
    " a.attnotnull, a.attidentity, l.collname, pg_get_expr(d.adbin, d.adrelid)) FROM pg_attribute a"
    " JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
    " LEFT JOIN pg_collation l ON l.oid = a.attcollation"
    " LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum"
    " WHERE a.attnum > 0 AND NOT a.attisdropped",
    "SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace AND contype <> 'n'",
    "SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT 'function', proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
)


def _parts(create: str) -> list[str]:
    """Columns and constraints of a CREATE TABLE: what stands between its outer commas."""
    parts, depth, text = [""], 0, create[create.index("(") + 1 : create.rindex(")")]
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _plain(sql: str) -> str:
    """Without what says nothing: spaces, quotation marks of names, brackets around a whole condition."""
    return re.sub(r"\s+", " ", sql.replace('"', "")).strip()


def schema(connection: BaseDatabaseWrapper) -> set[tuple[str, str, str]]:
    """Each column, constraint, index, trigger and function: kind, name, what it is."""
    found: set[tuple[Any, ...]] = set()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for query in POSTGRES:
                cursor.execute(query)
                found |= set(cursor.fetchall())
            return found
        cursor.execute("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        for kind, name, table, sql in cursor.fetchall():
            if kind == "table":
                found |= {("part", table, _plain(part)) for part in _parts(sql)} | {("table", table, "")}
            else:
                found.add((kind, name, _plain(sql)))
    return found
