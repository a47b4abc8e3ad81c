"""Finding the header of a roster and matching its columns (docs/adr/0016)."""

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from core.errors import InvalidInput
from core.tabular.reading import Sheet, SheetRow
from core.text import clean, search_key

# Words of a header cell (folded) → our field.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "ordinal": ("stt", "tt", "so tt", "so thu tu"),
    "full_name": ("ho va ten", "ho ten", "ho va ten hoc vien", "ten hoc vien", "hoc vien", "ho va ten nguoi hoc"),
    "family_middle": ("ho dem", "ho va dem", "ho va ten dem", "ho ten dem", "ho lot", "ho va chu dem", "ho chu dem"),
    "given_name": ("ten", "ten goi"),
    "birth": ("ngay sinh", "ngay thang nam sinh", "nam sinh", "sinh ngay", "ngay thang sinh"),
    "birth_day": ("ngay",),
    "birth_month": ("thang",),
    "birth_year": ("nam",),
    "sex": ("gioi tinh", "nam nu", "gioi", "phai"),
    "female_mark": ("nu",),
    "personal_id": (
        "so cccd", "cccd", "so dinh danh", "so dinh danh ca nhan", "so can cuoc", "can cuoc", "cmnd", "so cmnd",
        "cccd cmnd", "cmnd cccd", "so cccd cmnd", "so cmnd cccd", "ma dinh danh", "so ddcn",
    ),
    "ethnicity": ("dan toc",),
    "phone": ("dien thoai", "so dien thoai", "sdt", "so dt", "dt"),
    "address": (
        "dia chi", "noi o", "cho o", "cho o hien nay", "thon", "thon to", "to dan pho", "dia chi so nha ten duong to",
    ),
    "level": ("bac tot nghiep", "bac tn", "trinh do", "trinh do hoc van", "trinh do van hoa"),
    "literacy_now": ("dang hoc lop", "xmc dang hoc lop"),
    "literacy_done": ("hoan thanh lop", "da hoan thanh lop", "xmc hoan thanh lop"),
    "relapsed": ("tai mu chu", "tai mu", "tai mu chu muc", "tai mu chu muc do"),
    "disabled": ("khuyet tat",),
    # Somebody else's name: recognised, so that it can be said that it is not kept.
    "household": ("chu ho", "ho ten chu ho", "ho va ten chu ho"),
    "note": ("ghi chu",),
}  # fmt: skip
_FIELD_OF = {word: name for name, words in SYNONYMS.items() for word in words}
# What the surveys also ask of general education: only the columns under this heading are about literacy.
_LITERACY = ("literacy_now", "literacy_done")
_LITERACY_GROUPS = ("xmc", "xoa mu chu")
_BIRTH_PARTS = ("birth_day", "birth_month", "birth_year")
SEARCHED_ROWS = 40
TOGETHER = 2  # a header names at least the person and one more column


Title = tuple[str, str]
# What a column can be said to be, in the order people are asked.
FIELDS = (
    "ordinal", "full_name", "family_middle", "given_name", "birth", "birth_day", "birth_month", "birth_year", "sex",
    "female_mark", "male_mark", "personal_id", "ethnicity", "phone", "address", "level", "literacy_now",
    "literacy_done", "relapsed", "disabled", "note",
)  # fmt: skip


def fingerprint_of(titles: Sequence[Title]) -> str:
    """Return 64 hex digits for the titles of a header, whatever their tones, case and spaces."""
    keys = [f"{search_key(group)}/{search_key(title)}" for group, title in titles]
    while keys and keys[-1] == "/":
        keys.pop()
    return hashlib.sha256("\n".join(keys).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header is and which column holds what (field → column index; titles as written).

    ``row_number`` is its last row, ``height`` how many rows it has (1 or 2). Of names and dates in parts, ``titles``
    speaks as of one column too.
    """

    row_number: int
    columns: dict[str, int]
    titles: dict[str, str]
    # Group and title of every column, column by column; empty where nothing stands.
    all_titles: list[Title] = field(default_factory=list)
    # Whether somebody of the centre said what the columns mean.
    remembered: bool = False
    height: int = 1

    @property
    def first_row(self) -> int:
        """Where it begins."""
        return self.row_number - self.height + 1

    @property
    def fingerprint(self) -> str:
        """What two sheets of one layout have in common."""
        return fingerprint_of(self.all_titles)


def _text(cell: Any) -> str:
    return clean(str(cell)) if cell not in (None, "") else ""


def _one_row(row: SheetRow) -> list[Title]:
    """Group and title of each column, of a header in one row."""
    return [("", _text(cell)) for cell in row.cells]


def _two_rows(upper: SheetRow, lower: SheetRow) -> list[Title]:
    """Group and title of each column, of a header in two rows: cells above are merged over what stands below them."""
    found: list[Title] = []
    group = ""
    width = max(len(upper.cells), len(lower.cells))
    above = [_text(cell) for cell in upper.cells] + [""] * (width - len(upper.cells))
    below = [_text(cell) for cell in lower.cells] + [""] * (width - len(lower.cells))
    for over, under in zip(above, below, strict=True):
        group = over or (group if under else "")
        found.append((group, under) if under else ("", over))
    return found


def _is_title(upper: SheetRow, lower: SheetRow) -> bool:
    """Whether the upper row is the name of the list and no row of groups: one cell, with a heading right below it."""
    filled = [place for place, cell in enumerate(upper.cells) if _text(cell)]
    return len(filled) == 1 and filled[0] < len(lower.cells) and bool(_text(lower.cells[filled[0]]))


def match_columns(titles: Sequence[Title]) -> tuple[dict[str, int], dict[str, str]]:
    """Return field → column and field → title for the titles of a header, each with the group it stands under.

    The first column of a kind counts. “Nam” and “Năm” fold to one word: what tells them apart is the tone mark, and
    in a header without tones whether men and women or day and month stand beside it.
    """
    columns: dict[str, int] = {}
    names: dict[str, str] = {}
    for index, (group, title) in enumerate(titles):
        name = _FIELD_OF.get(search_key(title.split("(")[0]))
        if name in _LITERACY and group and not any(word in search_key(group) for word in _LITERACY_GROUPS):
            continue
        if name == "birth_year" and unicodedata.normalize("NFC", title).casefold() == "nam":
            name = "male_mark"
        if name in _BIRTH_PARTS and "birth" in columns:
            continue  # the year somebody finished or left school
        if name and name not in columns:
            columns[name], names[name] = index, title
    _in_parts(columns, names)
    return columns, names


def _in_parts(columns: dict[str, int], names: dict[str, str]) -> None:
    """Make sense of columns that mean something only together."""

    def rename(old: str, new: str) -> None:
        columns[new], names[new] = columns.pop(old), names.pop(old)

    if "birth_month" in columns and "birth_year" not in columns:
        if "birth" in columns:  # Ngày | Tháng | Năm sinh
            rename("birth", "birth_year")
        elif "male_mark" in columns:
            rename("male_mark", "birth_year")
    if "birth_year" in columns and not {"birth_month", "birth"} & columns.keys():
        rename("birth_year", "birth")
    if "birth" in columns or "birth_year" not in columns:
        for part in ("birth_day", "birth_month", "birth_year"):
            columns.pop(part, None)
            names.pop(part, None)
    if "full_name" not in columns and "given_name" in columns and "family_middle" not in columns:
        rename("given_name", "full_name")
    if "full_name" in columns:
        for part in ("family_middle", "given_name"):
            columns.pop(part, None)
            names.pop(part, None)
    name_the_whole(names)


def name_the_whole(names: dict[str, str]) -> None:
    """Speak of a name and a birth date in parts as of one column too."""
    if "full_name" not in names and "given_name" in names:
        names["full_name"] = f"{names.get('family_middle', '')} + {names['given_name']}"
    if "birth" not in names and "birth_year" in names:
        parts = [names[part] for part in ("birth_day", "birth_month", "birth_year") if part in names]
        names["birth"] = " / ".join(parts)


def names_somebody(columns: dict[str, int]) -> bool:
    """Whether a header tells people apart: it names the person and at least one other column."""
    person = "full_name" in columns or {"family_middle", "given_name"} <= columns.keys()
    return person and len(columns) >= TOGETHER + ("full_name" not in columns)


def _candidates(sheet: Sheet) -> Iterator[list[tuple[int, int, list[Title]]]]:
    """Yield for each of the first rows what would be the header: that row, and that row with the one below it.

    Each as its last row, its height and its titles.
    """
    rows = sheet.rows[:SEARCHED_ROWS]
    for place, row in enumerate(rows):
        found = [(row.number, 1, _one_row(row))]
        if place + 1 < len(rows) and rows[place + 1].number == row.number + 1 and not _is_title(row, rows[place + 1]):
            found.append((rows[place + 1].number, 2, _two_rows(row, rows[place + 1])))
        yield found


def header_of(sheet: Sheet, remembered: Mapping[str, Mapping[str, int]]) -> Header:
    """Return the header: as somebody said before (fingerprint → field → column), else the first that is understood.

    Raises InvalidInput when there is none among the first 40 rows.
    """
    if remembered:
        for found in _candidates(sheet):
            for number, height, titles in found:
                if columns := remembered.get(fingerprint_of(titles)):
                    return told_header(number, height, titles, columns)
    return find_header(sheet)


def told_header(number: int, height: int, titles: list[Title], columns: Mapping[str, int]) -> Header:
    """The header as people said it is."""
    names = {name: titles[at][1] for name, at in columns.items() if at < len(titles)}
    name_the_whole(names)
    return Header(number, dict(columns), names, titles, remembered=True, height=height)


def titles_at(sheet: Sheet, number: int, height: int = 1) -> list[Title]:
    """The titles of a header of one row or two that somebody points at, beginning in one of the first 40 rows.

    Raises InvalidInput when nothing stands there.
    """
    rows = {row.number: row for row in sheet.rows[: SEARCHED_ROWS + 1]}
    for wanted in range(number, number + height):
        if wanted not in rows:
            message = _("Dòng %(n)s không có gì. Hãy chọn dòng có tên các cột.") % {"n": wanted}
            raise InvalidInput("header_row_empty", message, fields={"header": [message]})
    return _two_rows(rows[number], rows[number + 1]) if height == 2 else _one_row(rows[number])


def find_header(sheet: Sheet) -> Header:
    """Return the first header, of one row or of two, that names the person and at least one other column.

    Raises InvalidInput when there is none among the first 40 rows.
    """
    for found in _candidates(sheet):
        best: Header | None = None
        for number, height, titles in found:
            columns, names = match_columns(titles)
            if names_somebody(columns) and (best is None or len(columns) > len(best.columns)):
                best = Header(number, columns, names, titles, height=height)
        if best:
            return best
    message = _("Không tìm thấy dòng tiêu đề có cột “Họ và tên”. Hãy kiểm tra dòng đầu của bảng danh sách.")
    raise InvalidInput("header_missing", message, fields={"file": [message]})
