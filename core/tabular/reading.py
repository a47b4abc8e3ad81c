"""Reading sheets that people upload, which may be broken or hostile.

The zip container is looked into before any parser sees it: size, number of parts, unpacked size, compression ratio and
the furthest cell are bounded, macros and encryption are refused in words. A formula is taken as its last computed
value and never evaluated. python-calamine reads the cells (docs/adr/0005).
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import python_calamine
from django.utils.translation import gettext as _

from core.errors import InvalidInput

MAX_BYTES = 5 * 1024 * 1024
MAX_UNPACKED = 50 * 1024 * 1024
MAX_PARTS = 200
MAX_ROWS = 10_000
# Titles, header and signatures stand around the people.
AROUND = 100
MAX_COLUMNS = 60
MAX_BLANK_RUN = 50
# XML lets an attribute stand in either quotes, after any white space, and the part lie under any name.
_CELL = re.compile(rb"""<(?:[\w.-]+:)?c\s(?:[^<]*?\s)?r\s*=\s*["']\s*\$?([A-Za-z]{1,7})\$?(\d{1,20})""")
_ROW = re.compile(rb"""<(?:[\w.-]+:)?row\s(?:[^<]*?\s)?r\s*=\s*["']\s*\+?(\d{1,20})""")
# What any of the two can only match where a column has three letters or a row five digits: most pieces have none.
_SUSPECT = re.compile(rb"""r\s*=\s*["']\s*[+$]?(?:[A-Za-z]{3}|[A-Za-z]{0,2}\$?\d{5})""")
_TAIL = 4096  # a tag may lie across two pieces
Row = list[Any]


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row with its number as Excel shows it (from 1)."""

    number: int
    cells: Row


@dataclass(frozen=True, slots=True)
class Sheet:
    """The first sheet that holds anything."""

    name: str
    rows: list[SheetRow]


def _refuse(code: str, message: str) -> InvalidInput:
    return InvalidInput(code, message, fields={"file": [message]})


def read_sheet(content: bytes, file_name: str) -> Sheet:
    """Read the first filled sheet of an .xlsx or .csv file, at most 10,000 rows of 60 columns.

    Raises InvalidInput with what is wrong and what to do.
    """
    if not content.strip():
        raise _refuse("file_empty", _("Tệp rỗng. Hãy chọn lại tệp danh sách."))
    if len(content) > MAX_BYTES:
        raise _refuse("file_too_big", _("Tệp lớn hơn 5 MB. Hãy bỏ ảnh và trang thừa, hoặc chia thành nhiều tệp."))
    if content.startswith(b"PK\x03\x04"):
        return _read_xlsx(content)
    if content.startswith(b"%PDF"):
        raise _refuse("file_is_pdf", _("Đây là tệp PDF dù tên có thể là .xlsx. Hãy gửi tệp Excel gốc (.xlsx)."))
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        message = _("Tệp Excel kiểu cũ (.xls) hoặc có mật khẩu. Hãy mở bằng Excel, bỏ mật khẩu và lưu thành .xlsx.")
        raise _refuse("file_old_excel", message)
    if file_name.lower().endswith((".csv", ".txt")):
        return _read_csv(content)
    raise _refuse("file_unknown", _("Không nhận ra loại tệp. Hãy gửi tệp Excel (.xlsx) hoặc CSV."))


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _check_container(content: bytes) -> None:
    """Refuse bombs, macros and far cells without unpacking more than the limits allow."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise _refuse("file_broken", _("Tệp hỏng, không mở được. Hãy mở bằng Excel và lưu lại.")) from error
    names = {part.filename for part in parts}
    if any(name.lower().endswith("workbook.bin") for name in names):
        message = _("Tệp Excel nhị phân (.xlsb). Hãy mở bằng Excel và lưu thành .xlsx rồi gửi lại.")
        raise _refuse("file_binary_excel", message)
    if "xl/workbook.xml" not in names:
        raise _refuse("file_not_excel", _("Đây không phải tệp Excel. Hãy gửi tệp .xlsx."))
    if any("vbaProject" in name for name in names):
        raise _refuse("file_has_macros", _("Tệp có macro. Hãy lưu thành .xlsx (không macro) rồi gửi lại."))
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise _refuse("file_bomb", _("Tệp mở ra quá lớn. Hãy chép danh sách sang một tệp mới rồi gửi lại."))
    unpacked = 0
    for part in parts:
        try:
            with archive.open(part) as stream:
                unpacked += _scan_part(stream, unpacked)
        except (zipfile.BadZipFile, RuntimeError, OSError, EOFError, NotImplementedError) as error:
            raise _refuse("file_broken", _("Tệp hỏng hoặc có mật khẩu. Hãy mở bằng Excel và lưu lại.")) from error


def _scan_part(stream: Any, before: int) -> int:
    """Read a part in pieces, counting real bytes (headers may lie) and looking for cells far outside.

    Every part is looked at: which of them is a sheet is for the relations to say, and those may name any file.
    """
    size, tail = 0, b""
    while piece := stream.read(256 * 1024):
        size += len(piece)
        if before + size > MAX_UNPACKED:
            raise _refuse("file_bomb", _("Tệp mở ra quá lớn. Hãy chép danh sách sang một tệp mới rồi gửi lại."))
        window = tail + piece
        tail = window[-_TAIL:]
        if not _SUSPECT.search(window):
            continue
        far_row = any(int(match) > MAX_ROWS + 1000 for match in _ROW.findall(window))
        far_cell = any(
            int(row) > MAX_ROWS + 1000 or _column_number(letters) > 1000 for letters, row in _CELL.findall(window)
        )
        if far_row or far_cell:
            message = _("Trang tính có ô nằm quá xa (quá 10.000 dòng). Hãy xóa các dòng, cột thừa rồi gửi lại.")
            raise _refuse("file_far_cell", message)
    return size


def _read_xlsx(content: bytes) -> Sheet:
    _check_container(content)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.height and sheet.start is not None:
                # Rows keep the numbers people see: blank rows above the first cell count too.
                rows = _bounded(iter(sheet.to_python(skip_empty_area=False)))
                if rows:
                    return Sheet(name, rows)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise _refuse("file_broken", _("Tệp hỏng, không mở được. Hãy mở bằng Excel và lưu lại.")) from error
    raise _refuse("file_no_rows", _("Tệp không có dòng nào. Hãy chọn lại tệp danh sách."))


def _read_csv(content: bytes) -> Sheet:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = _("Tệp CSV không phải UTF-8, chữ có dấu sẽ hỏng. Hãy lưu thành “CSV UTF-8” hoặc .xlsx.")
        raise _refuse("file_not_utf8", message) from error
    if "\0" in text:
        raise _refuse("file_unknown", _("Không nhận ra loại tệp. Hãy gửi tệp Excel (.xlsx) hoặc CSV."))
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = _bounded(iter(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))
    except csv.Error as error:
        raise _refuse("file_broken", _("Tệp hỏng, không mở được. Hãy mở bằng Excel và lưu lại.")) from error
    if not rows:
        raise _refuse("file_no_rows", _("Tệp không có dòng nào. Hãy chọn lại tệp danh sách."))
    return Sheet("CSV", rows)


def _bounded(rows: Iterator[Row]) -> list[SheetRow]:
    kept: list[SheetRow] = []
    blank_run = 0
    for number, cells in enumerate(rows, start=1):
        if any(cell not in ("", None) for cell in cells):
            blank_run = 0
            kept.append(SheetRow(number, list(cells[:MAX_COLUMNS])))
            if len(kept) > MAX_ROWS + AROUND:
                raise _refuse("too_many_rows", _("Danh sách có hơn 10.000 dòng. Hãy chia thành nhiều tệp."))
        else:
            blank_run += 1
            if kept and blank_run >= MAX_BLANK_RUN:
                break
    return kept
