"""Text with a delimiter: CSV and the “Unicode text” of Excel."""

import csv
import io
from itertools import islice

from django.utils.translation import gettext as _

from core.tabular.reading.sheet import Sheet, bounded, refuse, refuse_broken, refuse_empty

_LOOKED_AT = 40
_PIECE = 64 * 1024


def read_delimited(content: bytes) -> Sheet:
    """Read UTF-8 (with or without BOM) or UTF-16 with BOM, parted by comma, semicolon or tab.

    Raises InvalidInput for other encodings: their Vietnamese letters would come out wrong.
    """
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    _check_text(content, encoding)
    # Titles above the table may hold a comma or nothing at all: the rows together tell.
    first = "".join(islice(_text(content, encoding), _LOOKED_AT))
    delimiter = max(",;\t", key=first.count)
    try:
        rows = bounded(csv.reader(_text(content, encoding), delimiter=delimiter))
    except csv.Error as error:
        raise refuse_broken() from error
    if not rows:
        raise refuse_empty()
    return Sheet("CSV", rows)


def _text(content: bytes, encoding: str) -> io.TextIOWrapper:
    """The text a piece at a time."""
    return io.TextIOWrapper(io.BytesIO(content), encoding, newline="")


def _check_text(content: bytes, encoding: str) -> None:
    """Refuse what is no text, or no text in this encoding."""
    text = _text(content, encoding)
    try:
        while piece := text.read(_PIECE):
            if "\0" in piece:
                message = _("Không nhận ra loại tệp. Hãy gửi tệp Excel (.xlsx, .xls), .ods hoặc CSV.")
                raise refuse("file_unknown", message)
    except UnicodeDecodeError as error:
        message = _("Tệp CSV không phải UTF-8, chữ có dấu sẽ hỏng. Hãy lưu thành “CSV UTF-8” hoặc .xlsx.")
        raise refuse("file_not_utf8", message) from error
