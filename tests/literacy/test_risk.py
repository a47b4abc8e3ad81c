"""Who is looked after first: the rule alone, what it is fed, and that the stored order is what the rule gives."""

import datetime as dt
import json
import random
from collections import Counter
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from core.dates import PartialDate, add_months
from core.errors import Conflict
from core.models import DatedSetting
from courses.models import Course
from learners.merging import merge_people, undo_merge
from literacy.choices import CheckOutcome
from literacy.models import FollowUp, LiteracyAward
from literacy.risk import PARTS, Facts, Lives, Reason, Rule, assess, band, words
from literacy.services import (
    count_stale,
    keep_worklist,
    record_award,
    record_check,
    record_outside_learning,
    take_back_outside_learning,
    undo_check,
)
from literacy.services.reference import RISK_RULE
from tests.factories import closed_class, make_learner

RULE = Rule(**RISK_RULE)
YEAR = 2026
SAFE = Facts(birth_year=1990, learned_on=dt.date(2026, 1, 5), outcome="holds_1", lives=Lives.HERE, attended=100)


@pytest.mark.parametrize(
    ("changed", "reason", "points", "said"),
    [
        ({"learned_on": None}, "no_class", 3, "chưa học tiếp từ khi biết chữ"),
        ({"outcome": "relapsed"}, "relapsed_before", 4, "lần kiểm tra trước: tái mù chữ"),
        ({"not_managed": "wc"}, "weak_check", 3, "lần kiểm tra trước còn yếu: viết, tính"),
        ({"birth_year": YEAR - 55}, "old", 2, "55 tuổi"),
        ({"lives": Lives.ELSEWHERE}, "far", 2, "ở phường, xã khác"),
        ({"lives": Lives.UNKNOWN}, "place_unknown", 1, "chưa rõ nơi ở"),
        ({"attended": 84}, "low_attendance", 2, "khi học chỉ dự 84% số buổi"),
    ],
)
def test_each_reason_is_worth_its_points_and_is_said_in_words(changed, reason, points, said):
    facts = Facts(**{name: getattr(SAFE, name) for name in Facts.__slots__} | changed)
    risk = assess(facts, RULE, year=YEAR)
    assert [row[0] for row in risk.reasons] == [reason]
    assert risk.points == points
    assert words(risk.reasons, year=YEAR) == [said]


def test_what_is_unknown_or_just_short_counts_against_nobody():
    assert assess(SAFE, RULE, year=YEAR).reasons == ()
    unknown = Facts(birth_year=None, learned_on=dt.date(2026, 1, 5), lives=Lives.HERE, attended=None)
    assert assess(unknown, RULE, year=YEAR).points == 0
    just = Facts(birth_year=YEAR - 54, learned_on=dt.date(2026, 1, 5), lives=Lives.HERE, attended=85)
    assert assess(just, RULE, year=YEAR).points == 0
    # Without a check that holds, what was not managed says nothing new.
    assert assess(Facts(learned_on=SAFE.learned_on, lives=Lives.HERE, not_managed="r"), RULE, year=YEAR).points == 0


facts = st.builds(
    Facts,
    birth_year=st.none() | st.integers(1920, 2011),
    learned_on=st.none() | st.dates(dt.date(2024, 1, 1), dt.date(2026, 12, 31)),
    outcome=st.sampled_from(["", *CheckOutcome.values]),
    not_managed=st.sets(st.sampled_from(list(PARTS))).map(lambda letters: "".join(sorted(letters))),
    lives=st.sampled_from(list(Lives)),
    attended=st.none() | st.integers(0, 100),
)


@given(facts, st.dictionaries(st.sampled_from([str(reason) for reason in Reason]), st.integers(0, 9)))
def test_points_are_the_sum_of_the_reasons_given_and_every_reason_has_words(person, points):
    rule = Rule(points, old_from=55, attendance_below=85, medium_from=3, high_from=6)
    risk = assess(person, rule, year=YEAR)
    assert risk.points == sum(points[reason] for reason, _figure in risk.reasons)
    assert len({reason for reason, _figure in risk.reasons}) == len(risk.reasons)
    assert not {Reason.FAR, Reason.PLACE_UNKNOWN} <= {reason for reason, _figure in risk.reasons}
    stored = json.loads(json.dumps(risk.reasons))
    assert words(stored, year=YEAR) == words(risk.reasons, year=YEAR)
    assert len(words(stored, year=YEAR)) == len(risk.reasons)
    # More learning never makes it worse.
    learning = Facts(**{name: getattr(person, name) for name in Facts.__slots__} | {"learned_on": dt.date(2026, 2, 2)})
    assert assess(learning, rule, year=YEAR).points <= risk.points


def test_bands_and_words_of_another_version():
    assert [band(points, RULE) for points in (0, 2, 3, 5, 6, 20)] == ["", "", "medium", "medium", "high", "high"]
    assert words([["invented", 3], ["far", None]], year=YEAR) == ["ở phường, xã khác"]
    with translation.override("en"):
        assert words([["old", 1950]], year=YEAR) == ["76 years old"]


@pytest.fixture
def today(reference):
    return timezone.localdate()


def literate(cast, day, **fields):
    person = make_learner(cast.centre_a, **({"unit": cast.commune_a} | fields))
    record_award(learner=person, level=1, proof="test", certified_on=day, centre=cast.centre_a, by=cast.lan)
    return person


def reasons_of(person):
    rows = FollowUp.objects.filter(learner=person)
    assert len({(row.risk, json.dumps(row.reasons)) for row in rows}) == 1
    return {reason for reason, _figure in rows[0].reasons}


@pytest.mark.django_db
def test_the_facts_come_from_what_was_recorded(cast, today):
    phase_1 = Course.objects.get(code="XMC-GD1")
    group, report = closed_class(cast.centre_a, course=phase_1, passing=2, failing=0)
    one, other = (row.learner for row in report.passed)
    assert reasons_of(one) == {"no_class", "place_unknown"}
    # A class that was attended to its threshold is learning, told by its closing alone, for who did not pass too.
    closed_class(cast.centre_a, people=[other, one], passing=1, failing=1, starts_on=group.closed_on + dt.timedelta(1))
    assert (reasons_of(other), reasons_of(one)) == ({"place_unknown"}, {"no_class", "place_unknown"})
    record_award(learner=one, level=2, proof="test", certified_on=today, centre=cast.centre_a, by=cast.lan)
    assert reasons_of(one) == {"place_unknown"}


@pytest.mark.django_db
def test_a_weak_check_counts_until_it_is_undone_or_a_better_one_is_made(cast, today):
    person = literate(cast, add_months(today, -7), birth=PartialDate(1930))
    assert reasons_of(person) == {"no_class", "old"}
    first, second = FollowUp.objects.filter(learner=person, months__in=(3, 6)).order_by("months")
    weak = record_check(follow_up=first, outcome="holds_1", checked_on=today, writes=False, by=cast.lan)
    assert reasons_of(person) == {"no_class", "old", "weak_check"}
    undo_check(check=weak, by=cast.lan)
    assert reasons_of(person) == {"no_class", "old"}
    record_check(follow_up=first, outcome="holds_1", checked_on=today, writes=False, by=cast.lan)
    record_check(follow_up=second, outcome="not_reached", checked_on=today, by=cast.lan)
    assert reasons_of(person) == {"no_class", "old", "weak_check"}  # not met: nothing new is known
    record_check(follow_up=second, outcome="holds_1", checked_on=today, writes=True, by=cast.lan)
    assert reasons_of(person) == {"no_class", "old"}


@pytest.mark.django_db
def test_far_is_another_commune_than_the_centres_of_today_or_before(cast, today):
    here = literate(cast, add_months(today, -4))
    before = literate(cast, add_months(today, -4), unit=cast.old_commune_a)
    far = literate(cast, add_months(today, -4), unit=cast.commune_b)
    assert ("far" in reasons_of(here), "far" in reasons_of(before), "far" in reasons_of(far)) == (False, False, True)


@pytest.mark.django_db
def test_the_night_takes_up_what_other_pages_changed_and_the_command_says_so(cast, today):
    person = literate(cast, add_months(today, -4))
    person.unit = cast.commune_b
    person.save()
    assert "far" not in reasons_of(person)
    assert count_stale() == 4
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("literacy_worklist", "--check", "--json", stdout=out, stderr=StringIO())
    answer = json.loads(out.getvalue())
    assert (ended.value.code, answer["stale"], answer["error"]["code"]) == (1, 4, "worklist_stale")
    assert "far" not in reasons_of(person)
    out = StringIO()
    call_command("literacy_worklist", "--json", stdout=out)
    assert json.loads(out.getvalue())["changed"] == 4
    assert "far" in reasons_of(person)
    assert keep_worklist()["changed"] == 0
    # A rule of another day holds from that day on.
    softer = RISK_RULE | {"points": {"far": 5}}
    DatedSetting.objects.create(key="literacy.risk_rule", valid_from=today, value=softer)
    assert keep_worklist()["changed"] == 4
    assert set(FollowUp.objects.values_list("risk", flat=True)) == {5}
    out = StringIO()
    call_command("literacy_worklist", "--check", stdout=out)
    assert "đều đúng" in out.getvalue()


@pytest.mark.django_db
def test_merging_two_records_leaves_no_stale_risk(cast, today):
    person = literate(cast, add_months(today, -9))
    double = make_learner(cast.centre_a, person.full_name, unit=cast.commune_a)
    group, _report = closed_class(cast.centre_a, people=[double], passing=1, failing=0)
    assert group.closed_on > LiteracyAward.objects.get().certified_on
    assert "no_class" in reasons_of(person)
    done = merge_people(kept=person, other=double, by=cast.duc)
    assert "no_class" not in reasons_of(person)
    undo_merge(merge=done, by=cast.duc)
    assert "no_class" in reasons_of(person)
    assert count_stale() == 0


@pytest.mark.django_db
def test_refreshing_costs_the_same_for_few_people_and_many(cast, today):
    def spend(people):
        for _ in range(people):
            literate(cast, add_months(today, -4))
        FollowUp.objects.update(risk=99)
        with CaptureQueriesContext(connection) as log:
            keep_worklist()
        return len(log)

    assert spend(2) == spend(8)


@pytest.mark.django_db
def test_whatever_is_recorded_in_whatever_order_leaves_nothing_stale(cast, today):
    """Every writer of the app refreshes whom it touches: after any of forty deeds the night would change nothing."""
    rng = random.Random(41)
    people = [literate(cast, add_months(today, -months), unit=None) for months in (4, 7, 13)]
    papers, checks, done = [], [], Counter()
    for _ in range(40):
        person = rng.choice(people)
        deed = rng.choice(["check", "check", "undo", "paper", "take back", "level 2", "class"])
        try:
            if deed == "check":
                row = rng.choice(FollowUp.objects.filter(learner=person, due_on__lte=today).order_by("pk"))
                outcome = rng.choice(["holds_1", "holds_1", "relapsed", "not_reached"])
                writes = rng.choice([True, False, None]) if outcome == "holds_1" else None
                checks.append(
                    record_check(follow_up=row, outcome=outcome, checked_on=today, writes=writes, by=cast.lan)
                )
            elif deed == "undo" and checks:
                undo_check(check=checks.pop(), by=cast.lan)
            elif deed == "paper":
                papers.append(
                    record_outside_learning(
                        learner=person, what=f"Nghề {len(papers)}", place="Xưởng may", starts_on=today, ends_on=today,
                        paper="Giấy xác nhận", by=cast.lan,
                    )
                )  # fmt: skip
            elif deed == "take back" and papers:
                take_back_outside_learning(row=papers.pop(), reason="Nhầm", by=cast.lan)
            elif deed == "level 2":
                record_award(
                    learner=person, level=2, proof="test", certified_on=today, centre=cast.centre_a, by=cast.lan
                )
            elif deed == "class":
                closed_class(cast.centre_a, people=[person], passing=1, failing=0, sessions=1)
            done[deed] += 1
        except Conflict:  # has its result, holds the level: nothing happened
            done["refused"] += 1
        assert count_stale() == 0, deed
    assert set(done) >= {"check", "undo", "paper", "take back", "level 2", "class"}
