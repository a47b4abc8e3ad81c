"""Looking into .xls (Excel 97–2003, an OLE container) before it is read.

Source: MS-CFB (containers) and MS-XLS 2.1.4 (records of the workbook stream: type and length of two bytes each).
"""

import io
import struct

import olefile
from django.utils.translation import gettext as _

from core.tabular.reading.sheet import (
    FURTHEST_ROW,
    refuse,
    refuse_broken,
    refuse_far_cell,
    refuse_locked,
    refuse_macros,
)

_MACROS = {"_vba_project_cur", "vba", "macros", "_vba_project"}
_LOCKED = {"encryptedpackage", "encryptioninfo"}
_FILE_PASS = 0x2F
# Records that put something into a cell begin with its row and column: formulas, numbers, texts, truth values.
_CELLS = {0x06, 0xBD, 0xD6, 0xFD, 0x0203, 0x0204, 0x0205, 0x0206, 0x027E, 0x0406}
_RECORD = struct.Struct("<HH")
_FIRST = struct.Struct("<H")


def check_old_excel(content: bytes) -> None:
    """Refuse macros, passwords, cells far outside and whatever is no workbook. Raises InvalidInput in words."""
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            names = {part.casefold() for path in ole.listdir(storages=True) for part in path}
            if names & _LOCKED:
                raise refuse_locked()
            if names & _MACROS:
                raise refuse_macros()
            book = next((name for name in ("Workbook", "Book") if ole.exists(name)), None)
            if book is None:
                raise refuse("file_not_excel", _("Đây không phải tệp Excel. Hãy gửi tệp .xlsx."))
            if ole.get_size(book) > len(content):
                raise refuse_broken()
            stream = ole.openstream(book).read()
    except (OSError, ValueError, IndexError, TypeError, struct.error, RecursionError) as error:
        raise refuse_broken() from error
    _check_records(stream)


def _check_records(stream: bytes) -> None:
    """Walk the records: the format itself allows 65,536 rows of 256 columns, which is far more than a list needs."""
    place, end = 0, len(stream) - _RECORD.size
    while place <= end:
        kind, length = _RECORD.unpack_from(stream, place)
        place += _RECORD.size
        if kind == _FILE_PASS:
            raise refuse_locked()
        # An empty cell far below is only a format; parsers set memory aside for what is filled.
        if kind in _CELLS and length >= _FIRST.size and place + _FIRST.size <= len(stream):
            (row,) = _FIRST.unpack_from(stream, place)
            if row > FURTHEST_ROW:
                raise refuse_far_cell()
        place += length
