"""Where a figure is heading if it goes on as in the last years, with an honest band: a pure function.

Method (``damped-trend-1``): a straight line by least squares through the yearly figures of at most the last eight
years; from the last fitted value on its slope grows weaker by a tenth each year, because no share rises for ever. The
band is the 80 % prediction interval of the line (the scatter around it, its own uncertainty, Student's t). Under four
years there is no forecast: a line through three points says how the points lie, and nothing of the future.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import sqrt

METHOD = "damped-trend-1"
ENOUGH = 4
WINDOW = 8
LONGEST = 10  # years ahead of the last figure
DAMPING = 0.9
# Figures are written with one decimal and corrected by more than that: points on one line are not certain.
LEAST_SCATTER = 0.3
# Student's t, 90 % one-sided, by degrees of freedom (years − 2).
T = {2: 1.885618, 3: 1.637744, 4: 1.533206, 5: 1.475884, 6: 1.439756}


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected of a year, rounded to a tenth; for shares within 0 and 100."""

    year: int
    lower: Decimal
    middle: Decimal
    upper: Decimal


@dataclass(frozen=True, slots=True)
class Projection:
    """The years after the last figure. ``years``: how many years it was worked out from."""

    expected: tuple[Expected, ...]
    years: int

    @property
    def last(self) -> Expected:
        """The last year."""
        return self.expected[-1]


def project(points: Sequence[tuple[int, Decimal]], *, until: int, is_share: bool = True) -> Projection | None:
    """Return what is expected of each year after the last point up to ``until``; None when nothing can be said.

    ``points``: one figure a year, in any order. Nothing can be said of fewer than four years, of a year that is over,
    or of more than ten years ahead. ``is_share``: percentages, never beyond 0 and 100.
    """
    newest = max((year for year, _value in points), default=0)
    known = [(year, float(value)) for year, value in sorted(dict(points).items()) if year > newest - WINDOW]
    if len(known) < ENOUGH or not known[-1][0] < until <= known[-1][0] + LONGEST:
        return None
    count, last = len(known), known[-1][0]
    centre = sum(year for year, _value in known) / count
    mean = sum(value for _year, value in known) / count
    spread = sum((year - centre) ** 2 for year, _value in known)
    slope = sum((year - centre) * (value - mean) for year, value in known) / spread
    residuals = [value - mean - slope * (year - centre) for year, value in known]
    freedom = count - 2
    scatter = max(sqrt(sum(rest * rest for rest in residuals) / freedom), LEAST_SCATTER if is_share else 0.0)
    fitted, grown, step = mean + slope * (last - centre), 0.0, 1.0
    found = []
    for year in range(last + 1, until + 1):
        step *= DAMPING
        grown += slope * step
        half = T[freedom] * scatter * sqrt(1 + 1 / count + (year - centre) ** 2 / spread)
        middle = fitted + grown
        found.append(Expected(year, *(_rounded(value, is_share) for value in (middle - half, middle, middle + half))))
    return Projection(tuple(found), count)


def _rounded(value: float, is_share: bool) -> Decimal:
    value = min(max(value, 0.0), 100.0) if is_share else max(value, 0.0)
    return Decimal(value).quantize(Decimal("0.1"), ROUND_HALF_UP)
