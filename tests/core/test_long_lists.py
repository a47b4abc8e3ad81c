"""Long lists are written by another program than short tables: the same cells, whichever of the two it was."""

import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest
import python_calamine
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from core.tabular import writing
from core.tabular.writing import LONG, Column, Formula, Table, write_xlsx

COLUMNS = [
    Column("Họ và tên", "text", 30), Column("Số"), Column("Giờ", "decimal"), Column("Tỷ lệ", "percent"),
    Column("Ngày", "date"),
]  # fmt: skip
SPECIAL = ["", "=1+1", "https://example.org/", "Lớp 1\nphòng 2", "a\t<&>\"'", "\x01"]
TEXT = st.one_of(st.none(), st.sampled_from(SPECIAL),
                 st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12))  # fmt: skip
NUMBER = st.one_of(st.none(), st.integers(-(10**9), 10**9))
PART = st.one_of(st.none(), st.decimals(-1000, 1000, places=2), st.floats(-1000, 1000, width=16))
DAY = st.one_of(st.none(), st.dates(dt.date(1901, 1, 1), dt.date(2099, 12, 31)))
ROWS = st.lists(st.tuples(TEXT, NUMBER, PART, PART, DAY), min_size=4, max_size=12)


def made(rows, **fields):
    out = io.BytesIO()
    count = write_xlsx(Table(["DANH SÁCH", "Dòng hai"], COLUMNS, iter(rows), sheet="Người", **fields), out)
    assert count == len(rows)
    assert not out.closed
    return out.getvalue()


def cells(book, at=0):
    """Values with their types; an empty text is an empty cell, and rows of nothing at the end are not there."""
    sheet = openpyxl.load_workbook(io.BytesIO(book)).worksheets[at]
    rows = [
        [None if cell.value in (None, "") else (cell.value, cell.data_type) for cell in row]
        for row in sheet.iter_rows()
    ]
    while not any(rows[-1]):
        del rows[-1]
    return rows


@settings(max_examples=12, phases=(Phase.generate,))
@given(ROWS)
def test_both_writers_write_the_same_cells(rows):
    whole, writing.LONG = writing.LONG, 4
    try:
        long = made(rows)
    finally:
        writing.LONG = whole
    short = made(rows)
    assert long != short
    assert cells(long) == cells(short)
    # And another reader finds the same in both.
    read = [python_calamine.load_workbook(io.BytesIO(book)).get_sheet_by_index(0).to_python() for book in (long, short)]
    assert all(one == other for one, other in zip(*read, strict=False))


def test_a_long_list_has_a_frozen_head_a_filter_formats_and_its_further_sheets(monkeypatch):
    monkeypatch.setattr(writing, "LONG", 2)
    more = (Table((), COLUMNS[:2], [("Sổ hai", 1)], sheet="Hai"), Table(["Trống"], COLUMNS[:2], [], sheet="Trống"))
    book = openpyxl.load_workbook(
        io.BytesIO(made([("Ánh", 12_345, Decimal("1.5"), 50, dt.date(2026, 3, 2))] * 3, more=more))
    )
    assert book.sheetnames == ["Người", "Hai", "Trống"]
    sheet = book.worksheets[0]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B5", "A4:E7")
    assert [cell.value for cell in sheet[4]] == [column.heading for column in COLUMNS]
    assert [cell.number_format for cell in sheet[5]] == ["General", "#,##0", "#,##0.##", '0.0"%"', "dd/mm/yyyy"]
    assert [cell.data_type for cell in sheet[5]] == ["s", "n", "n", "n", "d"]
    assert (sheet["A1"].value, sheet["A1"].font.bold, sheet["A2"].font.italic) == ("DANH SÁCH", True, True)
    assert (sheet["A4"].font.name, sheet["A4"].font.bold, sheet["A5"].font.bold) == ("Times New Roman", True, False)
    assert [[cell.value for cell in row] for row in book.worksheets[1]] == [["Họ và tên", "Số"], ["Sổ hai", 1]]
    assert [cell.value for cell in book.worksheets[2][3]] == ["Họ và tên", "Số"]


def test_totals_make_it_a_table_that_is_formatted_and_stand_at_the_top(monkeypatch):
    monkeypatch.setattr(writing, "LONG", 2)
    total = Formula(lambda first, letters: f"=SUM({letters}{first + 1}:{letters}{first + 2})", 3)
    rows = [("Tổng", total, None, None, None), ("A", 1, None, None, None), ("B", 2, None, None, None)]
    sheet = openpyxl.load_workbook(io.BytesIO(made(rows))).active
    assert sheet["B5"].value == "=SUM(B6:B7)"
    with pytest.raises(ValueError, match="formula"):
        made([*rows[1:], rows[0]])


def test_a_row_of_the_wrong_length_is_not_written_quietly_in_a_long_list():
    rows = [("A", 1, None, None, None)] * LONG
    with pytest.raises(ValueError, match="zip"):
        made([*rows, ("thiếu", 1)])
