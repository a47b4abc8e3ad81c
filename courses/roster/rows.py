"""Reading the people of a roster: pure, every wrong cell reported with its place."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from core.dates import PartialDate, parse_partial_date
from core.errors import RowError
from core.tabular.reading import Sheet, SheetRow
from core.text import clean, mask_number, search_key, split_name
from courses.roster.header import Header
from learners.choices import ETHNICITIES, FOREIGN, UNKNOWN_ETHNICITY, Sex
from learners.identity import read_personal_id, read_phone
from learners.matching import Candidate

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
# Whole words, and "cộng" only alone or before its figure: Công is a family name.
_FOOTER = re.compile(
    r"(?:tong cong|tong so|giam doc|nguoi lap|danh sach (?:nay )?(?:co|gom)|an dinh danh sach|xac nhan)(?: |$)"
    r"|(?:tong|cong)(?: \d.*)?$"
)
_IDENTIFYING = ("birth", "personal_id", "phone", "sex", "female_mark", "ethnicity")
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

    @property
    def candidate(self) -> Candidate:
        """What the matching rule needs."""
        return Candidate(self.full_name, self.birth, self.personal_id, self.phone)


@dataclass(slots=True)
class RosterRows:
    """What was read: people and errors, each with its row number.

    ``unread`` are rows below the total that hold a name and nothing else: most likely who signed, so they are not
    taken, but they are shown, because nobody may be lost silently.
    """

    people: list[RosterPerson] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    unread: list[RowError] = field(default_factory=list)


def text_of(cell: Any) -> str:
    """Return a cell as text; whole floats lose their ``.0`` (calamine reads integers as floats)."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime | dt.date):
        return f"{cell:%d/%m/%Y}"
    return clean(str(cell))[:_LONGEST]


def _cell(row: SheetRow, header: Header, name: str) -> Any:
    index = header.columns.get(name)
    return row.cells[index] if index is not None and index < len(row.cells) else None


def _sums_up(row: SheetRow, header: Header) -> bool:
    """Whether a row sums the list up or is where somebody signs: it says so, and it is about no person.

    A row with its own ordinal number is a person, whatever its words; so is a name with a birth date or a number.
    """
    if text_of(_cell(row, header, "ordinal")).isdigit():
        return False
    keys = [search_key(text) for cell in row.cells if (text := text_of(cell))]
    if len(keys) > _FOOTER_CELLS or not any(_FOOTER.match(key) for key in keys):
        return False
    name = search_key(text_of(_cell(row, header, "full_name")))
    return not name or (bool(_FOOTER.match(name)) and not _is_identified(row, header))


def _is_identified(row: SheetRow, header: Header) -> bool:
    return any(text_of(_cell(row, header, name)) for name in _IDENTIFYING)


def read_rows(sheet: Sheet, header: Header) -> RosterRows:
    """Read every row below the header. A row with any wrong cell is reported whole and not taken."""
    result = RosterRows()
    below_total = False
    for row in sheet.rows:
        if row.number <= header.row_number:
            continue
        if _sums_up(row, header):
            below_total = True
        elif below_total and not text_of(_cell(row, header, "ordinal")) and not _is_identified(row, header):
            if name := text_of(_cell(row, header, "full_name")):
                reason = _("nằm dưới dòng tổng và chỉ có tên: nếu là học viên, hãy ghi thêm ngày sinh rồi gửi lại")
                result.unread.append(RowError(sheet.name, row.number, header.titles["full_name"], name, reason))
        else:
            _read_row(sheet.name, row, header, result)
    _refuse_repeats(sheet.name, header, result)
    return result


def _read_row(sheet_name: str, row: SheetRow, header: Header, result: RosterRows) -> None:
    errors: list[RowError] = []

    def raw(name: str) -> Any:
        return _cell(row, header, name)

    def read(name: str, reader: Callable[[Any], Any], shown: Callable[[str], str] = str) -> Any:
        try:
            return reader(raw(name))
        except ValueError as error:
            column = header.titles.get(name, _("Họ và tên"))
            errors.append(RowError(sheet_name, row.number, column, shown(text_of(raw(name))), str(error)))
            return None

    full_name = read("full_name", _read_name)
    birth = read("birth", parse_cell_date)
    sex = read("sex", _read_sex) if "sex" in header.columns else read("female_mark", _read_female_mark)
    ethnicity = read("ethnicity", _read_ethnicity)
    personal_id = read("personal_id", lambda cell: read_personal_id(text_of(cell)), mask_number)
    phone = read("phone", lambda cell: read_phone(text_of(cell)))
    if errors:
        result.errors.extend(errors)
        return
    address = text_of(raw("address"))
    place = _PLACE.match(address)
    result.people.append(
        RosterPerson(
            row=row.number,
            full_name=full_name,
            birth=birth,
            sex=sex or Sex.UNKNOWN,
            ethnicity=ethnicity or "",
            personal_id=personal_id or "",
            phone=phone or "",
            address=address,
            neighbourhood=clean(place.group(1))[:100] if place else "",
            note=text_of(raw("note")),
        )
    )


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


def parse_cell_date(cell: Any) -> PartialDate | None:
    """Read a birth date cell: a date, text, an Excel serial or a year."""
    return parse_partial_date(cell if isinstance(cell, dt.datetime | dt.date) else text_of(cell))


def _read_sex(cell: Any) -> Sex:
    text = search_key(text_of(cell))
    if not text:
        return Sex.UNKNOWN
    if text not in _SEX:
        raise ValueError(_("giới tính ghi Nam hoặc Nữ"))
    return _SEX[text]


def _read_female_mark(cell: Any) -> Sex:
    return Sex.FEMALE if text_of(cell) else Sex.UNKNOWN


def _read_ethnicity(cell: Any) -> str:
    text = search_key(text_of(cell))
    if text not in _ETHNICITY_BY_NAME and text:
        raise ValueError(_("không có dân tộc này trong danh mục"))
    return _ETHNICITY_BY_NAME.get(text, "")


def _refuse_repeats(sheet_name: str, header: Header, result: RosterRows) -> None:
    """The same identity number, or the same name with the same whole birth date, twice in one file."""
    seen: dict[tuple[str, ...], int] = {}
    kept = []
    for person in result.people:
        keys: list[tuple[str, ...]] = [("id", person.personal_id)] if person.personal_id else []
        if not keys and person.birth and person.birth.exact:
            keys = [("name", person.full_name.casefold(), str(person.birth))]
        first = next((seen[key] for key in keys if key in seen), None)
        if first is None:
            seen.update(dict.fromkeys(keys, person.row))
            kept.append(person)
            continue
        name = "personal_id" if person.personal_id else "full_name"
        value = mask_number(person.personal_id) if person.personal_id else person.full_name
        reason = _("trùng với dòng %(row)s trong tệp") % {"row": first}
        result.errors.append(RowError(sheet_name, person.row, header.titles[name], value, reason))
    result.people = kept
    result.errors.sort(key=lambda error: error.row)
