"""Reading the people of a roster: pure, every wrong cell reported with its place.

A page of rows at a time, so that memory does not grow with them; within the page column by column, and each value that
occurs only once: lists repeat villages, dates and peoples a great deal, and ten thousand rows are to be read within a
moment (bench roster_import).
"""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import batched, zip_longest
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.dates import PartialDate
from core.errors import RowError
from core.tabular.reading import Sheet, SheetRow
from core.text import mask_number, search_key
from courses.roster.cells import (
    mark_reader,
    parse_cell_date,
    place_in,
    read_ethnicity,
    read_name,
    read_name_parts,
    read_parts,
    read_schooling,
    read_sex,
    text_of,
)
from courses.roster.header import Header
from learners.choices import Sex
from learners.identity import read_personal_id, read_phone
from learners.schooling import Schooling

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
_MARKS = ("male_mark", "female_mark")
_SCHOOLING = ("level", "literacy_now", "literacy_done", "relapsed", "disabled")
# So many rows are read, compared and written together: about 6 MB.
PAGE = 2500


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


class _Body:
    """The cells below the header, column by column."""

    def __init__(self, rows: Sequence[SheetRow], header: Header) -> None:
        self.rows = rows
        self.header = header
        # Rows can differ in length: what is missing is None.
        self._columns = list(zip_longest(*(row.cells for row in rows)))

    def cells(self, name: str) -> Sequence[Any]:
        """The cells of a field, None where the column or the cell is missing."""
        index = self.header.columns.get(name)
        if index is None or index >= len(self._columns):
            return [None] * len(self.rows)
        return self._columns[index]

    def read(self, name: str, reader: Callable[[Any], Any]) -> list[Any]:
        """What the cells of a field say, ``_Wrong`` where they cannot be taken."""
        return _each_once(self.cells(name), reader)

    def read_together(self, names: Iterable[str], reader: Callable[[Any], Any]) -> list[Any]:
        """What the cells of several fields say together."""
        return _each_once(list(zip(*(self.cells(name) for name in names), strict=True)), reader)


def _each_once[T: Hashable](cells: Sequence[T], reader: Callable[[T], Any]) -> list[Any]:
    known: dict[T, Any] = {}
    for cell in set(cells):
        try:
            known[cell] = reader(cell)
        except ValueError as error:
            known[cell] = _Wrong(str(error))
    return [known[cell] for cell in cells]


def _people_rows(sheet: Sheet, header: Header) -> Iterator[tuple[list[SheetRow], list[RowError]]]:
    """Yield the rows of people, a page at a time, and who is not taken: below the total with nothing but a name.

    Without what sums the list up, and without who signs below it.
    """
    columns = header.columns
    ordinal = columns.get("ordinal")
    names = [columns[name] for name in _NAMES if name in columns]
    identifying = [columns[name] for name in _IDENTIFYING if name in columns]

    def filled(row: SheetRow, places: list[int]) -> list[str]:
        return [text for place in places if place < len(row.cells) and (text := text_of(row.cells[place]))]

    begun = below_total = False
    for page in batched(sheet.rows, PAGE):
        kept: list[SheetRow] = []
        unread: list[RowError] = []
        for row in page:
            if row.number <= header.row_number:
                continue
            first = row.cells[ordinal] if ordinal is not None and ordinal < len(row.cells) else None
            if (type(first) is float and first >= 0 and first.is_integer()) or (
                first not in (None, "") and text_of(first).isdigit()
            ):
                # A row with its own number is a person, whatever its words; unless all columns are numbered here.
                if begun or not _is_numbering(row):
                    kept.append(row)
            elif _sums_up(row, filled(row, names), bool(filled(row, identifying))):
                below_total = True
            elif below_total and not filled(row, identifying):
                if name := " ".join(filled(row, names)):
                    reason = _("nằm dưới dòng tổng và chỉ có tên: nếu là học viên, hãy ghi thêm ngày sinh rồi gửi lại")
                    unread.append(RowError(sheet.name, row.number, header.titles["full_name"], name, reason))
            elif begun or not _is_numbering(row):
                kept.append(row)
            begun = begun or bool(kept)
        yield kept, unread


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


def read_rows(sheet: Sheet, header: Header) -> Iterator[RosterRows]:
    """Yield what stands below the header, a page of rows at a time.

    A row with any wrong cell is reported whole and not taken.
    """
    marked = _marked(sheet, header)
    seen: dict[object, int] = {}
    for rows, unread in _people_rows(sheet, header):
        result = RosterRows(unread=unread)
        _read_page(sheet.name, _Body(rows, header), marked, result)
        _refuse_repeats(sheet.name, header, result, seen)
        yield result


def _marked(sheet: Sheet, header: Header) -> list[bool]:
    """Whether anybody at all has a cross under “Nam”, and under “Nữ”: what an empty cell says depends on it."""
    places = [header.columns.get(name) for name in _MARKS]
    found = [False for _place in places]
    if "sex" in header.columns or not any(place is not None for place in places):
        return found
    for rows, _unread in _people_rows(sheet, header):
        for at, place in enumerate(places):
            if place is not None and not found[at]:
                found[at] = any(place < len(row.cells) and row.cells[place] not in (None, "") for row in rows)
    return found


def _read_page(sheet_name: str, body: _Body, marked: list[bool], result: RosterRows) -> None:
    columns = body.header.columns
    name = (
        body.read("full_name", read_name)
        if "full_name" in columns
        else body.read_together(_NAMES[1:], read_name_parts)
    )  # fmt: skip
    today = timezone.localdate()
    birth = (
        body.read("birth", partial(parse_cell_date, today=today))
        if "birth_year" not in columns
        else body.read_together(_BIRTH, partial(read_parts, today=today))
    )
    sex = (
        body.read("sex", read_sex) if "sex" in columns else body.read_together(_MARKS, mark_reader(*marked))
    )  # fmt: skip
    fields = {
        "full_name": name,
        "birth": birth,
        "sex" if "sex" in columns else "female_mark": sex,
        "ethnicity": body.read("ethnicity", read_ethnicity),
        "personal_id": body.read("personal_id", lambda cell: read_personal_id(text_of(cell))),
        "phone": body.read("phone", lambda cell: read_phone(text_of(cell))),
    }
    if any(part in columns for part in _SCHOOLING):
        fields["literacy_done"] = body.read_together(_SCHOOLING, read_schooling)
    schooling = fields.get("literacy_done", [None] * len(body.rows))
    wrong = _report(sheet_name, body, fields, result)
    address = body.read("address", lambda cell: (text_of(cell), place_in(text_of(cell))))
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


def _refuse_repeats(sheet_name: str, header: Header, result: RosterRows, seen: dict[object, int]) -> None:
    """The same identity number, or the same name with the same whole birth date, twice in one file.

    ``seen`` is what earlier pages brought: a key and the number of its row.
    """
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
