"""The rules of literacy, without a database. Sources: Decree 20/2014, the plan's line A3, docs/adr/0009.

A3 asks which share of the newly literate keeps learning and does not relapse. Of a person we may know both halves, one
half or none, so the answer per person is retained, not retained or unknown.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
    AWAITING = "awaiting"  # checked and literate, no learning event yet, and the window for one is still open
    NOT_CONTINUING = "not_continuing"  # checked and literate, but no learning event within the window
    RELAPSED = "relapsed"  # the latest telling check found a relapse
    UNKNOWN = "unknown"  # a check was due, and nobody could tell how the person reads
    NOT_DUE = "not_due"  # the first check is not due yet: listed, not in the denominator
    LEFT = "left"  # died or moved out of the city: listed, not in the denominator


class State(StrEnum):
    """What is known of a person on a day: everybody of a cohort is in exactly one (docs/adr/0042).

    It says how the person reads, because that is what checks find; learning on is the other half of A3 and decides
    whether somebody who is literate is retained.
    """

    LITERATE = "literate"
    RELAPSED = "relapsed"
    NOT_REACHED = "not_reached"
    NOT_DUE = "not_due"
    LEFT = "left"


STATE_OF = {
    Placement.RETAINED: State.LITERATE,
    Placement.AWAITING: State.LITERATE,
    Placement.NOT_CONTINUING: State.LITERATE,
    Placement.RELAPSED: State.RELAPSED,
    Placement.UNKNOWN: State.NOT_REACHED,
    Placement.NOT_DUE: State.NOT_DUE,
    Placement.LEFT: State.LEFT,
}
# Who is in no denominator, and of whom the final answer is not known.
NOT_COUNTED = (Placement.NOT_DUE, Placement.LEFT)
OPEN = (Placement.UNKNOWN, Placement.AWAITING)


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


def first_due_on(certified_on: dt.date, *, first_months: int, window_months: int) -> dt.date:
    """Return the day from which a person is counted: the first check falls due, at the latest when the window ends."""
    return add_months(certified_on, min(first_months, window_months))


def decide(
    *, certified_on: dt.date, left: bool, telling: str, learned: bool, as_of: dt.date, window_months: int,
    first_months: int,
) -> Placement:  # fmt: skip
    """Return where a person is counted, from what had happened by ``as_of``.

    ``left``: died or moved out of the city; ``telling``: what the latest check found that could tell, or "";
    ``learned``: a learning event began inside the window. This is the one rule: of A3 and of every cohort.
    """
    if left:
        return Placement.LEFT
    if telling == CheckOutcome.RELAPSED:
        return Placement.RELAPSED
    if as_of < first_due_on(certified_on, first_months=first_months, window_months=window_months):
        return Placement.NOT_DUE
    if not telling:
        return Placement.UNKNOWN
    if learned:
        return Placement.RETAINED
    return Placement.AWAITING if as_of < add_months(certified_on, window_months) else Placement.NOT_CONTINUING


def place(member: Member, *, as_of: dt.date, window_months: int, first_months: int) -> tuple[Placement, Basis]:
    """Return where a member is counted, and on which facts. ``first_months``: when the first check falls due."""
    # By day only: of two checks on one day the one recorded later holds.
    checks = sorted((check for check in member.checks if check[0] <= as_of), key=itemgetter(0))
    gone = [check for check in checks if check[1] in LEAVING]
    until = counted_until(member.certified_on, as_of=as_of, window_months=window_months)
    event_on = min((day for day in member.event_days if member.certified_on < day <= until), default=None)
    telling = [check for check in checks if check[1] in TELLING]
    day, outcome = telling[-1] if telling else (None, "")
    placement = decide(
        certified_on=member.certified_on, left=bool(gone), telling=outcome, learned=event_on is not None, as_of=as_of,
        window_months=window_months, first_months=first_months,
    )  # fmt: skip
    return placement, Basis(*gone[-1]) if gone else Basis(day, outcome, event_on)


def words(placement: Placement, basis: Basis, *, due_on: dt.date | None = None, until: dt.date | None = None) -> str:
    """Say in words why a person is counted where they are.

    ``due_on``: when the first check falls due, ``until``: the last day of the window; both needed for people who are
    not observed whole yet.
    """
    check = {"day": f"{basis.checked_on:%d/%m/%Y}" if basis.checked_on else ""}
    event = {"event": f"{basis.event_on:%d/%m/%Y}" if basis.event_on else ""}
    if placement == Placement.LEFT:
        return f"{CheckOutcome(basis.outcome).label} ({check['day']})"
    if placement == Placement.NOT_DUE:
        return _("Chưa tới lần kiểm tra đầu tiên (%(day)s)") % {"day": f"{due_on:%d/%m/%Y}" if due_on else ""}
    if placement == Placement.UNKNOWN:
        said = _("Chưa có lần kiểm tra nào cho biết kết quả")
        if due_on:
            said = _("Đến hạn kiểm tra từ %(day)s, chưa có lần nào cho biết kết quả") % {"day": f"{due_on:%d/%m/%Y}"}
        return said + ("; " + _("học tiếp từ %(event)s") % event if due_on and basis.event_on else "")
    if placement == Placement.RELAPSED:
        return _("Lần kiểm tra gần nhất %(day)s: tái mù chữ") % check
    if placement == Placement.AWAITING:
        last = {"until": f"{until:%d/%m/%Y}" if until else ""}
        return _("Còn biết chữ (%(day)s), chưa học tiếp; còn hạn đến %(until)s") % (check | last)
    if placement == Placement.NOT_CONTINUING:
        return _("Còn biết chữ (%(day)s) nhưng chưa học tiếp trong thời hạn") % check
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
    """Return A3 for the people of a cohort, given where each is counted."""
    return share_of(Counter(placements))


def share_of(counts: Mapping[Placement, int]) -> Share:
    """Return A3 for a cohort, given how many people are counted where.

    No check is not a success: the value counts unknown people as not retained (over everybody who is counted), and is
    therefore the lower bound; the upper bound counts everybody as retained who still may turn out to be. Coverage is
    the share of whom the answer is known.
    """
    whole = sum(count for placement, count in counts.items() if placement not in NOT_COUNTED)
    retained = counts.get(Placement.RETAINED, 0)
    unknown = sum(counts.get(placement, 0) for placement in OPEN)
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
