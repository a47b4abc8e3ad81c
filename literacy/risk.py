"""Who is likely to lose what they learned: the rule that sorts the worklist, without a database (docs/adr/0041).

It is no forecast: a handful of plain reasons, each worth some points, all of them shown in words beside the person.
Points and thresholds are dated settings (``literacy.risk_…``), so the city changes the rule without a release.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from literacy.choices import HOLDING, CheckOutcome


class Reason(StrEnum):
    """Why somebody is looked after first. The values stand in the database."""

    NO_CLASS = "no_class"  # nothing learned since the certification
    RELAPSED_BEFORE = "relapsed_before"  # the last check that could tell found a relapse
    WEAK_CHECK = "weak_check"  # the last one found the person literate, but not in all of reading, writing, counting
    OLD = "old"
    FAR = "far"  # lives in another commune than the centre's
    PLACE_UNKNOWN = "place_unknown"
    LOW_ATTENDANCE = "low_attendance"  # came seldom to the class that made them literate


class Lives(StrEnum):
    """Where somebody lives, seen from the centre that follows them up."""

    HERE = "here"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"


# The parts of a check, by the letter that is stored when one of them was not managed.
PARTS = {"r": "reads", "w": "writes", "c": "counts"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one person. None and "" are unknown, which counts against nobody but for the place.

    ``learned_on``: the last qualifying learning after the certification (docs/adr/0009). ``outcome``, ``not_managed``
    (letters of ``PARTS``): of the last check that could tell. ``attended``: percent of the sessions held in the class
    that made the person literate.
    """

    birth_year: int | None = None
    learned_on: dt.date | None = None
    outcome: str = ""
    not_managed: str = ""
    lives: Lives = Lives.UNKNOWN
    attended: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Points by reason, and from when a reason holds: age in years, attendance in percent; where the bands begin."""

    points: Mapping[str, int]
    old_from: int
    attendance_below: int
    medium_from: int
    high_from: int


@dataclass(frozen=True, slots=True)
class Risk:
    """Points, and (reason, its figure or letters) in the order of the rule; JSON-ready as lists."""

    points: int
    reasons: tuple[tuple[str, int | str | None], ...]


def assess(facts: Facts, rule: Rule, *, year: int) -> Risk:
    """Return how much speaks for looking after somebody first. A reason that is worth nothing is not given."""
    found: list[tuple[Reason, int | str | None]] = []
    if facts.learned_on is None:
        found.append((Reason.NO_CLASS, None))
    if facts.outcome == CheckOutcome.RELAPSED:
        found.append((Reason.RELAPSED_BEFORE, None))
    elif facts.outcome in HOLDING and facts.not_managed:
        found.append((Reason.WEAK_CHECK, facts.not_managed))
    if facts.birth_year is not None and year - facts.birth_year >= rule.old_from:
        found.append((Reason.OLD, facts.birth_year))
    if facts.lives == Lives.ELSEWHERE:
        found.append((Reason.FAR, None))
    elif facts.lives == Lives.UNKNOWN:
        found.append((Reason.PLACE_UNKNOWN, None))
    if facts.attended is not None and facts.attended < rule.attendance_below:
        found.append((Reason.LOW_ATTENDANCE, facts.attended))
    counted = [(reason, figure) for reason, figure in found if rule.points.get(reason, 0) > 0]
    points = sum(rule.points[reason] for reason, _figure in counted)
    return Risk(points, tuple((str(reason), figure) for reason, figure in counted))


def band(points: int, rule: Rule) -> str:
    """Return ``high``, ``medium`` or ``""``."""
    if points >= rule.high_from:
        return "high"
    return "medium" if points >= rule.medium_from else ""


def words(reasons: Sequence[Sequence[Any]], *, year: int) -> list[str]:
    """Say stored reasons in words. A reason of a later version that is not known here is left out."""
    return [text for reason, figure in reasons if (text := _word(str(reason), figure, year))]


def _word(reason: str, figure: Any, year: int) -> str:
    if reason == Reason.WEAK_CHECK:
        parts = {"r": _("đọc"), "w": _("viết"), "c": _("tính")}
        return _("lần kiểm tra trước còn yếu: %(parts)s") % {"parts": ", ".join(parts[letter] for letter in figure)}
    if reason == Reason.OLD:
        return _("%(age)s tuổi") % {"age": year - figure}
    if reason == Reason.LOW_ATTENDANCE:
        return _("khi học chỉ dự %(percent)s%% số buổi") % {"percent": figure}
    plain = {
        Reason.NO_CLASS: _("chưa học tiếp từ khi biết chữ"),
        Reason.RELAPSED_BEFORE: _("lần kiểm tra trước: tái mù chữ"),
        Reason.FAR: _("ở phường, xã khác"),
        Reason.PLACE_UNKNOWN: _("chưa rõ nơi ở"),
    }
    return plain.get(reason, "")  # type: ignore[call-overload]
