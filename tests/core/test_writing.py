"""Tables handed out: one generator for each format, typed cells, nothing a spreadsheet would run."""

import csv
import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest
import python_calamine
from hypothesis import example, given
from hypothesis import strategies as st

from core.tabular.reading import read_sheet
from core.tabular.writing import WRITERS, Column, Table, harmless, write_csv, write_xlsx

SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
COLUMNS = [Column("Họ và tên", "text", 30), Column("Số"), Column("Tỷ lệ", "percent"), Column("Ngày", "date")]
ROWS = [
    ["Nguyễn Thị Ánh", 12_345, Decimal("52.5"), dt.date(2026, 3, 2)],
    ["Đặng Văn Ợt", 0, None, None],
    ["=HYPERLINK(1)", -7, 0.5, dt.date(2025, 6, 30)],
]


def table(rows=ROWS, **fields):
    return Table(["THỐNG KÊ", "Dòng hai"], COLUMNS, rows, **fields)


def csv_of(made):
    out = io.BytesIO()
    count = write_csv(made, out)
    return count, out.getvalue()


def xlsx_of(made):
    out = io.BytesIO()
    count = write_xlsx(made, out)
    return count, out.getvalue()


def test_csv_is_what_excel_and_programs_read():
    count, text = csv_of(table())
    assert count == 3
    assert text.startswith(b"\xef\xbb\xbf")
    assert not text[3:].startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(text.decode("utf-8-sig")))) == [
        ["Họ và tên", "Số", "Tỷ lệ", "Ngày"],
        ["Nguyễn Thị Ánh", "12345", "52.5", "2026-03-02"],
        ["Đặng Văn Ợt", "0", "", ""],
        ["'=HYPERLINK(1)", "-7", "0.5", "2025-06-30"],
    ]


def test_csv_quotes_what_would_break_a_row():
    nasty = 'Lớp "A", buổi 1\nphòng 2'
    rows = [[nasty, 1, None, None]]
    text = csv_of(table(rows))[1].decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text, newline="")))[1][0] == nasty


def test_xlsx_has_typed_cells_a_frozen_head_a_filter_and_bold_totals():
    count, book = xlsx_of(table(bold_rows=frozenset({0})))
    sheet = openpyxl.load_workbook(io.BytesIO(book)).active
    assert count == 3
    assert [sheet["A1"].value, sheet["A2"].value, sheet["A3"].value] == ["THỐNG KÊ", "Dòng hai", None]
    assert [cell.value for cell in sheet[4]] == ["Họ và tên", "Số", "Tỷ lệ", "Ngày"]
    assert [cell.value for cell in sheet[5]] == ["Nguyễn Thị Ánh", 12_345, 52.5, dt.datetime(2026, 3, 2)]  # noqa: DTZ001
    assert [cell.data_type for cell in sheet[5]] == ["s", "n", "n", "d"]
    assert [cell.value for cell in sheet[6]] == ["Đặng Văn Ợt", 0, None, None]
    assert sheet["D5"].number_format == "dd/mm/yyyy"
    assert [sheet.cell(row, 1).font.bold for row in (5, 6, 7)] == [True, False, False]
    assert sheet.freeze_panes == "B5"
    assert sheet.auto_filter.ref == "A4:D7"


def test_both_formats_hold_the_same_and_another_reader_agrees():
    lines = list(csv.reader(io.StringIO(csv_of(table())[1].decode("utf-8-sig"))))
    book = xlsx_of(table())[1]
    read = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()[3:]
    for line, cells in zip(lines, read, strict=True):
        for text, cell in zip(line, cells, strict=True):
            if isinstance(cell, float):
                assert float(text) == cell
            elif isinstance(cell, dt.date):
                assert text == cell.isoformat()
            else:
                assert text == cell


@pytest.mark.parametrize("kind", WRITERS)
def test_rows_are_taken_one_by_one_and_only_once(kind):
    given_out = []

    def generate():
        for number in range(1_500):
            given_out.append(number)
            yield [f"Dòng {number}", number, None, None]

    out = io.BytesIO()
    assert WRITERS[kind](table(generate()), out) == 1_500
    assert given_out == list(range(1_500))
    assert not out.closed  # the caller reads its hash from it


@pytest.mark.parametrize("kind", WRITERS)
def test_a_table_without_rows_is_still_a_file(kind):
    out = io.BytesIO()
    assert WRITERS[kind](table([]), out) == 0
    assert read_sheet(out.getvalue(), f"trong.{kind}").rows


def test_a_row_of_the_wrong_length_is_not_written_quietly():
    with pytest.raises(ValueError, match="zip"):
        xlsx_of(table([["thiếu", 1]]))


@given(st.text(max_size=30))
@example("=1+1")
@example("\u00a0 @SUM(A1)")
@example("\0=1")
@example("＝1")
def test_no_text_starts_with_a_sign_and_none_is_lost(text):
    safe = harmless(text)
    assert isinstance(safe, str)
    assert not safe.lstrip(" \u00a0").startswith(SIGNS)
    assert safe in (text, "'" + text)


@pytest.mark.parametrize("value", [0, -5, -1.5, Decimal("-2"), None, dt.date(2026, 1, 1), "Lớp 1-2", "a=b", ""])
def test_numbers_days_and_plain_text_stay(value):
    assert harmless(value) == value


@pytest.mark.parametrize("sign", SIGNS)
def test_no_program_finds_a_formula_in_the_file(sign):
    book = xlsx_of(table([[f"{sign}cmd|' /C calc'!A0", 1, None, None]]))[1]
    sheet = openpyxl.load_workbook(io.BytesIO(book)).active
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert sheet["A5"].value.startswith("'")


def test_an_address_in_a_cell_is_text_not_a_link():
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_of(table([["https://example.org/", 1, None, None]]))[1])).active
    assert sheet["A5"].hyperlink is None
    assert sheet["A5"].value == "https://example.org/"
