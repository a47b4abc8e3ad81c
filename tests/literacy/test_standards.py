"""Standards of communes and the city: by hand on a small commune, by trying every possible truth, on past days."""

import datetime as dt
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from centres.models import AdminUnit, UnitLineage
from core.dates import PartialDate
from core.models import DatedSetting
from learners.models import Learner
from literacy.models import Difficulty, FollowUp, LevelStatement
from literacy.services import facts_of, record_award, record_check, restate
from literacy.standards.places import NOWHERE, Places
from literacy.standards.roll_up import day_of_year, missing_people, roll_up
from literacy.standards.rule import Count, UnitCount, Verdict
from literacy.standards.tally import tally_of
from literacy.standing import UNKNOWN, standing_of
from tests.factories import make_learner

DAY = dt.date(2026, 9, 30)
SAID = dt.date(2026, 9, 1)
small = st.integers(0, 3)


def say(person, level, by, on=SAID, **more):
    LevelStatement.objects.create(
        learner=person, level=level, proof="survey", stated_on=on, source="Phiếu 12", recorded_by=by,
        centre=person.centres.get(), **more,
    )  # fmt: skip
    restate([person.pk])


def resident(cast, age, level=None, *, unit=None, centre=None, on=SAID, **fields):
    """Somebody who is so old in 2026; ``age=None``: birth year unknown; ``level=None``: nobody asked."""
    person = make_learner(
        centre or cast.centre_a, birth=None if age is None else PartialDate(2026 - age), unit=unit or cast.commune_a,
        **fields,
    )  # fmt: skip
    if level is not None:
        say(person, level, cast.lan, on)
    return person


@given(st.builds(Count, small, small, small, small, small, small), st.integers(1, 100))
def test_bounds_hold_every_possible_truth_and_no_more(count, share):
    """Each unknown is tried both ways; those without a birth year are of the age or not."""
    shares = set()
    for literate, u_r, u_b, u_ul, u_ub in product(
        range(count.unknown + 1), range(count.undated_reached + 1), range(count.undated_below + 1),
        range(count.undated_unknown + 1), range(count.undated_unknown + 1),
    ):  # fmt: skip
        if u_ul + u_ub <= count.undated_unknown and (people := count.people + u_r + u_b + u_ul + u_ub):
            reached = count.reached + literate + u_r + u_ul
            shares.add((reached * 100 >= share * people, reached / people))
    if not count.people:
        assert count.verdict(share) == Verdict.UNSAID
        return
    assert min(row[1] for row in shares) == count.least[0] / count.least[1]
    assert max(row[1] for row in shares) == count.most[0] / count.most[1]
    answers = {row[0] for row in shares}
    expected = Verdict.UNSAID if len(answers) == 2 else Verdict.PASSES if answers == {True} else Verdict.FAILS
    assert count.verdict(share) == expected
    missing = count.missing(share)
    assert (missing == 0) == (expected == Verdict.PASSES)
    assert (count.reached + missing) * 100 >= share * count.least[1]
    assert missing == 0 or (count.reached + missing - 1) * 100 < share * count.least[1]


def test_ninety_percent_is_enough_and_a_hair_below_is_not():
    assert Count(9, 1).verdict(90) == Verdict.PASSES
    assert Count(8999, 1001).verdict(90) == Verdict.FAILS
    assert str(Count(8999, 1001).lower) == "89.99"
    assert str(Count(89999, 10001).lower) == "89.99"  # cut, not rounded up to what it is not
    assert Count(9, 0, 1).verdict(90) == Verdict.PASSES
    assert Count(8, 1, 1).verdict(90) == Verdict.UNSAID
    assert Count(8, 2, 0).missing(90) == 1


def test_units_above_pass_by_the_share_of_those_that_pass():
    assert UnitCount(9, 1, 0).verdict(90) == Verdict.PASSES
    assert UnitCount(8, 1, 1).verdict(90) == Verdict.UNSAID
    assert UnitCount(8, 2, 0).verdict(90) == Verdict.FAILS
    assert UnitCount(125, 0, 1).verdict(100) == Verdict.UNSAID
    assert UnitCount(125, 0, 1).missing(100) == 1
    assert UnitCount().verdict(90) == Verdict.UNSAID


@pytest.fixture
def commune(cast, reference):
    """Ten people of 15–35, nine of them at level 1 or more; four of 36–60; and people who do not count."""
    for age, level in (
        (15, 1), (18, 2), (20, 2), (25, 2), (25, 1), (26, 2), (30, 2), (34, 2), (35, 1), (35, 0),
        (36, 2), (50, 0), (60, 2), (60, None),
        (14, 2), (61, 0),
    ):  # fmt: skip
        resident(cast, age, level)
    resident(cast, 20, 0, unit=cast.commune_b, centre=cast.centre_b)
    merged = resident(cast, 20, 0)
    Learner.objects.filter(pk=merged.pk).update(merged_into=Learner.objects.exclude(pk=merged.pk).first())
    return cast


def test_a_small_commune_by_hand(commune):
    line = roll_up(commune.commune_a, DAY).lines[0]
    one, two = line.levels[1], line.levels[2]
    assert line.people == 16
    assert (one.ages, two.ages) == ((15, 35), (15, 60))
    assert (one.count, one.verdict, one.missing) == (Count(9, 1), Verdict.PASSES, 0)
    # 15–60: level 2 are 6 of 15–35 and two older; 1 unknown. 90 % of 14 is 12,6: five more.
    assert (two.count, two.verdict, two.missing) == (Count(8, 5, 1), Verdict.FAILS, 5)
    assert (str(two.count.lower), str(two.count.upper)) == ("57.14", "64.28")


def test_an_especially_difficult_commune_counts_fewer_ages(commune):
    def mark(difficult, day):
        Difficulty.objects.create(
            unit=commune.commune_a, difficult=difficult, valid_from=day, source="QĐ 1", recorded_by=commune.tuan
        )

    mark(True, dt.date(2026, 1, 1))
    line = roll_up(commune.commune_a, DAY).lines[0]
    assert (line.levels[1].ages, line.levels[1].count) == ((15, 25), Count(5))
    assert (line.levels[2].ages, line.levels[2].count) == ((15, 35), Count(6, 4))
    mark(False, DAY)
    assert roll_up(commune.commune_a, DAY).lines[0].levels[1].ages == (15, 35)
    assert roll_up(commune.commune_a, dt.date(2026, 9, 29)).lines[0].difficult


def test_unknown_people_leave_the_answer_open(cast, reference):
    for _ in range(8):
        resident(cast, 20, 2)
    resident(cast, 20)
    row = roll_up(cast.commune_a, DAY).lines[0].levels[1]
    assert (row.count, row.verdict) == (Count(8, 0, 1), Verdict.UNSAID)
    undated = resident(cast, None)
    row = roll_up(cast.commune_a, DAY).lines[0].levels[1]
    assert (row.count, row.verdict, row.missing) == (Count(8, 0, 1, 0, 0, 1), Verdict.UNSAID, 1)
    people = missing_people(roll_up(cast.commune_a, DAY), level=1, what="", by=cast.lan)
    assert undated in list(people.rows)
    assert len(people.rows) == 2


def test_the_city_asks_its_communes_and_its_districts_when_it_had_them(cast, reference):
    resident(cast, 20, 2)
    found = roll_up(cast.city, DAY)
    assert [line.unit for line in found.lines] == [cast.commune_b, cast.commune_a]
    assert found.districts == []
    assert found.above.counts[2] == UnitCount(1, 0, 1)
    assert found.above.verdicts == {1: Verdict.UNSAID, 2: Verdict.UNSAID}
    # Before 1 July 2025 the commune was another one, in a district; both went whole into what there is today.
    before = roll_up(cast.city, dt.date(2025, 6, 30))
    assert {row.unit for row in before.districts} == {cast.district_b, cast.district_a}
    assert {line.unit for line in before.lines} == {cast.old_commune_a, cast.old_commune_b}
    assert sum(line.people for line in before.lines) == 1
    # A unit that has ended is judged as it was on its last day.
    district = roll_up(cast.district_a, DAY)
    assert (district.as_of, [line.unit for line in district.lines]) == (dt.date(2025, 6, 30), [cast.old_commune_a])
    assert district.above.asked == {1: 90, 2: 90}


def test_people_of_a_divided_commune_are_not_guessed_at(cast, reference):
    UnitLineage.objects.create(
        effective_on=dt.date(2025, 7, 1), old=cast.old_commune_a, new=cast.commune_b, old_is_split=True
    )
    resident(cast, 20, 2, unit=cast.old_commune_a)
    resident(cast, 20, 2, unit=cast.commune_a)
    found = roll_up(cast.city, DAY)
    assert found.unplaced == 1
    assert {line.unit: line.people for line in found.lines}[cast.commune_a] == 1
    # Backwards: commune B came from two districts, so neither of them has its people.
    resident(cast, 20, 2, unit=cast.commune_b)
    assert Places(dt.date(2025, 6, 30)).of(cast.commune_b.pk) == NOWHERE
    assert roll_up(cast.city, dt.date(2025, 6, 30)).unplaced == 1


def test_who_left_or_died_is_not_counted_from_that_day_on(cast, reference):
    person = resident(cast, 30)
    given = {"level": 1, "proof": "test", "certified_on": dt.date(2026, 1, 5)}
    record_award(learner=person, centre=cast.centre_a, by=cast.lan, **given)
    row = FollowUp.objects.get(learner=person, months=3)
    record_check(follow_up=row, outcome="died", checked_on=dt.date(2026, 5, 1), by=cast.lan)
    assert roll_up(cast.commune_a, dt.date(2026, 4, 30)).lines[0].people == 1
    assert roll_up(cast.commune_a, dt.date(2026, 5, 1)).lines[0].people == 0


@pytest.mark.parametrize("day", [dt.date(2026, 3, 1), DAY, dt.date(2026, 10, 20)])
def test_a_past_day_is_what_the_rule_says_of_that_day(cast, reference, day):
    """Later surveys, certificates, relapses, recoveries do not enter; the tally equals the rule, person by person."""
    days = [dt.date(2026, 2, 1), dt.date(2026, 9, 30), dt.date(2026, 10, 1), dt.date(2026, 11, 1)]
    for number in range(8):
        person = resident(cast, 20, number % 3, on=days[number % 4])
        if number % 2:
            say(person, (number + 1) % 3, cast.lan, days[(number + 1) % 4])
    person = resident(cast, 30)
    given = {"level": 1, "proof": "test", "certified_on": dt.date(2026, 1, 5)}
    record_award(learner=person, centre=cast.centre_a, by=cast.lan, **given)
    checks = (3, "relapsed", dt.date(2026, 5, 1)), (6, "holds_1", dt.date(2026, 10, 5))
    for months, outcome, on in checks:
        row = FollowUp.objects.get(learner=person, months=months)
        record_check(follow_up=row, outcome=outcome, checked_on=on, by=cast.lan)
    facts = facts_of(Learner.objects.values_list("pk", flat=True))
    expected = sorted(
        str((now_is.level, now_is.relapsed))
        for pk in Learner.objects.values_list("pk", flat=True)
        for now_is in [standing_of(facts[pk], day) if pk in facts else UNKNOWN]
    )
    kinds = tally_of(cast.commune_a, day).everybody
    assert sorted(str((kind.level, kind.relapsed)) for kind in kinds.elements()) == expected
    found = roll_up(cast.commune_a, day)
    for level, what in ((1, "below"), (2, "below"), (1, "unknown")):
        missing = missing_people(found, level=level, what=what, by=cast.lan)
        count = found.lines[0].levels[level].count
        assert len(missing.rows) == (count.unknown if what == "unknown" else count.below)


def test_queries_do_not_grow_with_people_or_communes(cast, reference):
    def queries(unit):
        with CaptureQueriesContext(connection) as log:
            roll_up(unit, DAY)
        return len(log)

    resident(cast, 20, 2, on=dt.date(2026, 10, 3))
    few = [queries(unit) for unit in (cast.city, cast.commune_a)]
    for number in range(6):
        unit = AdminUnit.objects.create(
            code=f"9990{number}", level="commune", kind="xa", name=f"Xã {number}", parent=cast.city,
            valid_from=dt.date(2025, 7, 1),
        )  # fmt: skip
        for level in (0, 1, 2, None):
            resident(cast, 20 + number, level, unit=unit, on=dt.date(2026, 10, 3) if level else SAID)
    assert [queries(unit) for unit in (cast.city, cast.commune_a)] == few
    assert max(few) <= 16


def test_thresholds_are_dated_settings(commune):
    row = DatedSetting.objects.get(key="literacy.standard_rule")
    softer = row.value | {"level_2": {"from": 15, "to": 25, "difficult_to": 25}, "share": 60}
    DatedSetting.objects.create(key="literacy.standard_rule", valid_from=DAY, value=softer)
    assert roll_up(commune.commune_a, DAY).lines[0].levels[2].verdict == Verdict.PASSES
    assert roll_up(commune.commune_a, DAY - dt.timedelta(days=1)).lines[0].levels[2].verdict == Verdict.FAILS


def test_the_day_of_a_year():
    assert day_of_year(2026, dt.date(2026, 11, 30)) == DAY
    assert day_of_year(2027, dt.date(2026, 11, 30)) == dt.date(2026, 11, 30)
    with pytest.raises(ValueError, match="not begun"):
        day_of_year(2028, dt.date(2026, 11, 30))
