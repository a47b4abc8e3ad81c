"""Handing out tables: one row generator, many formats.

XLSX by xlsxwriter in constant memory, CSV as UTF-8 with BOM (Excel garbles it otherwise). Text that a spreadsheet would
run as a formula is made harmless (ASVS 5.0, 1.2.10).
"""

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, BinaryIO, Literal

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name


@dataclass(frozen=True, slots=True)
class Formula:
    """A total that a spreadsheet adds up itself, and the value it must come to.

    ``text`` gets the number of the sheet's first row of data and the letters of the cell's own column, and returns the
    formula. Formats without formulas show the value.
    """

    text: Callable[[int, str], str]
    value: int | float


Cell = str | int | float | Decimal | dt.date | Formula | None
Kind = Literal["text", "number", "decimal", "percent", "date"]
# The wide forms too: spreadsheets of East Asian locales read them as the plain signs.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
_LEADING = " \u00a0"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, what its cells hold, how wide it is."""

    heading: str
    kind: Kind = "number"
    width: int = 12


@dataclass(frozen=True, slots=True)
class Table:
    """Title lines, columns, rows (a generator may be passed) and the number of leading rows that are totals."""

    titles: Sequence[str]
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    sheet: str = "Thống kê"
    bold_rows: frozenset[int] = field(default_factory=frozenset)
    # Further sheets of the same file; a CSV holds one table only, the first.
    more: Sequence["Table"] = ()


def harmless(value: Cell) -> Cell:
    """Return text that no spreadsheet takes for a formula; numbers and dates stay as they are."""
    if not isinstance(value, str):
        return value
    if value.lstrip(_LEADING).startswith(_DANGEROUS) or any(f"\n{sign}" in value for sign in _DANGEROUS):
        return "'" + value
    return value


def _plain(cell: Cell) -> Cell:
    """A formula's value; hours to two places, as people write them."""
    value = cell.value if isinstance(cell, Formula) else cell
    return round(value, 2) if isinstance(value, float) else value


def write_csv(table: Table, out: BinaryIO) -> int:
    """Write headings and rows (no title lines: a program reads this) and return how many rows there were."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([column.heading for column in table.columns])
    count = 0
    for row in table.rows:
        writer.writerow(["" if cell is None else harmless(_plain(cell)) for cell in row])
        count += 1
    text.flush()
    text.detach()
    return count


def write_xlsx(table: Table, out: BinaryIO) -> int:
    """Write titles, a frozen header with filter, typed cells; return how many rows the first table had."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        plain = {"font_name": "Times New Roman", "font_size": 12}
        head = {"bold": True, "text_wrap": True, "valign": "vcenter", "align": "center", "bg_color": "#E6F1F0"}
        styles = _Styles(
            title=book.add_format({**plain, "bold": True, "font_size": 14}),
            note=book.add_format({**plain, "italic": True}),
            head=book.add_format({**plain, **head, "border": 1}),
            cells={
                (kind, bold): book.add_format({**plain, "border": 1, "bold": bold, **extra})
                for bold in (False, True)
                for kind, extra in (
                    ("text", {"text_wrap": True, "valign": "top"}),
                    ("number", {"num_format": "#,##0"}),
                    ("decimal", {"num_format": "#,##0.##"}),
                    ("percent", {"num_format": '0.0"%"'}),
                    ("date", {"num_format": "dd/mm/yyyy"}),
                )
            },
        )
        count, *_rest = [_write_sheet(book, one, styles) for one in (table, *table.more)]
    return count


@dataclass(frozen=True, slots=True)
class _Styles:
    title: Any
    note: Any
    head: Any
    cells: dict[tuple[str, bool], Any]


def _write_sheet(book: xlsxwriter.Workbook, table: Table, styles: _Styles) -> int:
    sheet = book.add_worksheet(table.sheet[:31])
    for index, column in enumerate(table.columns):
        sheet.set_column(index, index, column.width)
    for index, line in enumerate(table.titles):
        sheet.write_string(index, 0, line, styles.title if index == 0 else styles.note)
    top = len(table.titles) + (1 if table.titles else 0)
    sheet.set_row(top, 48)
    for index, column in enumerate(table.columns):
        sheet.write_string(top, index, column.heading, styles.head)
    sheet.freeze_panes(top + 1, 1)
    count = 0
    for row in table.rows:
        count += 1
        bold = count - 1 in table.bold_rows
        for index, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
            style = styles.cells[column.kind, bold]
            if cell is None:
                sheet.write_blank(top + count, index, None, style)
            elif isinstance(cell, dt.date):
                sheet.write_datetime(top + count, index, dt.datetime.combine(cell, dt.time()), style)
            elif isinstance(cell, Formula):
                text = cell.text(top + 2, xl_col_to_name(index))
                sheet.write_formula(top + count, index, text, style, cell.value)
            elif isinstance(cell, str):
                sheet.write_string(top + count, index, str(harmless(cell)), style)
            else:
                sheet.write_number(top + count, index, float(cell), style)
    sheet.autofilter(top, 0, top + max(count, 1), len(table.columns) - 1)
    return count


WRITERS = {"csv": write_csv, "xlsx": write_xlsx}
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
