"""Papers that were never issued: what a template looks like with short, with long, and with unknown data."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from centres.selectors import unit_of_centre
from certificates.choices import CertificateKind
from certificates.content import english_centre, english_unit, long_date, short_unit_name
from certificates.paper.rendering import Paper
from certificates.wording.filling import Wording


class Sample(models.TextChoices):
    """Which person the sample is about."""

    SHORT = "short", _("Tên ngắn")
    LONG = "long", _("Tên dài 60 chữ")
    UNKNOWN = "unknown", _("Không rõ ngày sinh, không có kết quả")


TOKEN = "MAUX-XXXX-XXXX-XXXX"  # noqa: S105 - a code that no certificate has
NAMES = {
    Sample.SHORT: "Lê Thị Na",
    Sample.LONG: "Nguyễn Phúc Hoàng Thị Phương Quỳnh Thùy Dương Bảo Ngọc Ánh Ý",
    Sample.UNKNOWN: "Đặng Thị Ợt",
}
COURSES = {
    Sample.SHORT: ("Kỹ năng số cơ bản", "Basic Digital Skills"),
    Sample.LONG: (
        "Phòng, chống lừa đảo trực tuyến và bảo vệ dữ liệu cá nhân trên không gian mạng cho người cao tuổi",
        "Preventing Online Fraud and Protecting Personal Data in Cyberspace for Senior Citizens",
    ),
}
PHASES = {
    CertificateKind.LITERACY_PHASE_1: ("Xóa mù chữ – giai đoạn 1", "Literacy, Phase 1"),
    CertificateKind.LITERACY_PHASE_2: ("Xóa mù chữ – giai đoạn 2", "Literacy, Phase 2"),
}


def sample_paper(wording: Wording, *, kind: str, centre: Centre | None, sample: str = Sample.SHORT) -> Paper:
    """Return a paper with the words to be looked at, the centre's own names, and a person who does not exist.

    The city's template is tried on the centre with one of the longest names there are.
    """
    today = timezone.localdate()
    unit_name, place = "Phường Văn Miếu - Quốc Tử Giám", "Văn Miếu - Quốc Tử Giám"
    if centre:
        unit = unit_of_centre(centre.pk, today)
        unit_name, place = unit.name, short_unit_name(unit)
    centre_name = centre.name if centre else f"Trung tâm học tập cộng đồng {unit_name[:1].lower()}{unit_name[1:]}"
    chosen = Sample(sample)
    usual = COURSES.get(chosen, COURSES[Sample.SHORT])
    course, course_en = PHASES.get(CertificateKind(kind), usual)
    known = chosen != Sample.UNKNOWN
    content = {
        "title": "Xem thử", "achievement": "", "authority": f"Ủy ban nhân dân {unit_name[:1].lower()}{unit_name[1:]}",
        "authority_en": f"People's Committee of {english_unit(unit_name)}", "centre": centre_name,
        "centre_en": english_centre(centre_name), "learner": NAMES[chosen],
        "birth": "Sinh ngày 05/03/1984" if known else "", "birth_date": "05/03/1984" if known else "",
        "sex": "Nữ", "course": course, "course_en": course_en, "class": "Lớp mẫu",
        "starts_on": f"02/03/{today.year}", "ends_on": f"30/06/{today.year}", "sessions": 40, "attended": 38,
        "result": "Hoàn thành tốt" if known else "", "place": place, "place_date": f"{place}, {long_date(today)}",
        "issued_on": f"{today:%d/%m/%Y}", "signer_title": "Giám đốc",
        "signer_name": (centre.director_name if centre else "") or "Nguyễn Văn Mẫu", "register_number": "000000/0000",
    }  # fmt: skip
    return Paper(content, TOKEN, f"{settings.PUBLIC_BASE_URL.upper()}/C/MAU", wording)
