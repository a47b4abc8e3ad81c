"""What may stand on a line of its own in a report's text: tables, drawings, and what others contributed."""

from collections.abc import Callable, Sequence
from itertools import groupby

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from indicators.annual.charts import chart_status, chart_topics
from indicators.annual.document import Block, Column, Grid, Heading, Paragraph
from indicators.annual.gathering import Facts, ReportLine
from indicators.annual.values import (
    UNAPPROVED,
    UNKNOWN,
    figure_text,
    number,
    status_text,
    target_text,
    with_unit,
)
from indicators.choices import FigureState, Formula
from indicators.models import Contribution
from indicators.statistics.lines import Counts
from literacy.cohorts.publishing import SMALL

Of = Callable[[Facts], list[Block]]


def lines_by_block(facts: Facts) -> list[Block]:
    """A heading and a short table for each block of the plan."""
    found: list[Block] = []
    columns = (Column("Mã", "code", 8), Column("Chỉ tiêu", "text", 42), Column("Phải đạt", "number", 14),
               Column("Kết quả", "number", 20), Column("Đánh giá", "text", 16))  # fmt: skip
    by_block = groupby(facts.lines, key=lambda line: line.indicator.block)
    for block, lines in by_block:
        rows = tuple(
            (line.indicator.code, line.indicator.name, target_text(line), figure_text(line), status_text(line))
            for line in lines
        )
        found += [Heading(f"{block.code}) {block.name}", 2), Grid("", columns, rows)]
    return found or [_none("Kế hoạch chưa có chỉ tiêu nào.")]


def _none(words: str) -> Paragraph:
    return Paragraph(words, "note")


def _goal(line: ReportLine, year: int | None) -> str:
    goal = line.trajectory.goals.get(year) if year else None
    return with_unit(goal.words(), line.indicator) if goal else "–"


def _remark(line: ReportLine) -> str:
    if not line.has_figure:
        before = line.before
        if before is None:
            return ""
        value = before.status_words if before.value is None else with_unit(number(before.value), line.indicator)
        return f"Gần nhất: {value} ({before.ends_on:%d/%m/%Y})"
    return "Hệ thống tính" if line.is_computed else UNAPPROVED.capitalize() if line.is_unapproved else "Đã duyệt"


def lines_table(facts: Facts) -> list[Block]:
    """Every line of the plan with its first and last goal, what this year asks for, and how it stands."""
    years = sorted({year for line in facts.lines for year in line.trajectory.years})
    ends = list(dict.fromkeys((years[0], years[-1]))) if years else []
    columns = (
        Column("Mã", "code", 6), Column("Chỉ tiêu", "text", 28),
        *(Column(f"Mốc {year}", "number", 10) for year in ends),
        Column(f"Phải đạt {facts.subject.year}", "number", 10), Column("Kết quả", "number", 12),
        Column("Đánh giá", "text", 12), Column("Ghi chú", "text", 12),
    )  # fmt: skip
    rows = tuple(
        (line.indicator.code, line.indicator.name, *(_goal(line, year) for year in ends), target_text(line),
         figure_text(line, marked=False), status_text(line), _remark(line))
        for line in facts.lines
    )  # fmt: skip
    return [Grid("Chỉ tiêu, kết quả và đánh giá", columns, rows)]


def tasks_table(facts: Facts) -> list[Block]:
    """Tasks by body: how many, and how far."""
    columns = (Column("Cơ quan chủ trì", "text", 44), Column("Nhiệm vụ", "number"), Column("Đã xong", "number"),
               Column("Đang làm", "number"), Column("Chậm", "number"), Column("Chưa bắt đầu", "number"),
               Column("Không làm nữa", "number"))  # fmt: skip
    states = ("done", "under_way", "late", "not_begun", "given_up")
    rows: dict[str, list[int]] = {}
    for task in facts.tasks:
        counts = rows.setdefault(str(task.body) if task.body else "Mọi cơ quan, đơn vị", [0] * (len(states) + 1))
        counts[0] += 1
        counts[1 + states.index(task.shown_state.value)] += 1
    if not rows:
        return [_none("Kế hoạch chưa ghi nhiệm vụ nào.")]
    total = [sum(column) for column in zip(*rows.values(), strict=True)]
    body = [*((name, *map(number, counts)) for name, counts in rows.items()), ("Tổng cộng", *map(number, total))]
    return [Grid("Nhiệm vụ theo cơ quan chủ trì", columns, tuple(body), (len(body) - 1,))]


COUNTS: tuple[tuple[str, str], ...] = (
    ("Số lớp", "classes"), ("Số buổi", "sessions"), ("Lượt người học", "participations"),
    ("Số người học", "learners"), ("Nữ", "women"), ("Chứng nhận đã cấp", "certificates"),
)  # fmt: skip


def _counted(counts: Counts) -> tuple[str, ...]:
    known = counts.as_dict()
    return tuple(number(known[name]) for _heading, name in COUNTS)


def _grid(caption: str, first: str, rows: Sequence[tuple[str, ...]], bold: tuple[int, ...] = ()) -> Grid:
    columns = (Column(first, "text", 40), *(Column(heading, "number", 10) for heading, _name in COUNTS))
    return Grid(caption, columns, tuple(rows), bold)


def statistics_topics(facts: Facts) -> list[Block]:
    """What was taught by topic; the total counts each person once."""
    lines = [line for line in facts.statistics.lines if line.centre is None and line.topic is not None]
    if not lines:
        return [_none("Trong năm chưa có lớp nào có buổi học.")]
    rows = [(line.topic.name if line.topic else "", *_counted(line.counts)) for line in lines]
    rows.append(("Tổng cộng", *_counted(facts.statistics.total)))
    return [_grid("Hoạt động theo lĩnh vực", "Lĩnh vực", rows, (len(rows) - 1,))]


def statistics_centres(facts: Facts) -> list[Block]:
    """A line for each centre with classes in the year."""
    lines = [line for line in facts.statistics.lines if line.centre is not None and line.topic is None]
    if not lines:
        return [_none("Trong năm chưa có trung tâm nào mở lớp.")]
    rows = [(line.centre.name if line.centre else "", *_counted(line.counts)) for line in lines]
    rows.append(("Tổng cộng", *_counted(facts.statistics.total)))
    found: list[Block] = [_grid("Hoạt động của từng trung tâm", "Trung tâm", rows, (len(rows) - 1,))]
    return [*found, *(_none(note) for note in facts.statistics.notes)]


def statistics_groups(facts: Facts) -> list[Block]:
    """People by target group; one person may be in several. One to four people are not told from each other."""
    columns = (Column("Đối tượng", "text", 52), Column("Lớp dành riêng", "number", 16),
               Column("Số người học", "number", 16), Column("Trong đó nữ", "number", 16))  # fmt: skip
    rows = tuple(
        (str(line.group) if line.group else "Chưa ghi đối tượng", number(line.classes), _few(line.learners),
         _few(line.women))
        for line in facts.groups
        if line.learners or line.classes
    )  # fmt: skip
    if not rows:
        return [_none("Trong năm chưa ghi nhận người học theo đối tượng.")]
    return [Grid("Người học theo đối tượng (một người có thể thuộc nhiều đối tượng)", columns, rows)]


def _few(people: int) -> str:
    return f"dưới {SMALL}" if 0 < people < SMALL else number(people)


def quality_table(facts: Facts) -> list[Block]:
    """The rules of data quality and how many places each finds; no names of classes or people."""
    if not facts.quality:
        return [_none("Chưa đủ dữ liệu để xem xét chất lượng.")]
    is_shared = any(line.base is not None for line in facts.quality)
    of_all = (Column("Trong tổng số", "number", 15),) if is_shared else ()
    columns = (Column("Quy tắc", "text", 70), Column("Số chỗ cần xem lại", "number", 15), *of_all)
    rows = tuple(
        (str(line.rule.name), number(line.bad), *([f"{number(line.base or 0)} {line.rule.of}"] if is_shared else []))
        for line in facts.quality
    )  # fmt: skip
    found: list[Block] = [
        Grid("Số chỗ cần xem lại theo quy tắc, trong 365 ngày đến lần xem xét gần nhất", columns, rows)
    ]
    if facts.unmeasured:
        found.append(_none(f"{number(facts.unmeasured)} trung tâm chưa được xem xét."))
    return found


def contributions_done(facts: Facts) -> list[Block]:
    """What bodies and units did, with their figures, in their own words."""
    found: list[Block] = []
    is_own = facts.subject.unit is not None and facts.subject.level != "city"
    for row in facts.contributions:
        if not is_own:
            found.append(Heading(row.whose, 3))
        found += [Paragraph(text) for text in _paragraphs(row.done)]
        if row.figures:
            found += [Paragraph(f"Số liệu: {text}") for text in _paragraphs(row.figures)]
    if found:
        return found
    return [_none("Chưa có báo cáo đóng góp nào được gửi." if is_own else "Chưa có báo cáo đóng góp nào được nhận.")]


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _items(facts: Facts, words: Callable[[Contribution], str], none: str) -> list[Block]:
    found: list[Block] = []
    for row in facts.contributions:
        name = "" if facts.subject.level != "city" else f"{row.whose}: "
        found += [Paragraph(f"{name}{text}", "item") for text in _paragraphs(words(row))]
    return found or [_none(none)]


def contributions_difficulties(facts: Facts) -> list[Block]:
    """What stood in the way, by body."""
    return _items(facts, lambda row: row.difficulties, "Các báo cáo đóng góp không nêu khó khăn, vướng mắc.")


def contributions_proposals(facts: Facts) -> list[Block]:
    """What is proposed, by body."""
    return _items(facts, lambda row: row.proposals, "Các báo cáo đóng góp không nêu kiến nghị.")


def figures_unapproved(facts: Facts) -> list[Block]:
    """Figures that stand in the text and that nobody approved."""
    lines = [line for line in facts.lines if line.is_unapproved]
    if not lines:
        return [_none("Mọi số liệu báo cáo trong văn bản này đã được duyệt.")]
    columns = (Column("Mã", "code", 8), Column("Chỉ tiêu", "text", 42), Column("Số liệu", "number", 16),
               Column("Trạng thái", "text", 14), Column("Nguồn", "text", 30))  # fmt: skip
    rows = tuple(
        (line.indicator.code, line.indicator.name, figure_text(line, marked=False),
         str(line.figure.get_state_display()) if line.figure else "", line.figure.source_name if line.figure else "")
        for line in lines
    )  # fmt: skip
    return [Grid("Số liệu chưa duyệt", columns, rows)]


def figures_missing(facts: Facts) -> list[Block]:
    """Lines without a figure of this year, with the last one known."""
    lines = [line for line in facts.lines if not line.has_figure]
    if not lines:
        return [_none("Mọi chỉ tiêu đều có số liệu của năm.")]
    columns = (Column("Mã", "code", 8), Column("Chỉ tiêu", "text", 44), Column("Cơ quan báo cáo", "text", 28),
               Column("Ghi chú", "text", 24))  # fmt: skip
    rows = tuple(
        (line.indicator.code, line.indicator.name, str(line.indicator.responsible or "chưa phân công"),
         _remark(line) or UNKNOWN)
        for line in lines
    )  # fmt: skip
    return [Grid("Chỉ tiêu chưa có số liệu", columns, rows)]


def figures_sources(facts: Facts) -> list[Block]:
    """Where each figure is from. Counts of people below five are not printed (docs/adr/0049)."""
    columns = (Column("Số liệu", "code", 12), Column("Kỳ", "text", 20), Column("Nguồn", "text", 68))
    rows = [(line.indicator.code, _days(line), _source(line)) for line in facts.lines if line.has_figure]
    period = f"{facts.subject.period.starts_on:%d/%m/%Y}–{facts.subject.as_of:%d/%m/%Y}"
    rows.append(("Thống kê", period, "Tính từ lớp, buổi học, ghi danh và chứng nhận trên hệ thống; mỗi sự kiện tính "
                 "cho đơn vị của ngày diễn ra"))  # fmt: skip
    return [Grid("Nguồn số liệu", columns, tuple(rows))]


def _days(line: ReportLine) -> str:
    assert line.figure is not None
    return f"{line.figure.starts_on:%d/%m/%Y}–{line.figure.ends_on:%d/%m/%Y}"


def _source(line: ReportLine) -> str:
    figure = line.figure
    assert figure is not None
    if not line.is_computed:
        day = f" ngày {figure.document_on:%d/%m/%Y}" if figure.document_on else ""
        paper = f", {figure.document}{day}" if figure.document else ""
        state = UNAPPROVED if figure.state not in (FigureState.APPROVED, FigureState.LOCKED) else "đã duyệt"
        return f"{figure.source_name}{paper}; phiên bản {figure.version}, {state}"
    counts = ""
    is_few = 0 < (figure.numerator or 0) < SMALL and line.indicator.formula != Formula.C3  # C3 counts no people
    if figure.denominator and not is_few:
        counts = f"{number(figure.numerator)}/{number(figure.denominator)}; "
    return f"Hệ thống tính: {counts}định nghĩa {figure.definition_version}; băm {figure.evidence_hash[:16]}"


COMMON: dict[str, tuple[str | Promise, Of]] = {
    "statistics.topics": (_("bảng: hoạt động theo lĩnh vực"), statistics_topics),
    "chart.topics": (_("hình và bảng: lượt người học theo lĩnh vực"), chart_topics),
    "statistics.groups": (_("bảng: người học theo đối tượng"), statistics_groups),
    "quality.table": (_("bảng: chất lượng dữ liệu"), quality_table),
    "figures.sources": (_("bảng: nguồn của từng số liệu"), figures_sources),
}
OF_UNIT: dict[str, tuple[str | Promise, Of]] = {
    "lines.by_block": (_("bảng: chỉ tiêu theo từng mục của kế hoạch"), lines_by_block),
    "chart.status": (_("hình và bảng: bao nhiêu chỉ tiêu đạt, chậm, chưa có số liệu"), chart_status),
    "lines.table": (_("bảng: mọi chỉ tiêu"), lines_table),
    "tasks.table": (_("bảng: nhiệm vụ theo cơ quan"), tasks_table),
    "statistics.centres": (_("bảng: hoạt động của từng trung tâm"), statistics_centres),
    "contributions.done": (_("việc đã làm, theo báo cáo của các cơ quan"), contributions_done),
    "contributions.difficulties": (_("khó khăn, theo báo cáo của các cơ quan"), contributions_difficulties),
    "contributions.proposals": (_("kiến nghị, theo báo cáo của các cơ quan"), contributions_proposals),
    "figures.unapproved": (_("bảng: số liệu chưa duyệt"), figures_unapproved),
    "figures.missing": (_("bảng: chỉ tiêu chưa có số liệu"), figures_missing),
}


def block_makers(*, is_centre: bool) -> dict[str, tuple[str | Promise, Of]]:
    """Return what may stand on a line of its own, with what it is."""
    return COMMON if is_centre else {**OF_UNIT, **COMMON}
