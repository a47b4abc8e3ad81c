"""What the yearly form says of each centre and of all of them. Nothing is typed for it; what is missing is None.

Classes, sessions and participations (lượt) add up over centres. People do not: the total counts each person once, as
statistics do. Money and staff are those of the yearly record; the rating is the one that was agreed (docs/adr/0046).
"""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count

from accounts.models import User
from centres.models import AdminUnit, Centre
from core.dates import Period
from courses.models import Topic
from indicators.models import CentreYear
from indicators.rubric.selectors import standings
from indicators.statistics import facts
from indicators.statistics.lines import Counts, Statistics
from indicators.statistics.selectors import (
    Asked,
    answer,
    counted_enrolments,
    look_up,
)

DISABLED = "khuyet_tat"
# Fields of the yearly record that add up.
RECORDED = (
    "managers", "seconded_teachers", "rapporteurs", "collaborators", "rooms", "computers", "budget_state",
    "budget_raised",
)  # fmt: skip
COUNTED = ("classes", "sessions", "participations", "learners", "women", "minorities", "over_60", "certificates")


@dataclass(frozen=True)
class FormLine:
    """One centre (None: all of them). ``record`` is None where nothing was written down; ``rating`` "" until agreed."""

    centre: Centre | None
    counts: Counts
    disabled: int
    record: CentreYear | None
    rating: str = ""

    def counted(self, name: str) -> int:
        """A number of statistics, or of people with disabilities."""
        return self.disabled if name == "disabled" else self.counts.as_dict()[name]

    def recorded(self, name: str) -> int | None:
        """A number of the yearly record; None is unknown."""
        return getattr(self.record, name) if self.record else None


@dataclass(frozen=True)
class YearForm:
    """The form of a year: lines of centres by name, the total, classes and lượt by topic."""

    label: str
    year: int
    period: Period
    stats: Statistics
    lines: list[FormLine]
    total: FormLine
    topics: list[tuple[Topic, int, int]] = field(default_factory=list)
    by_topic: dict[tuple[int, int], Counts] = field(default_factory=dict)

    @property
    def unwritten(self) -> list[Centre]:
        """Centres without a yearly record."""
        return [line.centre for line in self.lines if line.centre and line.record is None]

    @property
    def unrated(self) -> list[Centre]:
        """Centres without an agreed rating."""
        return [line.centre for line in self.lines if line.centre and not line.rating]

    def recorded_total(self, name: str) -> tuple[int | None, int]:
        """The sum of what is known, and of how many centres it is; None when nobody said anything."""
        known = [value for line in self.lines if (value := line.recorded(name)) is not None]
        return (sum(known), len(known)) if known else (None, 0)


def year_form(*, user: User, year: int, unit: AdminUnit | None = None, centre: Centre | None = None) -> YearForm:
    """Return the form of a calendar year: a fixed number of queries. Raises OutOfScope as ``statistics`` does."""
    period = Period.calendar_year(year)
    asked = look_up(
        user=user, unit=unit, centre=centre, starts_on=period.starts_on, ends_on=period.ends_on, from_rows=True
    )
    stats = answer(asked, topics_of_centres=True)
    ids = facts.centres_of(user=user, ends_on=period.ends_on, unit=unit, centre=centre)
    counts = {line.centre.pk: line.counts for line in stats.lines if line.centre and line.topic is None}
    rows = Centre.objects.filter(pk__in=set(ids) | set(counts)).order_by("sort_key", "pk")
    disabled, everybody = _disabled(asked)
    records = {row.centre_id: row for row in CentreYear.objects.filter(year=year, centre__in=rows)}
    rated = {row.centre.pk: row.rating for row in standings(user=user, year=year)}
    lines = [
        FormLine(row, counts.get(row.pk, Counts()), disabled[row.pk], records.get(row.pk), rated.get(row.pk, ""))
        for row in rows
    ]
    topics = [
        (line.topic, line.counts.classes, line.counts.participations)
        for line in stats.lines if line.centre is None and line.topic
    ]  # fmt: skip
    by_topic = {(line.centre.pk, line.topic.pk): line.counts for line in stats.lines if line.centre and line.topic}
    return YearForm(
        stats.label, year, period, stats, lines, FormLine(None, stats.total, everybody, None), topics, by_topic
    )


def _disabled(asked: Asked) -> tuple[dict[int, int], int]:
    """Distinct people of the target group by centre, and in all."""
    people = counted_enrolments(asked).filter(learner__target_groups__code=DISABLED).order_by()
    found: dict[int, int] = defaultdict(int)
    found.update(people.values_list("class_group__centre").annotate(count=Count("learner", distinct=True)))
    return found, people.values("learner").distinct().count()
