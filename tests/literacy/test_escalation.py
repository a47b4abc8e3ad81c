"""Nobody looked after somebody: the director is told, then the commune, each once for each stretch of neglect."""

import datetime as dt

import pytest
from django.utils import timezone

from core.dates import add_months
from core.models import AuditEvent, DatedSetting
from literacy.jobs import keep_worklist
from literacy.models import Escalation, FollowUp, LiteracyCheck
from literacy.services import add_volunteer, assign, escalate, record_award, record_check, undo_check
from tests.factories import make_learner

pytestmark = pytest.mark.django_db


@pytest.fixture
def today(reference):
    return timezone.localdate()


def due_for(cast, today, days, **fields):
    """The check of somebody that has been due for so many days."""
    centre = fields.pop("centre", cast.centre_a)
    by = cast.lan if centre == cast.centre_a else cast.minh
    person = make_learner(centre, **fields)
    certified_on = add_months(today - dt.timedelta(days=days), -3)
    record_award(learner=person, level=1, proof="test", certified_on=certified_on, centre=centre, by=by)
    row = FollowUp.objects.get(learner=person, months=3)
    # A shorter month moves the day: what is asked for is said exactly.
    FollowUp.objects.filter(pk=row.pk).update(due_on=today - dt.timedelta(days=days))
    row.refresh_from_db()
    return row


def escalated(today, told=""):
    return set(FollowUp.objects.escalated(today, told=told).values_list("pk", flat=True))


def test_the_director_after_two_weeks_the_commune_after_a_month(cast, today):
    rows = {days: due_for(cast, today, days) for days in (13, 14, 29, 30)}
    assert escalate() == {"director": 3, "commune": 1}
    assert escalated(today, "director") == {rows[14].pk, rows[29].pk, rows[30].pk}
    assert escalated(today, "commune") == {rows[30].pk}
    assert {row.since_on for row in Escalation.objects.filter(told="commune")} == {today - dt.timedelta(days=30)}
    log = AuditEvent.objects.filter(verb="literacy.escalate").order_by("pk")
    assert [(row.centre_id, row.data["told"], row.data["people"], row.actor) for row in log] == [
        (cast.centre_a.pk, "director", 3, None), (cast.centre_a.pk, "commune", 1, None),
    ]  # fmt: skip


def test_running_again_tells_nobody_twice_and_the_queue_runs_the_same(cast, today):
    due_for(cast, today, 40)
    assert keep_worklist.func()["told"] == {"director": 1, "commune": 1}
    assert keep_worklist.func()["told"] == {"director": 0, "commune": 0}
    assert (Escalation.objects.count(), AuditEvent.objects.filter(verb="literacy.escalate").count()) == (2, 2)


def test_a_visit_in_vain_ends_it_and_neglect_afterwards_is_told_anew(cast, today):
    row = due_for(cast, today, 40)
    escalate()
    check = record_check(follow_up=row, outcome="not_reached", checked_on=today, by=cast.lan)
    assert escalated(today) == set()
    assert escalate() == {"director": 0, "commune": 0}
    assert escalate(day=today + dt.timedelta(days=13)) == {"director": 0, "commune": 0}
    later = today + dt.timedelta(days=14)
    assert escalate(day=later) == {"director": 1, "commune": 0}
    assert Escalation.objects.get(raised_on=later).since_on == today
    assert escalated(later) == {row.pk}
    # Taking the visit back puts things where they were.
    undo_check(check=check, by=cast.lan)
    assert escalated(today, "commune") == {row.pk}


def test_a_result_or_a_later_check_that_is_due_ends_it(cast, today):
    row = due_for(cast, today, 40)
    escalate()
    record_check(follow_up=row, outcome="holds_1", checked_on=today, by=cast.lan)
    assert escalated(today) == set()
    assert escalate(day=today + dt.timedelta(days=20)) == {"director": 0, "commune": 0}


def test_since_when_is_the_first_check_nobody_made_not_the_latest(cast, today):
    """Whoever is left alone for ten months is not new on the list when the next check falls due."""
    row = due_for(cast, today, 300)
    assert escalate() == {"director": 1, "commune": 1}
    (latest,) = FollowUp.objects.due(today)
    assert latest.pk != row.pk
    assert escalated(today) == {latest.pk}
    assert set(Escalation.objects.values_list("since_on", flat=True)) == {today - dt.timedelta(days=300)}


def test_giving_somebody_to_a_volunteer_is_not_yet_a_visit(cast, today):
    row = due_for(cast, today, 20)
    volunteer = add_volunteer(centre=cast.centre_a, by=cast.lan, full_name="Bàn Thị Sao", phone="")
    assign(follow_ups=[row.pk], volunteer=volunteer, by=cast.lan)
    assert escalate()["director"] == 1


def test_a_paper_entered_late_is_a_record_of_today(cast, today):
    row = due_for(cast, today, 40)
    escalate()
    record_check(follow_up=row, outcome="not_reached", checked_on=row.due_on, by=cast.lan)
    assert LiteracyCheck.objects.get().checked_on == row.due_on
    assert escalated(today) == set()
    assert escalate() == {"director": 0, "commune": 0}


def test_the_days_are_dated_settings_and_each_centre_has_its_own_line(cast, today):
    due_for(cast, today, 8)
    due_for(cast, today, 8, centre=cast.centre_b)
    assert escalate()["director"] == 0
    DatedSetting.objects.create(key="literacy.escalate_director_days", valid_from=today, value=7)
    assert escalate()["director"] == 2
    assert set(AuditEvent.objects.filter(verb="literacy.escalate").values_list("centre_id", flat=True)) == {
        cast.centre_a.pk, cast.centre_b.pk,
    }  # fmt: skip


def test_the_home_page_tells_the_director_then_the_commune_and_nobody_else(cast, today, as_user):
    due_for(cast, today, 20, full_name="Lò Thị Quên")
    due_for(cast, today, 40, full_name="Lò Thị Bỏ")
    title = "Để lâu không ai gặp"
    client = as_user(cast.duc)
    assert "hoặc mới đến hạn" in client.get("/").content.decode()
    escalate()
    page = client.get("/").content.decode()
    assert f"không ai ghi gì từ {today - dt.timedelta(days=20):%d/%m/%Y}" in page
    assert page.index("Lò Thị Bỏ") < page.index("Lò Thị Quên")  # the longest neglected first
    page = as_user(cast.hoa).get("/").content.decode()
    assert "Lò Thị Bỏ" in page
    assert "Lò Thị Quên" not in page
    assert "1 người" in page
    for name in ("nam", "hai"):  # told of their own people, and there is nobody
        page = as_user(getattr(cast, name)).get("/").content.decode()
        assert title in page
        assert "Lò Thị" not in page
    for name in ("lan", "thu", "van", "tuan", "oanh"):
        assert title not in as_user(getattr(cast, name)).get("/").content.decode(), name
