"""Kept C3 is never wrong: whatever is written, by whatever way, it is what measuring the rows gives."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from accounts.models import SignIn
from centres.models import Centre, CentreLocation, Membership
from core.dates import plan_year_of
from core.models import DatedSetting
from courses.models import ClassGroup, Session
from indicators import c3
from indicators.models import CentreDeclaration, ReportRun, RollupMark, RollupUse
from indicators.rollups import rebuilding
from indicators.rollups.directory import current
from indicators.rollups.use import kept_use, open_in
from tests.factories import hold, make_class, make_enrolled, make_sessions

CLOSED = dt.date(2026, 11, 30)
DAYS = [dt.date(2026, 3, 9), dt.date(2026, 3, 31), dt.date(2026, 10, 31), dt.date(2026, 11, 30), dt.date(2026, 12, 1)]
# Around midnight here (17:00 UTC), where the day of UTC is another one.
TIMES = [dt.time(1, 0), dt.time(16, 59), dt.time(17, 0), dt.time(23, 30)]


@pytest.fixture
def town(cast, reference):
    """Two centres with a class each; one of them is used and reports."""
    for centre, desk in ((cast.centre_a, cast.lan), (cast.centre_b, None)):
        group = make_class(centre)
        make_enrolled(group, 2)
        for session in make_sessions(group, 3):
            hold(session)
        if desk:
            SignIn.objects.bulk_create([SignIn(user=desk, at=at(day, 0)) for day in DAYS])
            report(cast, 1)
    rebuilding.rebuild()
    return cast


def at(day, place):
    return dt.datetime.combine(day, TIMES[place % len(TIMES)], dt.UTC)


def report(cast, place):
    run = ReportRun.objects.create(
        centre=(cast.centre_a, cast.centre_b)[place % 2], starts_on=DAYS[0], ends_on=DAYS[1], format="csv", rows=1,
        sha256="0" * 64, made_by=cast.lan,
    )  # fmt: skip
    ReportRun.objects.filter(pk=run.pk).update(made_at=at(DAYS[place % len(DAYS)], place // 2))


def sign_in(cast, place):
    SignIn.objects.create(user=(cast.lan, cast.thu)[place % 2], at=at(DAYS[place % len(DAYS)], place // 3))


def forget_sign_ins(cast, place):
    rows = SignIn.objects.order_by("pk")
    rows.filter(pk__in=list(rows.values_list("pk", flat=True)[place % 3 :: 2])).delete()


def move_sign_in(cast, place):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_signin SET at = %s", [at(DAYS[place % len(DAYS)], place)])


def forget_report(cast, place):
    ReportRun.objects.all().delete()


def declare(cast, place):
    CentreDeclaration.objects.update_or_create(
        centre=(cast.centre_a, cast.centre_b)[place % 2], year=2026,
        defaults={"applies_it": place % 3 == 0, "declared_by": cast.lan},
    )  # fmt: skip


def other_membership(cast, place):
    rows = Membership.objects.filter(user=cast.lan)
    if place % 2:
        rows.update(valid_from=DAYS[place % 3], valid_to=None)
    else:
        rows.update(centre=(cast.centre_a, cast.centre_b)[place // 2 % 2])


def other_threshold(cast, place):
    if place % 2:
        DatedSetting.objects.filter(key="indicators.c3_min_classes").update(value=1 + place % 3)
    else:
        DatedSetting.objects.filter(key="indicators.c3_needs_report").update(value=bool(place % 4))


def other_session(cast, place):
    rows = Session.objects.order_by("pk")
    row = rows[place % rows.count()]
    if place % 2:
        rows.filter(pk=row.pk).update(status="planned", marked_at=None, marked_by=None)
    else:
        rows.filter(pk=row.pk).update(held_on=DAYS[place % len(DAYS)])


def other_class(cast, place):
    group = ClassGroup.objects.order_by("pk")[place % 2]
    ClassGroup.objects.filter(pk=group.pk).update(centre=(cast.centre_a, cast.centre_b)[place // 2 % 2])


def other_centre(cast, place):
    centre = (cast.centre_a, cast.centre_b)[place % 2]
    if place % 3 == 0:
        Centre.objects.filter(pk=centre.pk).update(closed_on=DAYS[place % len(DAYS)])
    elif place % 3 == 1:
        Centre.objects.filter(pk=centre.pk).update(code=f"DOI{place}{centre.pk}", established_on=dt.date(2026, 2, 3))
    else:
        CentreLocation.objects.filter(centre=centre, valid_to=None).update(
            unit=(cast.commune_a, cast.commune_b)[place // 3 % 2]
        )


def keep(cast, place):
    rebuilding.rebuild(whole=place % 4 == 0)


CHANGES = [
    sign_in, forget_sign_ins, move_sign_in, report, forget_report, declare, other_membership, other_threshold,
    other_session, other_class, other_centre,
]  # fmt: skip


def is_right(cast, today=CLOSED):
    for unit in (cast.city, cast.district_a, cast.commune_a, cast.commune_b, cast.old_commune_b):
        for day in (CLOSED, dt.date(2025, 11, 30)):
            kept, live = c3.measure(unit=unit, as_of=day), c3.measure(unit=unit, as_of=day, from_rows=True)
            assert kept == live, (unit, day)
            assert (kept.numerator, kept.denominator, kept.hash) == (live.numerator, live.denominator, live.hash)
            assert [use.centre.name for use in kept.centres] == [use.centre.name for use in live.centres]


def test_one_query_answers_and_says_what_measuring_says(town):
    current()
    for unit in (town.city, town.commune_a):
        with CaptureQueriesContext(connection) as asked:
            found = c3.measure(unit=unit, as_of=CLOSED)
            assert (found.denominator > 0, len(found.hash)) == (True, 64)
        assert len(asked) == 1
    is_right(town)
    assert c3.measure(unit=town.city, as_of=CLOSED).kept is not None
    assert rebuilding.rebuild().uses == 0


def test_every_change_is_noticed_by_itself(town):
    for place, change in enumerate(CHANGES):
        for turn in range(3):
            rebuilding.rebuild()
            change(town, place + turn)
            is_right(town)
            assert rebuilding.check().different == []


@settings(max_examples=8, phases=(Phase.generate,))
@given(st.lists(st.tuples(st.sampled_from([*CHANGES, keep]), st.integers(0, 40)), min_size=2, max_size=6))
def test_after_any_writes_it_is_what_measuring_says(town, changes):
    with transaction.atomic():
        for change, place in changes:
            change(town, place)
            is_right(town)
        rebuilding.rebuild()
        is_right(town)
        assert rebuilding.check().different == []
        transaction.set_rollback(True)


def test_only_centres_that_did_something_are_measured_anew(town):
    assert kept_use(town.city, plan_year_of(CLOSED).starts_on, CLOSED).stale == frozenset()
    # Somebody who signs in after the last whole month changes nothing.
    SignIn.objects.create(user=town.lan, at=at(dt.date(2026, 12, 9), 0))
    assert kept_use(town.city, plan_year_of(CLOSED).starts_on, CLOSED).stale == frozenset()
    Session.objects.filter(class_group__centre=town.centre_a).update(status="planned", marked_at=None, marked_by=None)
    assert kept_use(town.city, plan_year_of(CLOSED).starts_on, CLOSED).stale == {town.centre_a.pk}
    is_right(town)


def test_damage_is_found(town):
    RollupUse.objects.filter(unit_id=0, ends_on=CLOSED).update(numerator=99)
    [row] = rebuilding.check().different
    assert (row.area, row.area_id, row.figure, row.kept) == ("c3", 0, "numerator", 99)
    RollupMark.objects.create()
    assert rebuilding.check().different == []


def test_places_are_those_the_database_names(town):
    for unit in (town.city, town.district_a, town.commune_a, town.old_commune_a, town.commune_b):
        for day in (*DAYS, dt.date(2025, 6, 30), dt.date(2020, 1, 1)):
            rows = Centre.objects.in_unit(unit, day).active_on(day).distinct()
            assert {row.pk for row in open_in(current(), unit, day)} == {row.pk for row in rows}
