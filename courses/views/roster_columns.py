"""The page that shows what each column of a list is taken for, lets people correct it, and remembers it."""

from dataclasses import dataclass, field

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
    field_of = {at: name for name, at in columns.items()}
    samples: list[list[str]] = [[] for _at in range(max(len(titles), sheet.rows.width))]
    for row in sheet.rows:
        if row.number > header_row:
            for found, cell in zip(samples, row.cells, strict=False):
                if len(found) < SAMPLES and (text := text_of(cell)):
                    found.append(text)
    lines = []
    for at, texts in enumerate(samples):
        title = " – ".join(part for part in titles[at] if part) if at < len(titles) else ""
        shown = [mask_number(text) if sum(map(str.isdigit, text)) >= _LONG_NUMBER else text[:40] for text in texts]
        if title or shown:
            lines.append(ColumnLine(at, letter_of(at), title, shown, field_of.get(at, "")))
    return lines


@dataclass(slots=True)
class Pointed:
    """Where people are told, or say, that the header is."""

    # Names of the sheets that hold anything.
    names: list[str]
    # The chosen one, from 1.
    number: int
    sheet: Sheet
    # What is understood there without being told.
    header: Header | None
    # First row and height of the header: as asked for, else as understood, else nothing (0).
    row: int = 0
    height: int = 1
    titles: list[Title] = field(default_factory=list)
    columns: dict[str, int] = field(default_factory=dict)

    def point(self, row: int, height: int) -> None:
        """Read the header there. Raises InvalidInput when nothing stands there."""
        if self.header and (not row or (self.header.first_row, self.header.height) == (row, height)):
            self.row, self.height = self.header.first_row, self.header.height
            self.titles, self.columns = self.header.all_titles, dict(self.header.columns)
        elif row:
            self.row, self.height = row, height
            self.titles = titles_at(self.sheet, row, height)
            self.columns = match_columns(self.titles)[0]

    @property
    def remembered(self) -> bool:
        """Whether somebody of the centre said it before."""
        return bool(self.header and self.header.remembered and self.titles is self.header.all_titles)


def _pointed(row: RosterImport, wanted: int) -> Pointed:
    """The sheet asked for, else the one chosen before, else the first that is understood, else the first.

    No more than two sheets are in memory at a time.
    """
    layouts, wanted, names = remembered_layouts(row.class_group), wanted or row.sheet_number or 0, []
    found: Pointed | None = None
    for number, sheet in enumerate(read_sheets(content_of(row), row.file_name), start=1):
        names.append(sheet.name)
        if found is not None and (found.header or found.number == wanted) and number != wanted:
            continue
        try:
            header = header_of(sheet, layouts)
        except InvalidInput:
            header = None
        if found is None or number == wanted or (header and found.number != wanted):
            found = Pointed(names, number, sheet, header)
    assert found is not None
    return found


def _number(request: HttpRequest, name: str) -> int:
    given = request.POST.get(name) or request.GET.get(name) or ""
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 6 else 0


@scoped(Verb.ENROL)
def roster_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which row is the header and which column is what; kept for the centre's next lists of this layout."""
    row, user = import_or_404(request, pk), current_user(request)
    if row.status != ImportStatus.PREVIEW:
        return redirect("courses:roster-preview", pk=row.pk)
    pointed = _pointed(row, _number(request, "sheet"))
    refusal: DomainError | None = None
    try:
        pointed.point(_number(request, "header"), 2 if _number(request, "height") == 2 else 1)
        if request.method == "POST" and "forget" in request.POST:
            if forget_mapping(roster_import=row, titles=pointed.titles, by=user):
                messages.success(request, _("Đã bỏ cách đọc riêng; các cột được đọc theo tên cột."))
            return redirect("courses:roster-columns", pk=row.pk)
        if request.method == "POST":
            pointed.columns = _posted(request)
            remember_mapping(
                roster_import=row, titles=pointed.titles, columns=pointed.columns, by=user, sheet_number=pointed.number
            )
            messages.success(request, _("Đã ghi nhớ cách đọc các cột; lần sau mẫu này được đọc như vậy."))
            return redirect("courses:roster-preview", pk=row.pk)
    except DomainError as error:
        refusal = error
    sheet, last = pointed.sheet, pointed.row + pointed.height - 1
    context = {
        "row": row,
        "group": row.class_group,
        "pointed": pointed,
        "lines": column_lines(sheet, last, pointed.titles, pointed.columns) if pointed.titles else [],
        "first_rows": [(line.number, _row_text(line.cells)) for line in sheet.rows[:12]],
        "fields": [(name, LABELS[name]) for name in FIELDS],
        "refusal": refusal,
    }
    return render(request, "courses/roster_columns.html", context, status=refusal.status if refusal else 200)


def _posted(request: HttpRequest) -> dict[str, int]:
    """Field → column as it was posted. Raises InvalidInput when two columns are the same thing."""
    columns: dict[str, int] = {}
    for name, said in request.POST.items():
        at = name.removeprefix("column-")
        if (
            not name.startswith("column-")
            or len(at) > 3
            or not at.isascii()
            or not at.isdecimal()
            or said not in FIELDS
        ):
            continue
        if said in columns:
            message = _("Hai cột cùng là “%(field)s”: %(one)s và %(other)s. Hãy bỏ qua một cột.") % {
                "field": LABELS[said], "one": letter_of(columns[said]), "other": letter_of(int(at)),
            }  # fmt: skip
            raise InvalidInput("mapping_twice", message)
        columns[said] = int(at)
    return columns


def _row_text(cells: list[object]) -> str:
    texts = [text for cell in cells if (text := text_of(cell))]
    shown = [mask_number(text) if sum(map(str.isdigit, text)) >= _LONG_NUMBER else text[:30] for text in texts]
    return " | ".join(shown[:12])
