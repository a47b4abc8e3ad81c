"""What single cells of a roster say; ValueError with the reason where they cannot be taken."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from core.dates import PartialDate, parse_partial_date
from core.text import clean, proper_name, search_key
from learners.choices import ETHNICITIES, FOREIGN, UNKNOWN_ETHNICITY, SchoolLevel, Sex
from learners.schooling import LITERACY_CLASSES, Schooling

_ETHNICITY_BY_NAME = {search_key(name): code for code, name in ETHNICITIES if isinstance(name, str)}
# Files are written in Vietnamese, whoever reads them in.
_ETHNICITY_BY_NAME |= {search_key("Người nước ngoài"): FOREIGN, search_key("Không rõ"): UNKNOWN_ETHNICITY}
_SEX = {
    "nu": Sex.FEMALE,
    "nam": Sex.MALE,
    "x": Sex.FEMALE,
    "gai": Sex.FEMALE,
    "trai": Sex.MALE,
    "f": Sex.FEMALE,
    "m": Sex.MALE,
}
_LEVELS = {
    "": "",
    "khong": SchoolLevel.NONE,
    "mn": SchoolLevel.NONE,
    "th": SchoolLevel.PRIMARY,
    "tieu hoc": SchoolLevel.PRIMARY,
    "thcs": SchoolLevel.LOWER_SECONDARY,
    "trung hoc co so": SchoolLevel.LOWER_SECONDARY,
    "thpt": SchoolLevel.UPPER_SECONDARY,
    "trung hoc pho thong": SchoolLevel.UPPER_SECONDARY,
    "tc": SchoolLevel.ABOVE,
    "tccn": SchoolLevel.ABOVE,
    "trung cap": SchoolLevel.ABOVE,
    "cd": SchoolLevel.ABOVE,
    "cao dang": SchoolLevel.ABOVE,
    "dh": SchoolLevel.ABOVE,
    "dai hoc": SchoolLevel.ABOVE,
    "sau dh": SchoolLevel.ABOVE,
    "sau dai hoc": SchoolLevel.ABOVE,
}
_PLACE = re.compile(r"^\s*((?:thôn|xóm|tổ dân phố|tổ|tdp|khu|bản|làng|ngõ)\s+[^,;]+)", re.IGNORECASE)
_LONGEST = 200


def text_of(cell: Any) -> str:
    """Return a cell as text; whole floats lose their ``.0`` (calamine reads integers as floats)."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, str):
        if cell.isascii() and cell.isalnum():  # most numbers: nothing to clean
            return cell[:_LONGEST]
        return clean(cell)[:_LONGEST]
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime | dt.date):
        return f"{cell:%d/%m/%Y}"
    return clean(str(cell))[:_LONGEST]


def read_name(cell: Any) -> str:
    text = text_of(cell)
    if not text:
        raise ValueError(_("thiếu họ và tên"))
    if len(text) > 100 or (not text.replace(" ", "").isalpha() and any(letter.isdigit() for letter in text)):
        raise ValueError(_("họ và tên không được có chữ số và không dài quá 100 chữ"))
    try:
        return proper_name(text)
    except ValueError as error:
        raise ValueError(_("họ và tên phải viết bằng chữ")) from error


def read_name_parts(cells: tuple[Any, Any]) -> str:
    """Family and middle name in one cell, given name in the other."""
    family, given = text_of(cells[0]), text_of(cells[1])
    if family and not given:
        raise ValueError(_("thiếu tên (chỉ có họ đệm)"))
    if given.isupper() != family.isupper():  # one of the two in capitals
        family = family.title() if family.isupper() else family
        given = given.title() if given.isupper() and len(given) > 1 else given
    return read_name(f"{family} {given}".strip())


def parse_cell_date(cell: Any, today: dt.date | None = None) -> PartialDate | None:
    """Read a birth date cell: a date, text, an Excel serial or a year."""
    return parse_partial_date(cell if isinstance(cell, dt.date) else text_of(cell), today=today)


def read_parts(cells: tuple[Any, Any, Any], today: dt.date | None = None) -> PartialDate | None:
    """Day, month and year in cells of their own; the year alone is normal, and may be a whole date after all."""
    day, month, year = (text_of(cell) for cell in cells)
    if not (day or month):
        return parse_cell_date(cells[2], today)
    if not year:
        raise ValueError(_("thiếu năm sinh"))
    if day and not month:
        raise ValueError(_("có ngày sinh nhưng thiếu tháng"))
    return parse_partial_date("/".join(part for part in (day, month, year) if part), today=today)


def read_sex(cell: Any) -> Sex:
    text = search_key(text_of(cell))
    if not text:
        return Sex.UNKNOWN
    if text not in _SEX:
        raise ValueError(_("giới tính ghi Nam hoặc Nữ"))
    return _SEX[text]


def mark_reader(men_marked: bool, women_marked: bool) -> Callable[[tuple[Any, Any]], Sex]:
    """How crosses under “Nam” and “Nữ” are read.

    Where only women are marked, and some are, whoever has no mark is a man; a column without any mark says nothing.
    """

    def read(cells: tuple[Any, Any]) -> Sex:
        man, woman = (text_of(cell) not in ("", "0") for cell in cells)
        if man and woman:
            raise ValueError(_("đánh dấu cả Nam và Nữ"))
        if man or woman:
            return Sex.MALE if man else Sex.FEMALE
        if men_marked == women_marked:
            return Sex.UNKNOWN
        return Sex.MALE if women_marked else Sex.FEMALE

    return read


def read_ethnicity(cell: Any) -> str:
    text = search_key(text_of(cell))
    if text not in _ETHNICITY_BY_NAME and text:
        raise ValueError(_("không có dân tộc này trong danh mục"))
    return _ETHNICITY_BY_NAME.get(text, "")


def place_in(address: str) -> str:
    place = _PLACE.match(address)
    return clean(place.group(1))[:100] if place else ""


def read_schooling(cells: tuple[Any, ...]) -> Schooling | None:
    """Level, literacy class being attended and completed (0 to 5), fallen back, disabled; None when nothing is said."""
    level, now, done, relapsed, disabled = (text_of(cell) for cell in cells)
    if not any((level, now, done, relapsed, disabled)):
        return None
    if search_key(level) not in _LEVELS:
        raise ValueError(_("bậc tốt nghiệp ghi TH, THCS, THPT hoặc cao hơn"))
    return Schooling(
        level=_LEVELS[search_key(level)],
        class_now=_read_class(now),
        class_done=_read_class(done),
        relapsed=relapsed not in ("", "0"),
        disabled=disabled not in ("", "0"),
    )


def _read_class(text: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or int(text) not in LITERACY_CLASSES:
        raise ValueError(_("lớp xóa mù chữ ghi từ 0 đến 5"))
    return int(text)
