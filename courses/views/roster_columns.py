"""The page that shows what each column of a list is taken for, lets people correct it, and remembers it."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from centres.access import scoped
from centres.choices import Verb
from core.errors import DomainError, InvalidInput
from core.tabular.reading import Sheet, read_sheets
from core.text import mask_number
from courses.choices import ImportStatus
from courses.models import RosterImport
from courses.roster.header import FIELDS, Header, Title, header_of, match_columns, titles_at
from courses.roster.labels import LABELS
from courses.roster.rows import text_of
from courses.selectors import remembered_layouts
from courses.services.roster_mapping import forget_mapping, remember_mapping
from courses.services.rosters import content_of
from courses.views.rosters import current_user, import_or_404

SAMPLES = 3
_LONG_NUMBER = 9


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """A column as the page shows it."""

    index: int
    letter: str
    title: str
    samples: list[str]
    field: str


def letter_of(index: int) -> str:
    """Return what spreadsheets call a column: 0 → A, 26 → AA."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_lines(sheet: Sheet, header_row: int, titles: list[Title], columns: dict[str, int]) -> list[ColumnLine]:
    """The columns with anything in them; numbers of people are masked."""
    below = [row for row in sheet.rows if row.number > header_row]
    field_of = {at: name for name, at in columns.items()}
    width = max([len(titles), *(len(row.cells) for row in below[:50])])
    lines = []
    for at in range(width):
        title = " – ".join(part for part in titles[at] if part) if at < len(titles) else ""
        texts = [text for row in below if at < len(row.cells) and (text := text_of(row.cells[at]))][:SAMPLES]
        shown = [mask_number(text) if sum(map(str.isdigit, text)) >= _LONG_NUMBER else text[:40] for text in texts]
        if title or shown:
            lines.append(ColumnLine(at, letter_of(at), title, shown, field_of.get(at, "")))
    return lines


def _sheet_and_header(row: RosterImport) -> tuple[Sheet, Header | None]:
    """The sheet with a header that is understood, else the first one."""
    content, first = content_of(row), None
    for sheet in read_sheets(content, row.file_name):
        first = first or sheet
        try:
            return sheet, header_of(sheet, remembered_layouts(row.class_group))
        except InvalidInput:
            continue
    assert first is not None
    return first, None


@scoped(Verb.ENROL)
def roster_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which row is the header and which column is what; kept for the centre's next lists of this layout."""
    row, user = import_or_404(request, pk), current_user(request)
    if row.status != ImportStatus.PREVIEW:
        return redirect("courses:roster-preview", pk=row.pk)
    sheet, header = _sheet_and_header(row)
    given = request.POST.get("header") or request.GET.get("header") or ""
    number = int(given) if given.isascii() and given.isdecimal() and len(given) < 6 else 0
    refusal: DomainError | None = None
    titles: list[Title] = header.all_titles if header else []
    columns = dict(header.columns) if header else {}
    try:
        if number and not (header and header.row_number == number):
            titles = titles_at(sheet, number)
            columns, _names = match_columns(titles)
        elif header:
            number = header.row_number
        if request.method == "POST" and "forget" in request.POST:
            if forget_mapping(roster_import=row, titles=titles, by=user):
                messages.success(request, _("Đã bỏ cách đọc riêng; các cột được đọc theo tên cột."))
            return redirect("courses:roster-columns", pk=row.pk)
        if request.method == "POST":
            columns = _posted(request)
            remember_mapping(roster_import=row, titles=titles, columns=columns, by=user)
            messages.success(request, _("Đã ghi nhớ cách đọc các cột; lần sau mẫu này được đọc như vậy."))
            return redirect("courses:roster-preview", pk=row.pk)
    except DomainError as error:
        refusal = error
    context = {
        "row": row,
        "group": row.class_group,
        "sheet": sheet,
        "number": number or "",
        "lines": column_lines(sheet, number, titles, columns) if titles else [],
        "first_rows": [(line.number, _row_text(line.cells)) for line in sheet.rows[:12]] if not titles else [],
        "fields": [(name, LABELS[name]) for name in FIELDS],
        "refusal": refusal,
        "remembered": bool(header and header.remembered and header.row_number == number),
    }
    return render(request, "courses/roster_columns.html", context, status=refusal.status if refusal else 200)


def _posted(request: HttpRequest) -> dict[str, int]:
    """Field → column as it was posted. Raises InvalidInput when two columns are the same thing."""
    columns: dict[str, int] = {}
    for name, field in request.POST.items():
        at = name.removeprefix("column-")
        if (
            not name.startswith("column-")
            or len(at) > 3
            or not at.isascii()
            or not at.isdecimal()
            or field not in FIELDS
        ):
            continue
        if field in columns:
            message = _("Hai cột cùng là “%(field)s”: %(one)s và %(other)s. Hãy bỏ qua một cột.") % {
                "field": LABELS[field], "one": letter_of(columns[field]), "other": letter_of(int(at)),
            }  # fmt: skip
            raise InvalidInput("mapping_twice", message)
        columns[field] = int(at)
    return columns


def _row_text(cells: list[object]) -> str:
    texts = [text for cell in cells if (text := text_of(cell))]
    shown = [mask_number(text) if sum(map(str.isdigit, text)) >= _LONG_NUMBER else text[:30] for text in texts]
    return " | ".join(shown[:12])
