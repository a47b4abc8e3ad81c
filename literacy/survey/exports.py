"""The register in the columns of the official survey sheet (PCGD-XMC, B to AY); the importer reads it back.

What we do not keep stays empty. The official sheet marks women only, so that an unknown sex would read as a man: one
more column behind the last says it. A level that is known from elsewhere is written as the class it stands for.
"""

import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Any

import xlsxwriter
from django.db.models import Prefetch, QuerySet

from core.tabular.writing import harmless
from learners.choices import SchoolLevel, Sex
from learners.models import Learner, StatedSchooling
from literacy.survey.told import LEVEL_1_CLASS, LEVEL_2_CLASS

GROUPS = (
    ("B", "Thông tin đối tượng"), ("L", "Thông tin nơi đang ở"), ("R", "Thông tin học tập"), ("AG", "Xóa mù chữ"),
    ("AJ", "Khuyết tật"), ("AT", "Hoàn cảnh"), ("AV", "Thông tin liên lạc"),
)  # fmt: skip
# Titles of columns B to AZ; a pair is a title with the part under it.
TITLES: tuple[str | tuple[str, str], ...] = (
    "TT", "Họ đệm", "Tên", "Ngày", "Tháng", "Năm sinh", "Nữ", "Dân tộc", "Tôn giáo", "Diện ưu tiên",
    ("Chủ hộ", "Họ đệm"), ("", "Tên"), "Địa chỉ: số nhà, tên đường, tổ (nếu có)", "Số phiếu", "Diện cư trú",
    "Tình trạng cư trú", "Khối học", "Lớp học", "", "", "Mã trường", "Bậc tốt nghiệp", "Bổ túc", "Năm tốt nghiệp",
    "Bậc TN nghề", "", "Năm TN nghề", ("Học xong", "Lớp"), ("", "Năm"), ("Bỏ học", "Lớp"), ("", "Năm"),
    "Đang học lớp", "Hoàn thành lớp", "Tái mù chữ mức", "Khuyết tật vận động", "Khuyết tật nghe nói",
    "Khuyết tật nhìn", "Khuyết tật thần kinh, tâm thần", "Khuyết tật trí tuệ", "Khuyết tật học tập", "Tự kỷ",
    "Khuyết tật khác", "Có chứng nhận khuyết tật", "Khả năng học tập", "Hoàn cảnh đặc biệt", "Chi tiết hoàn cảnh",
    "Quan hệ với chủ hộ", "Họ tên cha hoặc mẹ", "Điện thoại", "Ghi chú", "Giới tính",
)  # fmt: skip
HEAD_ROWS = 3
BATCH = 2000
_SCHOOL = {
    SchoolLevel.PRIMARY: "TH", SchoolLevel.LOWER_SECONDARY: "THCS", SchoolLevel.UPPER_SECONDARY: "THPT",
    SchoolLevel.ABOVE: "Trung cấp", SchoolLevel.NONE: "Không",
}  # fmt: skip
_SEX = {Sex.FEMALE: "Nữ", Sex.MALE: "Nam"}


def write_register(people: QuerySet[Learner]) -> IO[bytes]:
    """Write people as a survey sheet, a page of them in memory at a time; return the file, rewound."""
    out = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the answer
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet("Phiếu điều tra")
        plain = {"font_name": "Times New Roman", "font_size": 11}
        head = book.add_format({**plain, "bold": True, "text_wrap": True, "align": "center", "border": 1})
        cell = book.add_format({**plain, "border": 1})
        sheet.set_column(1, len(TITLES), 12, cell)
        for first, group in GROUPS:
            sheet.write_string(f"{first}1", group, head)
        for place, title in enumerate(TITLES, start=1):
            sheet.write_string(1, place, title if isinstance(title, str) else title[0], head)
        for place, title in enumerate(TITLES, start=1):
            sheet.write_string(2, place, "" if isinstance(title, str) else title[1], head)
        sheet.freeze_panes(HEAD_ROWS, 4)
        for line, values in enumerate(rows_of(people), start=HEAD_ROWS):
            for place, value in values.items():
                sheet.write(line, place, harmless(value), cell)
    out.seek(0)
    return out


def rows_of(people: QuerySet[Learner]) -> Iterator[dict[int, Any]]:
    """Yield what stands in the columns (from 0 = A) of each person."""
    last = StatedSchooling.objects.order_by("stated_on", "pk")
    found: Iterable[Learner] = (
        people.select_related("neighbourhood", "level_standing")
        .prefetch_related(Prefetch("stated_schooling", queryset=last))
        .order_by("sort_key", "pk")
        .iterator(chunk_size=BATCH)
    )
    for number, learner in enumerate(found, start=1):
        yield _row(number, learner)


def _row(number: int, learner: Learner) -> dict[int, Any]:
    said = list(learner.stated_schooling.all())[-1:]
    place = learner.neighbourhood.name if learner.neighbourhood else ""
    values: dict[int, Any] = {
        1: number,
        2: learner.family_middle,
        3: learner.given_name,
        4: learner.birth_day,
        5: learner.birth_month,
        6: learner.birth_year,
        7: "x" if learner.sex == Sex.FEMALE else None,
        8: learner.get_ethnicity_display() if learner.ethnicity else None,
        13: learner.address or place,
        49: learner.phone,
        50: learner.note,
        51: _SEX.get(Sex(learner.sex)),
    }
    values |= _literacy(getattr(learner, "level_standing", None), said[0] if said else None)
    return {at: value for at, value in values.items() if value not in (None, "")}


def _literacy(standing: Any, said: StatedSchooling | None) -> dict[int, Any]:
    """School, literacy classes, relapse, disability: what was said, as far as it agrees with where somebody stands."""
    level = standing.level if standing else None
    values: dict[int, Any] = {41: "x"} if said and said.disabled else {}
    if said and said.class_now is not None:
        values[32] = said.class_now
    if level is None:
        return values | ({22: _SCHOOL[SchoolLevel.NONE]} if said and said.level == SchoolLevel.NONE else {})
    relapsed = bool(standing.relapsed)
    once = level + 1 if relapsed else level
    school = bool(said and said.level not in ("", SchoolLevel.NONE))
    if said and school and once == 2:
        values[22] = _SCHOOL[SchoolLevel(said.level)]
    else:
        done = said.class_done if said else None
        low, high = ((0, LEVEL_1_CLASS - 1), (LEVEL_1_CLASS, LEVEL_2_CLASS - 1), (LEVEL_2_CLASS, LEVEL_2_CLASS))[once]
        values[33] = done if done is not None and low <= done <= high else low
    if relapsed:
        values[34] = once
    return values
