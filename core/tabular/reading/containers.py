"""Looking into zip containers (.xlsx and .ods) before a parser sees them.

Real bytes are counted piece by piece, because headers may lie, and nothing larger than the limits is ever held.
"""

import io
import lzma
import re
import struct
import xml.parsers.expat
import zipfile
import zlib
from typing import Any

from django.utils.translation import gettext as _

from core.tabular.reading.sheet import (
    FURTHEST_COLUMN,
    FURTHEST_ROW,
    refuse,
    refuse_bomb,
    refuse_broken,
    refuse_far_cell,
    refuse_locked,
    refuse_macros,
)

MAX_UNPACKED = 50 * 1024 * 1024
MAX_PARTS = 200
# XML lets an attribute stand in either quotes, after any white space, and the part lie under any name.
_CELL = re.compile(rb"""<(?:[\w.-]+:)?c\s(?:[^<]*?\s)?r\s*=\s*["']\s*\$?([A-Za-z]{1,7})\$?(\d{1,20})""")
_ROW = re.compile(rb"""<(?:[\w.-]+:)?row\s(?:[^<]*?\s)?r\s*=\s*["']\s*\+?(\d{1,20})""")
# What any of the two can only match where a column has three letters or a row five digits: most pieces have none.
_SUSPECT = re.compile(rb"""r\s*=\s*["']\s*[+$]?(?:[A-Za-z]{3}|[A-Za-z]{0,2}\$?\d{5})""")
_TAIL = 4096  # a tag may lie across two pieces
# A formula that no program has computed yet: what it stands for is not in the file.
_UNCOMPUTED = re.compile(
    rb"""(?:</(?:[\w.-]+:)?f>|<(?:[\w.-]+:)?f(?:\s[^<>]*)?/>)\s*"""
    rb"""(?:<(?:[\w.-]+:)?v\s*/>|<(?:[\w.-]+:)?v>\s*</(?:[\w.-]+:)?v>)?\s*</(?:[\w.-]+:)?c>"""
)
# What the zip module raises for damaged, encrypted or unknown contents.
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, RuntimeError, OSError, EOFError, ValueError,
    IndexError, OverflowError,
)  # fmt: skip
_PIECE = 256 * 1024


def check_zip(content: bytes) -> list[str]:
    """Refuse bombs, macros, passwords and far cells; return notes on what will not be taken, in words.

    Raises InvalidInput with what is wrong and what to do.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = archive.infolist()
    except _DAMAGE as error:
        raise refuse_broken() from error
    names = {part.filename for part in parts}
    is_ods = "content.xml" in names and "xl/workbook.xml" not in names
    _check_names(names, is_ods)
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise refuse_bomb()
    unpacked, uncomputed = 0, False
    for part in parts:
        try:
            with archive.open(part) as stream:
                size, found = _scan_part(stream, unpacked, cells=not is_ods)
            if is_ods and part.filename == "content.xml":
                with archive.open(part) as stream:
                    _check_repeats(stream)
        except _DAMAGE as error:
            message = _("Tệp hỏng hoặc có mật khẩu. Hãy mở bằng Excel và lưu lại.")
            raise refuse("file_broken", message) from error
        unpacked += size
        uncomputed |= found
    return [_("Tệp có công thức chưa được tính; các ô đó được coi là trống.")] if uncomputed else []


def _check_names(names: set[str], is_ods: bool) -> None:
    if any(name.lower().endswith("workbook.bin") for name in names):
        message = _("Tệp Excel nhị phân (.xlsb). Hãy mở bằng Excel và lưu thành .xlsx rồi gửi lại.")
        raise refuse("file_binary_excel", message)
    if "xl/workbook.xml" not in names and not is_ods:
        raise refuse("file_not_excel", _("Đây không phải tệp Excel. Hãy gửi tệp .xlsx."))
    if any("vbaproject" in name.lower() or name.startswith(("Basic/", "Scripts/")) for name in names):
        raise refuse_macros()


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _scan_part(stream: Any, before: int, *, cells: bool) -> tuple[int, bool]:
    """Return the real size of a part and whether it holds formulas without a value; refuse what is too much.

    Every part is looked at: which of them is a sheet is for the relations to say, and those may name any file.
    """
    size, tail, uncomputed = 0, b"", False
    while piece := stream.read(_PIECE):
        size += len(piece)
        if before + size > MAX_UNPACKED:
            raise refuse_bomb()
        window = tail + piece
        tail = window[-_TAIL:]
        if not cells:
            continue
        if b"<f" in window or b":f" in window:  # few lists have any formula, and looking for it takes a while
            uncomputed = uncomputed or bool(_UNCOMPUTED.search(window))
        if not _SUSPECT.search(window):
            continue
        far_row = any(int(match) > FURTHEST_ROW for match in _ROW.findall(window))
        far_cell = any(
            int(row) > FURTHEST_ROW or _column_number(letters) > FURTHEST_COLUMN
            for letters, row in _CELL.findall(window)
        )
        if far_row or far_cell:
            raise refuse_far_cell()
    return size, uncomputed


class _Repeats:
    """Follows an ODS table: a cell may stand for thousands, a row for a million (OpenDocument 1.3, part 3)."""

    def __init__(self) -> None:
        self.row = self.column = self.times = 0
        self.filled = self.row_filled = False
        self.width = 1

    def start(self, name: str, attributes: dict[str, str]) -> None:
        kind = name.rpartition(":")[2]
        if kind == "table":
            self.row = 0
        elif kind == "table-row":
            self.times = _count(attributes, "number-rows-repeated")
            self.column, self.row_filled = 0, False
        elif kind in ("table-cell", "covered-table-cell"):
            self.width = _count(attributes, "number-columns-repeated")
            self.filled = any(key.rpartition(":")[2] in ("value-type", "formula") for key in attributes)
        elif kind == "p":
            self.filled = True

    def end(self, name: str) -> None:
        kind = name.rpartition(":")[2]
        if kind in ("table-cell", "covered-table-cell"):
            self.column += self.width
            self.row_filled |= self.filled
            if self.filled and self.column > FURTHEST_COLUMN:
                raise refuse_far_cell()
        elif kind == "table-row":
            self.row += self.times
            if self.row_filled and self.row > FURTHEST_ROW:
                raise refuse_far_cell()


def _count(attributes: dict[str, str], wanted: str) -> int:
    for key, value in attributes.items():
        if key.rpartition(":")[2] == wanted:
            return int(value)
    return 1


def _check_repeats(stream: Any) -> None:
    parser = xml.parsers.expat.ParserCreate()
    repeats = _Repeats()
    parser.StartElementHandler, parser.EndElementHandler = repeats.start, repeats.end
    parser.EntityDeclHandler = _refuse_entities
    try:
        parser.ParseFile(stream)
    except xml.parsers.expat.ExpatError as error:
        # An encrypted part is no XML.
        raise refuse_locked() from error


def _refuse_entities(*_declared: Any) -> None:
    """No office program declares entities; who does wants them to grow."""
    raise refuse_bomb()
