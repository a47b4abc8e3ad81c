"""The place-holders a form may use, and their values for a question. A Vietnamese list, because staff write them."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.models import User
from courses.models import Topic
from indicators.choices import Boundaries
from indicators.report_forms.workbook import Value
from indicators.resource_exports import resource_rows
from indicators.services.boundaries import restate
from indicators.statistics.profile import profile
from indicators.statistics.questions import Question

# Place-holder, what it stands for, measure of ``restate``.
TOTALS: tuple[tuple[str, Any, str], ...] = (
    ("trung_tam", _("số trung tâm"), "centres"),
    ("lop", _("số lớp"), "classes"),
    ("lop_chu_tri", _("lớp trung tâm chủ trì"), "classes_led"),
    ("lop_phoi_hop", _("lớp trung tâm phối hợp"), "classes_took_part"),
    ("buoi", _("số buổi đã học"), "sessions"),
    ("gio", _("số giờ học"), "minutes"),
    ("luot", _("lượt người học"), "participations"),
    ("nguoi", _("số người học"), "learners"),
    ("nu", _("số nữ"), "women"),
    ("dan_toc_thieu_so", _("số người dân tộc thiểu số"), "minorities"),
    ("duoi_15", _("dưới 15 tuổi"), "under_15"),
    ("tu_15_den_25", _("15–25 tuổi"), "age_15_25"),
    ("tu_26_den_35", _("26–35 tuổi"), "age_26_35"),
    ("tu_36_den_60", _("36–60 tuổi"), "age_36_60"),
    ("tren_60", _("trên 60 tuổi"), "over_60"),
    ("khong_ro_tuoi", _("không rõ tuổi"), "age_unknown"),
    ("chung_nhan", _("chứng nhận đã cấp"), "certificates"),
    ("chung_nhan_thu_hoi", _("chứng nhận đã thu hồi"), "revoked"),
)
# These also by topic: {{luot:suc_khoe}}.
BY_TOPIC = {"lop": "classes", "buoi": "sessions", "gio": "minutes", "luot": "participations", "nguoi": "learners",
            "nu": "women", "chung_nhan": "certificates"}  # fmt: skip
OF_CENTRES: tuple[tuple[str, Any, str], ...] = (
    ("can_bo_quan_ly", _("cán bộ quản lý"), "managers"),
    ("giao_vien_biet_phai", _("giáo viên biệt phái"), "seconded_teachers"),
    ("bao_cao_vien", _("báo cáo viên"), "rapporteurs"),
    ("cong_tac_vien", _("cộng tác viên"), "collaborators"),
    ("phong_hoc", _("phòng học"), "rooms"),
    ("dien_tich", _("diện tích (m²)"), "area_m2"),
    ("may_tinh", _("máy tính"), "computers"),
    ("dau_sach", _("đầu sách"), "books"),
    ("ngan_sach", _("kinh phí từ ngân sách"), "budget_state"),
    ("huy_dong", _("kinh phí huy động"), "budget_raised"),
    ("da_chi", _("đã chi"), "spent"),
)
TEXTS: tuple[tuple[str, Any], ...] = (
    ("don_vi", _("tên đơn vị hoặc trung tâm")),
    ("tu_ngay", _("ngày đầu kỳ")),
    ("den_ngay", _("ngày cuối kỳ")),
    ("nam", _("năm của ngày cuối kỳ")),
    ("dia_gioi", _("địa giới")),
    ("ngay_xuat", _("ngày lập")),
    ("nguoi_xuat", _("người lập")),
)


@dataclass(frozen=True)
class Word:
    """A place-holder as the list shows it."""

    name: str
    meaning: Any


def known_words() -> list[Word]:
    """Return every place-holder, in the order of the list."""
    topics = list(Topic.objects.order_by("order", "pk"))
    names = {name: meaning for name, meaning, _measure in TOTALS}
    return [
        *(Word(name, meaning) for name, meaning in TEXTS),
        *(Word(name, meaning) for name, meaning, _measure in TOTALS),
        *(Word(f"{name}:{topic.code}", f"{names[name]} – {topic}") for name in BY_TOPIC for topic in topics),
        *(Word(name, meaning) for name, meaning, _field in OF_CENTRES),
    ]


def values_of(question: Question, *, by: User) -> dict[str, Value]:
    """Return the value of every place-holder for a question. Raises as ``restate`` does."""
    found = restate(by=by, boundaries=question.boundaries, **question.what)
    totals, place = found.totals | found.hours, question.unit or question.centre
    with override("vi"):
        drawn = str(Boundaries(question.boundaries).label)
    values: dict[str, Value] = {
        "don_vi": str(place),
        "tu_ngay": f"{question.starts_on:%d/%m/%Y}",
        "den_ngay": f"{question.ends_on:%d/%m/%Y}",
        "nam": str(question.ends_on.year),
        "dia_gioi": drawn,
        "ngay_xuat": f"{timezone.localdate():%d/%m/%Y}",
        "nguoi_xuat": by.full_name,
    }
    values |= {name: _shown(measure, totals[measure]) for name, _meaning, measure in TOTALS}
    by_topic = {
        part.code: part
        for part in profile(user=by, boundaries=question.boundaries, **question.what)
        if part.dimension == "topic"
    }
    for code in Topic.objects.values_list("code", flat=True):
        part = by_topic.get(code)
        for name, measure in BY_TOPIC.items():
            values[f"{name}:{code}"] = _shown(measure, getattr(part, measure)) if part else 0
    rows = resource_rows(by, question)
    for name, _meaning, field in OF_CENTRES:
        known = [value for row in rows if (value := getattr(row, field)) is not None]
        values[name] = sum(known) if known else None  # nobody wrote it down: unknown, not nothing
    return values


def _shown(measure: str, value: int) -> int | float:
    if measure != "minutes":
        return value
    hours = value / 60
    return int(hours) if hours.is_integer() else round(hours, 2)
