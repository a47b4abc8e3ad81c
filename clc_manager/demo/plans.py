"""A second, made-up plan beside the city's own, parts given to communes, tasks under way, contributions of bodies."""

import datetime as dt
from decimal import Decimal

from accounts.choices import Role, Salutation
from accounts.models import User
from centres.models import AdminUnit, Body
from centres.services import add_membership
from clc_manager.demo.people import SINCE
from indicators.choices import Measure, MeasuredPer
from indicators.models import Plan
from indicators.selectors import current_plan
from indicators.services import plans
from indicators.services.contributions import decide_contribution, save_contribution
from indicators.services.tasks import record_task, save_task
from indicators.services.unit_targets import set_unit_target

FICTITIOUS = "KH-VIDU"
WHY = "Kế hoạch của xã, phường (dữ liệu mẫu)"
# Number of the task, how far it is, what was done, document.
PROGRESS: tuple[tuple[str, str, str, str], ...] = (
    ("V.1.1", "under_way", "Đã ban hành hướng dẫn năm, giao ban hằng quý với các sở.", "HD 01 (dữ liệu mẫu)"),
    ("V.1.4", "done", "Hồ sơ đăng ký đã nộp.", "TTr 07 (dữ liệu mẫu)"),
    ("V.5.4", "under_way", "12 lớp năng lực thông tin cho cán bộ.", ""),
    ("V.8.1", "under_way", "Hai lớp xóa mù chữ trong trại giam.", ""),
    ("V.12.1", "done", "Chuyên mục hằng tuần trên sóng truyền hình.", "KH 22 (dữ liệu mẫu)"),
    ("V.15b.2", "late", "Mới nhân rộng ở 60 trên 126 xã, phường.", ""),
    ("III.6.2", "given_up", "Nhập vào chính sách chung của thành phố.", ""),
)
WRITTEN = {
    "HKH": ("Vận động đăng ký gia đình, dòng họ, cộng đồng học tập ở mọi xã, phường.", "71,2% gia đình đạt danh hiệu.",
            "Nơi mới sáp nhập chưa kiện toàn chi hội.", "Hỗ trợ kinh phí tập huấn chi hội."),
    "SNV": ("Mở lớp kỹ năng số cơ bản cho cán bộ, công chức, viên chức.", "92,5% đã qua tập huấn.", "",
            "Thống nhất học liệu dùng chung."),
    "STTTT": ("Tổ công nghệ số cộng đồng mở lớp ở nhà văn hóa.", "47,9% người dân đạt kỹ năng số.",
              "Người cao tuổi thiếu thiết bị.", ""),
    "DOAN": ("Đội hình thanh niên tình nguyện dạy chữ, dạy kỹ năng số.", "", "", ""),
}  # fmt: skip


def second_plan(today: dt.date, officer: User) -> Plan:
    """A small plan of the demo's own, laid down as an officer would: two blocks, four lines, one step, one task."""
    year = today.year
    plan = plans.create_plan(
        code=FICTITIOUS, name="Kế hoạch ví dụ: bình dân học vụ số (dữ liệu mẫu, không có thật)",
        starts_on=dt.date(year, 1, 1), ends_on=dt.date(year + 3, 12, 31), by=officer,
        note="Kế hoạch bịa ra để thử; không phải văn bản của thành phố.",
    )  # fmt: skip
    people = plans.save_block(plan=plan, code="1", name="Người học", order=1, by=officer)
    houses = plans.save_block(plan=plan, code="2", name="Trung tâm", order=2, by=officer)
    rows = (
        ("N1", people, "Người lớn học xong kỹ năng số", Measure.PERCENT, MeasuredPer.PERSON, "D2", (40, 75)),
        ("N2", people, "Lượt người học mỗi năm", Measure.NUMBER, MeasuredPer.PERSON, "", (20_000, 60_000)),
        ("T1", houses, "Trung tâm ứng dụng công nghệ thông tin", Measure.PERCENT, MeasuredPer.CENTRE, "C3", (60, 95)),
    )  # fmt: skip
    for order, (code, block, name, measure, per, formula, (low, high)) in enumerate(rows, start=1):
        values = {
            "block": block, "code": code, "order": order, "name": name, "measure": measure, "measured_per": per,
            "formula": formula, "note": "", "responsible": Body.objects.get(code="STTTT"), "responsible_basis": "",
        }  # fmt: skip
        line = plans.save_line(plan=plan, values=values, co_operating=[], by=officer)
        for at, value in ((year, low), (year + 3, high)):
            plans.set_target(
                line=line, year=at, comparator=">=", low=Decimal(value), by=officer,
                quote=f"Ví dụ: đến năm {at} đạt {value} trở lên.",
            )  # fmt: skip
    line = plan.indicators.get(code="N1")
    plans.set_step(line=line, year=year + 1, value=Decimal(45), reason="Năm đầu tập huấn giáo viên", by=officer)
    save_task(
        plan=plan, part="1", number="1.1", words="Ví dụ: mở lớp kỹ năng số ở mỗi nhà văn hóa.", co_operating=[],
        body=Body.objects.get(code="DOAN"), cadence="hằng quý", due_on=dt.date(year, 12, 31), by=officer,
    )  # fmt: skip
    return plans.start_plan(plan=plan, by=officer)


def of_the_plan(today: dt.date, users: dict[str, User]) -> None:
    """Everything of the module, by the city's officer; and Linh of the association, whom ``./run`` does not print."""
    officer, main = users["tuan"], current_plan(today)
    second_plan(today, officer)
    _parts(main, today, officer)
    for number, state, words, document in PROGRESS:
        task = main.tasks.get(number=number)
        record_task(task=task, state=state, words=words, document=document, by=officer)
    _contributions(main, today, officer)


def _parts(main: Plan, today: dt.date, officer: User) -> None:
    """D3 for some communes with their households, D1 for some without: one can be put together, the other cannot."""
    communes = AdminUnit.objects.on(today).communes().order_by("code")
    for index, unit in enumerate(communes[:12]):
        value = Decimal(58 + index % 5 * 4)
        set_unit_target(
            line=main.indicators.get(code="D3"), unit=unit, year=today.year, value=value, weight=4200 + 310 * index,
            document=WHY, reason=WHY, by=officer,
        )  # fmt: skip
        if index < 4:
            line = main.indicators.get(code="D1")
            set_unit_target(line=line, unit=unit, year=today.year, value=Decimal(50), reason=WHY, by=officer)


def _contributions(main: Plan, today: dt.date, officer: User) -> None:
    for index, (code, texts) in enumerate(WRITTEN.items()):
        body = Body.objects.get(code=code)
        writer = User.objects.create_user(
            f"cq-{code.lower()}", None, full_name=f"Cán bộ {body.name}"[:150], salutation=Salutation.BA
        )
        add_membership(user=writer, role=Role.BODY_OFFICER, body=body, by=None, valid_from=SINCE)
        words = dict(zip(("done", "figures", "difficulties", "proposals"), texts, strict=True))
        row = save_contribution(
            plan=main, body=body, unit=None, year=today.year, words=words, version=0, by=writer, send=index < 3
        )
        if index < 2:
            decide_contribution(contribution=row, accept=True, by=officer)
