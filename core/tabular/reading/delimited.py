"""Text with a delimiter: CSV and the “Unicode text” of Excel."""

import csv
import io
from itertools import islice

from django.utils.translation import gettext as _

from core.tabular.reading.sheet import Sheet, bounded, refuse, refuse_broken, refuse_empty

_LOOKED_AT = 40


def read_delimited(content: bytes) -> Sheet:
    """Read UTF-8 (with or without BOM) or UTF-16 with BOM, parted by comma, semicolon or tab.

    Raises InvalidInput for other encodings: their Vietnamese letters would come out wrong.
    """
    text = _decoded(content)
    if "\0" in text:
        raise refuse("file_unknown", _("Không nhận ra loại tệp. Hãy gửi tệp Excel (.xlsx, .xls), .ods hoặc CSV."))
    # Titles above the table may hold a comma or nothing at all: the rows together tell.
    first = "".join(islice(io.StringIO(text), _LOOKED_AT))
    delimiter = max(",;\t", key=first.count)
    try:
        rows = bounded(iter(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))
    except csv.Error as error:
        raise refuse_broken() from error
    if not rows:
        raise refuse_empty()
    return Sheet("CSV", rows)


def _decoded(content: bytes) -> str:
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        message = _("Tệp CSV không phải UTF-8, chữ có dấu sẽ hỏng. Hãy lưu thành “CSV UTF-8” hoặc .xlsx.")
        raise refuse("file_not_utf8", message) from error
