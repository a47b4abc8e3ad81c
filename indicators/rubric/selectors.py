"""Reading sets of criteria and evaluations: whole sheets for a page, one line a centre for lists and annexes."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch
from django.utils import timezone

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from centres.models import AdminUnit, Centre
from indicators.choices import EvaluationState
from indicators.models import Criterion, CriterionLevel, Evaluation, EvaluationScore, Rubric, RubricArea
from indicators.rubric.marks import Sum, by_area, propose, rank_of
from indicators.rubric.quantities import QUANTITIES, Evidence, Facts, evidence, period_of

CENTRE_SET = "TTHTCD"


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

    @property
    def quantity_label(self) -> str:
        """What the evidence is called."""
        known = QUANTITIES.get(self.criterion.quantity)
        return str(known.label) if known else ""

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


@dataclass(frozen=True)
class Sheet:
    """Everything of one centre's year: areas with lines and sums, the whole, its rank as it stands."""

    centre: Centre
    year: int
    rubric: Rubric
    evaluation: Evaluation | None
    parts: list[tuple[RubricArea, list[Line], Sum]]
    whole: Sum
    bands: list[tuple[Decimal, str]]
    last_year: Evaluation | None

    @property
    def rank(self) -> str:
        """The rank of the points so far; of a sheet with open criteria it is only how it stands."""
        return rank_of(self.bands, self.whole.points)

    @property
    def lines(self) -> list[Line]:
        """All lines in order."""
        return [line for _area, lines, _sum in self.parts for line in lines]


def sheet(*, centre: Centre, year: int, viewer: User) -> Sheet | None:
    """Return the sheet of a year with live evidence (once locked: as it was); None without a set in force.

    The caller has checked that the viewer sees the centre's figures.
    """
    found = Evaluation.objects.select_related("rubric", "submitted_by", "locked_by").filter(centre=centre, year=year)
    evaluation = found.first()
    rubric = evaluation.rubric if evaluation else rubric_for(year)
    if rubric is None:
        return None
    areas = areas_of(rubric)
    names = {row.quantity for area in areas for row in area.criteria.all() if row.quantity}
    facts = Facts(centre=centre, period=period_of(rubric.period_kind, year), year=year, viewer=viewer)
    known = evidence(names, facts)
    scores = {row.criterion_id: row for row in evaluation.scores.all()} if evaluation else {}
    before, last_year = _year_before(centre, year)
    parts = [
        (area, [_line(row, known, scores.get(row.pk), before, evaluation) for row in area.criteria.all()])
        for area in areas
    ]
    sums, whole = by_area({area.pk: [(line.points, line.criterion.points) for line in lines] for area, lines in parts})
    done = [(area, lines, sums[area.pk]) for area, lines in parts]
    return Sheet(centre, year, rubric, evaluation, done, whole, bands_of(rubric), last_year)


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


def _year_before(centre: Centre, year: int) -> tuple[dict[str, Decimal], Evaluation | None]:
    """Points of the year before by the code of the criterion: a newer version of a set keeps its codes."""
    row = Evaluation.objects.select_related("rubric").filter(centre=centre, year=year - 1).first()
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
    found = Evaluation.objects.visible_to(user).filter(year=year).select_related("rubric", "submitted_by", "locked_by")
    known = {row.centre_id: row for row in found}
    return [Standing(centre, known.get(centre.pk)) for centre in rows]


def rank_counts(rows: list[Standing]) -> dict[str, int]:
    """Return how many centres have each agreed rank, for reports."""
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        if row.rating:
            counts[row.rating] += 1
    return dict(counts)
