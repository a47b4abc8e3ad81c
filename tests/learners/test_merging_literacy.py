"""Merging two records that were both followed up: what was found of either is known of the person (docs/adr/0013)."""

import datetime as dt

import pytest

from learners.merging import merge_people, undo_merge
from literacy.cohorts.selectors import cohort_report
from literacy.management.commands.literacy_cohorts import as_row
from literacy.models import FollowUp, LevelStanding, LiteracyCheck, Relapse
from literacy.selectors import a3_figure
from literacy.services import record_award, record_check
from tests.factories import make_learner

TODAY = dt.date(2026, 11, 20)


@pytest.fixture
def two(cast, reference):
    """One person twice: certified in September 2025 under one code, in November under another."""
    rows = [make_learner(cast.centre_a, "Bùi Thị Nga") for _n in range(2)]
    for person, month in zip(rows, (9, 11), strict=True):
        record_award(
            learner=person,
            level=1,
            proof="test",
            certified_on=dt.date(2025, month, 2),
            centre=cast.centre_a,
            by=cast.lan,
        )
    return rows


def check(person, months, outcome, day, by):
    return record_check(
        follow_up=FollowUp.objects.get(learner=person, months=months), outcome=outcome, checked_on=day, by=by
    )


def counts(cast):
    row = as_row(cohort_report(as_of=TODAY, by="year", unit=cast.city).total)
    return {
        key: row[key] for key in ("certified", "continuing", "relapsed", "not_reached", "not_due", "left") if row[key]
    }


def test_a_relapse_found_under_the_other_record_is_the_persons(cast, two):
    kept, other = two
    check(other, 3, "relapsed", dt.date(2026, 2, 10), cast.lan)
    merge = merge_people(kept=kept, other=other, by=cast.lan)
    assert counts(cast) == {"certified": 1, "relapsed": 1}
    case = Relapse.objects.get()
    assert case.learner == kept
    assert list(Relapse.objects.visible_to(cast.lan)) == [case]
    assert LevelStanding.objects.get(learner=kept).relapsed
    assert not FollowUp.objects.open().filter(learner=kept).exists()
    undo_merge(merge=merge, by=cast.lan)
    assert counts(cast) == {"certified": 2, "relapsed": 1, "not_reached": 1}


def test_coming_out_of_it_under_the_other_record_ends_the_case(cast, two):
    kept, other = two
    check(kept, 3, "relapsed", dt.date(2025, 12, 10), cast.lan)
    check(other, 3, "holds_1", dt.date(2026, 2, 10), cast.lan)
    merge = merge_people(kept=kept, other=other, by=cast.lan)
    assert counts(cast) == {"certified": 1, "continuing": 1}
    assert Relapse.objects.get().recovered_on == dt.date(2026, 2, 10)
    assert list(FollowUp.objects.open().filter(learner=kept).values_list("months", flat=True)) == [6, 12, 24]
    undo_merge(merge=merge, by=cast.lan)
    assert Relapse.objects.get().recovered_on is None
    assert not FollowUp.objects.open().filter(learner=kept).exists()
    assert list(FollowUp.objects.open().filter(learner=other).values_list("months", flat=True)) == [6, 12, 24]


def test_an_episode_seen_under_both_records_is_one(cast, two):
    kept, other = two
    for person, month in ((kept, 12), (other, 2)):
        check(person, 3, "relapsed", dt.date(2026 if month == 2 else 2025, month, 10), cast.lan)
    merge_people(kept=kept, other=other, by=cast.lan)
    assert counts(cast) == {"certified": 1, "relapsed": 1}
    assert [case.learner for case in Relapse.objects.visible_to(cast.lan)] == [kept]
    assert list(FollowUp.objects.relapsed().filter(learner=kept)) == [FollowUp.objects.get(learner=kept, months=3)]


@pytest.mark.parametrize(
    ("outcome", "state", "still"),
    [("holds_2", "continuing", [6, 12, 24]), ("not_reached", "not_reached", [3, 6, 12, 24]), ("died", "left", [])],
)
def test_what_was_found_under_the_other_record_stands_on_the_plan_of_the_first(cast, two, outcome, state, still):
    kept, other = two
    found = check(other, 3, outcome, dt.date(2026, 2, 10), cast.lan)
    before = list(FollowUp.objects.order_by("pk").values()), list(LiteracyCheck.objects.values())
    merge = merge_people(kept=kept, other=other, by=cast.lan)
    assert counts(cast) == {"certified": 1, state: 1}
    plan = FollowUp.objects.filter(learner=kept)
    assert list(plan.open().order_by("months").values_list("months", flat=True)) == still
    first = plan.get(months=3)
    assert list(first.checks.all()) == [found]
    assert (first.done_on, first.attempts) == ((None, 1) if outcome == "not_reached" else (found.checked_on, 0))
    assert not FollowUp.objects.open().filter(learner=other).exists(), "nobody is to be checked twice"
    figure = a3_figure(unit=cast.city, as_of=TODAY)
    assert [row.code for row in figure.evidence] == [kept.code]
    undo_merge(merge=merge, by=cast.lan)
    assert (list(FollowUp.objects.order_by("pk").values()), list(LiteracyCheck.objects.values())) == before
