"""The plan on one page: every line with targets, today's figure and how it stands."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from centres.models import AdminUnit
from core.errors import InvalidInput
from indicators import c3
from indicators.choices import FigureSource, FigureState, IndicatorSource, PeriodKind
from indicators.models import Figure, Indicator, Target
from indicators.rules import Assessment, Goal, assess
from literacy.rules import percent
from literacy.selectors import a3_figure

BLOCKS = {
    "a": _lazy("Xóa mù chữ và phổ cập giáo dục"),
    "b": _lazy("Năng lực cơ bản và trình độ của người dân"),
    "c": _lazy("Hiệu quả hoạt động của các cơ sở giáo dục"),
    "d": _lazy("Xây dựng các mô hình học tập trong xã hội"),
}


@dataclass(frozen=True)
class PlanLine:
    """One line: the indicator, its goals, the figure on the day (computed live or reported) and the verdict."""

    indicator: Indicator
    first: Target | None
    last: Target | None
    figure: Figure | None
    assessment: Assessment

    @property
    def is_computed(self) -> bool:
        """Whether the system computes the line."""
        return self.indicator.source == IndicatorSource.COMPUTED

    @property
    def marks(self) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
        """Value, 2025 and 2030 target as the bar shows them; None where there is no number."""
        return (
            self.figure.value if self.figure else None,
            self.first.low if self.first else None,
            self.last.low if self.last else None,
        )

    @property
    def targets(self) -> list[Target]:
        """The targets there are, in order of year."""
        return [target for target in (self.first, self.last) if target]

    @property
    def status_words(self) -> str:
        """The reached status in words."""
        return self.figure.status_words if self.figure else ""

    @property
    def goal_words(self) -> str:
        """``99,5 → 99,6``; once when both years ask the same."""
        return " → ".join(dict.fromkeys(goal_of(target).words() for target in self.targets))


def goal_of(target: Target) -> Goal:
    """Return the pure form of a target."""
    return Goal(target.comparator, target.low, target.high, target.status)


def computed_values(*, code: str, unit: AdminUnit, as_of: dt.date) -> dict[str, Any]:
    """Compute A3 or C3 now: the columns of a Figure. Raises InvalidInput for any other code."""
    if code == "A3":
        result = a3_figure(unit=unit, as_of=as_of)
        share = result.share
        return {
            "starts_on": result.window[0],
            "ends_on": as_of,
            "period_kind": PeriodKind.CUSTOM,
            "value": share.value,
            "numerator": share.numerator,
            "denominator": share.denominator,
            "coverage": share.coverage,
            "lower": share.lower,
            "upper": share.upper,
            "definition_version": result.definition,
            "evidence_hash": result.hash,
        }
    if code == "C3":
        use = c3.measure(unit=unit, as_of=as_of)
        value = percent(use.numerator, use.denominator)
        whole = Decimal(100) if use.denominator else None
        return {
            "starts_on": use.starts_on,
            "ends_on": as_of,
            "period_kind": PeriodKind.PLAN_YEAR,
            "value": value,
            "numerator": use.numerator,
            "denominator": use.denominator,
            "coverage": whole,
            "lower": value,
            "upper": value,
            "definition_version": use.definition,
            "evidence_hash": use.hash,
        }
    raise InvalidInput(
        "not_computed", _("Chỉ số %(code)s do cơ quan khác báo cáo, hệ thống không tính.") % {"code": code}
    )


def live_figure(indicator: Indicator, unit: AdminUnit, as_of: dt.date) -> Figure:
    """Return the computed figure as it is now, not saved."""
    values = computed_values(code=indicator.code, unit=unit, as_of=as_of)
    return Figure(indicator=indicator, unit=unit, source=FigureSource.COMPUTED, **values)


def plan_lines(*, unit: AdminUnit, as_of: dt.date, code: str = "") -> list[PlanLine]:
    """Return all lines of the plan, or the one with a code, for a unit on a day.

    The number of queries does not depend on the rows.
    """
    indicators = Indicator.objects.select_related("plan").prefetch_related("targets").order_by("order")
    rows = Figure.objects.filter(unit=unit, source=FigureSource.REPORTED, ends_on__lte=as_of)
    if code:
        indicators, rows = indicators.filter(code=code), rows.filter(indicator__code=code)
    # What was returned does not count: the version before it does, when there is one.
    rows = rows.exclude(state=FigureState.RETURNED)
    reported = {row.indicator_id: row for row in rows.order_by("ends_on", "version")}
    lines = []
    for indicator in indicators:
        if indicator.source == IndicatorSource.COMPUTED:
            known: Figure | None = live_figure(indicator, unit, as_of)
        else:
            known = reported.get(indicator.pk)
        targets = {target.year: target for target in indicator.targets.all()}
        lines.append(_line(indicator, targets, known, as_of))
    return lines


def _line(indicator: Indicator, targets: dict[int, Target], figure: Figure | None, as_of: dt.date) -> PlanLine:
    first, last = targets.get(2025), targets.get(2030)
    assessment = assess(
        first=goal_of(first) if first else None,
        last=goal_of(last) if last else None,
        value=figure.value if figure else None,
        status_value=figure.status_value if figure else "",
        day=as_of,
    )
    return PlanLine(indicator, first, last, figure, assessment)


def as_row(line: PlanLine) -> dict[str, Any]:
    """Return a line as the ``indicators`` command prints it; numbers are plain, unknown is None."""
    figure = line.figure

    def number(value: Decimal | None) -> float | None:
        return None if value is None else float(value)

    def goal(target: Target | None) -> Any:
        if target is None:
            return None
        if target.low is None:
            return target.status
        return number(target.low) if target.high is None else [number(target.low), number(target.high)]

    value: Any = number(figure.value) if figure else None
    if figure and figure.value is None and figure.status_value:
        value = figure.status_value
    return {
        "code": line.indicator.code,
        "value": value,
        "numerator": figure.numerator if figure else None,
        "denominator": figure.denominator if figure else None,
        "coverage": number(figure.coverage) if figure else None,
        "lower": number(figure.lower) if figure else None,
        "upper": number(figure.upper) if figure else None,
        "target_2025": goal(line.first),
        "target_2030": goal(line.last),
        "source": FigureSource.COMPUTED.value if line.is_computed else FigureSource.REPORTED.value,
        "source_name": figure.source_name if figure else "",
        "status": line.assessment.code,
    }
