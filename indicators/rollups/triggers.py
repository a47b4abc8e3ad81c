"""Triggers that mark kept statistics stale in the transaction that changes something, whatever way the write came.

They only insert, without a key that two writers could wait for each other on. Their bodies name no table but that of
marks: SQLite refuses to rename a table that a trigger of another table mentions. SQLite drops a table's triggers when
a migration builds it anew, so they are looked after on every migrate, and whatever was missing makes everything stale.

On PostgreSQL they run once for a statement and write each different mark once; on SQLite once for a row.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

MARKS = "indicators_rollupmark"
REVISIONS = "indicators_rolluprevision"
MOST = 2**40 - 1  # a token; thousands of them have a sum that is exact everywhere
SHEETS = "indicators_rollupsheet"
PREFIX = "rollup_"
HANDED_OUT = "('issued', 'corrected', 'replaced', 'revoked')"


@dataclass(frozen=True)
class Watched:
    """A table: which columns matter, what a mark says of a row (``{row}``), and which rows matter at all.

    Days of instants are those of UTC (``{utc}``): whoever reads them takes the days before and after as well. No
    columns: whatever is written leaves one mark that says nothing of it, but is like no other (``{random}``).

    ``left`` (column of the mark → column of the table) is said as well of a row that went, or has another value now.
    """

    table: str
    columns: tuple[str, ...]
    says: dict[str, str]
    only: str = ""
    into: str = MARKS
    events: tuple[str, ...] = ("insert", "update", "delete")
    left: dict[str, str] = field(default_factory=dict)


WATCHED = (
    Watched(
        "courses_session",
        ("status", "held_on", "unit_id", "class_group_id", "starts_at", "ends_at"),
        {"class_group_id": "{row}.class_group_id", "unit_id": "{row}.unit_id", "happened_on": "{row}.held_on"},
        only="{row}.status = 'held'",
    ),
    Watched(
        "courses_enrolment",
        ("status", "class_group_id", "learner_id"),
        {"class_group_id": "{row}.class_group_id"},
    ),
    Watched(
        "courses_classgroup",
        ("centre_id", "course_id", "organiser_role"),
        {"class_group_id": "{row}.id"},
        events=("update", "delete"),
        left={"centre_id": "centre_id"},
    ),
    Watched("courses_classgroup_target_groups", ("classgroup_id", "targetgroup_id"),
            {"class_group_id": "{row}.classgroup_id"}),
    Watched("courses_course", ("topic_id",), {"course_id": "{row}.id"}, events=("update",)),
    Watched(
        "certificates_certificate",
        ("state", "centre_id", "unit_id", "issued_on", "enrolment_id"),
        {"centre_id": "{row}.centre_id", "unit_id": "{row}.unit_id", "happened_on": "{row}.issued_on"},
        only="{row}.state IN " + HANDED_OUT,
    ),
    Watched(
        "learners_learner",
        ("sex", "ethnicity", "birth_year", "birth_month", "birth_day", "merged_into_id"),
        {"learner_id": "{row}.id"},
        events=("update", "delete"),
    ),
    Watched("learners_learner_target_groups", ("learner_id", "targetgroup_id"), {"learner_id": "{row}.learner_id"}),
    # What C3 asks besides classes.
    Watched("accounts_signin", ("user_id", "at"), {"user_id": "{row}.user_id", "happened_on": "date({row}.at{utc})"}),
    Watched(
        "centres_membership",
        ("user_id", "centre_id", "valid_from", "valid_to"),
        {"user_id": "{row}.user_id", "centre_id": "{row}.centre_id"},
        only="{row}.centre_id IS NOT NULL",
    ),
    Watched(
        "indicators_reportrun",
        ("centre_id", "made_at"),
        {"user_id": "0", "centre_id": "{row}.centre_id", "happened_on": "date({row}.made_at{utc})"},
        only="{row}.centre_id IS NOT NULL",
    ),
    Watched(
        "indicators_centredeclaration",
        ("centre_id", "year", "applies_it"),
        {"user_id": "0", "centre_id": "{row}.centre_id"},
    ),
    # What every process remembers (``directory``).
    *(
        Watched(table, (), {"token": "{random}"}, into=REVISIONS)
        for table in (
            "centres_adminunit", "centres_centre", "centres_centrelocation", "courses_topic", "learners_targetgroup",
            "core_datedsetting",
        )
    ),
)  # fmt: skip


_WORDS = {
    "sqlite": {"utc": "", "random": f"random() & {MOST}"},
    "postgresql": {"utc": " AT TIME ZONE 'UTC'", "random": f"(random() * {MOST})::bigint"},
}


def _said(what: Watched, vendor: str, row: str, source: str = "", after: str | None = None) -> str:
    """What a mark says of a row, as a query; ``after`` is the row that ``row`` became, None when it went."""
    says = [value.format(row=row, **_WORDS[vendor]) for value in what.says.values()]
    for column in what.left.values():
        old = f"{row}.{column}"
        says.append(f"CASE WHEN {old} <> {after}.{column} THEN {old} END" if after else old)
    only = f" WHERE {what.only.format(row=row)}" if what.only else ""
    return f"SELECT {', '.join(says)}{source}{only}"


def _mark(what: Watched, said: list[str]) -> str:
    """The statement that marks; UNION says each different thing once."""
    return f"INSERT INTO {what.into} ({', '.join((*what.says, *what.left))}) {' UNION '.join(said)};"


def _sqlite(what: Watched, event: str) -> dict[str, str]:
    """Statements that make the trigger, by its name."""
    when = ""
    if event == "update" and what.columns:
        different = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in what.columns)
        when = f" WHEN {different}"
    said = []
    if event != "insert" and (what.columns or event == "delete"):
        said.append(_said(what, "sqlite", "OLD", after="NEW" if event == "update" else None))
    if event != "delete":
        said.append(_said(what, "sqlite", "NEW", after="NEW"))
    body = _mark(what, said)
    name = _name(what, event, when + body)
    return {name: f"CREATE TRIGGER {name} AFTER {event.upper()} ON {what.table}{when} BEGIN {body} END"}


def _postgresql(what: Watched, event: str) -> dict[str, str]:
    tables = {"insert": "NEW TABLE AS new_rows", "delete": "OLD TABLE AS old_rows"}
    tables["update"] = f"{tables['delete']} {tables['insert']}"
    pairs = ""
    if event == "update" and what.columns:
        before = ", ".join(f"o.{name}" for name in what.columns)
        after = ", ".join(f"n.{name}" for name in what.columns)
        pairs = f" JOIN {{}} ON n.id = o.id AND ({before}) IS DISTINCT FROM ({after})"
    said = []
    if not what.columns:
        some = " FROM (SELECT 1 FROM new_rows LIMIT 1) r"
        said.append(
            _said(what, "postgresql", "r", some.replace("new", "old") if event == "delete" else some, after="r")
        )
    elif event != "insert":
        source = f" FROM old_rows o{pairs.format('new_rows n')}"
        said.append(_said(what, "postgresql", "o", source, after="n" if event == "update" else None))
    if what.columns and event != "delete":
        said.append(_said(what, "postgresql", "n", f" FROM new_rows n{pairs.format('old_rows o')}", after="n"))
    # One query alone has to say itself that it wants each different row once.
    body = _mark(what, said if len(said) > 1 else [said[0].replace("SELECT", "SELECT DISTINCT", 1)])
    name = _name(what, event, body)
    return {
        name: f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {body} RETURN NULL; END $$; "
        f"CREATE TRIGGER {name} AFTER {event.upper()} ON {what.table} REFERENCING {tables[event]} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    }


def _emptied(what: Watched) -> dict[str, str]:
    """PostgreSQL can empty a table without deleting rows: then everything is stale."""
    said = f"(token) SELECT {_WORDS['postgresql']['random']}" if what.into == REVISIONS else "DEFAULT VALUES"
    body = f"INSERT INTO {what.into} {said};"
    name = _name(what, "truncate", body)
    return {
        name: f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {body} RETURN NULL; END $$; "
        f"CREATE TRIGGER {name} AFTER TRUNCATE ON {what.table} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    }


def _name(what: Watched, event: str, body: str) -> str:
    """A name that changes with what the trigger does: a release with another one replaces it. 63 letters at most."""
    digest = hashlib.sha256(body.encode()).hexdigest()[:8]
    return f"{PREFIX}{what.table}_{event}_{digest}"


@cache
def statements(vendor: str) -> dict[str, tuple[str, str]]:
    """Return every trigger by its name: its table and what makes it."""
    found: dict[str, tuple[str, str]] = {}
    for what in WATCHED:
        for event in what.events:
            made = _postgresql(what, event) if vendor == "postgresql" else _sqlite(what, event)
            found |= {name: (what.table, sql) for name, sql in made.items()}
        if vendor == "postgresql":
            found |= {name: (what.table, sql) for name, sql in _emptied(what).items()}
    return found


def installed(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """Return the triggers that are there: name → table."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND starts_with(t.tgname, %s) "
                "AND pg_table_is_visible(c.oid)",
                [PREFIX],
            )
        else:
            cursor.execute(
                "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, %s) = %s",
                [len(PREFIX), PREFIX],
            )
        return dict(cursor.fetchall())


@cache
def guards(vendor: str) -> tuple[str, int, list[Any]]:
    """Return a question for the number of triggers that are there, how many it should be, and its parameters: for
    other statements to ask in passing what ``missing`` asks."""
    wanted = statements(vendor)
    names = sorted(wanted)
    if vendor == "postgresql":
        # By table and name: the index of pg_trigger. A table that is not visible has no key.
        tables = sorted({table for table, _sql in wanted.values()})
        keys = ", ".join(f"to_regclass('{table}')" for table in tables)
        asked = (
            f"SELECT count(*) FROM pg_trigger WHERE tgrelid IN ({keys}) AND tgname = ANY(%s::name[]) "  # noqa: S608
            "AND tgenabled <> 'D'"
        )
        return asked, len(names), [names]
    marks = ", ".join(["%s"] * len(names))
    return f"SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name IN ({marks})", len(names), names  # noqa: S608


def missing(connection: BaseDatabaseWrapper) -> set[str]:
    """Return the names of triggers that should be there and are not: kept statistics cannot be trusted then."""
    return statements(connection.vendor).keys() - installed(connection).keys()


def _drop(cursor: Any, vendor: str, triggers: Iterable[tuple[str, str]]) -> None:
    for name, table in triggers:
        if vendor == "postgresql":
            cursor.execute(f'DROP TRIGGER IF EXISTS "{name}" ON "{table}"')
            cursor.execute(f'DROP FUNCTION IF EXISTS "{name}"()')
        else:
            cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"')


def install(connection: BaseDatabaseWrapper) -> int:
    """Make the triggers that are missing and drop outdated ones; return how many were made.

    Whoever wrote while one was missing left no mark, so everything kept is stale then.
    """
    wanted, there = statements(connection.vendor), installed(connection)
    tables = set(connection.introspection.table_names())
    if not {MARKS, REVISIONS} <= tables or not {table for table, _sql in wanted.values()} <= tables:
        return 0  # in the middle of going back: nothing is kept either
    lacking = {name: sql for name, (_table, sql) in wanted.items() if name not in there}
    with connection.cursor() as cursor:
        _drop(cursor, connection.vendor, [(name, table) for name, table in there.items() if name not in wanted])
        for sql in lacking.values():
            cursor.execute(sql)
        if lacking:
            cursor.execute(f"INSERT INTO {REVISIONS} (token) SELECT {_WORDS[connection.vendor]['random']}")
            cursor.execute(
                f"INSERT INTO {MARKS} (class_group_id) SELECT NULL WHERE EXISTS (SELECT 1 FROM {SHEETS})"  # noqa: S608
            )
    return len(lacking)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop them all: before the table of marks goes, and for a comparison without them."""
    with connection.cursor() as cursor:
        _drop(cursor, connection.vendor, installed(connection).items())
