"""Finding the header of a roster and matching its columns."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.errors import InvalidInput
from core.tabular.reading import Sheet, SheetRow
from core.text import search_key

# Words of a header cell (folded) → our field. The longest match wins.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "ordinal": ("stt", "tt", "so tt", "so thu tu"),
    "full_name": ("ho va ten", "ho ten", "ho va ten hoc vien", "ten hoc vien", "hoc vien", "ho va ten nguoi hoc"),
    "birth": ("ngay sinh", "ngay thang nam sinh", "nam sinh", "sinh ngay", "ngay thang sinh"),
    "sex": ("gioi tinh", "nam nu", "gioi", "phai"),
    "female_mark": ("nu",),
    "personal_id": (
        "so cccd", "cccd", "so dinh danh", "so dinh danh ca nhan", "so can cuoc", "can cuoc", "cmnd", "so cmnd",
        "cccd cmnd", "so cccd cmnd", "so cmnd cccd", "ma dinh danh", "so ddcn",
    ),
    "ethnicity": ("dan toc",),
    "phone": ("dien thoai", "so dien thoai", "sdt", "so dt", "dt"),
    "address": ("dia chi", "noi o", "cho o", "cho o hien nay", "thon", "thon to", "to dan pho"),
    "note": ("ghi chu",),
}  # fmt: skip
_FIELD_OF = {word: field for field, words in SYNONYMS.items() for word in words}
SEARCHED_ROWS = 40
TOGETHER = 2  # a header names at least the person and one more column


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header is and which column holds what (field → column index; titles as written)."""

    row_number: int
    columns: dict[str, int]
    titles: dict[str, str]


def _columns(row: SheetRow) -> tuple[dict[str, int], dict[str, str]]:
    columns: dict[str, int] = {}
    titles: dict[str, str] = {}
    for index, cell in enumerate(row.cells):
        title = str(cell).strip() if cell is not None else ""
        field = _FIELD_OF.get(search_key(title.split("(")[0]))
        if field and field not in columns:
            columns[field], titles[field] = index, title
    return columns, titles


def find_header(sheet: Sheet) -> Header:
    """Return the first row that names the person and at least one other column.

    Raises InvalidInput when no such row is among the first 40.
    """
    for row in sheet.rows[:SEARCHED_ROWS]:
        columns, titles = _columns(row)
        if "full_name" in columns and len(columns) >= TOGETHER:
            return Header(row.number, columns, titles)
    message = _("Không tìm thấy dòng tiêu đề có cột “Họ và tên”. Hãy kiểm tra dòng đầu của bảng danh sách.")
    raise InvalidInput("header_missing", message, fields={"file": [message]})
