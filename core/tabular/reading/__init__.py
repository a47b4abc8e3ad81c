"""Reading sheets that people upload, which may be broken or hostile.

Containers are looked into before any parser sees them (containers.py for zip, old_excel.py for OLE): size, number of
parts, unpacked size and the furthest cell are bounded, macros and passwords are refused in words. A formula is taken
as its last computed value and never evaluated. python-calamine reads the cells (docs/adr/0005, 0016).
"""

import io
from collections.abc import Iterator

import python_calamine
from django.utils.translation import gettext as _

from core.tabular.reading.containers import check_zip
from core.tabular.reading.delimited import read_delimited
from core.tabular.reading.old_excel import check_old_excel
from core.tabular.reading.sheet import (
    MAX_BYTES,
    MAX_COLUMNS,
    MAX_ROWS,
    Row,
    Sheet,
    SheetRow,
    bounded,
    refuse,
    refuse_broken,
    refuse_empty,
)
from core.tabular.reading.spool import Spool

__all__ = [
    "ACCEPTED",
    "MAX_BYTES",
    "MAX_COLUMNS",
    "MAX_ROWS",
    "Sheet",
    "SheetRow",
    "Spool",
    "read_sheet",
    "read_sheets",
]
# What the file dialog offers; the contents decide, not the name.
ACCEPTED = ".xlsx,.xls,.ods,.csv,.txt"


def read_sheets(content: bytes, file_name: str) -> Iterator[Sheet]:
    """Yield the sheets that hold anything, of an .xlsx, .xls, .ods or .csv file: at most 10,000 people, 60 columns.

    Raises InvalidInput with what is wrong and what to do.
    """
    if not content.strip():
        raise refuse("file_empty", _("Tệp rỗng. Hãy chọn lại tệp danh sách."))
    if len(content) > MAX_BYTES:
        raise refuse("file_too_big", _("Tệp lớn hơn 5 MB. Hãy bỏ ảnh và trang thừa, hoặc chia thành nhiều tệp."))
    if content.startswith(b"PK\x03\x04"):
        yield from _read_book(content, check_zip(content))
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        check_old_excel(content)
        yield from _read_book(content, [])
    elif content.startswith(b"%PDF"):
        raise refuse("file_is_pdf", _("Đây là tệp PDF dù tên có thể là .xlsx. Hãy gửi tệp Excel gốc (.xlsx)."))
    elif file_name.lower().endswith((".csv", ".txt", ".tsv")):
        yield read_delimited(content)
    else:
        raise refuse("file_unknown", _("Không nhận ra loại tệp. Hãy gửi tệp Excel (.xlsx, .xls), .ods hoặc CSV."))


def read_sheet(content: bytes, file_name: str) -> Sheet:
    """Read the first sheet that holds anything. Raises InvalidInput as ``read_sheets`` does."""
    return next(read_sheets(content, file_name))


def _rows_of(sheet: python_calamine.CalamineSheet) -> Iterator[Row]:
    """Rows and columns as people count them: the blank ones before the first cell too."""
    left: Row = [""] * (sheet.start[1] if sheet.start else 0)
    return (left + cells for cells in sheet.iter_rows()) if left else sheet.iter_rows()


def _read_book(content: bytes, notes: list[str]) -> Iterator[Sheet]:
    found = False
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if not sheet.height or sheet.start is None:
                continue
            if rows := bounded(_rows_of(sheet)):
                found = True
                yield Sheet(name, rows, notes)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise refuse_broken() from error
    except BaseException as error:
        # Damaged .xls make the parser panic; PyO3 derives that from BaseException and gives it no public name.
        if type(error).__name__ == "PanicException":
            raise refuse_broken() from error
        raise
    if not found:
        raise refuse_empty()
