"""The rows that were not taken, as the same sheet with a column of reasons: mend there, send again."""

import datetime as dt
import io
from collections.abc import Iterable
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from core.errors import RowError
from core.tabular.reading import Sheet
from core.tabular.writing import harmless
from courses.roster.header import Header

_WIDEST = 60


def wrong_rows_sheet(sheet: Sheet, header: Header, errors: Iterable[RowError]) -> bytes:
    """Return an .xlsx: everything down to the header as it was, then the rows with errors and why they were refused.

    The reasons stand in a column of their own behind the last one; reading the sheet again passes over it.
    """
    reasons: dict[int, list[str]] = {}
    for error in errors:
        reasons.setdefault(error.row, []).append(f"{error.column}: {error.reason}")
    wide = sheet.rows.width
    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        page = book.add_worksheet(_sheet_name(sheet.name))
        plain = book.add_format({"font_name": "Times New Roman", "font_size": 12, "num_format": "@"})
        day = book.add_format({"font_name": "Times New Roman", "font_size": 12, "num_format": "dd/mm/yyyy"})
        bold = book.add_format({"font_name": "Times New Roman", "font_size": 12, "bold": True, "text_wrap": True})
        why = book.add_format(
            {"font_name": "Times New Roman", "font_size": 12, "font_color": "#9C0006", "text_wrap": 1}
        )
        page.set_column(0, wide, 16)
        page.set_column(wide, wide, _WIDEST)
        line = 0
        for row in sheet.rows:
            above = row.number <= header.row_number
            if not above and row.number not in reasons:
                continue
            line = row.number - 1 if above else max(line, header.row_number - 1) + 1
            for place, cell in enumerate(row.cells):
                _write(page, line, place, cell, text=bold if above else plain, day=day)
            if row.number == header.row_number:
                page.write_string(line, wide, _("Lý do"), bold)
            elif not above:
                page.write_string(line, wide, "; ".join(reasons[row.number]), why)
    return out.getvalue()


def _write(page: Any, line: int, place: int, cell: Any, *, text: Any, day: Any) -> None:
    """One cell as it was read: dates stay dates, whole numbers lose what calamine added, all else is text."""
    if cell in ("", None):
        return
    if isinstance(cell, dt.datetime | dt.date):
        moment = cell if isinstance(cell, dt.datetime) else dt.datetime.combine(cell, dt.time())
        page.write_datetime(line, place, moment.replace(tzinfo=None), day)
    elif isinstance(cell, bool | str):
        page.write_string(line, place, str(harmless(str(cell))), text)
    elif isinstance(cell, int | float):
        page.write_number(line, place, cell)
    else:
        page.write_string(line, place, str(cell), text)


def _sheet_name(name: str) -> str:
    """A name every spreadsheet program takes."""
    kept = "".join(" " if letter in "[]:*?/\\" else letter for letter in name).strip("' ")
    return kept[:31] or "Danh sách"
