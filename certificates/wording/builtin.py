"""The wording that comes with the program."""

from collections.abc import Mapping
from typing import Any

Blocks = dict[str, str]

_COMMON = {
    "authority": "{co_quan}",
    "centre": "{trung_tam}",
    "name": "{ho_ten}",
    "birth": "{sinh}",
    "number": "Số vào sổ gốc: {so_vao_so}",
    "code": "Mã tra cứu: {ma_tra_cuu}",
    "foot": "Quét mã QR, hoặc mở {dia_chi}/c\nvà nhập mã tra cứu, để kiểm tra giấy này.",
    "place": "{noi_va_ngay_cap}",
    "role": "{chuc_vu}",
    "how": "(Ký, ghi rõ họ tên và đóng dấu)",
    "signer": "{nguoi_ky}",
}

_TIME = "từ ngày {tu_ngay} đến ngày {den_ngay}, tham dự {so_buoi_du}/{so_buoi} buổi"
COMPLETED = f"đã hoàn thành {{khoa_hoc}}\n{_TIME}\nKết quả: {{ket_qua}}"
ATTENDED = f"đã tham gia {{khoa_hoc}}\n{_TIME}"


def blocks_of(content: Mapping[str, Any]) -> Blocks:
    """Return the blocks of a paper whose content carries its own title and achievement."""
    verb = "xác nhận" if content["title"] == "Giấy xác nhận" else "chứng nhận"
    attended = content["achievement"].startswith("Tham gia")
    return {
        **_COMMON,
        "heading": content["title"],
        "achievement": content["achievement"],
        "lead": f"{{chuc_vu}} {{trung_tam}} {verb}",
        "body": ATTENDED if attended else COMPLETED,
    }
