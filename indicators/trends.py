"""The years of a line: what was reached, what was asked for, where it is heading; in a picture and in words."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _

from centres.models import AdminUnit
from core.pictures import BandPoint, Picture, TrendPoint, sparkline, trend_chart
from core.templatetags.clc import num, percent
from indicators.choices import FigureSource, FigureState, IndicatorSource, Measure
from indicators.models import Figure, Indicator
from indicators.projection import ENOUGH, Projection, project
from indicators.rules import Goal, reached
from indicators.selectors import PlanLine


@dataclass(frozen=True)
class Trend:
    """A line of the plan over the years, for a unit until a day; ``figures``: one a year, oldest first."""

    line: PlanLine
    figures: list[Figure] = field(default_factory=list)

    @property
    def unit(self) -> str:
        """What stands after its numbers."""
        return "%" if self.line.indicator.measure == Measure.PERCENT else ""

    @property
    def points(self) -> list[TrendPoint]:
        """Year and value, with where it comes from."""
        return [TrendPoint(row.year, row.value or Decimal(0), source_of(row)) for row in self.figures]

    @property
    def asked(self) -> list[tuple[int, Decimal]]:
        """The way the plan asks for, year by year from its first goal to its last."""
        years = [year for year, _value in self.line.trajectory.points]
        if not years:
            return []
        found = ((year, self.line.trajectory.required_in(year)) for year in range(min(years), max(years) + 1))
        return [(year, value) for year, value in found if value is not None]

    @property
    def targets(self) -> list[tuple[int, Decimal]]:
        """Year and value of the goals that are numbers."""
        goals = self.line.trajectory.goals
        return [(year, goal.low) for year in sorted(goals) if (goal := goals[year]).low is not None]

    @property
    def projection(self) -> Projection | None:
        """What is expected until the last goal; None when too few years are known, or there is no such year."""
        if not self.targets:
            return None
        known = [(row.year, row.value) for row in self.figures if row.value is not None]
        return project(known, until=self.targets[-1][0], is_share=self.unit == "%")

    @property
    def outlook(self) -> str:
        """The forecast in one plain sentence, or why there is none."""
        return outlook(self.projection, self.line.trajectory.last, self.unit, len(self.figures))

    @property
    def picture(self) -> Picture:
        """The whole: figures, targets, way and band."""
        ahead = self.projection
        band = [BandPoint(row.year, row.lower, row.middle, row.upper) for row in ahead.expected] if ahead else []
        indicator = self.line.indicator
        return trend_chart(
            title=f"{indicator.code} · {indicator.name}",
            points=self.points,
            targets=self.targets,
            trajectory=self.asked,
            band=band,
            unit=self.unit,
            remark=self.outlook,
        )

    @property
    def spark(self) -> Picture | None:
        """The line as small as a word; None for fewer than two years."""
        if len(self.figures) < 2:
            return None
        code, said = self.line.indicator.code, [f"{row.year}: {_shown(row.value, self.unit)}" for row in self.points]
        title = _("Xu hướng %(code)s") % {"code": code}
        return sparkline(
            title=title, description="; ".join(said), points=self.points, trajectory=self.asked, unit=self.unit
        )


def source_of(figure: Figure) -> str:
    """Return where a figure comes from, in a word or two."""
    if figure.source == FigureSource.COMPUTED:
        return _("hệ thống tính")
    return str(figure.get_state_display()) if figure.state != FigureState.SUBMITTED else _("chờ duyệt")


def trends_of(lines: Sequence[PlanLine], *, unit: AdminUnit, as_of: dt.date) -> list[Trend]:
    """Return the years of lines of one plan for a unit until a day: one query.

    Of each year the last figure and its last version counts, not what was returned. A line the system computes shows
    what was kept at the end of earlier years, and this year what it is now.
    """
    rows: dict[int, dict[int, Figure]] = {}
    of_lines = Indicator.objects.filter(pk__in=[line.indicator.pk for line in lines])
    computed = Q(indicator__source=IndicatorSource.COMPUTED)
    wanted = (computed & Q(source=FigureSource.COMPUTED)) | (~computed & Q(source=FigureSource.REPORTED))
    found = Figure.objects.filter(wanted, indicator__in=of_lines, unit=unit, ends_on__lte=as_of, value__isnull=False)
    for row in found.exclude(state=FigureState.RETURNED).order_by("ends_on", "version", "pk"):
        rows.setdefault(row.indicator_id, {})[row.year] = row
    trends = []
    for line in lines:
        years = rows.get(line.indicator.pk, {})
        if line.is_computed and line.figure is not None and line.figure.value is not None:
            years[line.figure.year] = line.figure
        trends.append(Trend(line, [years[year] for year in sorted(years)]))
    return trends


def outlook(ahead: Projection | None, goal: Goal | None, unit: str, known: int) -> str:
    """Say a forecast in one sentence, beside the goal; or why there is none."""
    if ahead is None:
        if goal is None or goal.low is None:
            return ""
        return _("Chưa đủ số liệu để dự báo: cần số liệu của ít nhất %(n)s năm, mới có %(known)s.") % {
            "n": ENOUGH,
            "known": known,
        }
    end = ahead.last
    words = {
        "years": ahead.years,
        "year": end.year,
        "low": _shown(end.lower, "").removesuffix("%"),
        "high": _shown(end.upper, unit),
    }
    said = _("Nếu tiếp tục như %(years)s năm qua, đến %(year)s đạt từ %(low)s đến %(high)s.") % words
    if goal is None or goal.low is None:
        return said
    target = {"goal": _shown(goal.low, unit)}
    if reached(goal, end.lower):
        return said + " " + _("Chỉ tiêu %(goal)s: cả khoảng này đều đạt.") % target
    if not reached(goal, end.upper):
        return said + " " + _("Chỉ tiêu %(goal)s: cả khoảng này đều chưa đạt.") % target
    return said + " " + _("Chỉ tiêu %(goal)s nằm trong khoảng này: có thể đạt, có thể không.") % target


def _shown(value: Decimal | int | float, unit: str) -> str:
    return percent(value) if unit == "%" else num(value)
