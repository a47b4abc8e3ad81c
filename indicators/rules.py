"""Comparing a figure with the plan, without a database."""

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from indicators.choices import Comparator

FIRST, LAST = 2025, 2030


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


# Steps of a line without a number, lowest first. The plan uses three ladders, never mixed in one line:
# maintain; deploy, continue; registered, recognised. A status that is not listed, or "not met", is no step at all.
MILESTONE_ORDER = ("", "deploy", "continue", "registered", "recognised", "maintain")


@dataclass(frozen=True, slots=True)
class Assessment:
    """A status code with its words and tone (ok, warn, bad, plain)."""

    code: str
    words: str
    tone: str


NOT_REPORTED = "not_reported"


def required_on(day: dt.date, first: Goal | None, last: Goal | None) -> Decimal | None:
    """Return the value the straight trajectory asks for on a day.

    Until the end of 2025 the first target; then a straight line by years to the last one; without a last target the
    first one stays.
    """
    if first is None or first.low is None:
        return last.low if last and last.low is not None else None
    if last is None or last.low is None or day.year <= FIRST:
        return first.low
    passed = min(day.year, LAST) - FIRST
    return first.low + (last.low - first.low) * Decimal(passed) / Decimal(LAST - FIRST)


def reached(goal: Goal, value: Decimal) -> bool:
    """Whether a value reaches a goal; a range is reached from its lower end on."""
    if goal.low is None:
        return False
    return value > goal.low if goal.comparator == Comparator.MORE_THAN else value >= goal.low


def assess(
    *, first: Goal | None, last: Goal | None, value: Decimal | None, status_value: str, day: dt.date
) -> Assessment:
    """Say how a figure stands: reached, on track, behind by so many points, or not reported yet."""
    goal = first or last
    if goal is not None and goal.low is None:
        return _assess_status(first, last, status_value, day)
    if value is None:
        return Assessment(NOT_REPORTED, _("chưa có báo cáo"), "plain")
    final = last or first
    if final is not None and reached(final, value):
        return Assessment("reached", _("Đạt"), "ok")
    needed = required_on(day, first, last)
    if needed is None:
        return Assessment("no_target", _("không có chỉ tiêu"), "plain")
    if value >= needed:
        return Assessment("on_track", _("Đúng tiến độ"), "ok")
    # Rounded up: who is behind by 0.04 points is behind, not "behind by 0,0".
    gap = (needed - value).quantize(Decimal("0.1"), ROUND_CEILING)
    words = _("Chậm %(gap)s điểm") % {"gap": number_format(gap, 1)}
    return Assessment("behind", words, "warn" if gap <= 5 else "bad")


def _assess_status(first: Goal | None, last: Goal | None, status_value: str, day: dt.date) -> Assessment:
    if not status_value:
        return Assessment(NOT_REPORTED, _("chưa có báo cáo"), "plain")
    goal = (first if day.year <= FIRST else last) or first or last
    if goal and _step(status_value) >= _step(goal.status):
        return Assessment("reached", _("Đạt"), "ok")
    if first and _step(status_value) >= _step(first.status):
        return Assessment("on_track", _("Đúng tiến độ"), "ok")
    return Assessment("behind", _("Chưa đạt"), "bad")


def _step(status: str) -> int:
    return MILESTONE_ORDER.index(status) if status in MILESTONE_ORDER else 0
