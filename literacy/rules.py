"""The rules of literacy, without a database. Sources: Decree 20/2014, the plan's line A3, docs/adr/0009.

A3 asks which share of the newly literate keeps learning and does not relapse. Of a person we may know both halves, one
half or none, so the answer per person is retained, not retained or unknown.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from operator import itemgetter

from core.dates import add_months
from literacy.choices import LEAVING, TELLING, CheckOutcome

DEFINITION = "a3-2026-1"


class Placement(StrEnum):
    """Where a person of the cohort is counted."""

    RETAINED = "retained"  # continuing, and the latest telling check is not a relapse
    NOT_CONTINUING = "not_continuing"  # checked and literate, but no learning event within the window
    RELAPSED = "relapsed"  # the latest telling check found a relapse
    UNKNOWN = "unknown"  # nobody could tell how the person reads
    LEFT = "left"  # died or moved out of the city: listed, not in the denominator


@dataclass(frozen=True, slots=True)
class Member:
    """What is known of one person of a cohort on the day of the figure.

    ``checks``: (day, outcome) in the order they were recorded; ``event_days``: when qualifying learning began.
    """

    learner_id: int
    code: str
    certified_on: dt.date
    checks: tuple[tuple[dt.date, str], ...]
    event_days: tuple[dt.date, ...]


def follow_up_dates(certified_on: dt.date, months: Sequence[int]) -> list[tuple[int, dt.date]]:
    """Return (months, due date) pairs; a shorter month ends on its last day."""
    return [(count, add_months(certified_on, count)) for count in months]


def place(member: Member, *, as_of: dt.date, window_months: int) -> tuple[Placement, str]:
    """Return where a member is counted, and the rule in words that put them there."""
    # By day only: of two checks on one day the one recorded later holds.
    checks = sorted((check for check in member.checks if check[0] <= as_of), key=itemgetter(0))
    gone = [check for check in checks if check[1] in LEAVING]
    if gone:
        return Placement.LEFT, f"{CheckOutcome(gone[-1][1]).label} ({gone[-1][0]:%d/%m/%Y})"
    telling = [check for check in checks if check[1] in TELLING]
    if not telling:
        return Placement.UNKNOWN, "chưa có lần kiểm tra nào cho biết kết quả"
    day, outcome = telling[-1]
    if outcome == CheckOutcome.RELAPSED:
        return Placement.RELAPSED, f"lần kiểm tra gần nhất {day:%d/%m/%Y}: tái mù chữ"
    until = min(add_months(member.certified_on, window_months), as_of)
    events = [event for event in member.event_days if member.certified_on < event <= until]
    if not events:
        return (
            Placement.NOT_CONTINUING,
            f"còn biết chữ ({day:%d/%m/%Y}) nhưng không học tiếp trong {window_months} tháng",
        )
    return Placement.RETAINED, f"học tiếp ngày {min(events):%d/%m/%Y}; còn biết chữ ({day:%d/%m/%Y})"


@dataclass(frozen=True, slots=True)
class Share:
    """A share in percent with what it rests on. All None when the denominator is empty."""

    numerator: int
    denominator: int
    known: int
    value: Decimal | None
    coverage: Decimal | None
    lower: Decimal | None
    upper: Decimal | None


def percent(part: int, whole: int) -> Decimal | None:
    """Return part of whole in percent with four decimals; None for an empty whole."""
    if whole == 0:
        return None
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def share(placements: Iterable[Placement]) -> Share:
    """Return A3 for a cohort.

    No check is not a success: the value counts unknown people as not retained (numerator over everybody), and is
    therefore the lower bound; the upper bound counts all unknown as retained. Coverage is the share that is known.
    """
    counts = dict.fromkeys(Placement, 0)
    for placement in placements:
        counts[placement] += 1
    whole = sum(count for placement, count in counts.items() if placement != Placement.LEFT)
    retained, unknown = counts[Placement.RETAINED], counts[Placement.UNKNOWN]
    value = percent(retained, whole)
    return Share(
        numerator=retained,
        denominator=whole,
        known=whole - unknown,
        value=value,
        coverage=percent(whole - unknown, whole),
        lower=value,
        upper=percent(retained + unknown, whole),
    )
