"""What a statistics file says, whatever its format: titles, lines, breakdowns, and the same as plain data."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import override

from accounts.models import User
from core.tabular.writing import Column, Table
from core.tokens import group_token
from indicators.choices import Boundaries
from indicators.exports import group_table, statistics_table
from indicators.resource_exports import resource_table
from indicators.services.boundaries import restate
from indicators.statistics import facts
from indicators.statistics.groups import by_target_group
from indicators.statistics.lines import Statistics
from indicators.statistics.profile import DIMENSIONS, Part, profile
from indicators.statistics.questions import Question
from indicators.statistics.selectors import statistics
from indicators.unit_exports import units_data, units_table

TITLE = "THỐNG KÊ HOẠT ĐỘNG TRUNG TÂM HỌC TẬP CỘNG ĐỒNG"


@dataclass(frozen=True)
class Document:
    """A file before it has a format. ``short`` is the table as paper shows it; ``data`` is ready for JSON."""

    subject: str
    lines: Sequence[str]
    table: Table
    short: Table
    totals: dict[str, int]
    notes: Sequence[str]
    data: dict[str, Any] = field(default_factory=dict)


def proof_url(token: str) -> str:
    """Return the public address that says whether a paper and the system agree; upper case as in the QR."""
    return f"{settings.PUBLIC_BASE_URL.upper()}/T/{token}"


def _titles(question: Question, subject: str, by: User, token: str, more: str = "") -> list[str]:
    now = timezone.localtime()
    with override("vi"):
        drawn = str(Boundaries(question.boundaries).label)
    period = f"{question.starts_on:%d/%m/%Y} – {question.ends_on:%d/%m/%Y}"
    return [
        TITLE,
        f"{subject}: {period}{more}",
        f"Tính theo {drawn}"
        if question.boundaries != Boundaries.THEN
        else "Mỗi sự kiện tính cho đơn vị của ngày diễn ra",
        f"Xuất từ hệ thống lúc {now:%H:%M %d/%m/%Y}, người xuất: {by.full_name}",
        f"Đối chiếu với hệ thống: {proof_url(token).replace(token, group_token(token))}",
    ]


def document(question: Question, *, by: User, token: str = "", kind: str = "xlsx") -> Document:
    """Ask everything a file of that kind shows. Raises as ``restate`` and ``statistics`` do."""
    with override("vi"):  # a file is handed in: its words stay Vietnamese
        parts = profile(user=by, boundaries=question.boundaries, **question.what) if kind != "csv" else []
    if question.is_by_unit:
        found = restate(by=by, boundaries=question.boundaries, **question.what)
        titles = [*_titles(question, found.label, by, token), *found.notes]
        sheets = [parts_table(parts, titles)]
        if kind == "xlsx":
            sheets.append(resource_table(by, question, titles))
        table = units_table(found, titles, more=sheets)
        body: dict[str, Any] = {**found.hours, "lines": units_data(found), "breakdowns": parts_data(parts)}
        return _done(question, found.label, titles, table, table, found.totals, found.notes, body)
    # A file is handed in: it is counted from the rows themselves.
    stats = statistics(user=by, **question.what, topics_of_centres=True)
    minutes, untimed = facts.hours(user=by, **question.what)
    titles = _titles(question, stats.label, by, token, f" · {stats.centre_count} trung tâm")
    titles += stats.notes
    sheets = [parts_table(parts, titles)] if parts else []
    if kind in ("xlsx", "json"):
        groups = by_target_group(user=by, **question.what, from_rows=True)
    if kind == "xlsx":
        sheets = [group_table(groups, titles), *sheets, resource_table(by, question, titles)]
    table = replace(statistics_table(stats, titles), more=sheets)
    body = {
        "minutes": minutes, "untimed": untimed, "lines": centre_data(stats), "breakdowns": parts_data(parts),
    }  # fmt: skip
    if kind == "json":
        body["target_groups"] = [
            {"group": line.code, "classes": line.classes, "learners": line.learners, "women": line.women}
            for line in groups
        ]  # fmt: skip
    short = statistics_table(replace(stats, lines=stats.summary), titles)
    return _done(question, stats.label, titles, table, short, stats.totals, stats.notes, body)


def _done(
    question: Question, subject: str, titles: Sequence[str], table: Table, short: Table, totals: dict[str, int],
    notes: Sequence[str], body: dict[str, Any],
) -> Document:  # fmt: skip
    place = question.unit or question.centre
    data = {
        "unit": question.unit.code if question.unit else None,
        "centre": question.centre.code if question.centre else None,
        "name": str(place),
        "from": question.starts_on.isoformat(),
        "to": question.ends_on.isoformat(),
        "boundaries": str(question.boundaries),
        "totals": totals,
        **body,
        "notes": list(notes),
    }
    return Document(subject, titles[1:], table, short, totals, notes, data)


def centre_data(stats: Statistics) -> list[dict[str, Any]]:
    """Return the lines of centres and topics as plain data."""
    return [
        {"centre": line.centre.code if line.centre else None, "topic": line.topic.code if line.topic else None,
         **line.counts.as_dict()}
        for line in stats.lines
    ]  # fmt: skip


def parts_data(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """Return breakdowns as plain data; null where a measure does not describe a dimension."""
    return [asdict(part) for part in parts]


def parts_table(parts: Sequence[Part], titles: Sequence[str]) -> Table:
    """Return the sheet of breakdowns; its words stay Vietnamese."""
    with override("vi"):
        names = {key: str(label) for key, label in DIMENSIONS.items()}
    note = "Người học đếm một lần ở mỗi dòng. Lớp, buổi, giờ chỉ chia theo điều nói về lớp."
    return Table(
        [*titles, note],
        [Column("Chia theo", "text", 24), Column("Giá trị", "text", 44), Column("Số lớp"), Column("Số buổi"),
         Column("Giờ học", "decimal"), Column("Lượt người học"), Column("Số người học"), Column("Nữ"),
         Column("Chứng nhận đã cấp")],
        [
            [names[part.dimension], part.label, part.classes, part.sessions,
             None if part.minutes is None else part.minutes / 60, part.participations, part.learners, part.women,
             part.certificates]
            for part in parts
        ],
        sheet="Cơ cấu",
    )  # fmt: skip
