"""Reading sets of criteria and evaluations: whole sheets for a page, one line a centre for lists and annexes."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Prefetch
from django.utils import timezone

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from centres.models import AdminUnit, Centre
from indicators.choices import EvaluationState, Wording
from indicators.models import (
    Criterion,
    CriterionLevel,
    Evaluation,
    EvaluationPaper,
    EvaluationScore,
    Rubric,
    RubricArea,
)
from indicators.rubric.commune_facts import CommuneFacts
from indicators.rubric.known import quantities_of
from indicators.rubric.marks import Sum, Tally, by_area, level_of, propose, rank_of, tally_of
from indicators.rubric.quantities import Evidence, Facts, evidence, period_of

CENTRE_SET = "TTHTCD"
COMMUNE_SET = "CDHT-XA"


def areas_of(rubric: Rubric) -> list[RubricArea]:
    """Return the areas with their criteria and levels: three queries."""
    levels = CriterionLevel.objects.order_by("points")
    criteria = Criterion.objects.order_by("order", "pk").prefetch_related(Prefetch("levels", queryset=levels))
    return list(rubric.areas.order_by("order", "pk").prefetch_related(Prefetch("criteria", queryset=criteria)))


def sums_of(areas: list[RubricArea]) -> tuple[dict[int, Sum], Sum]:
    """Return what each area and the whole set is worth."""
    return by_area({area.pk: [(row.points, row.points) for row in area.criteria.all()] for area in areas})


def bands_of(rubric: Rubric) -> list[tuple[Decimal, str]]:
    """Return the ranking bands, highest first."""
    return list(rubric.bands.order_by("-at_least").values_list("at_least", "name"))


def rubric_for(year: int, code: str = CENTRE_SET) -> Rubric | None:
    """Return the set a year is judged by; None when none is in force for it."""
    return Rubric.objects.filter(code=code).for_year(year).first()


@dataclass(frozen=True)
class Line:
    """A criterion on the sheet: evidence, proposal, what was written, what stood there the year before."""

    criterion: Criterion
    evidence: Evidence | None
    proposed: Decimal | None
    score: EvaluationScore | None
    before: Decimal | None
    quantity_label: str = ""
    # What else the system knows, only shown: label and evidence.
    beside: tuple[tuple[str, Evidence], ...] = ()
    papers: tuple[EvaluationPaper, ...] = ()

    @property
    def points(self) -> Decimal | None:
        """What counts at the moment: what was agreed, else the own points."""
        if self.score is None:
            return None
        return self.score.points if self.score.agreed is None else self.score.agreed

    @property
    def differs(self) -> bool:
        """Whether own points are other than proposed."""
        own = self.score.points if self.score else None
        return self.proposed is not None and own is not None and own != self.proposed

    @property
    def moved(self) -> bool:
        """Whether the evidence is another one than when it was submitted."""
        return bool(self.score and self.score.value is not None and self.evidence
                    and self.evidence.value != self.score.value)  # fmt: skip

    @property
    def level_words(self) -> str:
        """The level that counts at the moment, as the set words it; "" while nobody said."""
        return self.words_of(self.points)

    @property
    def own_words(self) -> str:
        """The level that was stated, in words; "" for none."""
        return self.words_of(self.score.points if self.score else None)

    @property
    def proposed_words(self) -> str:
        """The level the system proposes, in words; "" for none."""
        return self.words_of(self.proposed)

    def words_of(self, points: Decimal | None) -> str:
        """Return the words of a level."""
        if points is None:
            return ""
        return next((level.words for level in self.criterion.levels.all() if level.points == points), "")


@dataclass(frozen=True)
class Sheet:
    """Everything of one year of a centre or commune: areas with lines and sums, the whole, its rank as it stands."""

    subject: Centre | AdminUnit
    year: int
    rubric: Rubric
    evaluation: Evaluation | None
    parts: list[tuple[RubricArea, list[Line], Sum]]
    whole: Sum
    bands: list[tuple[Decimal, str]]
    last_year: Evaluation | None

    @property
    def rank(self) -> str:
        """The rank of the points so far; of a sheet with open criteria it is only how it stands.

        Of targets it is the level they all reach, "" while it is not known.
        """
        total = self.total
        return "" if total is None else rank_of(self.bands, total)

    @property
    def total(self) -> Decimal | None:
        """Points so far; of targets the level they all reach, None while it is not known."""
        if self.rubric.is_levels:
            return level_of(line.points for line in self.lines)
        return self.whole.points

    @property
    def tally(self) -> Tally:
        """Targets by the level they reach."""
        return tally_of(line.points for line in self.lines)

    @property
    def tallies(self) -> list[tuple[RubricArea, list[Line], Tally]]:
        """Areas with their lines, and their targets by level."""
        return [(area, lines, tally_of(line.points for line in lines)) for area, lines, _sum in self.parts]

    @property
    def unconfirmed(self) -> int:
        """Targets whose words are not the document's own."""
        return sum(line.criterion.wording != Wording.TEXT for line in self.lines)

    @property
    def lines(self) -> list[Line]:
        """All lines in order."""
        return [line for _area, lines, _sum in self.parts for line in lines]


def sheet(*, year: int, viewer: User, centre: Centre | None = None, unit: AdminUnit | None = None) -> Sheet | None:
    """Return the sheet of a centre's or commune's year with live evidence; None without a set in force.

    The caller has checked that the viewer sees the figures. A fixed number of queries.
    """
    subject = centre or unit
    assert subject is not None
    found = Evaluation.objects.select_related("rubric", "submitted_by", "locked_by")
    evaluation = found.filter(centre=centre, unit=unit, year=year).first()
    rubric = evaluation.rubric if evaluation else rubric_for(year, CENTRE_SET if centre else COMMUNE_SET)
    if rubric is None:
        return None
    areas = areas_of(rubric)
    rows = [row for area in areas for row in area.criteria.all()]
    period, known = period_of(rubric.period_kind, year), quantities_of(rubric)
    facts = (
        Facts(centre=centre, period=period, year=year, viewer=viewer) if centre
        else CommuneFacts(unit=subject, period=period, year=year, viewer=viewer)  # type: ignore[arg-type]
    )  # fmt: skip
    names = {name for row in rows for name in (row.quantity, *row.beside) if name}
    seen = evidence(names, facts, known)
    labels = {name: str(known[name].label) for name in seen}
    scores = {row.criterion_id: row for row in evaluation.scores.all()} if evaluation else {}
    papers: dict[int, list[EvaluationPaper]] = defaultdict(list)
    for paper in evaluation.papers.select_related("added_by") if evaluation else ():
        papers[paper.criterion_id].append(paper)
    before, last_year = _year_before(subject, year)
    parts = [
        (
            area,
            [
                replace(
                    _line(row, seen, scores.get(row.pk), before, evaluation),
                    quantity_label=labels.get(row.quantity, ""), papers=tuple(papers[row.pk]),
                    beside=tuple((labels[name], seen[name]) for name in row.beside if name in seen),
                )
                for row in area.criteria.all()
            ],
        )
        for area in areas
    ]  # fmt: skip
    sums, whole = by_area({area.pk: [(line.points, line.criterion.points) for line in lines] for area, lines in parts})
    done = [(area, lines, sums[area.pk]) for area, lines in parts]
    return Sheet(subject, year, rubric, evaluation, done, whole, bands_of(rubric), last_year)


def _line(
    row: Criterion, known: Mapping[str, Evidence], score: EvaluationScore | None, before: Mapping[str, Decimal],
    evaluation: Evaluation | None,
) -> Line:  # fmt: skip
    seen = known.get(row.quantity)
    if evaluation and not evaluation.is_open and score:
        proposed = score.proposed
    else:
        levels = [(level.at_least, level.points) for level in row.levels.all()]
        proposed = propose(row.scoring, levels, seen.value if seen else None)
    return Line(row, seen, proposed, score, before.get(row.code))


def _year_before(subject: Centre | AdminUnit, year: int) -> tuple[dict[str, Decimal], Evaluation | None]:
    """Points of the year before by the code of the criterion: a newer version of a set keeps its codes."""
    whose = {"centre": subject} if isinstance(subject, Centre) else {"unit": subject}
    row = Evaluation.objects.select_related("rubric").filter(**whose, year=year - 1).first()
    if row is None:
        return {}, None
    scores = row.scores.select_related("criterion").exclude(points__isnull=True)
    return {score.criterion.code: (score.points if score.agreed is None else score.agreed) for score in scores}, row


@dataclass(frozen=True)
class Standing:
    """One centre in a list: its evaluation, or None when it has not begun."""

    centre: Centre
    evaluation: Evaluation | None

    @property
    def state(self) -> str:
        """The state, "none" before the first saving."""
        return self.evaluation.state if self.evaluation else "none"

    @property
    def rating(self) -> str:
        """The rank that was agreed; "" until then."""
        locked = self.evaluation and self.evaluation.state == EvaluationState.LOCKED
        return self.evaluation.rank if locked and self.evaluation else ""


def standings(*, user: User, year: int, unit: AdminUnit | None = None) -> list[Standing]:
    """Return every centre whose figures the user sees with its evaluation of a year: two queries, by name."""
    day = min(period_of("calendar_year", year).ends_on, timezone.localdate())
    centres = Centre.objects.filter(scope_of(user).centre_q("pk", Verb.VIEW_FIGURES)).active_on(day)
    if unit is not None:
        centres = centres & Centre.objects.in_unit(unit, day)
    rows = list(centres.distinct().order_by("sort_key", "pk"))
    found = Evaluation.objects.visible_to(user).filter(year=year, centre__isnull=False)
    known = {row.centre_id: row for row in found.select_related("rubric", "submitted_by", "locked_by")}
    return [Standing(centre, known.get(centre.pk)) for centre in rows]


def rank_counts(rows: list[Standing]) -> dict[str, int]:
    """Return how many centres have each agreed rank, for reports."""
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        if row.rating:
            counts[row.rating] += 1
    return dict(counts)
