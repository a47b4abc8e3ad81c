"""The whole class on one page: the grid to fill in from paper, and the sheet to print."""

import uuid
from dataclasses import dataclass
from itertools import batched

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centres.access import scoped
from centres.choices import Verb
from core.errors import DomainError, InvalidInput
from courses.choices import AttendanceStatus, EnrolmentStatus, SessionStatus
from courses.models import ClassGroup, Enrolment, Session
from courses.selectors import allowed
from courses.selectors.attendance import AttendanceTable, attendance_table
from courses.services.grid import GridColumn, column_name, send_grid
from courses.views.shared import READERS, class_or_404, context_of, ended, refusal_of

# What is written into a cell, as teachers write it on paper: blank or c for present.
SIGNS = {"": AttendanceStatus.PRESENT, "c": AttendanceStatus.PRESENT, "x": AttendanceStatus.PRESENT,
         "v": AttendanceStatus.ABSENT, "p": AttendanceStatus.EXCUSED}  # fmt: skip
SIGN_OF = {AttendanceStatus.PRESENT: "", AttendanceStatus.ABSENT: "v", AttendanceStatus.EXCUSED: "p"}
LEGEND = gettext_lazy("để trống: có mặt; v: vắng; p: vắng có phép")
PER_PAGE = 10
# A form of more fields is refused by the server; sessions of a large class come on more pages.
MOST_CELLS = 800
PER_SHEET = 14


@dataclass(frozen=True, slots=True)
class Cell:
    """One person in one session on the page."""

    session: Session
    sign: str
    open: bool
    other: str = ""


@dataclass(frozen=True, slots=True)
class GridRow:
    """One person with the cells of the page."""

    enrolment: Enrolment
    cells: list[Cell]


def _sessions(group: ClassGroup) -> QuerySet[Session]:
    rows: QuerySet[Session] = Session.objects.filter(class_group=group)
    return rows.select_related("marked_by").order_by("held_on", "number")


def _is_open(session: Session) -> bool:
    return session.status != SessionStatus.CANCELLED and session.held_on <= timezone.localdate()


@scoped(*READERS)
def attendance_grid(request: HttpRequest, pk: int) -> HttpResponse:
    """People against sessions; what is blank was present, and a column counts once it is ticked or written into."""
    group = class_or_404(request, pk, Verb.TEACH if request.method == "POST" else None)
    if request.method == "POST" and not group.is_editable:
        return ended(request, group)
    all_sessions = list(
        Session.objects.filter(class_group=group).select_related("marked_by").order_by("held_on", "number")
    )
    people = Enrolment.objects.filter(class_group=group).count()
    per_page = max(1, min(PER_PAGE, MOST_CELLS // max(1, people)))
    pages = [list(rows) for rows in batched(all_sessions, per_page)] or [[]]
    page = _page(request, pages)
    table = attendance_table(group, pages[page - 1])
    refusal, status, taken = "", 200, set()
    if request.method == "POST":
        try:
            saved = send_grid(class_group=group, columns=_columns(request, table), by=request.user)
        except DomainError as error:
            refusal, status = str(error.message), refusal_of(error)
        else:
            if saved.saved:
                numbers = ", ".join(str(row.number) for row in saved.saved)
                words = _("Đã lưu điểm danh buổi %(numbers)s.") % {"numbers": numbers}
                messages.success(request, words, _undo_address(request, group, page))
            elif not saved.taken:
                messages.info(request, _("Chưa có gì mới để lưu: hãy đánh dấu buổi đã học hoặc ghi vào ô."))
            if not saved.taken:
                return redirect(f"{reverse('courses:attendance-grid', args=[group.pk])}?page={page}")
            taken = {row.pk for row in saved.taken}
            status = 409
            table = attendance_table(group, list(_sessions(group).filter(pk__in=[row.pk for row in table.sessions])))
    may = allowed(request.user, group)
    posted = request.POST if request.method == "POST" and (refusal or taken) else None
    context = context_of(
        group, may=may, page=page, pages=len(pages), refusal=refusal, legend=LEGEND, nonce=uuid.uuid4(),
        columns=[
            {"session": row, "open": may.teach and _is_open(row), "ticked": row.status == SessionStatus.HELD
             or bool(posted and f"held-{row.pk}" in posted), "taken": row.pk in taken}
            for row in table.sessions
        ],
        rows=_rows(table, posted if not taken else None, taken, request, may.teach),
        can_save=may.teach and any(_is_open(row) for row in table.sessions),
    )  # fmt: skip
    return render(request, "courses/grid.html", context, status=status)


def _nonce(request: HttpRequest) -> uuid.UUID | None:
    """The name of this sending, which its undo goes by."""
    try:
        return uuid.UUID(request.POST.get("nonce", ""))
    except ValueError:
        return None


def _undo_address(request: HttpRequest, group: ClassGroup, page: int) -> str:
    nonce = _nonce(request)
    return f"{reverse('courses:grid-undo', args=[group.pk, nonce])}?page={page}" if nonce else ""


def _page(request: HttpRequest, pages: list[list[Session]]) -> int:
    """The page asked for; without one, the first with a session to mark, else the last that was held."""
    given = request.POST.get("page") or request.GET.get("page") or ""
    if given.isascii() and given.isdecimal() and len(given) < 5:
        return min(max(1, int(given)), len(pages))
    for number, sessions in enumerate(pages, start=1):
        if any(row.status == SessionStatus.PLANNED and _is_open(row) for row in sessions):
            return number
    held = [number for number, rows in enumerate(pages, 1) if any(row.status == SessionStatus.HELD for row in rows)]
    return held[-1] if held else 1


def _columns(request: HttpRequest, table: AttendanceTable) -> list[GridColumn]:
    """The columns that were ticked or written into. Raises InvalidInput naming a sign nobody knows."""
    given, nonce = request.POST, _nonce(request)
    columns = []
    for row in table.sessions:
        marks: dict[int, str] = {}
        for person in table.people:
            sign = given.get(f"m-{row.pk}-{person.pk}", "").strip().casefold()
            if sign not in SIGNS:
                words = {"sign": sign[:5], "who": person.learner.full_name, "number": row.number, "legend": LEGEND}
                message = _("“%(sign)s” của %(who)s, buổi %(number)s, không đọc được. Cách ghi: %(legend)s.") % words
                raise InvalidInput("sign_unknown", message)
            if sign and person.status == EnrolmentStatus.ACTIVE:
                marks[person.pk] = SIGNS[sign].value
        version = given.get(f"version-{row.pk}", "")
        if (marks or f"held-{row.pk}" in given) and version.isascii() and version.isdecimal() and len(version) < 9:
            own = column_name(nonce, row.pk) if nonce else None
            columns.append(GridColumn(row.pk, int(version), marks, own))
    return columns


def _rows(
    table: AttendanceTable, posted: object, taken: set[int], request: HttpRequest, may_teach: bool
) -> list[GridRow]:
    """What stands in the cells: what was just written where it was not saved, else what is kept."""
    given = request.POST
    rows = []
    for person in table.people:
        cells = []
        for row in table.sessions:
            status = table.marks.get((person.pk, row.pk))
            kept = SIGN_OF[AttendanceStatus(status)] if status else ""
            name, other = f"m-{row.pk}-{person.pk}", ""
            sign = given.get(name, kept)[:5] if posted is not None or row.pk in taken else kept
            if row.pk in taken and sign.strip().casefold() != kept:
                other = str(AttendanceStatus(status).label) if status else ""
            is_open = may_teach and _is_open(row) and person.status == EnrolmentStatus.ACTIVE
            cells.append(Cell(row, sign, is_open, other))
        rows.append(GridRow(person, cells))
    return rows


@scoped(*READERS)
def attendance_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet to print: A4 landscape, boxes for the pen or the marks that stand."""
    group = class_or_404(request, pk)
    table = attendance_table(group)
    people = [row for row in table.people if row.status != EnrolmentStatus.WITHDRAWN]
    sheets = []
    for number, sessions in enumerate(batched(table.sessions, PER_SHEET), start=1):
        rows = []
        for person in people:
            said = (table.marks.get((person.pk, row.pk)) for row in sessions)
            rows.append((person, [_printed(status) for status in said]))
        sheets.append({"number": number, "sessions": sessions, "rows": rows, "spare": range(PER_SHEET - len(sessions))})
    context = context_of(group, sheets=sheets, count=len(people), legend=LEGEND, today=timezone.localdate())
    return render(request, "courses/sheet.html", context)


def _printed(status: str | None) -> str:
    """What stands in a box on paper: present is a stroke there, because blank is not yet."""
    if not status:
        return ""
    return SIGN_OF[AttendanceStatus(status)] or "✓"
