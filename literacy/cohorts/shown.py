"""A cohort table as it is shown: exact to those who may see the persons, rounded and hidden to everybody else.

Page, file and API all show what stands here, and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_noop

from literacy.cohorts.publishing import may_publish_curve, published, published_share
from literacy.cohorts.selectors import Cohort, CurveStep, Report
from literacy.rules import OPEN, Placement, State

# Key and heading, in the order of the table. A file is handed in: its words stay Vietnamese, the page translates them.
COUNTS: tuple[tuple[str, str], ...] = (
    ("certified", gettext_noop("Được công nhận")),
    ("literate", gettext_noop("Còn biết chữ")),
    ("retained", gettext_noop("Trong đó đã học tiếp (đạt)")),
    ("awaiting", gettext_noop("Chưa học tiếp, còn hạn")),
    ("not_continuing", gettext_noop("Không học tiếp")),
    ("relapsed", gettext_noop("Tái mù chữ")),
    ("not_reached", gettext_noop("Chưa gặp được")),
    ("not_due", gettext_noop("Chưa đến hạn")),
    ("left", gettext_noop("Đã rời")),
)
SHARES: tuple[tuple[str, str], ...] = (
    ("value", gettext_noop("Tỷ lệ đạt")),
    ("upper", gettext_noop("Cao nhất có thể")),
    ("coverage", gettext_noop("Độ phủ")),
)
STATES = {
    "literate": State.LITERATE,
    "relapsed": State.RELAPSED,
    "not_reached": State.NOT_REACHED,
    "not_due": State.NOT_DUE,
    "left": State.LEFT,
}
PARTS = {
    "retained": Placement.RETAINED,
    "awaiting": Placement.AWAITING,
    "not_continuing": Placement.NOT_CONTINUING,
}


@dataclass(frozen=True, slots=True)
class ShownCohort:
    """One line: counts by key (None: hidden) and shares in percent (None: there is none, or it is hidden)."""

    key: str
    label: str
    counts: dict[str, int | None]
    shares: dict[str, Decimal | None]

    @property
    def lower(self) -> Decimal | None:
        """The lower bound, which is the value: no check is not a success."""
        return self.shares["value"]


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One point of the curve; counts may be hidden, shares are percentages."""

    months: int
    at_risk: int | None
    relapsed: int | None
    left: int | None
    not_due: int | None
    not_reached: int | None
    survival: Decimal
    lower: Decimal
    upper: Decimal


@dataclass(frozen=True, slots=True)
class ShownReport:
    """What is shown of a report. ``dropped``: lines of fewer than five people are left out."""

    exact: bool
    rows: list[ShownCohort]
    total: ShownCohort
    dropped: bool
    curve: list[ShownStep]
    curve_withheld: bool


def counts_of(cohort: Cohort) -> dict[str, int]:
    """Return the exact counts of a cohort by key."""
    return {
        "certified": cohort.certified,
        **{key: cohort.state(state) for key, state in STATES.items()},
        **{key: cohort.placed(placement) for key, placement in PARTS.items()},
    }


def show(report: Report, *, exact: bool) -> ShownReport:
    """Return a report as somebody sees it who may (``exact``) or may not see the persons."""
    rows = [_show(cohort, exact=exact) for cohort in report.rows]
    kept = [row for row in rows if row.counts["certified"] is not None]
    withheld = not exact and not may_publish_curve(
        {point.step.months: (point.step.at_risk, point.step.relapsed) for point in report.curve}
    )
    return ShownReport(
        exact,
        kept,
        _show(report.total, exact=exact),
        len(kept) < len(rows),
        [] if withheld else _steps(report.curve, exact=exact),
        withheld,
    )


def _show(cohort: Cohort, *, exact: bool) -> ShownCohort:
    counts, share = counts_of(cohort), cohort.share
    if exact:
        shares = {"value": share.value, "upper": share.upper, "coverage": share.coverage}
        return ShownCohort(cohort.key, cohort.label, dict(counts), shares)
    whole = published(share.denominator)
    open_ = sum(cohort.placed(placement) for placement in OPEN)
    return ShownCohort(
        cohort.key,
        cohort.label,
        {key: published(count) for key, count in counts.items()},
        {
            "value": published_share(published(share.numerator), whole),
            "upper": published_share(published(share.numerator + open_), whole),
            "coverage": published_share(published(share.known), whole),
        },
    )


def _steps(curve: Sequence[CurveStep], *, exact: bool) -> list[ShownStep]:
    def count(number: int) -> int | None:
        return number if exact else published(number)

    def share(part: float) -> Decimal:
        return Decimal(part * 100).quantize(Decimal("0.0001" if exact else "1"))

    return [
        ShownStep(
            months=point.step.months,
            at_risk=count(point.step.at_risk),
            relapsed=count(point.step.relapsed),
            left=count(point.left),
            not_due=count(point.not_due),
            not_reached=count(point.not_reached),
            survival=share(point.step.survival),
            lower=share(point.step.lower),
            upper=share(point.step.upper),
        )
        for point in curve
    ]
