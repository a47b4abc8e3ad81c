"""What is handed to other programs: one observation an indicator, area, source and year (docs/adr/0055)."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from accounts.models import User
from centres.models import AdminUnit
from core.dates import Period
from indicators.choices import FigureSource, FigureState, IndicatorSource
from indicators.models import Figure, Plan

APPROVED = (FigureState.APPROVED, FigureState.LOCKED)
# The part of a data element's name that tells a computed figure beside a reported line from the reported one.
PROXY = "_PROXY"


@dataclass(frozen=True, slots=True)
class Observation:
    """A figure with the names other programs know it by."""

    figure: Figure
    year: int

    @property
    def element(self) -> str:
        """``A3``; ``B3_PROXY`` for what the system computes beside a line that others report."""
        line = self.figure.indicator
        beside = self.figure.source == FigureSource.COMPUTED and line.source != IndicatorSource.COMPUTED
        return line.code + (PROXY if beside else "")

    @property
    def area(self) -> str:
        """The code of the unit, see ``area_code``."""
        return area_code(self.figure.unit)

    @property
    def value(self) -> str:
        """The number as ``95.2``, else the code of the status reached."""
        return plain(self.figure.value) if self.figure.value is not None else self.figure.status_value

    @property
    def is_approved(self) -> bool:
        """Whether somebody above approved it. What is not is provisional."""
        return self.figure.state in APPROVED

    @property
    def parts(self) -> list[tuple[str, str]]:
        """What a computed figure is made of, as (suffix of the element, number)."""
        row = self.figure
        named = (
            ("NUM", row.numerator), ("DEN", row.denominator), ("COVERAGE", row.coverage), ("LOWER", row.lower),
            ("UPPER", row.upper),
        )  # fmt: skip
        return [(name, plain(value)) for name, value in named if value is not None]


def plain(value: Decimal | int | None) -> str:
    """Write a number for programs: a point, no grouping, no exponent, no noughts at the end; "" when there is none."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def area_code(unit: AdminUnit) -> str:
    """Return the code of a unit that no other unit ever bears.

    ``00004`` is the unit that exists today; one that ended carries its last day, ``00004-20250630`` (codes of communes
    were given again on 1 July 2025). Levels differ in length: city 2 digits, district 3, commune 5.
    """
    return f"{unit.code}-{unit.valid_to:%Y%m%d}" if unit.valid_to else unit.code


def observations(
    *, plan: Plan, year: int, user: User | None = None, only_approved: bool = False
) -> Iterator[Observation]:
    """Yield the last figure of every indicator, unit and source of a year, in the plan's order: two queries.

    Reported figures only once they are approved: what still waits is nobody else's business. Computed ones as they
    were kept, unless ``only_approved``. ``user``: only what they may see (None: the system itself).
    """
    rows = Figure.objects.all() if user is None else Figure.objects.visible_to(user)
    # A plan year begins in December of the year before.
    rows = rows.filter(
        indicator__plan=plan, ends_on__range=(Period.plan_year(year).starts_on, Period.calendar_year(year).ends_on)
    )
    rows = rows.filter(state__in=APPROVED) if only_approved else rows.exclude(
        source=FigureSource.REPORTED, state__in=[state for state in FigureState if state not in APPROVED]
    )  # fmt: skip
    last: dict[tuple[int, int, str], Figure] = {}
    for row in rows.select_related("indicator", "unit").order_by("ends_on", "version", "pk"):
        if row.year == year:
            last[row.indicator_id, row.unit_id, row.source] = row
    for row in sorted(last.values(), key=_order):
        yield Observation(row, year)


def _order(row: Figure) -> tuple[int, int, str, str]:
    return row.indicator.order, ("city", "district", "commune").index(row.unit.level), area_code(row.unit), row.source
