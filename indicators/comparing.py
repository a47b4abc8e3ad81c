"""One line of the plan over many units: fair to compare, on a map and in a ranking.

A share of few people moves a lot by chance, so every share is shown with its 95 % interval (Wilson, which stays within
0 and 100 and holds for small numbers). Units are put into groups whose intervals overlap the first of the group: inside
a group the order says nothing. Units below ENOUGH, or without a known denominator, are not ranked at all. Units of
another map than that of the year are not compared: a commune of 2026 is another place than one of 2024.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import sqrt

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from centres.choices import UnitLevel
from centres.models import AdminUnit, CentreLocation
from core.dates import plan_year_of
from indicators import c3
from indicators.choices import FigureSource, FigureState, Formula, IndicatorSource, Measure
from indicators.models import Figure, Indicator, Population
from indicators.populations import GROUP_OF
from indicators.querysets import FigureQuerySet

ENOUGH = 30  # below that the interval of a share is wider than most differences between units
Z = 1.959964
REFORM = dt.date(2025, 7, 1)


@dataclass(frozen=True, slots=True)
class UnitValue:
    """A unit's share in percent; ``whole``: of how many, None when nobody said; ``part``: how many of them."""

    unit: AdminUnit
    value: Decimal
    whole: int | None = None
    part: int | None = None
    waiting: bool = False

    @property
    def interval(self) -> tuple[Decimal, Decimal] | None:
        """The 95 % interval in percent, to a tenth; None without a denominator."""
        if not self.whole:
            return None
        return wilson(self.value, self.whole)

    @property
    def ranked(self) -> bool:
        """Whether there is enough behind it to stand in an order."""
        return self.whole is not None and self.whole >= ENOUGH


@dataclass(frozen=True)
class Compared:
    """Units with a value, those without one, and why nothing can be compared, if so."""

    values: list[UnitValue]
    silent: list[AdminUnit]
    refusal: str = ""


def wilson(share: Decimal, whole: int) -> tuple[Decimal, Decimal]:
    """Return the 95 % Wilson score interval of a percentage of ``whole`` people, in percent, rounded to a tenth."""
    p, n = float(share) / 100, whole
    centre = p + Z * Z / (2 * n)
    half = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    low, high = ((centre + side) / (1 + Z * Z / n) * 100 for side in (-half, half))
    return _tenth(max(0.0, low)), _tenth(min(100.0, high))


def _tenth(value: float) -> Decimal:
    return Decimal(value).quantize(Decimal("0.1"), ROUND_HALF_UP)


def groups_of(values: Sequence[UnitValue]) -> list[list[UnitValue]]:
    """Return the ranked units from high to low in groups: each holds those whose interval meets that of its first.

    Ties keep the order they came in. What is not ranked is left out.
    """
    ordered = sorted((row for row in values if row.ranked), key=lambda row: -row.value)
    groups: list[list[UnitValue]] = []
    for row in ordered:
        first = groups[-1][0].interval if groups else None
        if first is not None and row.interval is not None and row.interval[1] >= first[0]:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def comparable_lines(plan_id: int) -> list[Indicator]:
    """Return the lines of a plan that are shares units have: reported ones, and C3."""
    rows = Indicator.objects.filter(plan_id=plan_id, measure=Measure.PERCENT).order_by("order")
    return [row for row in rows if row.source != IndicatorSource.COMPUTED or row.formula == Formula.C3]


def compare(
    *, line: Indicator, level: str, year: int, today: dt.date, user: User, units: Sequence[AdminUnit]
) -> Compared:
    """Return a line over the units of a level (of those ``units`` the user may choose) in a year.

    Reported figures: the last one of the year that was not returned, with the people it is a share of. A fixed number
    of queries.
    """
    refusal = _other_map(level, year)
    if refusal:
        return Compared([], [], refusal)
    chosen = [unit for unit in units if unit.level == level and (level == UnitLevel.DISTRICT or not unit.is_closed)]
    if line.formula == Formula.C3:
        values = _use_of_it(chosen, min(plan_year_of(dt.date(year, 1, 1)).ends_on, today))
    else:
        values = _reported(line, chosen, year, user)
    known = {row.unit.pk for row in values}
    return Compared(values, [unit for unit in chosen if unit.pk not in known])


def _other_map(level: str, year: int) -> str:
    if level == UnitLevel.DISTRICT and year > REFORM.year:
        return _("Từ ngày 01/07/2025 không còn quận, huyện: năm %(year)s không so sánh được theo quận, huyện.") % {
            "year": year
        }
    if level == UnitLevel.COMMUNE and year < REFORM.year:
        return _(
            "Phường, xã hiện nay có từ ngày 01/07/2025: số liệu năm %(year)s thuộc địa giới khác, không so sánh được."
        ) % {"year": year}
    return ""


def _reported(line: Indicator, chosen: Sequence[AdminUnit], year: int, user: User) -> list[UnitValue]:
    ids = [unit.pk for unit in chosen]
    rows: FigureQuerySet = Figure.objects.visible_to(user).filter(
        indicator=line, unit_id__in=ids, source=FigureSource.REPORTED, ends_on__year=year, value__isnull=False
    )
    found = {
        row.unit_id: row
        for row in rows.exclude(state__in=(FigureState.RETURNED, FigureState.DRAFT)).order_by("ends_on", "version")
    }
    people: dict[int, int] = {}
    if group := GROUP_OF.get(line.code):
        counted = Population.objects.filter(unit_id__in=ids, group=group, counted_on__lte=dt.date(year, 12, 31))
        people = {row.unit_id: row.people for row in counted.order_by("counted_on", "version")}
    values = []
    for unit in chosen:
        if row := found.get(unit.pk):
            whole = row.denominator or people.get(unit.pk)
            assert row.value is not None
            part = row.numerator if row.numerator is not None else whole and round(float(row.value) * whole / 100)
            values.append(UnitValue(unit, row.value, whole, part, row.state == FigureState.SUBMITTED))
    return values


def _use_of_it(chosen: Sequence[AdminUnit], day: dt.date) -> list[UnitValue]:
    """C3 by the unit each centre lay in on the day."""
    city = AdminUnit.objects.get(level=UnitLevel.CITY)
    district = bool(chosen) and chosen[0].level == UnitLevel.DISTRICT
    day = min(day, REFORM - dt.timedelta(days=1)) if district else day
    measured = c3.measure(unit=city, as_of=day)
    lying = CentreLocation.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)
    where = dict(lying.values_list("centre_id", "unit__parent_id" if district else "unit_id"))
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for use in measured.centres:
        tally = counts[where.get(use.centre.pk, 0)]
        tally[0] += use.counts
        tally[1] += 1
    values = []
    for unit in chosen:
        part, whole = counts.get(unit.pk, (0, 0))
        if whole:
            values.append(UnitValue(unit, _tenth(part * 100 / whole), whole, part))
    return values


def years_known(line: Indicator, level: str, today: dt.date) -> list[int]:
    """Return the years that may be asked for, newest first: one query."""
    rows = Figure.objects.filter(indicator=line, unit__level=level, value__isnull=False).exclude(
        state=FigureState.RETURNED
    )
    known = set(rows.order_by().values_list("ends_on__year", flat=True))
    if line.formula == Formula.C3:
        known.add(today.year if level == UnitLevel.COMMUNE else REFORM.year)
    return sorted(known or {today.year}, reverse=True)
