"""Reading the people of a roster: pure, every wrong cell reported with its place.

Column by column, and each value that occurs only once: lists repeat villages, dates and peoples a great deal, and ten
thousand rows are to be read within a moment (bench roster_import).
"""

import datetime as dt
import re
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from core.dates import PartialDate, parse_partial_date
from core.errors import RowError
from core.tabular.reading import Sheet, SheetRow
from core.text import clean, mask_number, search_key, split_name
from courses.roster.header import Header
from learners.choices import ETHNICITIES, FOREIGN, UNKNOWN_ETHNICITY, SchoolLevel, Sex
from learners.identity import read_personal_id, read_phone
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
# Whole words, and "cộng" only alone or before its figure: Công is a family name.
_FOOTER = re.compile(
    r"(?:tong cong|tong so|giam doc|nguoi lap|danh sach (?:nay )?(?:co|gom)|an dinh danh sach|xac nhan)(?: |$)"
    r"|(?:tong|cong)(?: \d.*)?$"
)
# A row of column numbers under the header: (1), (2) … or A, B, 1, 2 …
_NUMBERING = re.compile(r"\(?(?:\d{1,2}|[A-Za-z])\)?")
_NAMES = ("full_name", "family_middle", "given_name")
_BIRTH = ("birth_day", "birth_month", "birth_year")
_IDENTIFYING = ("birth", *_BIRTH, "personal_id", "phone", "sex", "female_mark", "male_mark", "ethnicity")
_FOOTER_CELLS = 3
_PLACE = re.compile(r"^\s*((?:thôn|xóm|tổ dân phố|tổ|tdp|khu|bản|làng|ngõ)\s+[^,;]+)", re.IGNORECASE)
_LONGEST = 200


@dataclass(slots=True)
class RosterPerson:
    """One readable row."""

    row: int
    full_name: str
    birth: PartialDate | None = None
    sex: Sex = Sex.UNKNOWN
    ethnicity: str = ""
    personal_id: str = ""
    phone: str = ""
    address: str = ""
    neighbourhood: str = ""
    note: str = ""
    schooling: Schooling | None = None


@dataclass(slots=True)
class RosterRows:
    """What was read: people and errors, each with its row number.

    ``unread`` are rows below the total that hold a name and nothing else: most likely who signed, so they are not
    taken, but they are shown, because nobody may be lost silently.
    """

    people: list[RosterPerson] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    unread: list[RowError] = field(default_factory=list)


@dataclass(slots=True)
class _Wrong:
    """A cell that cannot be taken, and why."""

    reason: str


def text_of(cell: Any) -> str:
    """Return a cell as text; whole floats lose their ``.0`` (calamine reads integers as floats)."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, str):
        return clean(cell)[:_LONGEST]
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime | dt.date):
        return f"{cell:%d/%m/%Y}"
    return clean(str(cell))[:_LONGEST]


class _Body:
    """The cells below the header, column by column."""

    def __init__(self, rows: list[SheetRow], header: Header) -> None:
        self.rows = rows
        self.header = header

    def cells(self, name: str) -> list[Any]:
        """The cells of a field, None where the column or the cell is missing."""
        index = self.header.columns.get(name)
        if index is None:
            return [None] * len(self.rows)
        return [row.cells[index] if index < len(row.cells) else None for row in self.rows]

    def read(self, name: str, reader: Callable[[Any], Any]) -> list[Any]:
        """What the cells of a field say, ``_Wrong`` where they cannot be taken."""
        return _each_once(self.cells(name), reader)

    def read_together(self, names: Iterable[str], reader: Callable[[Any], Any]) -> list[Any]:
        """What the cells of several fields say together."""
        return _each_once(list(zip(*(self.cells(name) for name in names), strict=True)), reader)


def _each_once[T: Hashable](cells: list[T], reader: Callable[[T], Any]) -> list[Any]:
    known: dict[T, Any] = {}
    for cell in set(cells):
        try:
            known[cell] = reader(cell)
        except ValueError as error:
            known[cell] = _Wrong(str(error))
    return [known[cell] for cell in cells]


def _people_rows(sheet: Sheet, header: Header, result: RosterRows) -> list[SheetRow]:
    """The rows of people: without what sums the list up, and without who signs below it."""
    columns = header.columns
    ordinal = columns.get("ordinal")
    names = [columns[name] for name in _NAMES if name in columns]
    identifying = [columns[name] for name in _IDENTIFYING if name in columns]

    def filled(row: SheetRow, places: list[int]) -> list[str]:
        return [text for place in places if place < len(row.cells) and (text := text_of(row.cells[place]))]

    kept: list[SheetRow] = []
    below_total = False
    for row in sheet.rows:
        if row.number <= header.row_number:
            continue
        first = row.cells[ordinal] if ordinal is not None and ordinal < len(row.cells) else None
        if first not in (None, "") and text_of(first).isdigit():
            # A row with its own number is a person, whatever its words; unless all columns are numbered here.
            if kept or not _is_numbering(row):
                kept.append(row)
        elif _sums_up(row, filled(row, names), bool(filled(row, identifying))):
            below_total = True
        elif below_total and not filled(row, identifying):
            if name := " ".join(filled(row, names)):
                reason = _("nằm dưới dòng tổng và chỉ có tên: nếu là học viên, hãy ghi thêm ngày sinh rồi gửi lại")
                result.unread.append(RowError(sheet.name, row.number, header.titles["full_name"], name, reason))
        elif kept or not _is_numbering(row):
            kept.append(row)
    return kept


def _is_numbering(row: SheetRow) -> bool:
    texts = [text for cell in row.cells if (text := text_of(cell))]
    return len(texts) > 1 and all(_NUMBERING.fullmatch(text) for text in texts)


def _sums_up(row: SheetRow, names: list[str], identified: bool) -> bool:
    """Whether a row sums the list up or is where somebody signs: it says so, and it is about no person.

    A name with a birth date or a number is a person.
    """
    texts = [cell for cell in row.cells if cell not in (None, "")]
    if len(texts) > _FOOTER_CELLS:
        return False
    keys = [search_key(text_of(cell)) for cell in texts]
    if not any(_FOOTER.match(key) for key in keys):
        return False
    return not names or (bool(_FOOTER.match(search_key(names[0]))) and not identified)


def read_rows(sheet: Sheet, header: Header) -> RosterRows:
    """Read every row below the header. A row with any wrong cell is reported whole and not taken."""
    result = RosterRows()
    columns = header.columns
    body = _Body(_people_rows(sheet, header, result), header)
    whole = "full_name" in columns
    name = body.read("full_name", _read_name) if whole else body.read_together(_NAMES[1:], _read_name_parts)
    birth = (
        body.read("birth", parse_cell_date) if "birth_year" not in columns else body.read_together(_BIRTH, _read_parts)
    )
    if "sex" in columns:
        sex = body.read("sex", _read_sex)
    else:
        marks = [set(body.cells(mark)) - {None, ""} for mark in ("male_mark", "female_mark")]
        sex = body.read_together(("male_mark", "female_mark"), _mark_reader(*map(bool, marks)))
    fields = {
        "full_name": name,
        "birth": birth,
        "sex" if "sex" in columns else "female_mark": sex,
        "ethnicity": body.read("ethnicity", _read_ethnicity),
        "personal_id": body.read("personal_id", lambda cell: read_personal_id(text_of(cell))),
        "phone": body.read("phone", lambda cell: read_phone(text_of(cell))),
    }
    parts = ("level", "literacy_now", "literacy_done", "relapsed", "disabled")
    if any(part in columns for part in parts):
        fields["literacy_done"] = body.read_together(parts, _read_schooling)
    schooling = fields.get("literacy_done", [None] * len(body.rows))
    wrong = _report(sheet.name, body, fields, result)
    address = body.read("address", lambda cell: (text_of(cell), _place_in(text_of(cell))))
    note = body.read("note", text_of)
    people = zip(
        body.rows, name, birth, sex, fields["ethnicity"], fields["personal_id"], fields["phone"], address, note,
        schooling, strict=True,
    )  # fmt: skip
    result.people = [
        RosterPerson(row.number, full, day, gender, ethnicity, number, phone, place[0], place[1], words, schooled)
        for at, (row, full, day, gender, ethnicity, number, phone, place, words, schooled) in enumerate(people)
        if at not in wrong
    ]
    _refuse_repeats(sheet.name, header, result)
    return result


def _report(sheet_name: str, body: _Body, fields: dict[str, list[Any]], result: RosterRows) -> set[int]:
    """Write down every wrong cell, row by row; return the places of the rows with any."""
    found = [
        (at, name, value) for name, values in fields.items() for at, value in enumerate(values) if type(value) is _Wrong
    ]
    titles = body.header.titles
    for at, name, value in sorted(found, key=lambda entry: entry[0]):
        column = titles.get(name) or _("Họ và tên")
        shown = _shown(body, at, name)
        if name == "personal_id":
            shown = mask_number(shown)
        result.errors.append(RowError(sheet_name, body.rows[at].number, column, shown, value.reason))
    return {at for at, _name, _value in found}


def _shown(body: _Body, at: int, name: str) -> str:
    """What stands in the cell, or in the cells that make the field up."""
    parts = {"full_name": _NAMES, "birth": ("birth", *_BIRTH)}.get(name, (name,))
    cells = body.rows[at].cells
    places = (body.header.columns.get(part) for part in parts)
    return " ".join(text for at in places if at is not None and at < len(cells) and (text := text_of(cells[at])))


def _read_name(cell: Any) -> str:
    text = text_of(cell)
    if not text:
        raise ValueError(_("thiếu họ và tên"))
    if len(text) > 100 or any(letter.isdigit() for letter in text):
        raise ValueError(_("họ và tên không được có chữ số và không dài quá 100 chữ"))
    try:
        return split_name(text).full
    except ValueError as error:
        raise ValueError(_("họ và tên phải viết bằng chữ")) from error


def _read_name_parts(cells: tuple[Any, Any]) -> str:
    """Family and middle name in one cell, given name in the other."""
    family, given = text_of(cells[0]), text_of(cells[1])
    if family and not given:
        raise ValueError(_("thiếu tên (chỉ có họ đệm)"))
    if given.isupper() != family.isupper():  # one of the two in capitals
        family = family.title() if family.isupper() else family
        given = given.title() if given.isupper() and len(given) > 1 else given
    return _read_name(f"{family} {given}".strip())


def parse_cell_date(cell: Any) -> PartialDate | None:
    """Read a birth date cell: a date, text, an Excel serial or a year."""
    return parse_partial_date(cell if isinstance(cell, dt.datetime | dt.date) else text_of(cell))


def _read_parts(cells: tuple[Any, Any, Any]) -> PartialDate | None:
    """Day, month and year in cells of their own; the year alone is normal, and may be a whole date after all."""
    day, month, year = (text_of(cell) for cell in cells)
    if not (day or month):
        return parse_cell_date(cells[2])
    if not year:
        raise ValueError(_("thiếu năm sinh"))
    if day and not month:
        raise ValueError(_("có ngày sinh nhưng thiếu tháng"))
    return parse_partial_date("/".join(part for part in (day, month, year) if part))


def _read_sex(cell: Any) -> Sex:
    text = search_key(text_of(cell))
    if not text:
        return Sex.UNKNOWN
    if text not in _SEX:
        raise ValueError(_("giới tính ghi Nam hoặc Nữ"))
    return _SEX[text]


def _mark_reader(men_marked: bool, women_marked: bool) -> Callable[[tuple[Any, Any]], Sex]:
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


def _read_ethnicity(cell: Any) -> str:
    text = search_key(text_of(cell))
    if text not in _ETHNICITY_BY_NAME and text:
        raise ValueError(_("không có dân tộc này trong danh mục"))
    return _ETHNICITY_BY_NAME.get(text, "")


def _place_in(address: str) -> str:
    place = _PLACE.match(address)
    return clean(place.group(1))[:100] if place else ""


def _read_schooling(cells: tuple[Any, ...]) -> Schooling | None:
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


def _refuse_repeats(sheet_name: str, header: Header, result: RosterRows) -> None:
    """The same identity number, or the same name with the same whole birth date, twice in one file."""
    seen: dict[object, int] = {}
    kept = []
    for person in result.people:
        key: object = person.personal_id
        if not key and person.birth and person.birth.day:
            key = (person.full_name.casefold(), person.birth)
        first = seen.setdefault(key, person.row) if key else person.row
        if first == person.row:
            kept.append(person)
            continue
        name = "personal_id" if person.personal_id else "full_name"
        value = mask_number(person.personal_id) if person.personal_id else person.full_name
        reason = _("trùng với dòng %(row)s trong tệp") % {"row": first}
        result.errors.append(RowError(sheet_name, person.row, header.titles[name], value, reason))
    result.people = kept
    result.errors.sort(key=lambda error: error.row)
