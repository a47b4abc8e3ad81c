"""What a survey found, and what was held against a plan.

What is counted (docs/adr/0020): a class counts as opened when it is not cancelled, as held when at least one of its
sessions was; sessions are those held; a participation is one enrolment, not withdrawn, in a class that was held (as
in the statistics, docs/adr/0011). A wish is not a person: somebody may want several things.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet

from core.text import sort_key
from courses.choices import ClassStatus
from courses.models import ClassGroup, NeedsSurvey, PlanLine, SurveyIdea, SurveyNeed, SurveyVisit, Topic, YearPlan


@dataclass(frozen=True, slots=True)
class IdeaTotal:
    """How many want one thing, in how many neighbourhoods."""

    idea: SurveyIdea
    people: int
    places: int


@dataclass(frozen=True, slots=True)
class VisitTotal:
    """What one neighbourhood wants in all, and how many of the questions were answered there."""

    visit: SurveyVisit
    people: int
    answered: int


@dataclass(frozen=True, slots=True)
class SurveyTotals:
    """A survey added up, the most wanted first."""

    ideas: list[IdeaTotal]
    topics: list[tuple[Topic, int]]
    visits: list[VisitTotal]
    wishes: int
    households: int
    places_asked: int


def survey_visits(survey: NeedsSurvey) -> QuerySet[SurveyVisit]:
    """The neighbourhoods of a survey by name, numbers in their natural order (Thôn 2 before Thôn 10)."""
    return SurveyVisit.objects.filter(survey=survey).select_related("neighbourhood")


def natural_order(visits: Iterable[SurveyVisit]) -> list[SurveyVisit]:
    """Sort by name in Vietnamese order, with numbers as numbers."""

    def key(visit: SurveyVisit) -> list[tuple[int, int, str]]:
        words = visit.neighbourhood.name.split()
        return [(0, int(word), "") if word.isdecimal() else (1, 0, sort_key(word)) for word in words]

    return sorted(visits, key=key)


def needs_of(survey: NeedsSurvey) -> dict[tuple[int, int], int]:
    """Every number of a survey by (visit, idea)."""
    rows = SurveyNeed.objects.filter(visit__survey=survey).values_list("visit_id", "idea_id", "people")
    return {(visit_id, idea_id): people for visit_id, idea_id, people in rows}


def survey_totals(survey: NeedsSurvey) -> SurveyTotals:
    """Add a survey up by idea, by topic and by neighbourhood: three queries, however many rows."""
    needs = needs_of(survey)
    by_idea: dict[int, list[int]] = defaultdict(list)
    by_visit: dict[int, list[int]] = defaultdict(list)
    for (visit_id, idea_id), people in needs.items():
        by_idea[idea_id].append(people)
        by_visit[visit_id].append(people)
    ideas = [
        IdeaTotal(idea, sum(by_idea[idea.pk]), sum(people > 0 for people in by_idea[idea.pk]))
        for idea in SurveyIdea.objects.filter(survey=survey).select_related("topic", "course").order_by("pk")
    ]
    topics: dict[Topic, int] = defaultdict(int)
    for row in ideas:
        topics[row.idea.topic] += row.people
    visits = [
        VisitTotal(visit, sum(by_visit[visit.pk]), len(by_visit[visit.pk]))
        for visit in natural_order(survey_visits(survey))
    ]
    return SurveyTotals(
        ideas=sorted(ideas, key=lambda row: -row.people),
        topics=sorted(topics.items(), key=lambda pair: -pair[1]),
        visits=visits,
        wishes=sum(needs.values()),
        households=sum(row.visit.households_asked or 0 for row in visits),
        places_asked=sum(row.answered > 0 for row in visits),
    )


@dataclass(slots=True)
class Held:
    """What came of a line, of the classes outside the plan, or of everything."""

    opened: int = 0
    classes: int = 0
    sessions: int = 0
    participations: int = 0

    def add(self, group: ClassGroup) -> None:
        """Count a class annotated by ``with_counts``."""
        self.opened += 1
        if group.held_count:  # type: ignore[attr-defined]
            self.classes += 1
            self.sessions += group.held_count  # type: ignore[attr-defined]
            self.participations += group.learner_count  # type: ignore[attr-defined]


@dataclass(slots=True)
class LineReport:
    """A line of the plan with its classes."""

    line: PlanLine
    held: Held = field(default_factory=Held)
    groups: list[ClassGroup] = field(default_factory=list)


@dataclass(slots=True)
class PlanReport:
    """A plan against what was held."""

    lines: list[LineReport]
    unplanned: list[ClassGroup]
    outside: Held
    total: Held
    planned_classes: int
    planned_participants: int
    by_group: list[tuple[str, Held]]


def plan_lines(plan: YearPlan) -> QuerySet[PlanLine]:
    """The lines of a plan by quarter."""
    return PlanLine.objects.filter(plan=plan).select_related("topic", "course", "idea").order_by("quarter", "pk")


def plan_report(plan: YearPlan) -> PlanReport:
    """Compare a plan with its classes, and list the classes that began in its year without standing in it."""
    lines = {line.pk: LineReport(line) for line in plan_lines(plan)}
    of_plan = ClassGroup.objects.filter(plan_line__plan=plan)
    of_year = ClassGroup.objects.filter(centre_id=plan.centre_id, starts_on__year=plan.year, plan_line__isnull=True)
    outside, total, unplanned = Held(), Held(), []
    by_group: dict[tuple[int, str], Held] = defaultdict(Held)
    for rows in (of_plan, of_year):
        classes = rows.exclude(status=ClassStatus.CANCELLED).select_related("course__topic")
        for group in classes.with_counts().prefetch_related("target_groups").order_by("starts_on", "pk"):
            total.add(group)
            for target in group.target_groups.all():
                by_group[target.order, target.name].add(group)
            if group.plan_line_id:
                lines[group.plan_line_id].held.add(group)
                lines[group.plan_line_id].groups.append(group)
            else:
                outside.add(group)
                unplanned.append(group)
    kept = [row.line for row in lines.values() if not row.line.is_dropped]
    return PlanReport(
        lines=list(lines.values()),
        unplanned=unplanned,
        outside=outside,
        total=total,
        planned_classes=sum(line.class_count for line in kept),
        planned_participants=sum(line.expected_participants for line in kept),
        by_group=[(name, held) for (_order, name), held in sorted(by_group.items())],
    )
