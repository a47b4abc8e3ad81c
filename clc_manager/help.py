"""The guides: which one is for whom, and which of its sections explains a page."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from centres.access import Scope


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide: whom it is for, its heading, what it is about, its sections in the order of use."""

    label: str | Promise
    title: str | Promise
    intro: str | Promise
    sections: tuple[str, ...]

    def templates(self, language: str) -> list[str]:
        """Return the sections' files: English ones when the page is in English, else those in Vietnamese."""
        folder = "en" if language.startswith("en") else "vi"
        return [f"help/{folder}/{name}.html" for name in self.sections]


# By address. A section is a file of that name in templates/help/vi and templates/help/en.
GUIDES: dict[str, Guide] = {
    "nhan-vien": Guide(
        _("Cán bộ trung tâm"),
        _("Hướng dẫn cho cán bộ trung tâm"),
        _("Việc hằng ngày: ghi danh, xếp lịch, điểm danh, kết thúc lớp, cấp chứng nhận, gọi lại người đã biết chữ."),
        ("chung", "hoc_vien", "mo_lop", "ghi_danh", "diem_danh", "ket_thuc", "chung_nhan", "theo_doi",
         "xoa_mu_chu", "thong_ke", "chi_tieu", "cong_dong", "trung_tam"),
    ),
    "giao-vien": Guide(
        _("Giáo viên"),
        _("Hướng dẫn cho giáo viên"),
        _("Bạn thấy các lớp của mình: điểm danh từng buổi, ghi kết quả từng người."),
        ("chung", "diem_danh", "hoc_vien", "mo_lop", "ghi_danh", "ket_thuc", "xoa_mu_chu"),
    ),
    "giam-doc": Guide(
        _("Giám đốc trung tâm"),
        _("Hướng dẫn cho giám đốc"),
        _("Không chứng nhận nào ra khỏi trung tâm nếu không qua bạn: kết thúc lớp, cấp, thu hồi, và xem nhật ký."),
        ("chung", "ket_thuc", "chung_nhan", "nhat_ky", "thong_ke", "chi_tieu", "hoc_vien", "mo_lop", "ghi_danh",
         "cong_dong", "diem_danh", "theo_doi", "xoa_mu_chu", "trung_tam"),
    ),
    "can-bo": Guide(
        _("Cán bộ quận, huyện, xã, phường và thành phố"),
        _("Hướng dẫn cho cán bộ quận, huyện, xã, phường và thành phố"),
        _("Theo dõi chỉ tiêu, xuất thống kê, nhập số liệu báo cáo; xem được từng trung tâm trong phạm vi của mình."),
        ("chung", "chi_tieu", "thong_ke", "cong_dong", "trung_tam", "theo_doi", "xoa_mu_chu", "chung_nhan", "hoc_vien",
         "mo_lop", "ghi_danh", "diem_danh", "ket_thuc"),
    ),
    "thanh-tra": Guide(
        _("Kiểm tra viên"),
        _("Hướng dẫn cho kiểm tra viên"),
        _("Bạn xem được mọi thứ trong phạm vi và không sửa được gì: đối chiếu con số với người và giấy tờ."),
        ("chung", "nhat_ky", "chung_nhan", "chi_tieu", "thong_ke", "cong_dong", "trung_tam", "theo_doi", "xoa_mu_chu",
         "hoc_vien", "mo_lop", "ghi_danh", "diem_danh", "ket_thuc"),
    ),
}  # fmt: skip
# Who has several roles reads the guide of the first of these.
BY_ROLE: tuple[tuple[Role, str], ...] = (
    (Role.DIRECTOR, "giam-doc"),
    (Role.CENTRE_STAFF, "nhan-vien"),
    (Role.REGISTRAR, "nhan-vien"),
    (Role.CITY_OFFICER, "can-bo"),
    (Role.AREA_OFFICER, "can-bo"),
    (Role.BODY_OFFICER, "can-bo"),
    (Role.AUDITOR, "thanh-tra"),
    (Role.TEACHER, "giao-vien"),
)
# The section that explains a page: by its name, else by its app.
BY_PAGE: dict[str, str] = {
    "courses:enrol": "ghi-danh",
    "courses:desk": "ghi-danh",
    "courses:class-detail": "ghi-danh",
    "courses:withdraw": "ghi-danh",
    "courses:roster-upload": "ghi-danh",
    "courses:roster-preview": "ghi-danh",
    "courses:session-detail": "diem-danh",
    "courses:results": "ket-thuc",
    "courses:close": "ket-thuc",
    "courses:close-results": "ket-thuc",
    "courses:programme": "xoa-mu-chu",
    "courses:split-edit": "xoa-mu-chu",
    "courses:split-city": "xoa-mu-chu",
    "courses:subject-results": "xoa-mu-chu",
    "courses:next-term": "xoa-mu-chu",
    "courses:returner-list": "xoa-mu-chu",
    "courses:placement-add": "xoa-mu-chu",
    "courses:placement-take-back": "xoa-mu-chu",
    "literacy:outside-add": "xoa-mu-chu",
    "literacy:outside-take-back": "xoa-mu-chu",
    "literacy:relapse-list": "xoa-mu-chu",
    "literacy:relapse-detail": "xoa-mu-chu",
    "indicators:statistics": "thong-ke",
    "indicators:statistics-units": "thong-ke",
    "indicators:divided-list": "thong-ke",
    "indicators:divided-unit": "thong-ke",
    "indicators:statistics-profile": "thong-ke",
    "indicators:centre-year": "thong-ke",
    "indicators:evaluation-list": "thong-ke",
    "indicators:year-form": "thong-ke",
    "indicators:evaluation": "thong-ke",
    "indicators:rubric-list": "thong-ke",
    "indicators:community-list": "cong-dong",
    "indicators:community": "cong-dong",
    "indicators:community-papers": "cong-dong",
    "indicators:community-recognise": "cong-dong",
    "indicators:community-end": "cong-dong",
    "indicators:rubric": "thong-ke",
    "indicators:form-list": "thong-ke",
    "indicators:form-detail": "thong-ke",
    "indicators:schedule-list": "thong-ke",
    "centres:audit-list": "nhat-ky",
}
BY_APP: dict[str, str] = {
    "learners": "hoc-vien",
    "courses": "mo-lop",
    "certificates": "chung-nhan",
    "literacy": "theo-doi",
    "indicators": "chi-tieu",
    "centres": "trung-tam",
}


def guide_of(scope: Scope) -> str:
    """Return the guide of the user's role."""
    return next((topic for role, topic in BY_ROLE if role in scope.roles), "nhan-vien")


def help_for(scope: Scope, view_name: str) -> str:
    """Return the address of what explains a page to this user."""
    section = BY_PAGE.get(view_name) or BY_APP.get(view_name.partition(":")[0], "chung")
    return f"{reverse('help', args=[guide_of(scope)])}#{section}"
