"""Rosters made on the spot."""

import io
import zipfile
from typing import Any

import openpyxl

from core.tabular.reading import Sheet
from courses.roster.header import Header
from courses.roster.rows import RosterRows, read_rows

HEADER = ("STT", "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Dân tộc", "Điện thoại", "Địa chỉ", "Ghi chú")


def person(number: int, **changes: Any) -> list[Any]:
    """A good row; ``changes`` by column title replace cells."""
    row = dict(
        zip(
            HEADER,
            (
                number,
                f"Bùi Thị {chr(64 + number % 26 + 1)}oa",
                f"{number % 28 + 1:02d}/03/1984",
                "Nữ",
                f"001184{number:06d}",
                "Mường",
                f"09{number:08d}",
                f"Thôn {number}, xã Ba Vì, Hà Nội",
                None,
            ),
            strict=True,
        )
    )
    row.update(changes)
    return list(row.values())


def roster(rows: list[list[Any]], *, titles: int = 6, header: tuple[str, ...] = HEADER, footer: bool = True) -> bytes:
    """A sheet with title rows, the header, the rows and the footer offices put below."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Danh sách"
    for line in range(titles):
        sheet.append(["UBND XÃ BA VÌ" if line == 0 else None])
    for index, title in enumerate(header, start=1):
        sheet.cell(titles + 1, index, title)
    for offset, row in enumerate(rows):
        for index, value in enumerate(row, start=1):
            sheet.cell(titles + 2 + offset, index, value)
    if footer:
        sheet.cell(titles + 3 + len(rows), 2, f"Tổng cộng: {len(rows)} học viên")
        sheet.cell(titles + 5 + len(rows), 7, "GIÁM ĐỐC TRUNG TÂM")
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    """The bytes of a workbook."""
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def with_part(content: bytes, name: str, data: bytes) -> bytes:
    """The same archive with one part replaced or added."""
    source = zipfile.ZipFile(io.BytesIO(content))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            if part.filename != name:
                target.writestr(part, source.read(part))
        target.writestr(name, data)
    return buffer.getvalue()


def read_all(sheet: Sheet, header: Header) -> RosterRows:
    """All pages of a sheet as one."""
    whole = RosterRows()
    for page in read_rows(sheet, header):
        whole.people += page.people
        whole.errors += page.errors
        whole.unread += page.unread
    return whole
