"""The guides: which one is for whom, and which of its sections explains a page."""

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from centres.access import Scope

# Address, name and template of each guide.
GUIDES: dict[str, tuple[str | Promise, str]] = {
    "nhan-vien": (_("Cán bộ trung tâm"), "help/nhan-vien.html"),
    "giao-vien": (_("Giáo viên"), "help/giao-vien.html"),
    "giam-doc": (_("Giám đốc trung tâm"), "help/giam-doc.html"),
    "can-bo": (_("Cán bộ quận, huyện, xã, phường và thành phố"), "help/can-bo.html"),
    "thanh-tra": (_("Kiểm tra viên"), "help/thanh-tra.html"),
}
# Who has several roles reads the guide of the first of these.
BY_ROLE: tuple[tuple[Role, str], ...] = (
    (Role.DIRECTOR, "giam-doc"),
    (Role.CENTRE_STAFF, "nhan-vien"),
    (Role.REGISTRAR, "nhan-vien"),
    (Role.CITY_OFFICER, "can-bo"),
    (Role.AREA_OFFICER, "can-bo"),
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
    "indicators:statistics": "thong-ke",
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
