"""The wording that comes with the program: version 0 of every kind, in Vietnamese and in English."""

from collections.abc import Mapping
from typing import Any

from certificates.choices import CertificateKind

Blocks = dict[str, str]

# What Decree 30/2020 fixes, and whose place on the paper is fixed: no template changes these.
FIXED: Blocks = {
    "authority": "{co_quan}",
    "centre": "{trung_tam}",
    "place": "{noi_va_ngay_cap}",
    "signer": "{nguoi_ky}",
}
FIXED_EN: Blocks = {name: text for name, text in FIXED.items() if name != "signer"}  # a name has no translation

_COMMON: Blocks = {
    "name": "{ho_ten}",
    "birth": "{sinh}",
    "number": "Số vào sổ gốc: {so_vao_so}",
    "code": "Mã tra cứu: {ma_tra_cuu}",
    "foot": "Quét mã QR, hoặc mở {dia_chi}/c\nvà nhập mã tra cứu, để kiểm tra giấy này.",
    "role": "{chuc_vu}",
    "how": "(Ký, ghi rõ họ tên và đóng dấu)",
}
_COMMON_EN: Blocks = {
    "birth": "{sinh}",
    "number": "Register number: {so_vao_so}",
    "code": "Verification code: {ma_tra_cuu}",
    "foot": "Scan the QR code, or open {dia_chi}/c\nand enter the code, to verify this certificate.",
    "role": "{chuc_vu}",
    "how": "(Signature, full name and seal)",
}
_TIME = "từ ngày {tu_ngay} đến ngày {den_ngay}, tham dự {so_buoi_du}/{so_buoi} buổi"
_TIME_EN = "from {tu_ngay} to {den_ngay}, attending {so_buoi_du} of {so_buoi} sessions"
COMPLETED = f"đã hoàn thành {{khoa_hoc}}\n{_TIME}\nKết quả: {{ket_qua}}"
ATTENDED = f"đã tham gia {{khoa_hoc}}\n{_TIME}"
COMPLETED_EN = f"has completed {{khoa_hoc}}\n{_TIME_EN}\nResult: {{ket_qua}}"
ATTENDED_EN = f"has attended {{khoa_hoc}}\n{_TIME_EN}"

_PHASE = "Hoàn thành Chương trình xóa mù chữ giai đoạn"
_PHASE_EN = "Completion of the Literacy Programme, Phase"
# kind: heading, achievement, verb of the leading line, body; first in Vietnamese, then in English
_TEXTS: dict[str, tuple[tuple[str, str, str, str], tuple[str, str, str, str]]] = {
    CertificateKind.LITERACY_PHASE_1: (
        ("Giấy xác nhận", f"{_PHASE} 1", "xác nhận", COMPLETED),
        ("Confirmation", f"{_PHASE_EN} 1", "confirms that", COMPLETED_EN),
    ),
    CertificateKind.LITERACY_PHASE_2: (
        ("Giấy xác nhận", f"{_PHASE} 2", "xác nhận", COMPLETED),
        ("Confirmation", f"{_PHASE_EN} 2", "confirms that", COMPLETED_EN),
    ),
    CertificateKind.COURSE: (
        ("Giấy chứng nhận", "Hoàn thành khóa học", "chứng nhận", COMPLETED),
        ("Certificate", "Completion of a Course", "certifies that", COMPLETED_EN),
    ),
    CertificateKind.ATTENDANCE: (
        ("Giấy chứng nhận", "Tham gia khóa học", "chứng nhận", ATTENDED),
        ("Certificate", "Attendance of a Course", "certifies that", ATTENDED_EN),
    ),
}


def builtin_blocks(kind: str) -> dict[str, Blocks]:
    """Return the blocks that can be edited, by language (``vi``, ``en``)."""
    (heading, achievement, verb, body), (heading_en, achievement_en, verb_en, body_en) = _TEXTS[kind]
    return {
        "vi": {
            "heading": heading, "achievement": achievement, "lead": f"{{chuc_vu}} {{trung_tam}} {verb}", "body": body,
            **_COMMON,
        },
        "en": {
            "heading": heading_en, "achievement": achievement_en,
            "lead": f"The {{chuc_vu}} of the {{trung_tam}} {verb_en}", "body": body_en, **_COMMON_EN,
        },
    }  # fmt: skip


def blocks_of(content: Mapping[str, Any]) -> Blocks:
    """Return the blocks of a paper from before there were templates: its content has its own title and achievement."""
    verb = "xác nhận" if content["title"] == "Giấy xác nhận" else "chứng nhận"
    attended = content["achievement"].startswith("Tham gia")
    return {
        **_COMMON,
        "heading": content["title"],
        "achievement": content["achievement"],
        "lead": f"{{chuc_vu}} {{trung_tam}} {verb}",
        "body": ATTENDED if attended else COMPLETED,
    }
