"""Reads on the literacy programme: its parts, how periods are spread, classes by term."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q

from centres.models import Centre
from courses.choices import ClassStatus
from courses.models import ClassGroup, Course, PeriodSplit, Programme, ProgrammePhase, ProgrammeSubject, ProgrammeTerm
from courses.programme.rules import Cell, Shape, Sum, sum_of

LITERACY_PROGRAMME = "XMC-33-2021"


@dataclass(frozen=True)
class PhasePlan:
    """A phase with its terms and subjects, and which subject is taught in which term."""

    phase: ProgrammePhase
    terms: list[ProgrammeTerm]
    subjects: list[ProgrammeSubject]

    def taught(self, term: ProgrammeTerm, subject: ProgrammeSubject) -> bool:
        """Whether the subject belongs to the term."""
        return subject.only_term in (None, term.number)

    @property
    def cells(self) -> list[Cell]:
        """Every pair of a term and a subject that belongs to it, by key."""
        return [(term.pk, row.pk) for row in self.subjects for term in self.terms if self.taught(term, row)]


@dataclass(frozen=True)
class Split:
    """How periods are spread. ``centre``: whose decision it is; None is the city's, when there is any (``is_set``)."""

    centre: Centre | None
    periods: dict[Cell, int] = field(default_factory=dict)

    @property
    def is_set(self) -> bool:
        """Whether anybody decided."""
        return bool(self.periods)


def literacy_programme() -> Programme:
    """The programme of the literacy classes. Raises Programme.DoesNotExist before the reference data is loaded."""
    return Programme.objects.get(code=LITERACY_PROGRAMME)


def programme_parts(programme: Programme) -> list[PhasePlan]:
    """Return the phases with terms and subjects in order: three queries."""
    rows = programme.phases.order_by("number").prefetch_related("terms", "subjects")
    return [
        PhasePlan(
            phase,
            sorted(phase.terms.all(), key=lambda term: term.number),
            sorted(phase.subjects.all(), key=lambda subject: subject.order),
        )
        for phase in rows
    ]


def programme_shape(code: str = LITERACY_PROGRAMME) -> Shape:
    """Return which terms each phase has: one query."""
    found: dict[int, list[int]] = {}
    rows = ProgrammeTerm.objects.filter(phase__programme__code=code)
    for phase, term in rows.order_by("number").values_list("phase__number", "number"):
        found.setdefault(phase, []).append(term)
    return Shape({phase: tuple(terms) for phase, terms in found.items()})


def own_split(programme: Programme, centre: Centre | None) -> Split:
    """Return what the centre (None: the city) decided itself."""
    rows = PeriodSplit.objects.filter(centre=centre, term__phase__programme=programme)
    return Split(centre, {(row.term_id, row.subject_id): row.periods for row in rows})


def split_in_force(programme: Programme, centre: Centre | None) -> Split:
    """Return the centre's own split, else the city's, else one that is not set."""
    if centre is not None and (own := own_split(programme, centre)).is_set:
        return own
    return own_split(programme, None)


def sums_of(parts: list[PhasePlan], periods: dict[Cell, Any]) -> dict[int, Sum]:
    """Add up the periods of each phase, by its number."""
    return {part.phase.number: sum_of(part.phase.number, part.phase.periods, part.cells, periods) for part in parts}


def literacy_courses(path: str = "") -> Q:
    """A filter for courses that are steps of the programme, a term or a whole phase, and for rows that reach one."""
    to = f"{path}__" if path else ""
    step = Q(**{f"{to}term__isnull": False}) | Q(**{f"{to}completes_phase__isnull": False})
    return Q(**{f"{to}programme__code": LITERACY_PROGRAMME}) & step


def beginning_with(term: int, shape: Shape) -> Q:
    """A filter for classes that begin with a term: those of the term, and those of a phase that begins with it."""
    phase = shape.phase_of(term)
    of_phase = Q(course__term__isnull=True, course__completes_phase=phase)
    whole = of_phase if phase and min(shape.phases[phase]) == term else Q(pk__in=[])
    return Q(course__programme__code=LITERACY_PROGRAMME) & (Q(course__term=term) | whole)


def class_counts_by_term(user: Any, shape: Shape) -> dict[int, dict[str, int]]:
    """Count the classes in scope by the term they begin with and state: one query."""
    rows = (
        ClassGroup.objects.visible_to(user)
        .filter(course__programme__code=LITERACY_PROGRAMME)
        .exclude(status=ClassStatus.CANCELLED)
        .order_by()
        .values_list("course__term", "course__completes_phase", "status")
        .annotate(n=Count("pk"))
    )
    found: dict[int, dict[str, int]] = {}
    for term, phase, status, n in rows:
        if first := shape.begins_with(term=term, completes_phase=phase):
            by_state = found.setdefault(first, {})
            by_state[status] = by_state.get(status, 0) + n
    return found


def next_courses(course: Course, centre_id: int, shape: Shape) -> list[Course]:
    """Return the courses a class of this course goes on to at a centre: those that begin with the term after it."""
    if course.programme is None:
        return []
    following = shape.after(shape.ends_with(term=course.term, completes_phase=course.completes_phase) or 99)
    if following is None:
        return []
    rows = Course.objects.for_centre(centre_id).filter(programme=course.programme)
    fitting = [
        row
        for row in rows.order_by("term", "pk")
        if shape.begins_with(term=row.term, completes_phase=row.completes_phase) == following
    ]
    # A course of the one term before one of the whole phase, the centre's own before the shared one.
    return sorted(fitting, key=lambda row: (row.term is None, row.centre_id is None, row.pk))
