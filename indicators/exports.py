"""The statistics table: its columns and one row generator for every format."""

from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile

from django.utils.translation import gettext_noop

from core.tabular.writing import Cell, Column, Formula, Table
from indicators.statistics.groups import GroupLine
from indicators.statistics.lines import Line, Statistics

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


# What lines of centres and topics add up to; people are counted once in each line.
ADDS_UP = frozenset({
    "classes", "classes_led", "classes_took_part", "sessions", "participations", "certificates", "revoked",
})  # fmt: skip


def cells(line: Line, sums: Callable[[int, str], str] | None = None) -> list[Cell]:
    """Return one line as cells; totals say so in the topic column, and are formulas where ``sums`` makes one."""
    values = line.counts.as_dict()
    if line.centre is None:
        head: list[Cell] = ["", "TỔNG CỘNG", line.topic.name if line.topic else ""]
    else:
        head = [line.centre.code, line.centre.name, line.topic.name if line.topic else "Cộng trung tâm"]
    return [
        *head,
        *(Formula(sums, values[name]) if sums and name in ADDS_UP else values[name] for _heading, name in COUNTS),
    ]


def _summing(first_line: int, last_line: int) -> Callable[[int, str], str]:
    """Add up lines that lie together."""
    return lambda first, letters: f"=SUM({letters}{first + first_line}:{letters}{first + last_line})"


def _summing_topic(at: int, first_line: int, last_line: int) -> Callable[[int, str], str]:
    """Add up the lines of one topic in all centres; the topic stands in column C."""

    def text(first: int, letters: str) -> str:
        start, end = first + first_line, first + last_line
        return f"=SUMIF($C${start}:$C${end},$C{first + at},{letters}${start}:{letters}${end})"

    return text


def rows(stats: Statistics) -> Iterator[list[Cell]]:
    """Yield every line, totals as formulas over the lines they are made of where these are there.

    How a closed unit was counted stands beside the total: a CSV has no title lines to say it.
    """
    notes, lines = " ".join(stats.notes), stats.lines
    topics = sum(line.centre is None and line.topic is not None for line in lines)
    has_parts = any(line.centre is not None and line.topic is not None for line in lines)
    for at, line in enumerate(lines):
        sums = None
        if line.centre is None and line.topic is None and topics:
            sums = _summing(1, topics)
        elif line.centre is None and line.topic is not None and has_parts:
            sums = _summing_topic(at, topics + 1, len(lines) - 1)
        elif line.topic is None and has_parts:
            parts = sum(1 for _ in takewhile(lambda one: one.topic is not None, lines[at + 1 :]))
            sums = _summing(at + 1, at + parts) if parts else None
        yield [*cells(line, sums), notes if line.centre is None and line.topic is None else ""]


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


def statistics_table(stats: Statistics, titles: Sequence[str]) -> Table:
    """Return the table of centres and topics."""
    bold = frozenset(index for index, line in enumerate(stats.lines) if line.topic is None)
    return Table(titles, columns(), list(rows(stats)), bold_rows=bold)
