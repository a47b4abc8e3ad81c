"""Adding points up: pure arithmetic, without a database. Points are Decimals with at most two places."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from indicators.choices import Scoring

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
