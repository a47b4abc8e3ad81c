"""Comparing a figure with the plan, without a database."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from indicators.choices import Comparator


@dataclass(frozen=True, slots=True)
class Goal:
    """A target's numbers: ``low`` (and ``high`` of a range), or the status to reach."""

    comparator: str
    low: Decimal | None = None
    high: Decimal | None = None
    status: str = ""

    def words(self) -> str:
        """Return the target as people write it: ``99,5``, ``75–80``, ``> 60`` or the word."""
        if self.low is None:
            return status_words(self.status)
        low = number_format(self.low.normalize(), use_l10n=True)
        if self.high is not None:
            return f"{low}–{number_format(self.high.normalize(), use_l10n=True)}"
        return f"> {low}" if self.comparator == Comparator.MORE_THAN else low


NOT_MET = "not_met"
STATUS_WORDS = {
    "maintain": _lazy("duy trì"),
    "deploy": _lazy("triển khai"),
    "continue": _lazy("tiếp tục"),
    "registered": _lazy("đăng ký"),
    "recognised": _lazy("được công nhận"),
    NOT_MET: _lazy("chưa đạt"),
}


def status_words(status: str) -> str:
    """Return a status in words."""
    return str(STATUS_WORDS.get(status, status))


@dataclass(frozen=True, slots=True)
class Trajectory:
    """What is asked of a line year by year: the plan's goals, and steps that were set between them with a reason."""

    goals: Mapping[int, Goal] = field(default_factory=dict)
    steps: Mapping[int, Decimal] = field(default_factory=dict)

    @property
    def years(self) -> list[int]:
        """The years of the goals, in order."""
        return sorted(self.goals)

    @property
    def first(self) -> Goal | None:
        """The earliest goal."""
        return self.goals[self.years[0]] if self.goals else None

    @property
    def last(self) -> Goal | None:
        """The final goal."""
        return self.goals[self.years[-1]] if self.goals else None

    @property
    def points(self) -> list[tuple[int, Decimal]]:
        """Years with a number, in order: those of goals, and the steps. A goal wins over a step of its own year."""
        known = dict(self.steps)
        known |= {year: goal.low for year, goal in self.goals.items() if goal.low is not None}
        return sorted(known.items())

    def required_in(self, year: int) -> Decimal | None:
        """Return the value asked for by the end of a year, None for a line without numbers.

        Until the first point its value; between two points the straight way by years; after the last one its value.
        """
        points = self.points
        if not points or not any(goal.low is not None for goal in self.goals.values()):
            return None
        if year <= points[0][0]:
            return points[0][1]
        for (before, low), (after, high) in pairwise(points):
            if year <= after:
                return low + (high - low) * Decimal(year - before) / Decimal(after - before)
        return points[-1][1]

    def goal_due(self, year: int) -> Goal | None:
        """The goal of that year or the next one to come; after the last one, the last."""
        return next((self.goals[at] for at in self.years if at >= year), self.last)

    def goal_before(self, year: int) -> Goal | None:
        """The latest goal of an earlier year."""
        return next((self.goals[at] for at in reversed(self.years) if at < year), None)

    def step_of(self, status: str) -> int:
        """Place of a status on the line's own ladder, lowest 1, as the plan asks for them year by year.

        A status the plan does not name, or "not met", is no step at all: 0.
        """
        ladder = list(dict.fromkeys(self.goals[year].status for year in self.years if self.goals[year].status))
        return ladder.index(status) + 1 if status in ladder else 0


@dataclass(frozen=True, slots=True)
class Assessment:
    """A status code with its words and tone (ok, warn, bad, plain)."""

    code: str
    words: str
    tone: str


NOT_REPORTED = "not_reported"


def required_on(day: dt.date, trajectory: Trajectory) -> Decimal | None:
    """Return the value the trajectory asks for on a day: that of its calendar year."""
    return trajectory.required_in(day.year)


def reached(goal: Goal, value: Decimal) -> bool:
    """Whether a value reaches a goal; a range is reached from its lower end on."""
    if goal.low is None:
        return False
    return value > goal.low if goal.comparator == Comparator.MORE_THAN else value >= goal.low


def assess(*, trajectory: Trajectory, value: Decimal | None, status_value: str, day: dt.date) -> Assessment:
    """Say how a figure stands: reached, on track, behind by so many points, or not reported yet."""
    first, final = trajectory.first, trajectory.last
    if first is not None and first.low is None:
        return _assess_status(trajectory, status_value, day)
    if value is None:
        return Assessment(NOT_REPORTED, _("chưa có báo cáo"), "plain")
    if final is not None and reached(final, value):
        return Assessment("reached", _("Đạt"), "ok")
    needed = required_on(day, trajectory)
    if needed is None:
        return Assessment("no_target", _("không có chỉ tiêu"), "plain")
    if value >= needed:
        return Assessment("on_track", _("Đúng tiến độ"), "ok")
    # Rounded up: who is behind by 0.04 points is behind, not "behind by 0,0".
    gap = (needed - value).quantize(Decimal("0.1"), ROUND_CEILING)
    words = _("Chậm %(gap)s điểm") % {"gap": number_format(gap, 1)}
    return Assessment("behind", words, "warn" if gap <= 5 else "bad")


def _assess_status(trajectory: Trajectory, status_value: str, day: dt.date) -> Assessment:
    if not status_value:
        return Assessment(NOT_REPORTED, _("chưa có báo cáo"), "plain")
    due, before = trajectory.goal_due(day.year), trajectory.goal_before(day.year)
    step = trajectory.step_of(status_value)
    if due and step and step >= trajectory.step_of(due.status):
        return Assessment("reached", _("Đạt"), "ok")
    if before and step and step >= trajectory.step_of(before.status):
        return Assessment("on_track", _("Đúng tiến độ"), "ok")
    return Assessment("behind", _("Chưa đạt"), "bad")
