"""The forecast against a second working-out with matrices and scipy's t, and what it refuses to say."""

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from indicators.choices import Comparator
from indicators.projection import LEAST_SCATTER, WINDOW, project
from indicators.rules import Goal
from indicators.trends import outlook

VALUES = st.decimals(0, 100, places=1, allow_nan=False)


def independent(points, until):
    """Least squares by the normal equations, the interval by the hat matrix, t from scipy."""
    rows = sorted(points)[-WINDOW:]
    years = np.array([year for year, _value in rows], float)
    values = np.array([float(value) for _year, value in rows])
    design = np.column_stack([np.ones_like(years), years - years.mean()])
    solved = np.linalg.solve(design.T @ design, design.T @ values)
    freedom = len(rows) - 2
    scatter = max(math.sqrt(((values - design @ solved) ** 2).sum() / freedom), LEAST_SCATTER)
    inverse, last, found = np.linalg.inv(design.T @ design), int(years[-1]), {}
    base = float(np.array([1, last - years.mean()]) @ solved)
    for year in range(last + 1, until + 1):
        ahead = sum(0.9**step for step in range(1, year - last + 1)) * solved[1]
        at = np.array([1, year - years.mean()])
        half = stats.t.ppf(0.9, freedom) * scatter * math.sqrt(1 + float(at @ inverse @ at))
        found[year] = tuple(min(max(base + ahead + side, 0), 100) for side in (-half, 0, half))
    return found


@given(st.lists(VALUES, min_size=4, max_size=12))
@settings(max_examples=60, deadline=None)
def test_the_forecast_is_that_of_a_second_program(values):
    points = [(2030 - 4 - len(values) + at, value) for at, value in enumerate(values)]
    ahead, second = project(points, until=2030), independent(points, 2030)
    assert [row.year for row in ahead.expected] == sorted(second)
    for row in ahead.expected:
        for ours, theirs in zip((row.lower, row.middle, row.upper), second[row.year], strict=True):
            assert float(ours) == pytest.approx(theirs, abs=0.051)  # rounded to a tenth
        assert 0 <= row.lower <= row.middle <= row.upper <= 100
        assert row.lower < row.upper or row.upper in (0, 100), "nothing is certain, but a share ends somewhere"


@given(st.lists(VALUES, min_size=4, max_size=8))
@settings(max_examples=40, deadline=None)
def test_the_band_widens_with_the_years_until_it_meets_an_end(values):
    ahead = project([(2020 + at, value) for at, value in enumerate(values)], until=2020 + len(values) + 4)
    for one, following in zip(ahead.expected, ahead.expected[1:], strict=False):
        if one.lower > 0 and following.upper < 100 and one.upper < 100 and following.lower > 0:
            assert following.upper - following.lower >= one.upper - one.lower - Decimal("0.1")


@pytest.mark.parametrize(
    ("years", "until"),
    [((), 2030), ((2024, 2025, 2026), 2030), ((2027, 2028, 2029, 2030), 2030), ((2010, 2011, 2012, 2013), 2030),
     ((2001, 2002, 2003, 2026), 2030)],
)  # fmt: skip
def test_nothing_is_said_of_too_few_years_or_of_years_too_far(years, until):
    assert project([(year, Decimal(90)) for year in years], until=until) is None


def test_numbers_that_are_no_shares_may_pass_a_hundred_but_not_fall_below_nothing():
    growing = project([(2020 + at, Decimal(80 + 20 * at)) for at in range(5)], until=2030, is_share=False)
    assert growing.last.middle > 200
    falling = project([(2020 + at, Decimal(40 - 10 * at)) for at in range(5)], until=2030, is_share=False)
    assert falling.last.lower == 0


def test_the_sentence_says_where_the_goal_lies():
    points = [(2022, Decimal("90.1")), (2023, Decimal(91)), (2024, Decimal("92.2")), (2025, Decimal("92.9"))]
    ahead = project(points, until=2030)
    said = {low: outlook(ahead, Goal(Comparator.AT_LEAST, Decimal(low)), "%", 4) for low in (80, 96, 100)}
    assert said[80].startswith("Nếu tiếp tục như 4 năm qua, đến 2030 đạt từ ")
    assert said[80].endswith("Chỉ tiêu 80,0%: cả khoảng này đều đạt.")
    assert "có thể đạt, có thể không" in said[96]
    assert said[100].endswith("cả khoảng này đều chưa đạt.") or ahead.last.upper == 100
    nothing = outlook(None, Goal(Comparator.AT_LEAST, Decimal(96)), "%", 2)
    assert nothing == "Chưa đủ số liệu để dự báo: cần số liệu của ít nhất 4 năm, mới có 2."
