"""The squashed first migration of each app makes the database that its steps made, and who stands between goes on.

In the suite with the apps at the bottom, whose steps take seconds; ``CLC_PROOFS=full`` with all of them.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from tests.proofs import FULL
from tests.suite.schema import schema

BOTTOM = ("accounts", "core", "centres", "learners")
Targets = list[tuple[str, str]]


@pytest.fixture
def empty_database(django_db_setup: None, django_db_blocker: Any, tmp_path: Path) -> Iterator[Callable[[], Any]]:
    """``with empty_database() as connection`` stands in for the default one while it is open."""
    made = iter(range(9))

    @contextmanager
    def opened() -> Iterator[Any]:
        usual, name = connections["default"], f"test_clc_chain_{os.getpid()}_{next(made)}"
        other = usual.copy()
        postgres = usual.vendor == "postgresql"
        if postgres:
            with usual._nodb_cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
                cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        other.settings_dict = {**usual.settings_dict, "NAME": name if postgres else tmp_path / f"{name}.sqlite3"}
        connections["default"] = other
        try:
            yield other
        finally:
            other.close()
            connections["default"] = usual
            if postgres:
                with usual._nodb_cursor() as cursor:
                    cursor.execute(f'DROP DATABASE "{name}"')

    with django_db_blocker.unblock():
        yield opened


def steps() -> MigrationExecutor:
    """Goes by the migrations that were replaced."""
    executor = MigrationExecutor(connection)
    executor.loader.replace_migrations = False
    executor.loader.build_graph()
    return executor


def lasts(executor: MigrationExecutor) -> Targets:
    """The last step of each app: of all of them, or of those at the bottom."""
    graph, by_steps = executor.loader.graph, not executor.loader.replace_migrations
    # Going by the steps, the squashed ones stand beside them and are nobody's parents.
    ends = [node for node in graph.leaf_nodes() if not (by_steps and graph.nodes[node].replaces)]
    return [node for node in ends if FULL or node[0] in BOTTOM]


def migrate() -> None:
    """As an operator does, as far as this test goes."""
    if FULL:
        call_command("migrate", verbosity=0)
    else:
        executor = MigrationExecutor(connection)
        executor.migrate(lasts(executor))


def of_apps(found: set[tuple[str, str, str]]) -> set[tuple[str, str, str]]:
    """Without what Django's own apps and later ones bring."""
    return found if FULL else {row for row in found if any(f"{app}_" in row[1] for app in BOTTOM)}


def test_squashed_and_step_by_step_are_the_same_database(empty_database):
    with empty_database():
        migrate()
        squashed = of_apps(schema(connection))
        recorded = set(MigrationExecutor(connection).loader.applied_migrations)
    with empty_database():
        executor = steps()
        executor.migrate(lasts(executor))
        # Triggers of kept statistics come after every migrate, with Django's signal.
        migrate()
        stepped = of_apps(schema(connection))
        executor = MigrationExecutor(connection)
        assert executor.migration_plan(lasts(executor)) == [], "nothing is left to do"
        assert recorded <= set(executor.loader.applied_migrations)
    assert len(squashed) > (2_000 if FULL else 150)
    assert sorted(squashed ^ stepped) == []


def test_a_database_between_two_steps_goes_on(empty_database):
    """Whoever stands in the middle takes the steps that are left; apps that were done count as done."""
    with empty_database():
        executor = steps()
        plan = [migration for migration, _back in executor.migration_plan(lasts(executor))]
        middle = [migration for migration in plan if migration.app_label in ("centres", "learners", "courses")]
        stop = middle[len(middle) // 2 + 1]
        executor.migrate([(stop.app_label, stop.name)])
        there = set(executor.recorder.applied_migrations())
        assert 0 < len(there) < len(plan)
        migrate()
        went_on = of_apps(schema(connection))
    with empty_database():
        migrate()
        assert sorted(of_apps(schema(connection)) ^ went_on) == []


def test_every_step_is_replaced_and_there():
    """A step that was taken out of the list, or out of the folder, would strand a database that stands before it."""
    loader = MigrationLoader(None)
    squashed = {key: one for key, one in loader.disk_migrations.items() if one.replaces}
    for (app, _name), one in squashed.items():
        files = {path.stem for path in (settings.BASE_DIR / app / "migrations").glob("0*.py")}
        assert {name for _app, name in one.replaces} <= files
        before = [name for name in sorted(files) if "squashed" not in name][: len(one.replaces)]
        assert [name for _app, name in one.replaces] == before
    assert len(squashed) == 7
