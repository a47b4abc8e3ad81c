"""The cohort table as a file: the numbers of the page, its curve on a further sheet."""

import datetime as dt
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from core import audit
from core.errors import Forbidden, InvalidInput
from core.tabular.writing import WRITERS, Cell, Column, Table
from literacy.cohorts.access import Place
from literacy.cohorts.publishing import SMALL
from literacy.cohorts.shown import COUNTS, SHARES, ShownCohort, ShownReport, ShownStep

HIDDEN = f"< {SMALL}"
CURVE: tuple[tuple[str, str], ...] = (
    ("Tháng sau công nhận", "months"),
    ("Đang theo dõi", "at_risk"),
    ("Tái mù chữ lần đầu", "relapsed"),
    ("Thôi theo dõi: đã rời", "left"),
    ("Thôi theo dõi: chưa đến hạn", "not_due"),
    ("Thôi theo dõi: chưa gặp được", "not_reached"),
)


def _count(value: int | None) -> Cell:
    return HIDDEN if value is None else value


def cells(row: ShownCohort) -> list[Cell]:
    """Return a line as cells; a hidden count says so, a share that is none stays empty."""
    return [
        row.label,
        *(_count(row.counts[key]) for key, _heading in COUNTS),
        *(row.shares[key] for key, _heading in SHARES),
    ]


def _step(step: ShownStep) -> list[Cell]:
    counts = [_count(getattr(step, name)) for _heading, name in CURVE]
    return [*counts, step.survival, step.lower, step.upper]


def table(shown: ShownReport, *, titles: list[str], first: str) -> Table:
    """Return the table with its total on top; ``first`` heads the column of lines."""
    columns = [
        Column(first, "text", 44),
        *(Column(heading, width=14) for _key, heading in COUNTS),
        *(Column(heading, "percent", 12) for _key, heading in SHARES),
    ]
    curve = Table(
        titles,
        [
            *(Column(heading, width=16) for heading, _name in CURVE),
            Column("Còn biết chữ", "percent", 14),
            Column("Cận dưới 95%", "percent", 14),
            Column("Cận trên 95%", "percent", 14),
        ],
        [_step(step) for step in shown.curve],
        sheet="Đường còn biết chữ",
    )
    rows = [cells(row) for row in (shown.total, *shown.rows)]
    more = [curve] if shown.curve else []
    return Table(titles, columns, rows, sheet="Nhóm mới biết chữ", bold_rows=frozenset({0}), more=more)


@transaction.atomic
def export_cohorts(
    *, shown: ShownReport, place: Place, as_of: dt.date, what: str, first: str, kind: str, by: User, out: BinaryIO
) -> int:
    """Write the file and leave a trace; return how many lines it has.

    Raises InvalidInput for an unknown format, Forbidden without Verb.EXPORT.
    """
    if kind not in WRITERS:
        raise InvalidInput("unknown_format", _("Chỉ xuất được XLSX hoặc CSV."))
    if not scope_of(by).may(Verb.EXPORT):
        raise Forbidden("role_may_not", _("Vai trò của bạn không xuất được thống kê."))
    with override("vi"):
        made = _("Xuất từ hệ thống lúc %(at)s, người xuất: %(who)s")
    titles = [
        "NHÓM NGƯỜI MỚI BIẾT CHỮ",
        f"{place.name}: {what}, đến {as_of:%d/%m/%Y}",
        made % {"at": f"{timezone.localtime():%H:%M %d/%m/%Y}", "who": by.full_name},
        "Tỷ lệ đạt = số người đạt / (được công nhận − chưa đến hạn − đã rời). Chưa kiểm tra không phải là đạt.",
    ]
    if not shown.exact:
        titles.append(f"Số liệu làm tròn đến chục; dưới {SMALL} người được ẩn.")
    count = WRITERS[kind](table(shown, titles=titles, first=first), out)
    row = place.unit or place.centre
    assert row is not None
    data = {"as_of": str(as_of), "what": what, "format": kind, "rows": count, "exact": shown.exact}
    audit.record("literacy.export_cohorts", row, by=by, centre_id=place.centre.pk if place.centre else None, data=data)
    return count
