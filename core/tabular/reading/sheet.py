"""What every format is read into, and the limits that hold for all of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from core.errors import InvalidInput
from core.tabular.reading.spool import Row, SheetRow, Spool

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 10_000
# Titles, header and signatures stand around the people.
AROUND = 100
MAX_COLUMNS = 60
MAX_BLANK_RUN = 50
# How far from the corner a cell may lie: what parsers set memory aside for.
FURTHEST_ROW = MAX_ROWS + 1000
FURTHEST_COLUMN = 1000


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that holds anything; ``notes`` tell in words what was not taken from it."""

    name: str
    rows: Spool
    notes: list[str] = field(default_factory=list)


def refuse(code: str, message: str) -> InvalidInput:
    """Return the error to raise: of the field ``file``."""
    return InvalidInput(code, message, fields={"file": [message]})


def refuse_broken() -> InvalidInput:
    """The error for a file that no program could open."""
    return refuse("file_broken", _("Tệp hỏng, không mở được. Hãy mở bằng Excel và lưu lại."))


def refuse_far_cell() -> InvalidInput:
    """The error for a cell far outside, for which a parser would set aside all the memory there is."""
    message = _("Trang tính có ô nằm quá xa (quá 10.000 dòng). Hãy xóa các dòng, cột thừa rồi gửi lại.")
    return refuse("file_far_cell", message)


def refuse_bomb() -> InvalidInput:
    """The error for a file that grows when it is opened."""
    return refuse("file_bomb", _("Tệp mở ra quá lớn. Hãy chép danh sách sang một tệp mới rồi gửi lại."))


def refuse_macros() -> InvalidInput:
    """The error for a file with programs in it."""
    return refuse("file_has_macros", _("Tệp có macro. Hãy lưu thành .xlsx (không macro) rồi gửi lại."))


def refuse_locked() -> InvalidInput:
    """The error for a file with a password."""
    return refuse("file_locked", _("Tệp có mật khẩu. Hãy mở bằng Excel, bỏ mật khẩu, lưu lại rồi gửi lại."))


def refuse_empty() -> InvalidInput:
    """The error for a file in which nothing stands."""
    return refuse("file_no_rows", _("Tệp không có dòng nào. Hãy chọn lại tệp danh sách."))


def bounded(rows: Iterator[Row]) -> Spool:
    """Keep the rows that hold anything, with their numbers; stop after a long run of empty ones.

    Raises InvalidInput when there are more than 10,000.
    """
    return Spool(_filled(rows))


def _filled(rows: Iterator[Row]) -> Iterator[SheetRow]:
    kept = blank_run = 0
    for number, cells in enumerate(rows, start=1):
        if any(cells) or any(cell not in ("", None) for cell in cells):  # a nought is something
            blank_run = 0
            kept += 1
            if kept > MAX_ROWS + AROUND:
                raise refuse("too_many_rows", _("Danh sách có hơn 10.000 dòng. Hãy chia thành nhiều tệp."))
            yield SheetRow(number, cells if len(cells) <= MAX_COLUMNS else cells[:MAX_COLUMNS])
        else:
            blank_run += 1
            if kept and blank_run >= MAX_BLANK_RUN:
                break
