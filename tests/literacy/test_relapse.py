"""Falling back and coming out of it: who relapsed is not shut out of the plan."""

import datetime as dt

import pytest
from django.utils import timezone

from core.dates import add_months
from core.errors import Conflict, OutOfScope
from courses.models import Course
from literacy.models import FollowUp, LiteracyAward, LiteracyCheck, Relapse
from literacy.services import derive_awards, record_award, record_check
from tests.factories import closed_class, make_learner


@pytest.fixture
def person(cast, reference):
    """Somebody certified seven months ago: the first two checks are due, the others to come."""
    learner = make_learner(cast.centre_a)
    certified = add_months(timezone.localdate(), -7)
    record_award(learner=learner, level=1, proof="test", certified_on=certified, centre=cast.centre_a, by=cast.lan)
    return learner


def follow_up(person, months):
    return FollowUp.objects.get(learner=person, months=months)


def found(person, months, outcome, by, *, after):
    row = follow_up(person, months)
    day = add_months(row.award.certified_on, after)
    return record_check(follow_up=row, outcome=outcome, checked_on=day, by=by)


def open_months(person):
    return list(FollowUp.objects.open().filter(learner=person).values_list("months", flat=True))


def test_a_later_check_ends_the_relapse_and_the_plan_goes_on(cast, person):
    found(person, 3, "relapsed", cast.lan, after=3)
    assert open_months(person) == []
    assert [row.called_off_on is None for row in FollowUp.objects.filter(learner=person)] == [True, False, False, False]

    check = found(person, 3, "holds_1", cast.lan, after=5)

    case = Relapse.objects.get()
    assert case.recovered_on == check.checked_on
    assert open_months(person) == [6, 12, 24]
    assert follow_up(person, 3).done_on == case.opened_on  # the first result keeps its day


def test_checks_that_fell_into_the_relapse_stay_called_off(cast, person):
    found(person, 3, "relapsed", cast.lan, after=3)
    found(person, 3, "holds_2", cast.lan, after=7)

    assert open_months(person) == [12, 24]
    assert follow_up(person, 6).called_off_on is not None


def test_a_called_off_check_can_be_made_while_the_relapse_is_open(cast, person):
    found(person, 3, "relapsed", cast.lan, after=3)
    found(person, 6, "not_reached", cast.lan, after=6)
    assert Relapse.objects.get().recovered_on is None

    found(person, 6, "holds_1", cast.lan, after=7)

    row = follow_up(person, 6)
    assert (row.done_on is not None, row.called_off_on, row.attempts) == (True, None, 1)
    assert Relapse.objects.get().recovered_on == row.done_on


def test_relapsing_again_is_one_case_and_a_new_one_after_recovery(cast, person):
    found(person, 3, "relapsed", cast.lan, after=3)
    found(person, 3, "relapsed", cast.lan, after=4)
    assert Relapse.objects.count() == 1
    found(person, 3, "holds_1", cast.lan, after=5)
    with pytest.raises(Conflict):
        found(person, 3, "relapsed", cast.lan, after=6)
    found(person, 6, "relapsed", cast.lan, after=6)

    assert Relapse.objects.filter(recovered_on__isnull=True).count() == 1
    assert Relapse.objects.count() == 2


@pytest.mark.parametrize("outcome", ["moved", "died"])
def test_who_left_during_a_relapse_is_not_asked_again(cast, person, outcome):
    found(person, 3, "relapsed", cast.lan, after=3)
    found(person, 3, outcome, cast.lan, after=4)

    with pytest.raises(Conflict):
        found(person, 3, "holds_1", cast.lan, after=5)
    with pytest.raises(Conflict):
        found(person, 12, "holds_1", cast.lan, after=5)


def test_a_relapse_entered_late_does_not_undo_what_was_found_after_it(cast, person):
    found(person, 6, "holds_1", cast.lan, after=6)
    found(person, 3, "relapsed", cast.lan, after=3)

    case = Relapse.objects.get()
    assert (case.recovered_on - case.opened_on).days > 80
    assert open_months(person) == [12, 24]


def test_deriving_awards_does_not_undo_a_relapse_found_on_the_closing_day(cast, reference):
    phase_1 = Course.objects.get(code="XMC-GD1")
    group, report = closed_class(cast.centre_a, course=phase_1, passing=1, failing=0)
    row = FollowUp.objects.get(learner=report.passed[0].learner, months=3)
    record_check(follow_up=row, outcome="relapsed", checked_on=group.closed_on, by=cast.lan)

    derive_awards()

    assert Relapse.objects.get().recovered_on is None


def test_an_award_of_a_person_of_another_centre_is_out_of_scope(cast, reference):
    stranger = make_learner(cast.centre_b)
    day = timezone.localdate() - dt.timedelta(days=1)
    with pytest.raises(OutOfScope):
        record_award(learner=stranger, level=1, proof="test", certified_on=day, centre=cast.centre_a, by=cast.lan)
    assert not LiteracyAward.objects.exists()


def test_a_second_level_1_is_refused_and_a_survey_opens_no_plan(cast, person):
    today = timezone.localdate()
    with pytest.raises(Conflict):
        record_award(learner=person, level=1, proof="test", certified_on=today, centre=cast.centre_a, by=cast.lan)
    known = make_learner(cast.centre_a)
    record_award(learner=known, level=1, proof="survey", certified_on=today, centre=cast.centre_a, by=cast.lan)
    assert not FollowUp.objects.filter(learner=known).exists()


def test_refused_is_done_and_stays_unknown(cast, person):
    found(person, 3, "refused", cast.lan, after=3)

    assert follow_up(person, 3).done_on is not None
    assert open_months(person) == [6, 12, 24]
    assert not Relapse.objects.exists()
    assert LiteracyCheck.objects.get().reads is None
