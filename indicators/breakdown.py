"""Whether the parts of a plan that were given to units add up to the city's target, without a database."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from indicators.rules import Goal, reached


class Together(enum.StrEnum):
    """What can be said of the parts together."""

    REACHES = "reaches"
    FALLS_SHORT = "falls_short"
    NO_PARTS = "no_parts"
    NOT_NUMBERS = "not_numbers"  # statuses and milestones do not add up
    NO_WEIGHTS = "no_weights"  # a share needs to know how many people, households… each unit has
    UNITS_MISSING = "units_missing"
    NO_GOAL = "no_goal"  # the city asks for nothing in that year


@dataclass(frozen=True, slots=True)
class Part:
    """A unit's own target: a number or nothing, and how many of what is counted the unit has (None: unknown)."""

    value: Decimal | None
    weight: int | None


@dataclass(frozen=True, slots=True)
class Sum:
    """The parts together: ``value`` where it can be worked out, and the verdict."""

    verdict: Together
    value: Decimal | None = None
    unweighted: int = 0
    missing: int = 0


def put_together(
    parts: Sequence[Part], *, is_share: bool, units: int, goal: Goal | None, needed: Decimal | None
) -> Sum:
    """Weigh the parts of one year against the city's target.

    A share is the mean weighted by how many each unit has; a number is the plain sum. ``units`` is how many units there
    are: with some of them left out nothing is said of reaching, only what the parts come to. ``needed`` stands in for
    the goal in a year between two targets.
    """
    numbers = [part for part in parts if part.value is not None]
    missing = max(0, units - len(parts))
    if not parts:
        return Sum(Together.NO_PARTS, missing=missing)
    if not numbers or len(numbers) < len(parts):
        return Sum(Together.NOT_NUMBERS, missing=missing)
    unweighted = sum(part.weight is None for part in numbers)
    if is_share and unweighted:
        return Sum(Together.NO_WEIGHTS, unweighted=unweighted, missing=missing)
    value = _mean(numbers) if is_share else sum((part.value or Decimal(0) for part in numbers), Decimal(0))
    if missing:
        return Sum(Together.UNITS_MISSING, value, missing=missing)
    if goal is not None and goal.low is not None:
        is_enough = reached(goal, value)
    elif needed is not None:
        is_enough = value >= needed
    else:
        return Sum(Together.NO_GOAL, value)
    return Sum(Together.REACHES if is_enough else Together.FALLS_SHORT, value)


def _mean(parts: Sequence[Part]) -> Decimal:
    whole = sum(part.weight or 0 for part in parts)
    return sum(((part.value or Decimal(0)) * (part.weight or 0) for part in parts), Decimal(0)) / whole
