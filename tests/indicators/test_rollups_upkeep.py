"""Kept statistics are looked after: damage is found, lost triggers are noticed, an older look never wins."""

import datetime as dt
import io
import json

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from centres.access import scope_of
from centres.models import Centre
from core.dates import Period
from courses.models import Enrolment, Session
from indicators import c3
from indicators.models import RollupMark, RollupSheet, RollupState
from indicators.rollups import rebuilding, triggers
from indicators.rollups.directory import current
from indicators.rollups.footprint import LOOKED_THROUGH, recent
from indicators.rollups.periods import spans_between, spans_of, standard_span
from indicators.rollups.reading import WORTH_WAITING_MS, classes_taught, kept
from indicators.statistics.groups import overview
from indicators.statistics.selectors import look_up, statistics
from tests.factories import hold, make_class, make_enrolled, make_sessions

# A literacy year, over on whatever day this runs.
YEAR = {"starts_on": dt.date(2025, 10, 1), "ends_on": dt.date(2026, 9, 30)}
TODAY = dt.date(2026, 12, 31)


@pytest.fixture
def built(cast):
    """One class that met in March 2026, kept."""
    cast.group = make_class(cast.centre_a)
    make_enrolled(cast.group, 3)
    for session in make_sessions(cast.group, 4):
        hold(session)
    rebuilding.rebuild()
    return cast


def ask(cast, **more):
    return look_up(user=cast.tuan, unit=cast.city, **YEAR, **more).kept


def run(name, *options):
    out = io.StringIO()
    code = 0
    try:
        call_command(name, "--json", *options, stdout=out, stderr=io.StringIO())
    except SystemExit as stop:
        code = stop.code
    return code, json.loads(out.getvalue())


def test_standard_periods_are_those_of_the_house():
    for year in (2024, 2026):
        for period in (
            Period.calendar_year(year), Period.plan_year(year), Period.literacy_year(year), Period.school_year(year),
        ):  # fmt: skip
            span = (period.starts_on, period.ends_on)
            assert standard_span(*span, TODAY) == span
            assert span in spans_of(period.starts_on)
            assert span in spans_of(period.ends_on)
    assert standard_span(dt.date(2026, 2, 1), dt.date(2026, 2, 28), TODAY)
    assert standard_span(dt.date(2026, 4, 1), dt.date(2026, 6, 30), TODAY)
    assert standard_span(dt.date(2026, 4, 2), dt.date(2026, 6, 30), TODAY) is None
    assert standard_span(dt.date(2026, 5, 1), dt.date(2026, 7, 31), TODAY) is None
    # A running one until today, and only until today.
    assert standard_span(dt.date(2026, 12, 1), dt.date(2026, 12, 9), dt.date(2026, 12, 9))[1] == dt.date(2026, 12, 31)
    assert standard_span(dt.date(2026, 12, 1), dt.date(2026, 12, 8), dt.date(2026, 12, 9)) is None
    spans = spans_between(dt.date(2026, 11, 30), dt.date(2026, 12, 1))
    # Two months and two plan years; a quarter, a calendar, a literacy and a school year that hold both days.
    assert len(spans) == 8
    assert all(starts_on.day == 1 for starts_on, _ends_on in spans)


def test_a_damaged_figure_is_found_and_mended(built):
    code, result = run("check_rollups")
    assert (code, result["different"], result["stale"]) == (0, 0, 0)
    assert result["cells"] > 100
    RollupSheet.objects.filter(area="city", starts_on=YEAR["starts_on"], ends_on=YEAR["ends_on"]).update(
        women=F("women") + 1
    )
    code, result = run("check_rollups")
    assert (code, result["different"]) == (1, 1)
    [row] = result["list"]
    assert (row["area"], row["figure"], row["kept"] - row["counted"]) == ("city", "women", 1)
    RollupSheet.objects.update(body=b"x")
    assert run("check_rollups")[1]["different"] > 100
    assert run("rebuild_rollups", "--whole")[0] == 0
    assert run("check_rollups")[:1] == (0,)


def test_what_changed_is_not_shown_as_fresh(built):
    assert ask(built).is_fresh
    Session.objects.filter(class_group=built.group, number=1).update(held_on=dt.date(2026, 5, 5))
    assert ask(built) is None
    code, result = run("check_rollups")
    assert (code, result["different"]) == (0, 0)
    assert result["stale"] > 0
    # Only what it left and came to is worked out again, and only once.
    assert rebuilding.rebuild().sheets < RollupSheet.objects.count() + 1
    assert rebuilding.rebuild().sheets == 0
    assert ask(built).is_fresh


def test_without_its_triggers_nothing_is_fresh(built):
    [(name, table)] = [item for item in triggers.installed(connection).items() if "session_update" in item[0]]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))
    Session.objects.filter(class_group=built.group, number=1).update(held_on=dt.date(2026, 5, 5))
    assert ask(built) is None
    assert run("check_rollups")[1]["cells"] == 0
    # The next migrate puts it back, and takes everything for stale.
    assert triggers.install(connection) == 1
    assert triggers.install(connection) == 0
    assert ask(built) is None
    rebuilding.rebuild()
    assert ask(built).is_fresh
    assert rebuilding.check().different == []


def test_a_mark_of_a_change_nobody_has_seen_is_kept(built, monkeypatch):
    """Somebody writes while a rebuild counts: what it wrote is stale at once, not fresh and wrong."""
    Session.objects.filter(class_group=built.group, number=1).update(held_on=dt.date(2026, 5, 5))
    counted = rebuilding.work_out

    def interrupted(*args):
        found = counted(*args)
        if not RollupMark.objects.filter(learner_id=first.learner_id).exists():
            type(first.learner).objects.filter(pk=first.learner_id).update(birth_year=1901)
        return found

    first = Enrolment.objects.select_related("learner").filter(class_group=built.group)[0]
    monkeypatch.setattr(rebuilding, "work_out", interrupted)
    rebuilding.rebuild()
    assert RollupMark.objects.count() == 1
    assert ask(built) is None
    monkeypatch.undo()
    rebuilding.rebuild()
    assert ask(built).rows.body().lines[None, None]["over_60"] == 1


def test_an_older_look_at_the_rows_never_wins(built, monkeypatch):
    """Two rebuilds at once: the one that read first and writes last counts again."""
    counted, turns = rebuilding.work_out, []

    def slow(*args):
        found = counted(*args)
        turns.append(args[0])
        if len(turns) == 1:
            # Another rebuild takes in a change and writes before this one does.
            Enrolment.objects.filter(class_group=built.group).update(status="withdrawn", withdrawn_on=TODAY)
            RollupMark.objects.all().delete()
            RollupState.objects.update(generation=F("generation") + 1)
        return found

    monkeypatch.setattr(rebuilding, "work_out", slow)
    rebuilding.rebuild(whole=True)
    assert turns[0] == turns[1]
    assert ask(built).rows.body().lines[None, None]["participations"] == 0
    assert rebuilding.check().different == []


def test_too_many_changes_are_taken_for_everything(built):
    RollupMark.objects.bulk_create([RollupMark(learner_id=-place) for place in range(LOOKED_THROUGH)])
    assert recent().is_empty
    RollupMark.objects.create(learner_id=-1)
    assert recent().everything
    assert ask(built) is None


def test_a_page_that_takes_long_says_since_when_it_stands(built, as_user):
    def page(**more):
        query = {"unit": built.city.pk, "from": "01/10/2025", "to": "30/09/2026", "preset": "custom"} | more
        return as_user(built.tuan).get(reverse("indicators:statistics"), query)

    Enrolment.objects.filter(class_group=built.group).update(status="withdrawn", withdrawn_on=TODAY)
    # Counted at once, when that takes no time.
    assert page().context["stats"].worked_out_at is None
    assert page().context["stats"].total.participations == 0
    RollupSheet.objects.update(build_ms=WORTH_WAITING_MS)
    old = page()
    assert old.context["stats"].total.participations == 3
    assert "Số liệu tính lúc" in old.content.decode()
    fresh = page(fresh="1")
    assert fresh.context["stats"].total.participations == 0
    assert "Số liệu tính lúc" not in fresh.content.decode()
    # Everybody who asks without saying so gets what is true now, and nobody something of the day before yesterday.
    assert statistics(user=built.tuan, unit=built.city, **YEAR).total.participations == 0
    RollupSheet.objects.update(built_at=timezone.now() - dt.timedelta(days=2))
    assert page().context["stats"].total.participations == 0


def test_a_page_is_answered_by_few_small_questions_and_never_by_people(built):
    for user, unit in ((built.tuan, built.city), (built.hoa, built.district_a), (built.hoa, built.commune_a)):
        scope_of(user)  # once a request
        current()  # once a process, until somebody renames something
        with CaptureQueriesContext(connection) as asked:
            stats, groups = overview(user=user, unit=unit, **YEAR)
        assert (stats.total.participations, groups[-1].learners) == (3, 3)
        # A district's officer is asked whether a commune lies in it.
        assert len(asked) == 1 + (unit == built.commune_a)


def test_names_are_read_anew_when_anybody_wrote_one(built):
    """Whatever way, and also when it was taken back: a process never shows a name of a transaction that never was."""

    def names():
        lines = overview(user=built.tuan, unit=built.city, **YEAR)[0].lines
        return [line.centre.name for line in lines if line.centre], [line.topic.name for line in lines if line.topic]

    before = names()
    known = current()
    assert current() is known
    for name in ("Tên thứ nhất", "Tên thứ hai"):
        with transaction.atomic():
            Centre.objects.filter(pk=built.centre_a.pk).update(name=name)
            assert names()[0] == [name]
            transaction.set_rollback(True)
        assert names() == before
    with connection.cursor() as cursor:
        cursor.execute("UPDATE courses_topic SET name = 'Khác'")
    assert names() == (before[0], ["Khác"])
    assert current().version[0] > 1
    rebuilding.rebuild()
    # Not more and more rows: one stands for all that were.
    assert current().version[0] == 1
    assert names() == (before[0], ["Khác"])


def test_somebody_who_sees_a_part_is_not_given_the_whole(built):
    """Sheets hold all centres of an area; an officer of the district sees the centres of the district in the city."""
    assert kept(user=built.hoa, unit=built.city, **YEAR).key == ("centre", built.centre_a.pk)
    Session.objects.filter(class_group=built.group, number=1).update(unit=built.commune_b)
    rebuilding.rebuild()
    assert look_up(user=built.nam, unit=built.commune_b, **YEAR).kept is None


def test_c3_takes_classes_from_what_is_kept_where_nothing_touched_it(reference, built):
    day = dt.date(2026, 11, 30)

    def both():
        found = c3.measure(unit=built.city, as_of=day)
        assert found == c3.measure(unit=built.city, as_of=day, from_rows=True)
        return {use.centre.pk: use.classes for use in found.centres}

    kept_for = classes_taught({built.centre_a.pk, built.centre_b.pk}, dt.date(2025, 12, 1), day)
    assert kept_for == {built.centre_a.pk: 1}
    assert both()[built.centre_a.pk] == 1
    Session.objects.filter(class_group=built.group).update(status="planned", marked_at=None, marked_by=None)
    assert classes_taught({built.centre_a.pk}, dt.date(2025, 12, 1), day) == {}
    assert both()[built.centre_a.pk] == 0
