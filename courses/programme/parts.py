"""The literacy programme of Circular 33/2021/TT-BGDĐT, to be loaded as data.

Periods of the phases, terms and subjects are the circular's (reference on the domain, part 1: extracts seen, not the
whole text). How the periods spread over terms and subjects was not found and is therefore not here.
"""

from dataclasses import dataclass

SOURCE = "Thông tư 33/2021/TT-BGDĐT"


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject; ``only_term`` when it belongs to one term of its phase."""

    code: str
    name: str
    name_en: str
    only_term: int | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase: its number, periods, terms and subjects in order."""

    number: int
    periods: int
    terms: tuple[int, ...]
    subjects: tuple[Subject, ...]


LITERACY: tuple[Phase, ...] = (
    Phase(
        1,
        1005,
        (1, 2, 3),
        (
            Subject("tieng_viet", "Tiếng Việt", "Vietnamese"),
            Subject("toan", "Toán", "Mathematics"),
            Subject("tu_nhien_xa_hoi", "Tự nhiên và Xã hội", "Nature and society"),
        ),
    ),
    Phase(
        2,
        949,
        (4, 5),
        (
            Subject("tieng_viet", "Tiếng Việt", "Vietnamese"),
            Subject("toan", "Toán", "Mathematics"),
            Subject("khoa_hoc", "Khoa học", "Science"),
            Subject("lich_su_dia_li", "Lịch sử và Địa lí", "History and geography"),
            Subject("tu_chon", "Chuyên đề tự chọn", "Elective topics", only_term=5),
        ),
    ),
)
