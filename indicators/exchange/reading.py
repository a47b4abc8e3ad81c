"""Reading a sheet of reported figures: one row an indicator, a unit and a day."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.dates import parse_partial_date
from core.errors import InvalidInput, RowError
from core.tabular.reading import Sheet, read_sheets
from core.text import clean, search_key
from courses.roster.cells import text_of
from indicators.rules import STATUS_WORDS

MAX_FIGURES = 500
_FURTHEST_HEADER = 30
# Field → heading in the sheet we hand out; other spellings below. Files are written in Vietnamese, whoever reads them.
HEADINGS: dict[str, str] = {
    "code": gettext_noop("Mã chỉ tiêu"),
    "unit": gettext_noop("Mã đơn vị"),
    "value": gettext_noop("Giá trị (%)"),
    "status_value": gettext_noop("Trạng thái"),
    "ends_on": gettext_noop("Tính đến ngày"),
    "source_name": gettext_noop("Cơ quan cung cấp"),
    "document": gettext_noop("Văn bản"),
    "document_on": gettext_noop("Ngày văn bản"),
    "note": gettext_noop("Lý do sửa"),
}
REQUIRED = ("code", "unit", "ends_on", "source_name")
_ALSO = {
    "gia tri": "value", "so lieu": "value", "ma chi so": "code", "chi tieu": "code", "ma": "code", "don vi": "unit",
    "ma xa": "unit", "ma phuong xa": "unit", "nguon": "source_name", "ngay": "ends_on", "den ngay": "ends_on",
    "so van ban": "document", "van ban so": "document", "ly do": "note", "trang thai dat duoc": "status_value",
}  # fmt: skip
_KNOWN = {search_key(title): name for name, title in HEADINGS.items()} | _ALSO
_NUMBER = re.compile(r"^\d{1,12}(?:[.,]\d+)?$")


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One row as it stands: what it says of which line, unit and day. Not yet weighed."""

    number: int
    code: str
    unit: str
    value: Decimal | None
    status_value: str
    ends_on: dt.date
    source_name: str
    document: str
    document_on: dt.date | None
    note: str


@dataclass(slots=True)
class FigureSheet:
    """The rows that can be read, and every cell that cannot; ``titles``: field → heading in this file."""

    sheet: Sheet
    header_row: int
    titles: dict[str, str]
    rows: list[FigureRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)

    def error(self, number: int, name: str, value: Any, reason: str) -> RowError:
        """Return the error of one cell, named as the file names its column."""
        return RowError(self.sheet.name, number, self.titles.get(name, HEADINGS[name]), text_of(value), reason)


def read_figures(content: bytes, file_name: str) -> FigureSheet:
    """Read the first sheet with a header that is understood.

    Raises InvalidInput for a file that cannot be read, a sheet without such a header, or more than 500 rows.
    """
    for sheet in read_sheets(content, file_name):
        found = _header(sheet)
        if found is None:
            continue
        number, columns, titles = found
        read = FigureSheet(sheet, number, titles)
        for row, cells in _below(sheet, number):
            if len(read.rows) + len(read.errors) >= MAX_FIGURES:
                words = _("Tệp có hơn %(n)s dòng số liệu. Hãy chia thành nhiều tệp.") % {"n": MAX_FIGURES}
                raise InvalidInput("too_many_rows", words, fields={"file": [words]})
            _read(read, row, {name: cells[place] if place < len(cells) else "" for name, place in columns.items()})
        return read
    needed = ", ".join(HEADINGS[name] for name in REQUIRED)
    words = _("Không thấy dòng tiêu đề. Tệp cần có các cột: %(columns)s. Hãy dùng tệp mẫu.") % {"columns": needed}
    raise InvalidInput("header_unknown", words, fields={"file": [words]})


def _header(sheet: Sheet) -> tuple[int, dict[str, int], dict[str, str]] | None:
    for row in sheet.rows:
        if row.number > _FURTHEST_HEADER:
            return None
        columns: dict[str, int] = {}
        titles: dict[str, str] = {}
        for place, cell in enumerate(row.cells):
            name = _KNOWN.get(search_key(text_of(cell)))
            if name and name not in columns:
                columns[name], titles[name] = place, text_of(cell)
        if all(name in columns for name in REQUIRED) and columns.keys() & {"value", "status_value"}:
            return row.number, columns, titles
    return None


def _below(sheet: Sheet, number: int) -> Iterator[tuple[int, list[Any]]]:
    for row in sheet.rows:
        if row.number > number and any(text_of(cell) for cell in row.cells):
            yield row.number, row.cells


def _read(read: FigureSheet, number: int, cells: dict[str, Any]) -> None:
    """Take a row, or every reason why not."""
    wrong: list[RowError] = []

    def take(name: str, how: Callable[[Any], Any]) -> Any:
        cell = cells.get(name, "")
        try:
            return how(cell)
        except ValueError as error:
            wrong.append(read.error(number, name, cell, str(error)))
            return None

    # A row that says neither a number nor a status is one nobody filled in yet: the sheet we hand out has all lines.
    if not text_of(cells.get("value", "")) and not text_of(cells.get("status_value", "")):
        return
    row = FigureRow(
        number,
        take("code", lambda cell: _needed(cell).upper()),
        take("unit", _needed),
        take("value", _number),
        take("status_value", _status),
        take("ends_on", _day_needed),
        take("source_name", _needed),
        text_of(cells.get("document", "")),
        take("document_on", _day),
        text_of(cells.get("note", "")),
    )
    if wrong:
        read.errors += wrong
    else:
        read.rows.append(row)


def _needed(cell: Any) -> str:
    text = text_of(cell)
    if not text:
        raise ValueError(_("ô trống; hãy ghi"))
    return text


def _number(cell: Any) -> Decimal | None:
    """71,2 · 71.2 · 71,2 % · a number cell; None when empty."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        text = repr(cell)
    else:
        text = text_of(cell).removesuffix("%").strip()
        if not text:
            return None
        if not _NUMBER.match(text):
            raise ValueError(_("không phải là số, ví dụ 71,2"))
        text = text.replace(",", ".")
    try:
        value = Decimal(text).quantize(Decimal("0.0001"))
    except InvalidOperation:
        raise ValueError(_("không phải là số, ví dụ 71,2")) from None
    if value < 0:
        raise ValueError(_("giá trị không được âm"))
    return value


def _status(cell: Any) -> str:
    text = text_of(cell)
    if not text or text in STATUS_WORDS:
        return text
    words = {search_key(str(name)): code for code, name in STATUS_WORDS.items()}
    if (key := search_key(clean(text))) in words:
        return words[key]
    known = ", ".join(str(name) for name in STATUS_WORDS.values())
    raise ValueError(_("không rõ trạng thái; hãy ghi một trong: %(known)s") % {"known": known})


def _day(cell: Any) -> dt.date | None:
    found = parse_partial_date(cell)
    if found is not None and found.exact is None:
        raise ValueError(_("cần đủ ngày, tháng, năm"))
    return found.exact if found else None


def _day_needed(cell: Any) -> dt.date:
    day = _day(cell)
    if day is None:
        raise ValueError(_("ô trống; hãy ghi"))
    return day
