"""The literacy programme: its parts, how periods are spread, results by subject."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.models import Centre
from core.errors import DomainError
from courses.choices import ClassStatus, EnrolmentStatus, Result
from courses.models import Enrolment, Programme, ProgrammeSubject, ProgrammeTerm, SubjectResult
from courses.permissions import require_on_class
from courses.programme.rules import Cell, Sum, overall
from courses.selectors import allowed, class_people
from courses.selectors.programme import (
    PhasePlan,
    class_counts_by_term,
    literacy_programme,
    own_split,
    programme_parts,
    programme_shape,
    split_in_force,
    sums_of,
)
from courses.services.programme import record_subject_results, require_split, save_split
from courses.views.shared import READERS, class_or_404, context_of, refusal_of

LONGEST_NUMBER = 4


def _the_programme() -> Programme:
    """The literacy programme; a page of it is not found before the reference data is loaded."""
    try:
        return literacy_programme()
    except Programme.DoesNotExist:
        raise Http404 from None


@dataclass(frozen=True)
class Row:
    """A subject with one cell for each term of its phase; None where it is not taught."""

    subject: ProgrammeSubject
    cells: list[tuple[ProgrammeTerm, Any] | None]


@dataclass(frozen=True)
class Table:
    """A phase as the page shows it."""

    part: PhasePlan
    rows: list[Row]
    sum: Sum
    by_term: list[tuple[ProgrammeTerm, int]]


def _tables(parts: list[PhasePlan], periods: dict[Cell, Any], shown: dict[Cell, Any] | None = None) -> list[Table]:
    """Lay out each phase; ``shown`` are the texts of the fields where they differ from the numbers."""
    shown = shown if shown is not None else periods
    sums = sums_of(parts, periods)
    found = []
    for part in parts:
        rows = [
            Row(
                subject,
                [
                    (term, shown.get((term.pk, subject.pk), "")) if part.taught(term, subject) else None
                    for term in part.terms
                ],
            )
            for subject in part.subjects
        ]
        total = sums[part.phase.number]
        by_term = [
            (term, sum(periods.get(cell, 0) for cell in part.cells if cell[0] == term.pk)) for term in part.terms
        ]
        found.append(Table(part, rows, total, by_term))
    return found


@scoped(*READERS)
def programme(request: HttpRequest) -> HttpResponse:
    """The programme as the law has it, how periods are spread here, and the classes of each term."""
    scope = scope_of(request.user)
    row = _the_programme()
    centre = Centre.objects.filter(pk=scope.main_centre_id).first() if scope.main_centre_id else None
    parts, split = programme_parts(row), split_in_force(row, centre)
    shape = programme_shape()
    counts = class_counts_by_term(request.user, shape)
    context = {
        "programme": row,
        "tables": _tables(parts, dict(split.periods)),
        "total": sum(part.phase.periods for part in parts),
        "split": split,
        "centre": centre,
        "terms": [
            (term, counts.get(term, {}).get(ClassStatus.OPEN, 0), counts.get(term, {}).get(ClassStatus.CLOSED, 0))
            for terms in shape.phases.values()
            for term in terms
        ],
        "may_split": centre is not None and scope.may(Verb.MANAGE_CLASSES, centre.pk),
        "may_split_city": Verb.SET_RULES in scope.city_verbs,
        "sees_returners": scope.may(Verb.VIEW),
    }
    return render(request, "programme/programme.html", context)


@scoped(Verb.SET_RULES)
def split_city(request: HttpRequest) -> HttpResponse:
    """Edit how the city spreads the periods."""
    return _edit_split(request, None)


@scoped(*READERS)
def split_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit how a centre spreads the periods; it starts from what is in force."""
    return _edit_split(request, get_object_or_404(Centre.objects.visible_to(request.user), pk=pk))


def _edit_split(request: HttpRequest, centre: Centre | None) -> HttpResponse:
    require_split(request.user, centre)
    row = _the_programme()
    parts = programme_parts(row)
    refusal, status = "", 200
    if request.method == "POST":
        typed = {cell: request.POST.get(f"p_{cell[0]}_{cell[1]}", "").strip() for part in parts for cell in part.cells}
        numbers, wrong = _numbers(typed)
        if wrong:
            refusal, status = _("Số tiết ghi bằng chữ số: “%(text)s” không đọc được.") % {"text": wrong}, 422
        else:
            try:
                save_split(programme=row, centre=centre, periods=numbers, by=request.user)
            except DomainError as error:
                refusal, status = str(error.message), refusal_of(error)
            else:
                said = _("Đã lưu phân chia số tiết.") if any(numbers.values()) else _("Đã bỏ phân chia riêng.")
                messages.success(request, said)
                return redirect("courses:programme")
        given: dict[Cell, Any] = {cell: value for cell, value in numbers.items() if value is not None}
        tables = _tables(parts, given, dict(typed))
    else:
        tables = _tables(parts, dict(split_in_force(row, centre).periods))
    context = {
        "programme": row, "centre": centre, "tables": tables, "refusal": refusal,
        "own": own_split(row, centre).is_set,
    }  # fmt: skip
    return render(request, "programme/split_form.html", context, status=status)


def _numbers(typed: dict[Cell, str]) -> tuple[dict[Cell, int | None], str]:
    """Read the fields: numbers, None where empty, and the first text that is no number."""
    found: dict[Cell, int | None] = {}
    for cell, text in typed.items():
        if text and not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER):
            return found, text[:20]
        found[cell] = int(text) if text else None
    return found, ""


@dataclass(frozen=True)
class Line:
    """One person with a result for each subject, and what would follow from them."""

    enrolment: Enrolment
    cells: list[tuple[ProgrammeSubject, str, str]]
    suggestion: str


@scoped(*READERS)
def subject_results(request: HttpRequest, pk: int) -> HttpResponse:
    """Results of everybody in a class by subject, of one term on one page."""
    group = class_or_404(request, pk)
    if request.method == "POST":
        require_on_class(request.user, Verb.TEACH, group)
    terms = _terms_of(group)
    asked = request.POST.get("term") or request.GET.get("term") or ""
    term = next((row for row in terms if str(row.number) == asked), terms[-1])
    subjects = [
        row for row in ProgrammeSubject.objects.filter(phase=term.phase_id) if row.only_term in (None, term.number)
    ]
    people = [row for row in class_people(group) if row.status != EnrolmentStatus.WITHDRAWN]
    is_last = term == terms[-1]
    refusal, status = "", 200
    if request.method == "POST":
        given = {
            (row.pk, subject.pk): request.POST[name]
            for row in people
            for subject in subjects
            if (name := f"r_{row.pk}_{subject.pk}") in request.POST
        }
        take_over = is_last and "take_over" in request.POST
        try:
            changed = record_subject_results(
                class_group=group, term=term, results=given, by=request.user, take_over=take_over
            )
        except DomainError as error:
            refusal, status = str(error.message), refusal_of(error)
        else:
            messages.success(request, _("Đã lưu kết quả kỳ %(n)s; %(count)s ô thay đổi.") % {
                "n": term.number, "count": changed,
            })  # fmt: skip
            return redirect(f"{request.path}?term={term.number}")
    context = context_of(
        group,
        term=term,
        terms=terms,
        is_last=is_last,
        subjects=subjects,
        lines=_lines(people, subjects, term, request.POST if request.method == "POST" else None),
        may=allowed(request.user, group),
        choices=[(value, label) for value, label in Result.choices if value],
        refusal=refusal,
    )
    return render(request, "programme/subject_results.html", context, status=status)


def _terms_of(group: Any) -> list[ProgrammeTerm]:
    """The terms a class teaches, in order. Raises Http404 for a class of no programme."""
    course = group.course
    rows = ProgrammeTerm.objects.filter(phase__programme=course.programme_id).select_related("phase")
    rows = rows.filter(number=course.term) if course.term else rows.filter(phase__number=course.completes_phase or 0)
    if not (found := list(rows.order_by("number"))):
        raise Http404
    return found


def _lines(
    people: list[Enrolment], subjects: list[ProgrammeSubject], term: ProgrammeTerm, typed: QueryDict | None
) -> list[Line]:
    known = {
        (row.enrolment_id, row.subject_id): row.result
        for row in SubjectResult.objects.filter(enrolment__in=people, term=term)
    }
    found = []
    for row in people:
        cells = []
        for subject in subjects:
            saved = known.get((row.pk, subject.pk), "")
            value = typed.get(f"r_{row.pk}_{subject.pk}", saved) if typed is not None else saved
            label = str(Result(value).label) if value in Result.values else ""
            cells.append((subject, str(value), label))
        suggested = overall([known.get((row.pk, subject.pk), "") for subject in subjects])
        found.append(Line(row, cells, str(Result(suggested).label) if suggested else ""))
    return found
