"""Figures of earlier years and of other units, so that trends, maps and rankings of the demo have something to show.

None of these numbers is real, and each says so: its document is named DOCUMENT. Rows are written in bulk: through the
services they would cost the first start of a demo a quarter of a minute.
"""

import datetime as dt
import random
from decimal import Decimal

from accounts.models import User
from centres.choices import UnitLevel
from centres.models import AdminUnit
from indicators.choices import FigureSource, FigureState, PeriodKind, PopulationGroup, Verdict
from indicators.models import Figure, FigureDecision, Indicator, Population

DOCUMENT = "Số liệu mẫu để trình diễn"
# Lines of the city, of the four years before this one, oldest first.
CITY: dict[str, tuple[str, str, str, str]] = {
    "A2": ("99.2", "99.3", "99.5", "99.6"),
    "B1": ("71.2", "73.0", "73.9", "75.4"),
    "B2": ("50.2", "51.4", "53.6", "54.5"),
    "B3": ("31.0", "37.4", "43.9", "48.0"),
    "B6": ("12.1", "12.5", "12.4", "12.9"),
    "C2": ("52.5", "63.0", "71.8", "79.5"),
    "C4": ("68.4", "71.9", "75.1", "77.3"),
    "D1": ("14.8", "21.5", "27.3", "33.9"),
    "D2": ("25.0", "32.5", "37.2", "43.8"),
    "D3": ("66.1", "67.0", "69.4", "70.2"),
    "D5": ("60.2", "61.5", "63.9", "65.0"),
}
BY_UNIT = "D1"
SOURCE = "Hội Khuyến học"
SEED = 54


def earlier_years(*, today: dt.date, entered_by: User, approved_by: User) -> None:
    """Give the city's lines the four years before this one, approved."""
    city = AdminUnit.objects.get(level=UnitLevel.CITY)
    lines = {line.code: line for line in Indicator.objects.filter(plan__is_default=True, code__in=CITY)}
    rows = [
        _figure(lines[code], city, Decimal(value), dt.date(today.year - back, 12, 31), entered_by)
        for code, values in CITY.items()
        for back, value in zip(range(len(values), 0, -1), values, strict=True)
    ]
    _approved(rows, approved_by)


def units(*, today: dt.date, entered_by: User, approved_by: User) -> None:
    """Give nearly every commune of today, and the districts that were, one line with the adults it is a share of.

    Some communes have sent nothing, some are so small that their share says little.
    """
    rng = random.Random(SEED)  # noqa: S311 - believable, not secret
    line = Indicator.objects.get(plan__is_default=True, code=BY_UNIT)
    figures, people = [], []
    levels = (
        (UnitLevel.COMMUNE, min(dt.date(today.year, 9, 30), today), (9_000, 70_000)),
        (UnitLevel.DISTRICT, dt.date(2024, 12, 31), (90_000, 300_000)),
    )
    for level, ends_on, (least, most) in levels:
        rows = AdminUnit.objects.filter(level=level)
        rows = rows.filter(valid_to__isnull=True) if level == UnitLevel.COMMUNE else rows
        for index, unit in enumerate(rows.order_by("code")):
            value = Decimal(str(round(min(max(rng.gauss(38.4, 7.5), 12), 68), 1)))
            adults = rng.randrange(least, most)
            if level == UnitLevel.COMMUNE and index % 17 == 5:
                continue
            if level == UnitLevel.COMMUNE and index % 29 == 9:
                adults = 120 + adults % 300
            people.append(
                Population(unit=unit, group=PopulationGroup.ADULTS, people=adults, counted_on=ends_on,
                           source_name=DOCUMENT, recorded_by=entered_by)
            )  # fmt: skip
            figures.append(_figure(line, unit, value, ends_on, entered_by))
    Population.objects.bulk_create(people)
    _approved(figures, approved_by)


def _figure(line: Indicator, unit: AdminUnit, value: Decimal, ends_on: dt.date, entered_by: User) -> Figure:
    return Figure(
        indicator=line, unit=unit, value=value, starts_on=dt.date(ends_on.year, 1, 1), ends_on=ends_on,
        period_kind=PeriodKind.CALENDAR_YEAR, source=FigureSource.REPORTED, state=FigureState.APPROVED,
        source_name=SOURCE, document=f"{DOCUMENT}, năm {ends_on.year}", document_on=ends_on, entered_by=entered_by,
    )  # fmt: skip


def _approved(rows: list[Figure], by: User) -> None:
    made = Figure.objects.bulk_create(rows)
    FigureDecision.objects.bulk_create(
        FigureDecision(figure=row, verdict=Verdict.APPROVED, reason="Dữ liệu mẫu", decided_by=by) for row in made
    )
