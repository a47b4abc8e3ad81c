"""The plan on one page: every line with targets, today's figure and how it stands."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.models import AdminUnit
from core.errors import InvalidInput, OutOfScope
from indicators import c3
from indicators.choices import Comparator, FigureSource, FigureState, Formula, IndicatorSource, PeriodKind
from indicators.models import Figure, Indicator, Plan, Target, UnitTarget
from indicators.rules import Assessment, Goal, Trajectory, assess
from literacy.rules import percent
from literacy.selectors import a3_figure


def current_plan(day: dt.date | None = None) -> Plan:
    """Return the plan in force on a day (today by default): the default one, else the one that began last.

    Raises OutOfScope when no plan is in force.
    """
    plan = Plan.objects.in_force_on(day or timezone.localdate()).first()
    if plan is None:
        raise OutOfScope("no_plan", _("Không có kế hoạch nào đang thực hiện vào ngày này."))
    return plan


def find_plan(code: str, *, day: dt.date | None = None, user: User | None = None) -> Plan:
    """Return the plan of a code, the one in force on the day for an empty code.

    ``user`` limits it to plans that person sees. Raises OutOfScope when there is none.
    """
    if not code:
        return current_plan(day)
    rows = Plan.objects.all() if user is None else Plan.objects.visible_to(user)
    plan = rows.filter(code=code).first()
    if plan is None:
        raise OutOfScope("no_plan", _("Không có kế hoạch mã %(code)s.") % {"code": code})
    return plan


@dataclass(frozen=True)
class PlanLine:
    """One line: the indicator, its goals, the figure on the day (computed live or reported) and the verdict.

    ``targets`` are the city's; the trajectory is the unit's own where the plan was broken down to it (``is_own``).
    """

    indicator: Indicator
    targets: list[Target]
    trajectory: Trajectory
    figure: Figure | None
    assessment: Assessment
    as_of: dt.date
    is_own: bool = False

    @property
    def years(self) -> list[int]:
        """The years of the first goal and of the last, when it is another one."""
        return list(dict.fromkeys((self.trajectory.years[0], self.trajectory.years[-1]))) if self.targets else []

    @property
    def needed(self) -> Decimal | None:
        """The value the trajectory asks for this year."""
        return self.trajectory.required_in(self.as_of.year)

    @property
    def is_computed(self) -> bool:
        """Whether the system computes the line."""
        return self.indicator.source == IndicatorSource.COMPUTED

    @property
    def marks(self) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
        """Value, first and last target as the bar shows them; None where there is no number."""
        first, last = (*(self.trajectory.goals[year].low for year in self.years), None, None)[:2]
        return (self.figure.value if self.figure else None, first, last)

    @property
    def status_words(self) -> str:
        """The reached status in words."""
        return self.figure.status_words if self.figure else ""

    @property
    def goal_words(self) -> str:
        """``99,5 → 99,6``; once when both years ask the same."""
        return " → ".join(dict.fromkeys(self.trajectory.goals[year].words() for year in self.trajectory.years))

    @property
    def goal_years(self) -> str:
        """``2025 → 2030``: the years of the first and the last goal."""
        return " → ".join(map(str, self.years))


def goal_of(target: Target) -> Goal:
    """Return the pure form of a target."""
    return target.goal


def trajectory_of(indicator: Indicator, own: Collection[UnitTarget] = ()) -> Trajectory:
    """Return the way the plan asks for, from the indicator's targets and steps (prefetch both for many).

    With a unit's ``own`` targets it is theirs: the city's comparator (a range is reached from its lower end on).
    """
    goals = {target.year: goal_of(target) for target in indicator.targets.all()}
    if not own:
        return Trajectory(goals, {step.year: step.value for step in indicator.steps.all()})
    whole = Trajectory(goals)
    mine: dict[int, Goal] = {}
    for row in own:
        due = whole.goal_due(row.year)
        comparator = due.comparator if due else Comparator.AT_LEAST
        if comparator == Comparator.RANGE:
            comparator = Comparator.AT_LEAST
        mine[row.year] = Goal(comparator, row.value, None, row.status)
    return Trajectory(mine)


def computed_values(*, code: str, unit: AdminUnit, as_of: dt.date) -> dict[str, Any]:
    """Compute the formula A3 or C3 now: the columns of a Figure. Raises InvalidInput for any other code."""
    if code == Formula.A3:
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
    if code == Formula.C3:
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
    values = computed_values(code=indicator.formula, unit=unit, as_of=as_of)
    return Figure(indicator=indicator, unit=unit, source=FigureSource.COMPUTED, **values)


def plan_lines(*, unit: AdminUnit, as_of: dt.date, code: str = "", plan: Plan | None = None) -> list[PlanLine]:
    """Return all lines of a plan (the one in force today by default), or the one with a code, for a unit on a day.

    The number of queries does not depend on the rows. Raises OutOfScope when no plan is in force.
    """
    plan = plan or current_plan()
    indicators = Indicator.objects.filter(plan=plan).select_related("plan", "block", "responsible").order_by("order")
    own = UnitTarget.objects.filter(unit=unit).order_by("year")
    indicators = indicators.prefetch_related("targets", "steps", Prefetch("unit_targets", own, to_attr="own_targets"))
    rows = Figure.objects.filter(indicator__plan=plan, unit=unit, source=FigureSource.REPORTED, ends_on__lte=as_of)
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
        lines.append(_line(indicator, known, as_of))
    return lines


def _line(indicator: Indicator, figure: Figure | None, as_of: dt.date) -> PlanLine:
    own = getattr(indicator, "own_targets", [])
    trajectory = trajectory_of(indicator, own)
    assessment = assess(
        trajectory=trajectory,
        value=figure.value if figure else None,
        status_value=figure.status_value if figure else "",
        day=as_of,
    )
    return PlanLine(indicator, list(indicator.targets.all()), trajectory, figure, assessment, as_of, bool(own))


def as_row(line: PlanLine) -> dict[str, Any]:
    """Return a line as the ``indicators`` command prints it; numbers are plain, unknown is None."""
    figure = line.figure

    def number(value: Decimal | None) -> float | None:
        return None if value is None else float(value)

    targets = {target.year: target for target in line.targets}

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
        "target_2025": goal(targets.get(2025)),
        "target_2030": goal(targets.get(2030)),
        "targets": {str(year): goal(target) for year, target in targets.items()},
        "needed": number(line.needed),
        "source": FigureSource.COMPUTED.value if line.is_computed else FigureSource.REPORTED.value,
        "source_name": figure.source_name if figure else "",
        "status": line.assessment.code,
    }
