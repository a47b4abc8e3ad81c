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

from django.utils.translation import gettext as _

from core.dates import add_months
from literacy.choices import LEAVING, TELLING, CheckOutcome

DEFINITION = "a3-2026-2"


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


def counted_until(certified_on: dt.date, *, as_of: dt.date, window_months: int) -> dt.date:
    """Return the last day on which learning after a certification can have begun to count as continuing."""
    return min(add_months(certified_on, window_months), as_of)


@dataclass(frozen=True, slots=True)
class Basis:
    """What put a person where they are counted: facts only, so that a hash of them does not depend on a language."""

    checked_on: dt.date | None = None
    outcome: str = ""
    event_on: dt.date | None = None


def place(member: Member, *, as_of: dt.date, window_months: int) -> tuple[Placement, Basis]:
    """Return where a member is counted, and on which facts."""
    # By day only: of two checks on one day the one recorded later holds.
    checks = sorted((check for check in member.checks if check[0] <= as_of), key=itemgetter(0))
    gone = [check for check in checks if check[1] in LEAVING]
    if gone:
        return Placement.LEFT, Basis(*gone[-1])
    until = counted_until(member.certified_on, as_of=as_of, window_months=window_months)
    event_on = min((day for day in member.event_days if member.certified_on < day <= until), default=None)
    telling = [check for check in checks if check[1] in TELLING]
    if not telling:
        return Placement.UNKNOWN, Basis(event_on=event_on)
    day, outcome = telling[-1]
    basis = Basis(day, outcome, event_on)
    if outcome == CheckOutcome.RELAPSED:
        return Placement.RELAPSED, basis
    return (Placement.RETAINED if event_on else Placement.NOT_CONTINUING), basis


def words(placement: Placement, basis: Basis) -> str:
    """Say in words why a person is counted where they are."""
    check = {"day": f"{basis.checked_on:%d/%m/%Y}" if basis.checked_on else ""}
    if placement == Placement.LEFT:
        return f"{CheckOutcome(basis.outcome).label} ({check['day']})"
    if placement == Placement.UNKNOWN:
        return _("Chưa có lần kiểm tra nào cho biết kết quả")
    if placement == Placement.RELAPSED:
        return _("Lần kiểm tra gần nhất %(day)s: tái mù chữ") % check
    if placement == Placement.NOT_CONTINUING:
        return _("Còn biết chữ (%(day)s) nhưng chưa học tiếp trong thời hạn") % check
    event = {"event": f"{basis.event_on:%d/%m/%Y}"}
    return _("Học tiếp từ %(event)s; còn biết chữ (%(day)s)") % (check | event)


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
