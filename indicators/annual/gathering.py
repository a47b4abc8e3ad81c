"""Everything a report may say of a unit or centre in a year, asked once."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import override

from centres.choices import UnitLevel
from centres.models import AdminUnit, Centre
from indicators import c3
from indicators.annual.subjects import Subject
from indicators.choices import ContributionState, FigureState, IndicatorSource
from indicators.contributions import addressees, contributions, reporting_units
from indicators.models import CentreYear, Contribution, Figure, Indicator, PlanTask
from indicators.quality.rules import RULES, Rule
from indicators.quality.selectors import centre_quality, overview
from indicators.rules import Assessment, Trajectory, assess
from indicators.selectors import PlanLine, plan_lines
from indicators.statistics.groups import GroupLine, by_target_group
from indicators.statistics.lines import Statistics
from indicators.statistics.selectors import statistics


@dataclass(frozen=True)
class ReportLine:
    """A line of the plan in a plan year. A figure of an earlier year is none of this year's; ``before`` keeps it."""

    indicator: Indicator
    year: int
    trajectory: Trajectory
    figure: Figure | None
    before: Figure | None
    assessment: Assessment

    @property
    def is_computed(self) -> bool:
        """Whether the system computes it."""
        return self.indicator.source == IndicatorSource.COMPUTED

    @property
    def has_figure(self) -> bool:
        """Whether there is a value or a status."""
        return self.figure is not None and (self.figure.value is not None or bool(self.figure.status_value))

    @property
    def is_unapproved(self) -> bool:
        """Whether it was reported and nobody approved it yet."""
        states = (FigureState.APPROVED, FigureState.LOCKED)
        return self.has_figure and not self.is_computed and self.figure is not None and self.figure.state not in states

    @property
    def needed(self) -> Decimal | None:
        """The value asked for by the end of the year."""
        return self.trajectory.required_in(self.year)

    @property
    def standing(self) -> str:
        """reached, on_track, behind, no_target, or missing."""
        return self.assessment.code if self.has_figure else "missing"


@dataclass(frozen=True)
class QualityLine:
    """A rule of data quality: how many places to look at, in how many centres."""

    rule: Rule
    bad: int
    base: int | None = None


@dataclass(frozen=True)
class Facts:
    """What was gathered."""

    subject: Subject
    statistics: Statistics
    groups: list[GroupLine]
    score: Decimal | None
    quality: list[QualityLine]
    unmeasured: int = 0
    lines: list[ReportLine] = field(default_factory=list)
    contributions: list[Contribution] = field(default_factory=list)
    expected: int = 0
    tasks: list[PlanTask] = field(default_factory=list)
    resources: CentreYear | None = None
    use: c3.CentreUse | None = None


def gather(subject: Subject) -> Facts:
    """Ask everything, in Vietnamese. The number of queries does not depend on the rows.

    Raises InvalidInput for a year outside the plan.
    """
    subject.check_year()
    with override("vi"):
        return _of_centre(subject, subject.centre) if subject.centre else _of_unit(subject)


def _of_centre(subject: Subject, centre: Centre) -> Facts:
    asker, what = subject.asker, subject.question.what
    quality = centre_quality(centre)
    city = AdminUnit.objects.get(level=UnitLevel.CITY)
    used = c3.measure(unit=city, as_of=subject.as_of, only={centre.pk})
    return Facts(
        subject,
        statistics(user=asker, **what),
        by_target_group(user=asker, **what),
        quality.score,
        [QualityLine(line.rule, line.share.bad, line.share.base) for line in quality.lines if line.share.base],
        resources=CentreYear.objects.filter(centre=centre, year=subject.year).first(),
        use=next(iter(used.centres), None),
    )


def _of_unit(subject: Subject) -> Facts:
    assert subject.unit is not None
    asker, what = subject.asker, subject.question.what
    seen = overview(asker, subject.unit)
    bad = {rule.code: count for rule, count in seen.totals}
    is_city = subject.unit.level == UnitLevel.CITY
    tasks = list(subject.plan.tasks.select_related("body")) if is_city else []
    return Facts(
        subject,
        statistics(user=asker, **what),
        by_target_group(user=asker, **what),
        seen.mean,
        [QualityLine(rule, bad.get(rule.code, 0)) for rule in RULES] if seen.measured_at else [],
        unmeasured=seen.unmeasured,
        lines=report_lines(subject),
        contributions=_contributions(subject, is_city=is_city),
        expected=_expected(subject) if is_city else 1,
        tasks=tasks,
    )


def report_lines(subject: Subject) -> list[ReportLine]:
    """Return the plan's lines for the unit in the plan year, judged by what the plan asks for by its end."""
    assert subject.unit is not None
    rows = plan_lines(unit=subject.unit, as_of=subject.as_of, plan=subject.plan)
    return [_line(row, subject) for row in rows]


def _line(row: PlanLine, subject: Subject) -> ReportLine:
    figure, before = row.figure, None
    if figure is not None and figure.ends_on < subject.period.starts_on:
        figure, before = None, figure
    assessment = assess(
        trajectory=row.trajectory, value=figure.value if figure else None,
        status_value=figure.status_value if figure else "", day=subject.period.ends_on,
    )  # fmt: skip
    return ReportLine(row.indicator, subject.year, row.trajectory, figure, before, assessment)


def _contributions(subject: Subject, *, is_city: bool) -> list[Contribution]:
    """The city takes in what it accepted of everybody; a unit's own report what the unit itself sent."""
    if is_city:
        return contributions(subject.plan, subject.year)
    states = (ContributionState.SENT, ContributionState.ACCEPTED)
    rows = Contribution.objects.filter(plan=subject.plan, year=subject.year, unit=subject.unit, state__in=states)
    return list(rows.select_related("body", "unit"))


def _expected(subject: Subject) -> int:
    units = len(reporting_units(subject.year))
    return sum(units if body.is_units else 1 for body in addressees(subject.plan))
