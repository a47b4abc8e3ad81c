"""What stands on the paper, word for word, frozen when the number is taken.

Wording: a centre issues Giấy xác nhận / Giấy chứng nhận, not a national chứng chỉ. Look and place-date line follow
Decree 30/2020 (leading zero for days 1–9 and months 1–2).
"""

import datetime as dt
from typing import Any

from centres.models import AdminUnit, Centre
from certificates.choices import CertificateKind
from core.dates import PartialDate
from courses.choices import Result
from courses.models import Enrolment
from learners.choices import Sex

TEMPLATE_VERSION = "a4-2026-2"  # since 2: the QR holds signed claims

TITLES: dict[str, tuple[str, str]] = {
    CertificateKind.LITERACY_PHASE_1: ("Giấy xác nhận", "Hoàn thành Chương trình xóa mù chữ giai đoạn 1"),
    CertificateKind.LITERACY_PHASE_2: ("Giấy xác nhận", "Hoàn thành Chương trình xóa mù chữ giai đoạn 2"),
    CertificateKind.COURSE: ("Giấy chứng nhận", "Hoàn thành khóa học"),
    CertificateKind.ATTENDANCE: ("Giấy chứng nhận", "Tham gia khóa học"),
}
RESULTS = {Result.GOOD: "Hoàn thành tốt", Result.PASS: "Hoàn thành"}


def long_date(day: dt.date) -> str:
    """``ngày 05 tháng 02 năm 2026`` (Decree 30/2020: zeros for days below 10 and months 1 and 2)."""
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


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
) -> dict[str, Any]:
    """Return the JSON-ready content of one certificate.

    ``recognition`` is the decision that recognised the results, number and day; the register shows it, not the paper.
    """
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
        "birth_year": learner.birth_year,
        "sex": learner.get_sex_display() if learner.sex != Sex.UNKNOWN else "",
        "ethnicity": learner.get_ethnicity_display() if learner.ethnicity else "",
        "course": group.course.name,
        "class": group.name,
        "starts_on": f"{group.starts_on:%d/%m/%Y}",
        "ends_on": f"{group.closed_on or group.ends_on:%d/%m/%Y}",
        "sessions": enrolment.sessions_held,
        "attended": enrolment.sessions_attended,
        "result": RESULTS.get(Result(enrolment.result), ""),
        "place_date": f"{short_unit_name(unit)}, {long_date(issued_on)}",
        "issued_on": f"{issued_on:%d/%m/%Y}",
        "signer_title": "Giám đốc",
        "signer_name": signer_name,
        "register_number": register_number,
        "recognition": recognition,
    }
