"""Adding points up, and the level all targets reach: pure, without a database. Points have at most two places."""

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from indicators.choices import Scoring, TitleState

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Sum:
    """Points of an area or of the whole: given so far, at most, and how many criteria have none yet."""

    points: Decimal
    maximum: Decimal
    open: int

    @property
    def is_whole(self) -> bool:
        """Whether every criterion has its points."""
        return not self.open


def propose(scoring: str, levels: Iterable[tuple[Decimal | None, Decimal]], value: Decimal | None) -> Decimal | None:
    """Return the points of the highest level a quantity reaches, 0 below the first; None when nothing is known.

    ``levels`` are pairs of threshold and points, in any order. Only what is scored by quantity is proposed.
    """
    if scoring != Scoring.QUANTITY or value is None:
        return None
    reached = [points for at_least, points in levels if at_least is not None and value >= at_least]
    return max(reached, default=ZERO)


def add_up(marks: Iterable[tuple[Decimal | None, Decimal]]) -> Sum:
    """Add pairs of points (None: not given yet) and maximum, in any order."""
    points, maximum, still_open = ZERO, ZERO, 0
    for given, most in marks:
        maximum += most
        if given is None:
            still_open += 1
        else:
            points += given
    return Sum(points, maximum, still_open)


def by_area(marks: Mapping[int, Sequence[tuple[Decimal | None, Decimal]]]) -> tuple[dict[int, Sum], Sum]:
    """Return the sum of each area and of everything; the whole is always the sum of the areas."""
    parts = {key: add_up(rows) for key, rows in marks.items()}
    whole = Sum(
        sum((part.points for part in parts.values()), ZERO),
        sum((part.maximum for part in parts.values()), ZERO),
        sum(part.open for part in parts.values()),
    )
    return parts, whole


def rank_of(bands: Iterable[tuple[Decimal, str]], points: Decimal) -> str:
    """Return the name of the highest band that points reach; "" when there is none."""
    reached = [(at_least, name) for at_least, name in bands if points >= at_least]
    return max(reached)[1] if reached else ""


@dataclass(frozen=True, slots=True)
class Tally:
    """Targets by the level they reach: at least level 1, level 2, not met, not stated yet."""

    first: int
    second: int
    unmet: int
    open: int

    @property
    def total(self) -> int:
        """All targets."""
        return self.first + self.unmet + self.open


def tally_of(marks: Iterable[Decimal | None]) -> Tally:
    """Count targets by the level each reaches (None: nobody said)."""
    rows = list(marks)
    known = [mark for mark in rows if mark is not None]
    return Tally(
        first=sum(mark >= 1 for mark in known), second=sum(mark >= 2 for mark in known),
        unmet=sum(mark < 1 for mark in known), open=len(rows) - len(known),
    )  # fmt: skip


def level_of(marks: Iterable[Decimal | None]) -> Decimal | None:
    """Return the level that every target reaches: 0, 1 or 2; None as long as it is not known.

    One target that is not met settles it, whatever is still open; of no targets nothing can be said.
    """
    rows = list(marks)
    known = [mark for mark in rows if mark is not None]
    lowest = min(known, default=None)
    if lowest is not None and lowest < 1:
        return ZERO
    return lowest if rows and len(known) == len(rows) else None


def months_later(day: dt.date, months: int) -> dt.date:
    """Return the same day some months later; the last of the month where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def title_state(valid_to: dt.date | None, today: dt.date, *, soon: dt.date, ended: bool = False) -> TitleState:
    """Return how a title stands on a day. ``valid_to``: its last day (None: there is no title).

    One that ends on ``soon`` or before is about to expire.
    """
    if valid_to is None:
        return TitleState.NONE
    if ended:
        return TitleState.REVOKED
    if valid_to < today:
        return TitleState.EXPIRED
    return TitleState.EXPIRING if valid_to <= soon else TitleState.VALID
