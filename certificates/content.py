"""What stands on the paper, word for word, frozen when the number is taken.

Wording: a centre issues Giấy xác nhận / Giấy chứng nhận, not a national chứng chỉ. Look and place-date line follow
Decree 30/2020 (leading zero for days 1–9 and months 1–2).
"""

import datetime as dt
from typing import Any

from django.utils.translation import override

from centres.models import AdminUnit, Centre
from certificates.choices import CertificateKind
from certificates.wording.filling import Design, builtin_wording, fill
from certificates.wording.placeholders import values_of, vietnamese_day
from core.dates import PartialDate
from core.text import search_key
from courses.choices import Result
from courses.models import Enrolment
from learners.choices import Sex

# The layout: since 2 the QR holds signed claims, since 3 the words come from a template (docs/adr/0034).
TEMPLATE_VERSION = "a4-2026-3"

TITLES: dict[str, tuple[str, str]] = {
    CertificateKind.LITERACY_PHASE_1: ("Giấy xác nhận", "Hoàn thành Chương trình xóa mù chữ giai đoạn 1"),
    CertificateKind.LITERACY_PHASE_2: ("Giấy xác nhận", "Hoàn thành Chương trình xóa mù chữ giai đoạn 2"),
    CertificateKind.COURSE: ("Giấy chứng nhận", "Hoàn thành khóa học"),
    CertificateKind.ATTENDANCE: ("Giấy chứng nhận", "Tham gia khóa học"),
}
# English words after a unit's name, for papers in two languages.
UNITS_EN = {
    "Thành phố": "City", "Quận": "District", "Huyện": "District", "Thị xã": "Town", "Phường": "Ward", "Xã": "Commune",
    "Thị trấn": "Township",
}  # fmt: skip
_CENTRE = "Trung tâm học tập cộng đồng "
RESULTS = {Result.GOOD: "Hoàn thành tốt", Result.PASS: "Hoàn thành"}


def long_date(day: dt.date) -> str:
    """``ngày 05 tháng 02 năm 2026``."""
    return vietnamese_day(f"{day:%d/%m/%Y}")


def english_unit(name: str) -> str:
    """``Xã Ba Vì`` → ``Ba Vì Commune``, whatever letter it begins with; a name without such a word stays."""
    for word, english in UNITS_EN.items():
        if name.lower().startswith(f"{word.lower()} "):
            return f"{name[len(word) + 1 :]} {english}"
    return name


def english_centre(name: str) -> str:
    """``Trung tâm học tập cộng đồng xã Ba Vì`` → ``Community Learning Centre of Ba Vì Commune``; others stay."""
    if not name.startswith(_CENTRE):
        return name
    return f"Community Learning Centre of {english_unit(name.removeprefix(_CENTRE))}"


def birth_words(birth: PartialDate | None) -> str:
    """Return the birth date as far as it is known; empty when unknown."""
    if birth is None:
        return ""
    return (
        f"Sinh năm {birth}" if birth.month is None else f"Sinh ngày {birth}" if birth.exact else f"Sinh tháng {birth}"
    )


def short_unit_name(unit: AdminUnit) -> str:
    """``Xã Ba Vì`` → ``Ba Vì``: the place in the place-date line."""
    return unit.name.removeprefix(unit.get_kind_display()).strip() or unit.name


def found_by(content: dict[str, Any]) -> str:
    """Return what the register finds an entry by: its person's name and code, as they stand in its content."""
    return search_key(f"{content.get('learner', '')} {content.get('learner_code', '')}")[:180]


def content_of(
    *,
    kind: str,
    enrolment: Enrolment,
    centre: Centre,
    unit: AdminUnit,
    issued_on: dt.date,
    signer_name: str,
    register_number: str,
    recognition: str = "",
    design: Design | None = None,
) -> dict[str, Any]:
    """Return the JSON-ready content of one certificate, in Vietnamese whatever language its maker reads pages in.

    ``recognition`` is the decision that recognised the results, number and day; the register shows it, not the paper.
    ``design`` is what the paper is set with; the content names its rows, which are never changed again.
    """
    design = design or Design(builtin_wording(kind))
    with override("vi"):
        content = _content(kind, enrolment, centre, unit, issued_on, signer_name)
    content |= {"register_number": register_number, "recognition": recognition}
    content |= {"language": design.language, "template": design.template_id, "logo": design.logo_id}
    # The register and the public page call the paper what it calls itself.
    values = values_of(content, token="", host="")
    for name, block in (("title", "heading"), ("achievement", "achievement")):
        if line := fill(name, design.wording.blocks[block], values):
            content[name] = line.text
    return content


def _content(
    kind: str, enrolment: Enrolment, centre: Centre, unit: AdminUnit, issued_on: dt.date, signer_name: str
) -> dict[str, Any]:
    group, learner = enrolment.class_group, enrolment.learner
    title, achievement = TITLES[kind]
    return {
        "title": title,
        "achievement": achievement,
        "authority": f"Ủy ban nhân dân {unit.name[:1].lower()}{unit.name[1:]}",
        "centre": centre.name,
        "learner": learner.full_name,
        "learner_code": learner.code,
        "birth": birth_words(learner.birth),
        "birth_date": str(learner.birth or ""),
        "birth_year": learner.birth_year,
        "sex": learner.get_sex_display() if learner.sex != Sex.UNKNOWN else "",
        "ethnicity": learner.get_ethnicity_display() if learner.ethnicity else "",
        "course": group.course.name,
        "course_en": group.course.name_en,
        "class": group.name,
        "starts_on": f"{group.starts_on:%d/%m/%Y}",
        "ends_on": f"{group.closed_on or group.ends_on:%d/%m/%Y}",
        "sessions": enrolment.sessions_held,
        "attended": enrolment.sessions_attended,
        "result": RESULTS.get(Result(enrolment.result), ""),
        "place": short_unit_name(unit),
        "authority_en": f"People's Committee of {english_unit(unit.name)}",
        "centre_en": english_centre(centre.name),
        "place_date": f"{short_unit_name(unit)}, {long_date(issued_on)}",
        "issued_on": f"{issued_on:%d/%m/%Y}",
        "signer_title": "Giám đốc",
        "signer_name": signer_name,
    }
