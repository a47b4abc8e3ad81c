"""The fixed list of place-holders. A template may use these names in braces and no others.

Each has its text in Vietnamese and in English, both worked out from the frozen content, so that a line that is printed
later says the same. Empty: the certificate does not know it, and a line that asks for it is left out.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Content = Mapping[str, Any]
Value = Callable[[Content], str]

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
RESULTS_EN = {"Hoàn thành tốt": "Completed with merit", "Hoàn thành": "Completed"}


def _plain(name: str, or_else: str = "") -> Value:
    """The value of that name as it is, or of another when the content does not have it."""

    def value(content: Content) -> str:
        found = content.get(name)
        if found in (None, "") and or_else:
            found = content.get(or_else)
        return "" if found is None else str(found)

    return value


def english_day(day: str) -> str:
    """``05/03/1984`` → ``5 March 1984``; ``03/1984`` → ``March 1984``; ``1984`` stays."""
    parts = day.split("/")
    if len(parts) == 1 or not all(part.isdecimal() for part in parts):
        return day
    month = MONTHS[(int(parts[-2]) - 1) % 12]
    return " ".join([*(str(int(part)) for part in parts[:-2]), month, parts[-1]])


def _english_day(name: str) -> Value:
    return lambda content: english_day(str(content.get(name) or ""))


def _english_birth(content: Content) -> str:
    day = str(content.get("birth_date") or "")
    if not day:
        return ""
    return f"Born {'on' if day.count('/') == 2 else 'in'} {english_day(day)}"


def _form_of_address(man: str, woman: str, unknown: str) -> Value:
    return lambda content: {"Nam": man, "Nữ": woman}.get(str(content.get("sex") or ""), unknown)


def vietnamese_day(day: str) -> str:
    """``05/02/2026`` → ``ngày 05 tháng 02 năm 2026`` (Decree 30/2020: zeros for days below 10 and months 1 and 2)."""
    try:
        date = dt.datetime.strptime(day, "%d/%m/%Y").date()  # noqa: DTZ007 - a date without a time
    except ValueError:
        return day
    month = f"{date.month:02d}" if date.month <= 2 else str(date.month)
    return f"ngày {date.day:02d} tháng {month} năm {date.year}"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What stands for it in both languages, whether it is printed bold, and how it is explained beside the fields."""

    value: Value
    english: Value
    help: str | Promise
    bold: bool = False


def _same(value: Value, words: str | Promise, *, bold: bool = False) -> Placeholder:
    return Placeholder(value, value, words, bold)


PLACEHOLDERS: dict[str, Placeholder] = {
    "ho_ten": _same(_plain("learner"), _("họ và tên người được cấp")),
    "ong_ba": Placeholder(
        _form_of_address("Ông", "Bà", "Ông/Bà"), _form_of_address("Mr", "Ms", "Mr/Ms"), _("Ông, Bà hoặc Ông/Bà")
    ),
    "sinh": Placeholder(_plain("birth"), _english_birth, _("câu về ngày sinh; không rõ ngày sinh thì bỏ cả dòng")),
    "khoa_hoc": Placeholder(
        _plain("course"), _plain("course_en", "course"), _("tên chuyên đề, khóa học"), bold=True
    ),
    "lop": _same(_plain("class"), _("tên lớp")),
    "tu_ngay": Placeholder(_plain("starts_on"), _english_day("starts_on"), _("ngày khai giảng")),
    "den_ngay": Placeholder(_plain("ends_on"), _english_day("ends_on"), _("ngày kết thúc")),
    "so_buoi": _same(_plain("sessions"), _("số buổi của lớp")),
    "so_buoi_du": _same(_plain("attended"), _("số buổi đã dự")),
    "ket_qua": Placeholder(
        _plain("result"), lambda content: RESULTS_EN.get(str(content.get("result") or ""), ""),
        _("kết quả; không có kết quả thì bỏ cả dòng"), bold=True,
    ),
    "co_quan": Placeholder(_plain("authority"), _plain("authority_en", "authority"), _("Ủy ban nhân dân cấp trên")),
    "trung_tam": Placeholder(_plain("centre"), _plain("centre_en", "centre"), _("tên trung tâm")),
    "ngay_cap": Placeholder(
        lambda content: vietnamese_day(str(content.get("issued_on") or "")), _english_day("issued_on"), _("ngày cấp")
    ),
    "noi_va_ngay_cap": Placeholder(
        _plain("place_date"),
        lambda content: f"{content.get('place') or ''}, {english_day(str(content.get('issued_on') or ''))}".strip(", "),
        _("nơi cấp và ngày cấp"),
    ),
    "chuc_vu": Placeholder(
        _plain("signer_title"), lambda content: {"Giám đốc": "Director"}.get(str(content.get("signer_title")), ""),
        _("chức vụ người ký"),
    ),
    "nguoi_ky": _same(_plain("signer_name"), _("họ và tên người ký")),
    "so_vao_so": _same(_plain("register_number"), _("số vào sổ gốc"), bold=True),
    "ma_tra_cuu": _same(_plain("token"), _("mã tra cứu"), bold=True),
    "dia_chi": _same(_plain("host"), _("địa chỉ trang tra cứu")),
}  # fmt: skip


def values_of(
    content: Content, *, token: str, host: str, english: bool = False, names: Iterable[str] = PLACEHOLDERS
) -> dict[str, str]:
    """Return the text of place-holders (every one) in one language; empty where the certificate does not say it."""
    whole = {**content, "token": token, "host": host}
    asked = [(name, PLACEHOLDERS[name]) for name in names]
    return {name: (known.english if english else known.value)(whole) for name, known in asked}
