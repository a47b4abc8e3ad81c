"""What may be shown of counts to people who may not see the persons behind them, without a database (docs/adr/0042).

The same people stand in many tables: by quarter and by year, by sex and by class, today and next week. Hiding a second
cell beside each small one would have to be worked out over all of them at once. So nothing that is shown is exact: a
count under five is hidden, 0 like 4, every other one is rounded to ten, and shares are worked out from what is shown.

Why ten, and why 0 is hidden: a rounded total stands for 5 to 14, 15 to 24 and so on. Hidden counts that are all as
large as they can be add up to a multiple of four, which is never the smallest number of such a stretch; all as small as
they can be, they add up to 0. So no total forces the counts below it (rounding to five would: 4 + 4 = 8).
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

SMALL = 5
STEP = 10
# A share of fewer people than that, worked out from rounded counts, would mean nothing.
ENOUGH = 100


def published(count: int) -> int | None:
    """Return the count as outsiders see it: a multiple of ten, or None for 0 to 4."""
    return None if count < SMALL else (count + STEP // 2) // STEP * STEP


def published_share(part: int | None, whole: int | None) -> Decimal | None:
    """Return the percentage of two published counts, without decimals; None where one is hidden or too little."""
    if part is None or whole is None or whole < ENOUGH:
        return None
    return min(Decimal(100), (Decimal(part) * 100 / whole).quantize(Decimal(1), ROUND_HALF_UP))


def may_publish_curve(steps: Mapping[int, tuple[int, int]]) -> bool:
    """Whether a curve may be drawn for outsiders, given ``{months: (at risk, relapsed)}``: no step tells of a few."""
    return all(not 0 < relapsed < SMALL and not 0 < at_risk < ENOUGH for at_risk, relapsed in steps.values())
