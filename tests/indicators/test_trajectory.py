"""The way between targets: through every one of them, straight between, steps as they were set; parts that add up."""

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.breakdown import Part, Together, put_together
from indicators.rules import Goal, Trajectory

D = Decimal
SHARE = st.decimals(min_value=0, max_value=100, places=2)
YEARS = st.integers(2020, 2050)
TARGETS = st.dictionaries(YEARS, SHARE, min_size=1, max_size=6)


def way(targets, steps=None):
    return Trajectory({year: Goal(">=", value) for year, value in targets.items()}, steps or {})


@given(targets=TARGETS)
def test_it_passes_through_every_target_and_stays_flat_outside(targets):
    trajectory = way(targets)
    for year, value in targets.items():
        assert trajectory.required_in(year) == value
    first, last = min(targets), max(targets)
    assert trajectory.required_in(first - 7) == targets[first]
    assert trajectory.required_in(last + 7) == targets[last]


@given(targets=st.dictionaries(YEARS, SHARE, min_size=2, max_size=6))
def test_between_two_targets_it_is_monotone_and_never_outside_them(targets):
    trajectory, years = way(targets), sorted(targets)
    for before, after in itertools.pairwise(years):
        low, high = sorted((targets[before], targets[after]))
        asked = [trajectory.required_in(year) for year in range(before, after + 1)]
        assert asked in (sorted(asked), sorted(asked, reverse=True))
        assert all(low <= value <= high for value in asked)
        steps = [second - first for first, second in itertools.pairwise(asked)]
        assert max(steps) - min(steps) < D("1e-20")  # every year the same step: straight


@given(targets=st.dictionaries(YEARS, SHARE, min_size=2, max_size=4), steps=st.dictionaries(YEARS, SHARE, max_size=5))
def test_steps_are_honoured_and_targets_win_over_them(targets, steps):
    trajectory = way(targets, steps)
    for year, value in steps.items():
        assert trajectory.required_in(year) == targets.get(year, value)
    for year, value in targets.items():
        assert trajectory.required_in(year) == value


def test_a_step_bends_the_way_on_both_sides():
    trajectory = way({2025: D(50), 2030: D(70)}, {2027: D(52)})
    assert [trajectory.required_in(year) for year in range(2025, 2031)] == [
        D(50), D(51), D(52), D(58), D(64), D(70),
    ]  # fmt: skip


def test_lines_without_numbers_have_no_way_but_a_ladder_of_their_own():
    words = {2026: "khởi động", 2028: "thí điểm", 2030: "nhân rộng"}
    ladder = Trajectory({year: Goal("milestone", status=word) for year, word in words.items()})
    assert ladder.required_in(2027) is None
    assert [ladder.step_of(word) for word in (*words.values(), "not_met", "")] == [1, 2, 3, 0, 0]
    assert ladder.goal_due(2027).status == "thí điểm"
    assert ladder.goal_before(2028).status == "khởi động"


PARTS = st.lists(st.tuples(SHARE, st.integers(1, 1_000_000)), min_size=1, max_size=20)


@given(parts=PARTS, goal=SHARE)
def test_parts_weigh_as_they_would_counted_one_by_one(parts, goal):
    rows = [Part(value, weight) for value, weight in parts]
    found = put_together(rows, is_share=True, units=len(rows), goal=Goal(">=", goal), needed=None)
    counted = sum(value * weight for value, weight in parts) / sum(weight for _value, weight in parts)
    assert found.value == counted
    assert (found.verdict == Together.REACHES) == (counted >= goal)
    assert min(value for value, _w in parts) <= found.value <= max(value for value, _w in parts)
    whole = put_together(rows, is_share=False, units=len(rows), goal=None, needed=None)
    assert (whole.verdict, whole.value) == (Together.NO_GOAL, sum(value for value, _weight in parts))


@pytest.mark.parametrize(
    ("parts", "units", "verdict", "value"),
    [
        ([], 3, Together.NO_PARTS, None),
        ([Part(D(60), 10), Part(D(80), None)], 2, Together.NO_WEIGHTS, None),
        ([Part(D(60), 10), Part(D(80), 30)], 3, Together.UNITS_MISSING, D(75)),
        ([Part(D(60), 10), Part(D(80), 30)], 2, Together.REACHES, D(75)),
        ([Part(D(60), 30), Part(D(80), 10)], 2, Together.FALLS_SHORT, D(65)),
        ([Part(None, None)], 1, Together.NOT_NUMBERS, None),
    ],
)
def test_what_can_be_said_of_the_parts(parts, units, verdict, value):
    found = put_together(parts, is_share=True, units=units, goal=Goal(">=", D(70)), needed=None)
    assert (found.verdict, found.value) == (verdict, value)
