"""Nobody who learned to read is lost sight of: awards, follow-ups, checks, relapse, A3."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from core.dates import add_months
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from courses.models import Course
from literacy.models import FollowUp, LiteracyAward, LiteracyCheck, Relapse
from literacy.rules import NOT_COUNTED, OPEN, Member, Placement, follow_up_dates, place, share, words
from literacy.selectors import a3_figure, cohort_window
from literacy.services import award_after_closing, derive_awards, record_award, record_check
from tests.factories import closed_class, make_learner

DAY = dt.date(2025, 3, 1)
AS_OF = dt.date(2026, 6, 1)


def member(*checks, events=(), certified_on=DAY):
    return Member(1, "HV1", certified_on, tuple(checks), tuple(events))


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (member(), Placement.UNKNOWN),
        (member((DAY, "not_reached"), (DAY, "refused")), Placement.UNKNOWN),
        (member((dt.date(2025, 9, 1), "holds_1")), Placement.NOT_CONTINUING),
        (member((dt.date(2025, 9, 1), "holds_1"), events=[dt.date(2025, 6, 1)]), Placement.RETAINED),
        (member((dt.date(2025, 9, 1), "holds_1"), events=[DAY]), Placement.NOT_CONTINUING),
        (member((dt.date(2025, 9, 1), "holds_1"), events=[dt.date(2026, 3, 2)]), Placement.NOT_CONTINUING),
        (member((dt.date(2025, 9, 1), "holds_1"), events=[dt.date(2026, 3, 1)]), Placement.RETAINED),
        (member((dt.date(2025, 6, 1), "holds_1"), (dt.date(2025, 9, 1), "relapsed")), Placement.RELAPSED),
        (
            member((dt.date(2025, 6, 1), "relapsed"), (dt.date(2025, 9, 1), "holds_2"), events=[dt.date(2025, 7, 1)]),
            Placement.RETAINED,
        ),
        (member((dt.date(2025, 6, 1), "holds_1"), (dt.date(2025, 9, 1), "moved")), Placement.LEFT),
        (member((dt.date(2025, 9, 1), "died")), Placement.LEFT),
        (member((dt.date(2026, 7, 1), "relapsed"), (dt.date(2025, 9, 1), "holds_1")), Placement.NOT_CONTINUING),
    ],
)
def test_where_a_person_is_counted(who, expected):
    placement, basis = place(who, as_of=AS_OF, window_months=12, first_months=3)

    assert placement == expected
    assert words(placement, basis)


@given(st.lists(st.sampled_from(list(Placement)), max_size=200))
def test_bounds_hold_for_any_cohort(placements):
    result = share(placements)
    aside = sum(placement in NOT_COUNTED for placement in placements)

    assert result.denominator == len(placements) - aside
    if result.denominator == 0:
        assert result.value is result.lower is result.upper is result.coverage is None
        return
    assert 0 <= result.lower <= result.value <= result.upper <= 100
    assert (result.coverage == 100) == set(OPEN).isdisjoint(placements)


def test_due_dates_end_with_short_months():
    assert follow_up_dates(dt.date(2025, 11, 30), [3, 12]) == [(3, dt.date(2026, 2, 28)), (12, dt.date(2026, 11, 30))]


@pytest.fixture
def phase_1(reference):
    return Course.objects.get(code="XMC-GD1")


@pytest.fixture
def awarded(cast, phase_1):
    group, report = closed_class(cast.centre_a, course=phase_1, passing=3, failing=1)
    return group, [row.learner for row in report.passed]


def test_completing_phase_1_makes_people_newly_literate(cast, awarded):
    group, people = awarded

    awards = LiteracyAward.objects.all()
    assert {award.learner for award in awards} == set(people)
    assert {(award.level, award.proof, award.certified_on, award.unit) for award in awards} == {
        (1, "programme", group.closed_on, cast.commune_a)
    }
    due = FollowUp.objects.filter(learner=people[0]).values_list("months", "due_on")
    assert list(due) == [(months, add_months(group.closed_on, months)) for months in (3, 6, 12, 24)]


def test_deriving_again_changes_nothing_and_a_second_class_awards_nobody_twice(cast, awarded, phase_1):
    before = (LiteracyAward.objects.count(), FollowUp.objects.count())
    assert derive_awards() == 0
    closed_class(cast.centre_a, course=phase_1, passing=1, failing=0)

    assert (LiteracyAward.objects.count(), FollowUp.objects.count()) == (before[0] + 1, before[1] + 4)


def check(follow_up, outcome, by, days=100):
    day = min(follow_up.award.certified_on + dt.timedelta(days=days), timezone.localdate())
    return record_check(follow_up=follow_up, outcome=outcome, checked_on=day, by=by)


def test_relapse_opens_one_case_and_ends_the_plan_recovery_closes_it(cast, awarded, phase_1):
    _group, people = awarded
    first = FollowUp.objects.filter(learner=people[0], months=3).get()
    check(first, "relapsed", cast.lan, days=1)

    case = Relapse.objects.get()
    assert case.recovered_on is None
    assert not FollowUp.objects.open().filter(learner=people[0]).exists()

    group = closed_class(cast.centre_a, course=phase_1, passing=1, failing=0, starts_on=dt.date(2026, 8, 3))[0]
    enrolment = group.enrolments.get()
    enrolment.learner = people[0]
    award_after_closing(class_group=group, passed=[enrolment], by=cast.lan)
    case.refresh_from_db()
    assert case.recovered_on == group.closed_on
    with pytest.raises(Conflict):
        check(first, "holds_1", cast.lan)
    later = FollowUp.objects.open().filter(learner=people[0])
    assert list(later) == list(FollowUp.objects.filter(learner=people[0], due_on__gt=group.closed_on))
    assert later.exists()


def test_not_reached_stays_on_the_list_and_is_counted(cast, awarded):
    follow_up = FollowUp.objects.filter(months=3).first()
    check(follow_up, "not_reached", cast.lan)
    check(follow_up, "not_reached", cast.lan)

    follow_up.refresh_from_db()
    assert (follow_up.attempts, follow_up.done_on) == (2, None)
    assert LiteracyCheck.objects.count() == 2


@pytest.mark.parametrize("outcome", ["moved", "died"])
def test_leaving_ends_the_plan(cast, awarded, outcome):
    follow_up = FollowUp.objects.filter(months=3).first()
    check(follow_up, outcome, cast.lan)

    assert not FollowUp.objects.open().filter(learner=follow_up.learner).exists()


def test_days_that_cannot_be(cast, awarded):
    follow_up = FollowUp.objects.filter(months=3).first()
    for day in (timezone.localdate() + dt.timedelta(days=1), follow_up.award.certified_on - dt.timedelta(days=1)):
        with pytest.raises(InvalidInput):
            record_check(follow_up=follow_up, outcome="holds_1", checked_on=day, by=cast.lan)
    assert not LiteracyCheck.objects.exists()


def test_who_may_record(cast, awarded):
    follow_up = FollowUp.objects.first()
    with pytest.raises(OutOfScope):
        check(follow_up, "holds_1", cast.minh)
    with pytest.raises(OutOfScope):
        check(follow_up, "holds_1", cast.thu)
    for user in (cast.hoa, cast.tuan, cast.van):
        with pytest.raises(Forbidden):
            check(follow_up, "holds_1", user)


def build_cohort(cast, phase_1, as_of):
    """Four people certified 15 months before: retained, relapsed, never checked, moved."""
    certified = add_months(as_of, -15)
    people = [make_learner(cast.centre_a) for _ in range(4)]
    for person in people:
        record_award(learner=person, level=1, proof="test", certified_on=certified, centre=cast.centre_a, by=cast.lan)
    rows = {row.learner_id: row for row in FollowUp.objects.filter(months=6)}
    for person, outcome in zip(people, ("holds_1", "relapsed", None, "moved"), strict=True):
        if outcome:
            record_check(follow_up=rows[person.pk], outcome=outcome, checked_on=add_months(certified, 6), by=cast.lan)
    return people, certified


def test_a3_of_a_cohort_made_by_hand(cast, phase_1):
    as_of = timezone.localdate()
    people, certified = build_cohort(cast, phase_1, as_of)
    _group, report = closed_class(cast.centre_a, passing=1, failing=0, starts_on=add_months(certified, 3))
    report.passed[0].learner = people[0]
    report.passed[0].save()

    result = a3_figure(unit=cast.city, as_of=as_of)

    assert {row.learner_id: row.placement for row in result.evidence} == {
        people[0].pk: Placement.RETAINED,
        people[1].pk: Placement.RELAPSED,
        people[2].pk: Placement.UNKNOWN,
        people[3].pk: Placement.LEFT,
    }
    assert (result.share.numerator, result.share.denominator) == (1, 3)
    assert result.share.value == result.share.lower == Decimal("33.3333")
    assert result.share.upper == result.share.coverage == Decimal("66.6667")
    assert result.hash == a3_figure(unit=cast.city, as_of=as_of).hash
    other = a3_figure(unit=cast.commune_b, as_of=as_of)
    assert (other.share.denominator, other.share.value) == (0, None)


def test_the_hash_changes_when_a_row_does(cast, phase_1):
    as_of = timezone.localdate()
    people, certified = build_cohort(cast, phase_1, as_of)
    before = a3_figure(unit=cast.city, as_of=as_of).hash
    follow_up = FollowUp.objects.get(learner=people[2], months=6)
    record_check(follow_up=follow_up, outcome="holds_1", checked_on=add_months(certified, 6), by=cast.lan)

    assert a3_figure(unit=cast.city, as_of=as_of).hash != before


def test_the_window_is_one_year_observed_whole():
    assert cohort_window(dt.date(2026, 11, 23), 12) == (dt.date(2024, 11, 24), dt.date(2025, 11, 23))


def test_a3_queries_do_not_grow(cast, phase_1, django_assert_num_queries):
    as_of = timezone.localdate()
    build_cohort(cast, phase_1, as_of)
    with CaptureQueriesContext(connection) as few:
        a3_figure(unit=cast.city, as_of=as_of)
    for _ in range(5):
        record_award(
            learner=make_learner(cast.centre_a),
            level=1,
            proof="test",
            certified_on=add_months(as_of, -14),
            centre=cast.centre_a,
            by=cast.lan,
        )
    with django_assert_num_queries(len(few)):
        a3_figure(unit=cast.city, as_of=as_of)


def test_pages(as_user, cast, awarded):
    follow_up = FollowUp.objects.filter(months=3).first()
    client = as_user(cast.lan)
    body = client.get("/literacy/", {"when": "later"}).content.decode() + client.get("/literacy/").content.decode()
    assert follow_up.learner.full_name in body
    url = f"/literacy/follow-ups/{follow_up.pk}/"
    assert client.get(url).status_code == 200
    wrong = client.post(url, {"checked_on": "23/11/2099", "outcome": "holds_1", "note": "Gặp ở nhà"})
    assert wrong.status_code == 422
    assert "Gặp ở nhà" in wrong.content.decode()
    today = timezone.localdate()
    assert (
        client.post(url, {"checked_on": f"{today:%d/%m/%Y}", "outcome": "holds_1", "reads": "yes"}).status_code == 302
    )
    assert LiteracyCheck.objects.get().reads is True
    assert "Giữ mức độ 1" in client.get(f"/literacy/learners/{follow_up.learner_id}/").content.decode()
    assert as_user(cast.minh).get(url).status_code == 404
    assert as_user(cast.thu).get(url).status_code == 403
    assert as_user(cast.tuan).get(url).status_code == 403
    assert as_user(cast.tuan).get("/literacy/?when=done").status_code == 200
