"""The deadlines and definitions every city begins with."""

from typing import Any

from indicators.choices import DueLevel, DueWhat, PeriodKind
from indicators.models import Deadline, FigureDefinition, Plan

FIRST_YEAR = 2026
PLAN = "Kế hoạch triển khai Nghị quyết số 23-NQ/TU, phần Tổ chức thực hiện: báo cáo trước ngày 01/12 hằng năm"
OURS = "Đề xuất của hệ thống; thành phố sửa được"
# What a commune knows of its own people, schools and communities. The other lines (labour, officials, universities)
# are known to departments of the city only.
COMMUNE_LINES = ["A1", "A2", "A4", "A5", "A6", "D1", "D3", "D4", "D5", "D6"]
# Code, name, what, level, period, month, day, years later, lines, source.
DEADLINES: tuple[tuple[str, str, str, str, str, int, int, int, list[str], str], ...] = (
    ("xmc-phuong-xa", "Khóa năm xóa mù chữ của phường, xã", DueWhat.LITERACY_YEAR, DueLevel.COMMUNE,
     PeriodKind.LITERACY_YEAR, 10, 3, 0, [], "Thông tư 19/2020/TT-BGDĐT: cấp xã báo cáo chậm nhất ngày 03/10"),
    ("ke-hoach-trung-tam", "Báo cáo thống kê năm của trung tâm", DueWhat.CENTRE_REPORT, DueLevel.CENTRE,
     PeriodKind.PLAN_YEAR, 11, 30, 0, [], PLAN),
    ("tu-khai-cntt", "Trung tâm tự khai ứng dụng CNTT", DueWhat.DECLARATION, DueLevel.CENTRE,
     PeriodKind.PLAN_YEAR, 11, 30, 0, [], OURS),
    ("ke-hoach-phuong-xa", "Số liệu năm của kế hoạch, phường, xã", DueWhat.FIGURES, DueLevel.COMMUNE,
     PeriodKind.PLAN_YEAR, 11, 30, 0, COMMUNE_LINES,
     f"{PLAN}. Các chỉ số giao phường, xã: đề xuất, thành phố sửa được"),
    ("ke-hoach-thanh-pho", "Số liệu năm của kế hoạch, thành phố", DueWhat.FIGURES, DueLevel.CITY,
     PeriodKind.PLAN_YEAR, 11, 30, 0, [], PLAN),
    ("don-vi-hoc-tap", "Đơn vị học tập trong năm", DueWhat.FIGURES, DueLevel.COMMUNE,
     PeriodKind.CALENDAR_YEAR, 1, 15, 1, ["D6"], "Thông tư 24/2023/TT-BGDĐT: hồ sơ gửi trước ngày 15/01 năm sau"),
    ("truong-hoc", "Số liệu trường học của năm học", DueWhat.FIGURES, DueLevel.CITY,
     PeriodKind.SCHOOL_YEAR, 9, 30, 0, ["C2", "C4"], OURS),
)  # fmt: skip

# Version, line, numerator, denominator, words, what is hashed. Never change one: a new way gets a new name.
POPULATION = "Số dân trong độ tuổi do cơ quan có thẩm quyền công bố, nhập một lần kèm nguồn và ngày"
_PROXY_HASH = "definition, code, unit, on; people: mã học viên, xếp theo thứ tự mã"
_PROXY = (
    "Người khác nhau, đủ tuổi tính theo năm sinh, hoàn thành ít nhất một lớp thuộc lĩnh vực {topic} "
    "đã kết thúc đến ngày "
    "tính, tại trung tâm trong đơn vị. Người không rõ năm sinh không được tính. Số này đứng cạnh số "
    "báo cáo, không thay nó."
)
DEFINITIONS: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("a3-2026-2", "A3", "Người trong nhóm còn biết chữ ở lần kiểm tra gần nhất và học tiếp trong cửa sổ",
     "Người được công nhận biết chữ lần đầu trong năm của nhóm, trừ người đã mất hoặc đã chuyển khỏi Hà Nội",
     "Nhóm là những người biết chữ lần đầu trong mười hai tháng, được theo dõi trọn số tháng quy "
     "định. Người chưa kiểm tra "
     "không được coi là đạt; cận trên coi họ là đạt.",
     "definition, window, months; rows: mã học viên, certified_on, placement, outcome, checked_on, event_on"),
    ("c3-2026-1", "C3", "Trung tâm đủ số lớp có điểm danh, tháng trọn nào cũng có người đăng nhập, đã xuất báo cáo",
     "Trung tâm đang mở vào ngày tính",
     "Tính từ ngày 01/12 đầu năm kế hoạch đến ngày tính. Số lớp tối thiểu và việc cần báo cáo là thiết lập theo ngày. "
     "Tháng mới bắt đầu chưa đòi hỏi đăng nhập.",
     "definition, period, thresholds; centres: mã, classes, months_used, months_open, reports, counts"),
    ("a1-2026-1", "A1", "Phường, xã có ít nhất 90% số người 15–60 tuổi đạt mức độ 2, chắc chắn với mọi điều chưa rõ",
     "Phường, xã có hiệu lực vào ngày tính",
     "Theo chuẩn xóa mù chữ mức độ 2 (Nghị định 20/2014/NĐ-CP, Điều 19). Phường, xã chưa kết luận "
     "được không được coi là đạt; "
     "cận trên coi họ là đạt. Độ tuổi rút ngắn ở xã đặc biệt khó khăn.",
     "definition, code, unit, on, level, share; communes: mã, hai đầu độ tuổi, reached, below, "
     "unknown, undated_reached, "
     "undated_below, undated_unknown, verdict"),
    ("d1-2026-1", "D1", "Học viên từ 18 tuổi được ghi là giữ danh hiệu Công dân học tập, có giấy", POPULATION,
     "Mỗi người tính một lần, ở phường, xã nơi cư trú, khi danh hiệu có hiệu lực vào ngày tính. "
     "Người không có hồ sơ ở trung "
     "tâm không được biết đến: số này là cận dưới.",
     "definition, code, unit, on; people: mã học viên, recognised_on"),
    ("proxy-2026-1", "B3", "Người đã hoàn thành lớp năng lực thông tin", POPULATION,
     _PROXY.format(topic="năng lực thông tin"), _PROXY_HASH),
    ("proxy-2026-1", "B4", "Người đã hoàn thành lớp kỹ năng sống", POPULATION,
     _PROXY.format(topic="kỹ năng sống"), _PROXY_HASH),
    ("proxy-2026-1", "D2", "Người đã hoàn thành lớp kỹ năng số", POPULATION,
     _PROXY.format(topic="kỹ năng số"), _PROXY_HASH),
)  # fmt: skip


def load_calendar(plan: Plan) -> int:
    """Add the deadlines that are missing; what the city changed stays. Returns how many were added."""
    added = 0
    for code, name, what, level, kind, month, day, later, lines, source in DEADLINES:
        values: dict[str, Any] = {
            "name": name, "what": what, "level": level, "period_kind": kind, "due_month": month, "due_day": day,
            "years_later": later, "indicators": lines, "source": source, "first_year": FIRST_YEAR,
            "plan": plan if what == DueWhat.FIGURES else None,
        }  # fmt: skip
        added += Deadline.objects.get_or_create(code=code, defaults=values)[1]
    return added


def load_definitions() -> int:
    """Add the definitions that are missing. Returns how many were added."""
    known = set(FigureDefinition.objects.values_list("version", "code"))
    rows = [
        FigureDefinition(version=version, code=code, numerator=above, denominator=below, words=words, hashed=hashed)
        for version, code, above, below, words, hashed in DEFINITIONS
        if (version, code) not in known
    ]
    return len(FigureDefinition.objects.bulk_create(rows))
