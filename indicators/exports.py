"""The statistics table: its columns and one row generator for every format."""

from collections.abc import Iterator, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from accounts.models import User
from core.tabular.writing import Cell, Column, Table
from indicators.statistics.groups import GroupLine
from indicators.statistics.selectors import Line, Statistics

# Column heading and the count it shows. A file is handed in: its words stay Vietnamese, the page translates them.
COUNTS: tuple[tuple[str, str], ...] = (
    (gettext_noop("Số lớp"), "classes"),
    (gettext_noop("Lớp chủ trì"), "classes_led"),
    (gettext_noop("Lớp phối hợp"), "classes_took_part"),
    (gettext_noop("Số buổi"), "sessions"),
    (gettext_noop("Lượt người học"), "participations"),
    (gettext_noop("Số người học"), "learners"),
    (gettext_noop("Nữ"), "women"),
    (gettext_noop("Không rõ giới tính"), "sex_unknown"),
    (gettext_noop("Dân tộc thiểu số"), "minorities"),
    (gettext_noop("Không rõ dân tộc"), "ethnicity_unknown"),
    (gettext_noop("Dưới 15 tuổi"), "under_15"),
    (gettext_noop("15–25 tuổi"), "age_15_25"),
    (gettext_noop("26–35 tuổi"), "age_26_35"),
    (gettext_noop("36–60 tuổi"), "age_36_60"),
    (gettext_noop("Trên 60 tuổi"), "over_60"),
    (gettext_noop("Không rõ tuổi"), "age_unknown"),
    (gettext_noop("Chứng nhận đã cấp"), "certificates"),
    (gettext_noop("Trong đó đã thu hồi"), "revoked"),
)


def columns() -> list[Column]:
    """Return the columns in order."""
    return [
        Column("Mã trung tâm", "text", 14),
        Column("Trung tâm", "text", 44),
        Column("Lĩnh vực", "text", 30),
        *(Column(heading) for heading, _name in COUNTS),
        Column("Ghi chú", "text", 44),
    ]


def cells(line: Line) -> list[Cell]:
    """Return one line as cells; totals say so in the topic column."""
    values = line.counts.as_dict()
    if line.centre is None:
        head: list[Cell] = ["", "TỔNG CỘNG", line.topic.name if line.topic else ""]
    else:
        head = [line.centre.code, line.centre.name, line.topic.name if line.topic else "Cộng trung tâm"]
    return [*head, *(values[name] for _heading, name in COUNTS)]


def rows(stats: Statistics) -> Iterator[list[Cell]]:
    """Yield every line. How a closed unit was counted stands beside the total: a CSV has no title lines to say it."""
    notes = " ".join(stats.notes)
    for line in stats.lines:
        is_total = line.centre is None and line.topic is None
        yield [*cells(line), notes if is_total else ""]


GROUP_COUNTS: tuple[tuple[str, str], ...] = (
    (gettext_noop("Lớp dành cho nhóm"), "classes"),
    (gettext_noop("Số người học"), "learners"),
    (gettext_noop("Nữ"), "women"),
)
NO_GROUP = gettext_noop("Chưa ghi nhóm nào")
GROUP_NOTE = gettext_noop(
    "Một người có thể thuộc nhiều nhóm, nên các dòng không cộng lại với nhau. Phụ nữ, dân tộc thiểu số, thanh niên, "
    "người cao tuổi suy ra từ hồ sơ; các nhóm khác do người học tự khai."
)


def group_table(lines: Sequence[GroupLine], titles: Sequence[str]) -> Table:
    """Return the sheet of the plan's target groups; its words stay Vietnamese."""
    return Table(
        [*titles, GROUP_NOTE],
        [Column("Nhóm đối tượng", "text", 60), Column("Chỗ nêu trong Kế hoạch", "text", 24),
         *(Column(heading) for heading, _name in GROUP_COUNTS)],
        [
            [line.group.name if line.group else NO_GROUP, line.group.source if line.group else "",
             *(getattr(line, name) for _heading, name in GROUP_COUNTS)]
            for line in lines
        ],
        sheet="Nhóm đối tượng",
    )  # fmt: skip


def statistics_table(stats: Statistics, by: User, groups: Sequence[GroupLine] = ()) -> Table:
    """Return the table with its titles: what, where, when, produced when and by whom; the groups on a further sheet."""
    now = timezone.localtime()
    with override("vi"):
        made = _("Xuất từ hệ thống lúc %(at)s, người xuất: %(who)s")
    titles = [
        "THỐNG KÊ HOẠT ĐỘNG TRUNG TÂM HỌC TẬP CỘNG ĐỒNG",
        f"{stats.label}: {stats.starts_on:%d/%m/%Y} – {stats.ends_on:%d/%m/%Y} · {stats.centre_count} trung tâm",
        made % {"at": f"{now:%H:%M %d/%m/%Y}", "who": by.full_name},
        *stats.notes,
    ]
    bold = frozenset(index for index, line in enumerate(stats.lines) if line.topic is None)
    more = [group_table(groups, titles)] if groups else []
    return Table(titles, columns(), rows(stats), bold_rows=bold, more=more)
