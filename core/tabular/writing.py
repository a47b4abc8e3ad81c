"""Handing out tables: one row generator, many formats.

XLSX by xlsxwriter in constant memory, long lists by rustpy_xlsxwriter (docs/adr/0047), CSV as UTF-8 with BOM (Excel
garbles it otherwise). Text that a spreadsheet would run as a formula is made harmless (ASVS 5.0, 1.2.10).
"""

import csv
import datetime as dt
import io
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, Literal

import rustpy_xlsxwriter as rust
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
    if not isinstance(value, str) or (value[:1].isalnum() and "\n" not in value):
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


# From here on a table is a list to filter and not a page to print, and written by the faster of the two.
LONG = 3000
MOST_LETTERS = 32_767  # a cell holds no more


def write_xlsx(table: Table, out: BinaryIO) -> int:
    """Write titles, a frozen header with filter, typed cells; return how many rows the first table had.

    Formulas stand among the first ``LONG`` rows or nowhere. Raises ValueError for one further down, and for a row of
    another length than the head.
    """
    rows = iter(table.rows)
    first = list(islice(rows, LONG))
    table = replace(table, rows=chain(first, rows))
    if len(first) == LONG and all(_may_be_long(one) for one in (table, *table.more)) and not _adds_up(first):
        return _write_long(table, out)
    return _write_formatted(table, out)


def _may_be_long(table: Table) -> bool:
    """Titles lie over several columns there, and columns go by their headings."""
    return 1 < len(table.columns) == len({column.heading for column in table.columns}) and not table.bold_rows


def _adds_up(rows: Sequence[Sequence[Cell]]) -> bool:
    return any(isinstance(cell, Formula) for row in rows for cell in row)


def _write_long(table: Table, out: BinaryIO) -> int:
    """Write by the Rust writer: the same cells and head, no lines around cells (they would go on below the list)."""
    tables = {one.sheet[:31]: one for one in (table, *table.more)}
    counts = dict.fromkeys(tables, 0)

    def records(name: str) -> Iterator[dict[str, Any]]:
        headings = [column.heading for column in tables[name].columns]
        for row in tables[name].rows:
            counts[name] += 1
            yield dict(zip(headings, map(_bare, row), strict=True))
        if not counts[name]:  # without a row there would be no head either
            yield dict.fromkeys(headings)

    tops = {name: len(one.titles) + (1 if one.titles else 0) for name, one in tables.items()}
    title, note, head = _format().set_bold().set_font_size(14), _format().set_italic(), _head_format()
    with tempfile.TemporaryDirectory(prefix="clc-xlsx-") as folder:
        # Into a file of its own: what is written into an open one is kept in memory until the end.
        path = Path(folder) / "table.xlsx"
        rust.write_worksheets(
            [(name, records(name)) for name in tables],
            str(path),
            freeze_panes={name: {"row": top + 1, "col": 1} for name, top in tops.items()},
            column_widths={name: [float(column.width) for column in one.columns] for name, one in tables.items()},
            column_formats={name: [_FORMATS[column.kind]() for column in one.columns] for name, one in tables.items()},
            header_format=dict.fromkeys(tables, head),
            header_row=tops,
            row_heights={name: {top: 48.0} for name, top in tops.items()},
            merge_ranges={
                name: [
                    (at, 0, at, len(one.columns) - 1, line, note if at else title) for at, line in enumerate(one.titles)
                ]
                for name, one in tables.items()
                if one.titles
            },
            autofilter=dict.fromkeys(tables, True),
        )
        with path.open("rb") as made:
            shutil.copyfileobj(made, out)
    return counts[table.sheet[:31]]


def _bare(cell: Cell) -> str | int | float | dt.date | None:
    """A cell as the Rust writer takes it."""
    if isinstance(cell, str):
        return str(harmless(cell))[:MOST_LETTERS]
    if cell is None or isinstance(cell, int | float):
        return cell
    if isinstance(cell, dt.date):
        return dt.date(cell.year, cell.month, cell.day)
    if isinstance(cell, Formula):
        raise ValueError(f"a formula below row {LONG}")
    return float(cell)


def _format() -> rust.Format:
    return rust.Format().set_font_name("Times New Roman").set_font_size(12)


def _head_format() -> rust.Format:
    wrapped = _format().set_bold().set_text_wrap().set_align("vcenter").set_align("center")
    return wrapped.set_background_color("#E6F1F0").set_border("thin")


_FORMATS: dict[Kind, Callable[[], rust.Format]] = {
    "text": lambda: _format().set_text_wrap().set_align("top"),
    "number": lambda: _format().set_num_format("#,##0"),
    "decimal": lambda: _format().set_num_format("#,##0.##"),
    "percent": lambda: _format().set_num_format('0.0"%"'),
    "date": lambda: _format().set_num_format("dd/mm/yyyy"),
}


def _write_formatted(table: Table, out: BinaryIO) -> int:
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
