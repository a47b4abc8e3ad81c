"""What others see while a list is committed, and what becomes of lists nobody commits."""

import datetime as dt

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from core.errors import Conflict
from core.jobs import run_job
from core.models import AuditEvent, Job
from courses.choices import ImportStatus
from courses.jobs import sweep_rosters
from courses.models import RosterImport
from courses.services import rosters
from courses.services.rosters import commit_roster, discard_roster, preview_roster
from learners.models import Learner
from tests.factories import make_class
from tests.race import race
from tests.rosters.sheets import person, roster


def previewed(cast, group=None, people=3):
    group = group or make_class(cast.centre_a, capacity=None)
    content = roster([person(n) for n in range(1, people + 1)])
    return preview_roster(class_group=group, content=content, file_name="ds.xlsx", by=cast.lan)[0]


@pytest.mark.django_db(transaction=True)
def test_somebody_else_sees_each_stage_while_the_worker_is_at_it(cast, reference, monkeypatch):
    row = previewed(cast)
    job = Job.objects.create(
        kind=rosters.COMMIT_JOB, title="Nhập", params={"import": row.pk, "decisions": {}}, requested_by=cast.lan
    )
    seen = []

    monkeypatch.setattr(rosters, "read_roster", _looked_at(rosters.read_roster, seen, job))
    monkeypatch.setattr(rosters, "match_pages", _looked_at(rosters.match_pages, seen, job))
    run_job.func(job.pk)
    assert seen == [
        ("running", 0, "đang đọc tệp", False),
        ("running", 50, "đang đối chiếu và ghi", True),
    ]
    job.refresh_from_db()
    assert (job.percent, job.message, Learner.objects.count()) == (100, "", 3)


def _looked_at(real, seen, job):
    """The same function; beforehand somebody on another connection looks how far it is."""

    def look(*given, **named):
        (there,) = race(lambda: Job.objects.get(pk=job.pk))
        seen.append((there.status, there.percent, there.message, connection.in_atomic_block))
        return real(*given, **named)

    return look


@pytest.mark.django_db
def test_a_list_thrown_away_while_it_is_read_is_refused_in_words(cast, reference):
    row = previewed(cast)
    discard_roster(roster_import=RosterImport.objects.get(pk=row.pk), by=cast.lan)
    with pytest.raises(Conflict, match="đã bỏ"):
        commit_roster(roster_import=row, by=cast.lan)
    assert not Learner.objects.exists()


@pytest.mark.django_db
def test_lists_nobody_commits_are_forgotten_with_their_file(
    cast, reference, client, django_capture_on_commit_callbacks
):
    group = make_class(cast.centre_a, capacity=None)
    fresh, old, waiting, done = (previewed(cast, group) for _number in range(4))
    commit_roster(roster_import=done, by=cast.lan)
    Job.objects.create(kind=rosters.COMMIT_JOB, title="x", params={"import": waiting.pk}, requested_by=cast.lan)
    long_ago = timezone.now() - RosterImport.KEPT_FOR - dt.timedelta(minutes=1)
    RosterImport.objects.exclude(pk=fresh.pk).update(created_at=long_ago)
    name, storage = old.file.name, old.file.storage
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep_rosters.func() == 1
        assert storage.exists(name)  # until it is certain
    assert not storage.exists(name)
    states = {row.pk: (row.status, bool(row.file)) for row in RosterImport.objects.all()}
    assert states == {
        fresh.pk: (ImportStatus.PREVIEW, True),
        old.pk: (ImportStatus.DISCARDED, False),
        waiting.pk: (ImportStatus.PREVIEW, True),
        done.pk: (ImportStatus.COMMITTED, False),
    }
    event = AuditEvent.objects.get(verb="courses.sweep_roster")
    assert (event.object_id, event.actor, event.centre_id) == (str(old.pk), None, cast.centre_a.pk)
    assert sweep_rosters.func() == 0
    client.force_login(cast.lan)
    assert "đã bỏ" in client.get(reverse("courses:roster-preview", args=[old.pk])).text


@pytest.mark.django_db
def test_the_pages_say_how_long_a_list_waits(cast, reference, client):
    row = previewed(cast)
    client.force_login(cast.lan)
    RosterImport.objects.filter(pk=row.pk).update(created_at=dt.datetime(2026, 3, 1, 23, 30, tzinfo=dt.UTC))
    page = client.get(reverse("courses:roster-preview", args=[row.pk])).text
    assert "giữ đến hết ngày 15/03/2026" in page  # 2 March in Vietnam, a fortnight on, the day before
    assert "được giữ 14 ngày" in client.get(reverse("courses:roster-upload", args=[row.class_group_id])).text


def test_the_calendar_of_the_queue_names_tasks_that_exist():
    from clc_manager.settings import base

    assert settings.TASKS != base.TASKS  # tests run tasks at once
    calendar = base.TASKS["default"]["OPTIONS"]["SCHEDULES"]
    assert sweep_rosters in [import_string(entry["task"]) for entry in calendar.values()]
