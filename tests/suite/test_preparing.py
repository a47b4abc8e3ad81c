"""What makes the suite quick changes nothing that a test sees: the database made once, the rows remembered."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from clc_manager.reference import load_apps
from courses.models import Course, Topic
from indicators.models import Indicator
from learners.models import Learner
from literacy.models import LevelStanding
from tests import database
from tests.cast import make_cast
from tests.factories import make_course, make_learner
from tests.remembered import Remembered, content


@pytest.mark.django_db
def test_rows_are_written_as_they_were_loaded():
    remembered = Remembered(load_apps, unless=[Learner])
    before = content()
    with transaction.atomic():
        remembered.again()
        loaded = content()
        transaction.set_rollback(True)
    assert len(loaded) > len(before) + 8
    assert content() == before
    remembered.again()
    assert content() == loaded
    connection.check_constraints()
    assert set(load_apps().values()) == {0}  # nothing was missing


@pytest.mark.django_db
def test_where_rows_are_there_already_they_are_loaded(cast):
    remembered = Remembered(load_apps, unless=[Learner])
    Topic.objects.create(code="phap_luat", name="Luật", name_en="Law")
    remembered.again()
    assert Topic.objects.get(code="phap_luat").name == "Luật"
    assert not remembered._tables


@pytest.mark.django_db
def test_what_is_remembered_is_given_as_objects_of_ones_own(reference):
    remembered, casts = Remembered(make_cast, unless=[]), []
    for _time in range(3):
        with transaction.atomic():
            casts.append(remembered.again())
            assert make_course(casts[-1].centre_a).centre.memberships.count() == 4
            casts[-1].lan.full_name = "Lê Thị Lan"
            casts[-1].lan.save()
            transaction.set_rollback(True)
    assert remembered._tables
    first, second, third = casts
    assert second == third == first
    assert second.lan is not third.lan
    assert second.centre_a is not third.centre_a
    assert third.users.keys() == first.users.keys()


@pytest.mark.django_db
def test_no_number_is_given_twice(reference, cast):
    """Rows written with their numbers must not get in the way of the next ones."""
    last = Course.objects.order_by("-pk")[0]
    topic = Topic.objects.create(code="moi", name="Mới", name_en="New")
    fresh = Course.objects.create(code="MOI", name="Mới", topic=topic, planned_sessions=1, search_key="moi")
    assert fresh.pk > last.pk
    assert Indicator.objects.count() == 27
    make_learner(cast.centre_a)
    assert not LevelStanding.objects.exists()


def test_a_database_is_kept_for_the_migrations_that_made_it():
    root = Path(settings.BASE_DIR)
    found = {path.relative_to(root).as_posix() for path in database.makers()}
    migrations = {path.relative_to(root).as_posix() for path in root.glob("*/migrations/0*.py")}
    assert len(migrations) > 50
    assert migrations <= found
    # Those that migrations import, and whatever these import in turn.
    assert {"core/triggers.py", "core/collation.py", "learners/keys.py", "certificates/tlog/leaves.py"} <= found
    assert {"core/models.py", "literacy/models/awards.py", "clc_manager/settings/base.py", "core/text.py"} <= found
    assert not any("/views" in name or name.startswith("tests/") for name in found - {"tests/database.py"})


def test_another_migration_is_another_database(monkeypatch, tmp_path):
    monkeypatch.setattr(settings, "BASE_DIR", tmp_path)
    (tmp_path / "requirements-dev.lock").write_text("django==6.1.3")
    made = tmp_path / "0001_initial.py"
    monkeypatch.setattr(database, "makers", lambda: [made])
    seen = set()
    for text in ("a = 1", "a = 2", "a = 11"):
        made.write_text(text)
        seen.add(database.digest.__wrapped__())
    (tmp_path / "requirements-dev.lock").write_text("django==6.1.4")
    seen.add(database.digest.__wrapped__())
    assert len(seen) == 4
