"""C3 is measured from real use: who counts, what is missing, and what must not count."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import SignIn
from centres.models import Membership
from core.dates import add_months, plan_year_of
from core.models import DatedSetting
from indicators import c3
from indicators.services import compute_figure, declare
from tests.factories import hold, make_class, make_enrolled, make_sessions, sign_in_monthly, use_system


@pytest.fixture
def today(reference):
    return timezone.localdate()


def use_of(centre, unit, day):
    return next(use for use in c3.measure(unit=unit, as_of=day).centres if use.centre == centre)


def test_a_centre_counts_by_use_not_by_its_word(cast, today):
    use_system(cast.centre_a)
    declare(centre=cast.centre_b, year=today.year, applies_it=True, note="", by=cast.hai)

    a, b = use_of(cast.centre_a, cast.city, today), use_of(cast.centre_b, cast.city, today)
    assert a.missing == ()
    assert {missing.what for missing in b.missing} >= {"classes", "report"}
    assert (a.declared, b.declared) == (None, True)
    figure = compute_figure(code="C3", unit=cast.city, as_of=today, by=cast.tuan)
    assert (figure.numerator, figure.denominator, figure.value) == (1, 2, Decimal("50.0000"))
    assert figure.coverage == 100
    assert figure.lower == figure.value == figure.upper


@pytest.mark.parametrize(
    ("lacking", "what"), [({"classes": 1}, "classes"), ({"report": False}, "report"), ({"months": 1}, "months")]
)
def test_each_of_the_three_is_needed(cast, today, lacking, what):
    use_system(cast.centre_a, **lacking)
    whole = c3.whole_months(plan_year_of(today).starts_on, today)
    expected = {what} if what != "months" or whole else set()

    use = use_of(cast.centre_a, cast.city, today)
    assert {missing.what for missing in use.missing} == expected
    assert use.counts == (not expected)


def test_planned_classes_do_not_count_only_attendance_does(cast, today):
    use_system(cast.centre_a, classes=1)
    group = make_class(cast.centre_a, starts_on=today)
    make_enrolled(group, 3)
    make_sessions(group, 3)

    assert use_of(cast.centre_a, cast.city, today).classes == 1
    assert str(use_of(cast.centre_a, cast.city, today).missing[0]).startswith("mới có 1/2 lớp")


def test_several_sessions_are_one_class(cast, today):
    group = make_class(cast.centre_a, starts_on=today - dt.timedelta(days=21))
    make_enrolled(group, 1)
    sessions = make_sessions(group, 3)
    for session in sessions:
        hold(session)

    # On the last session's day: today may be the first day of a plan year, with nothing in it.
    assert use_of(cast.centre_a, cast.city, sessions[-1].held_on).classes == 1


def test_the_running_month_cannot_be_missed_yet():
    assert c3.whole_months(dt.date(2025, 12, 1), dt.date(2026, 2, 1)) == {(2025, 12), (2026, 1)}
    assert c3.whole_months(dt.date(2025, 12, 1), dt.date(2026, 2, 28)) == {(2025, 12), (2026, 1), (2026, 2)}
    assert c3.whole_months(dt.date(2025, 12, 2), dt.date(2026, 1, 30)) == set()
    assert c3.whole_months(dt.date(2025, 12, 1), dt.date(2025, 12, 1)) == set()
    assert len(c3.whole_months(dt.date(2025, 12, 1), dt.date(2026, 11, 30))) == 12


@pytest.mark.parametrize(
    ("day", "start"),
    [
        (dt.date(2026, 11, 30), dt.date(2025, 12, 1)),
        (dt.date(2026, 12, 1), dt.date(2026, 12, 1)),
        (dt.date(2026, 1, 1), dt.date(2025, 12, 1)),
    ],
)
def test_the_plan_year_closes_on_30_november(day, start):
    assert plan_year_of(day).starts_on == start


def signed_in(user, day):
    SignIn.objects.create(user=user, at=timezone.make_aware(dt.datetime.combine(day, dt.time(8))))


def test_sign_ins_count_for_the_centre_of_their_day(cast, reference):
    """Lan works for A until March and for B from April on; each month belongs to one of them only."""
    as_of = dt.date(2026, 6, 30)
    Membership.objects.filter(user=cast.lan).update(valid_to=dt.date(2026, 3, 31))
    Membership.objects.create(user=cast.lan, role="centre_staff", centre=cast.centre_b, valid_from=dt.date(2026, 4, 1))
    for month in range(1, 7):
        signed_in(cast.lan, dt.date(2026, month, 15))

    assert use_of(cast.centre_a, cast.city, as_of).months_used == 3
    assert use_of(cast.centre_b, cast.city, as_of).months_used == 3


def test_a_sign_in_late_at_night_belongs_to_the_local_day(cast, reference):
    """17:30 UTC on 31 January is 00:30 on 1 February in Hanoi."""
    SignIn.objects.create(user=cast.lan, at=dt.datetime(2026, 1, 31, 17, 30, tzinfo=dt.UTC))
    found = c3.measure(unit=cast.city, as_of=dt.date(2026, 1, 31))
    assert [use.months_used for use in found.centres] == [0, 0]
    found = c3.measure(unit=cast.city, as_of=dt.date(2026, 2, 28))
    assert sorted(use.months_used for use in found.centres) == [0, 1]


def test_a_new_centre_is_asked_from_its_first_whole_month(cast, reference):
    cast.centre_a.established_on = dt.date(2026, 4, 10)
    cast.centre_a.save()

    assert use_of(cast.centre_a, cast.city, dt.date(2026, 6, 30)).months_open == 2


def test_closed_centres_leave_the_denominator(cast, today):
    cast.centre_b.closed_on = today
    cast.centre_b.save()

    assert c3.measure(unit=cast.city, as_of=today).denominator == 1
    assert c3.measure(unit=cast.city, as_of=today - dt.timedelta(days=1)).denominator == 2


def test_units_old_and_new(cast, today):
    """A commune of today holds its centre; so does the old district, as it was on its last day."""
    for unit in (cast.commune_a, cast.district_a, cast.old_commune_a):
        assert [use.centre for use in c3.measure(unit=unit, as_of=today).centres] == [cast.centre_a]


def test_thresholds_are_dated(cast, today):
    use_system(cast.centre_a)
    before = c3.measure(unit=cast.city, as_of=today)
    DatedSetting.objects.create(key="indicators.c3_min_classes", valid_from=today, value=3)
    after = c3.measure(unit=cast.city, as_of=today)

    assert (before.numerator, after.numerator) == (1, 0)


def test_another_threshold_is_another_figure_even_with_the_same_result(cast, today):
    use_system(cast.centre_a)
    before = c3.measure(unit=cast.city, as_of=today)
    DatedSetting.objects.create(key="indicators.c3_min_classes", valid_from=today, value=1)
    after = c3.measure(unit=cast.city, as_of=today)

    assert before.numerator == after.numerator
    assert before.hash != after.hash


def test_the_hash_does_not_depend_on_the_language(cast, today):
    use_system(cast.centre_a, classes=1)
    with translation.override("vi"):
        vi = c3.measure(unit=cast.city, as_of=today).hash
    with translation.override("en"):
        assert c3.measure(unit=cast.city, as_of=today).hash == vi


def test_queries_do_not_grow_with_centres(cast, today, django_assert_num_queries):
    with CaptureQueriesContext(connection) as one:
        c3.measure(unit=cast.commune_a, as_of=today)
    for centre in (cast.centre_a, cast.centre_b):
        use_system(centre)
    with django_assert_num_queries(len(one)):
        c3.measure(unit=cast.city, as_of=today)


def test_future_use_is_not_seen_by_an_earlier_day(cast, reference):
    day = add_months(timezone.localdate(), -2)
    sign_in_monthly(cast.lan, months=1)
    use_system(cast.centre_a, months=0)

    use = use_of(cast.centre_a, cast.city, day)
    assert (use.classes, use.months_used, use.reports) == (0, 0, 0)
