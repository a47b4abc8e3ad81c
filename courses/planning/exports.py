"""What was held against the plan as a table, for every format."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.tabular.writing import Cell, Column, Table
from courses.models import YearPlan
from courses.planning.choices import Funding, Quarter
from courses.selectors.planning import Held, PlanReport


def columns() -> list[Column]:
    """Return the columns in order. Like every form of the office, the sheet is Vietnamese."""
    return [
        Column("Nội dung", "text", 44),
        Column("Lĩnh vực", "text", 24),
        Column("Quý", "text", 10),
        Column("Kinh phí", "text", 24),
        Column("Đơn vị phối hợp", "text", 28),
        Column("Số lớp kế hoạch"),
        Column("Lượt dự kiến"),
        Column("Số lớp đã mở"),
        Column("Số lớp đã học"),
        Column("Số buổi đã học"),
        Column("Lượt người học"),
        Column("Ghi chú", "text", 30),
    ]


def _held(held: Held) -> list[Cell]:
    return [held.opened, held.classes, held.sessions, held.participations]


def rows(report: PlanReport) -> Iterator[list[Cell]]:
    """Yield the lines of the plan, the classes outside it, then the total."""
    for row in report.lines:
        line = row.line
        head: list[Cell] = [
            line.name, line.topic.name, str(Quarter(line.quarter).label), str(Funding(line.funding).label),
            line.partner,
        ]  # fmt: skip
        planned: list[Cell] = [0, 0] if line.is_dropped else [line.class_count, line.expected_participants]
        yield [*head, *planned, *_held(row.held), "đã bỏ khỏi kế hoạch" if line.is_dropped else ""]
    for group in report.unplanned:
        held = Held()
        held.add(group)
        head = [group.name, group.course.topic.name, f"Quý {(group.starts_on.month + 2) // 3}", "", group.partner]
        yield [*head, 0, 0, *_held(held), f"ngoài kế hoạch, lớp {group.code}"]
    yield [
        "TỔNG CỘNG", "", "", "", "", report.planned_classes, report.planned_participants, *_held(report.total), "",
    ]  # fmt: skip


def report_table(plan: YearPlan, report: PlanReport, by: User) -> Table:
    """Return the table with its titles: what, where, approved when, produced when and by whom."""
    now = timezone.localtime()
    state = f"Đã duyệt ngày {plan.approved_on:%d/%m/%Y}" if plan.approved_on else "Dự thảo, chưa duyệt"
    made = _("Xuất từ hệ thống lúc %(at)s, người xuất: %(who)s")
    titles = [
        f"KẾT QUẢ THỰC HIỆN KẾ HOẠCH NĂM {plan.year}",
        f"{plan.centre.name} · {state}",
        made % {"at": f"{now:%H:%M %d/%m/%Y}", "who": by.full_name},
    ]
    last = len(report.lines) + len(report.unplanned)
    return Table(titles, columns(), rows(report), sheet=f"Kế hoạch {plan.year}", bold_rows=frozenset({last}))
