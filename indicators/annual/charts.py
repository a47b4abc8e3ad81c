"""Drawings of a report, each with its table: how the lines stand, and what people learned."""

from core.pictures import Bar, Picture, bar_chart
from indicators.annual.document import Block, Column, Figure, Grid
from indicators.annual.gathering import Facts

STANDINGS = (
    ("Đạt", ("reached",), "ok"), ("Đúng tiến độ", ("on_track", "no_target"), "ok"),
    ("Chưa đạt, chậm", ("behind",), "bad"), ("Chưa có số liệu", ("missing",), "plain"),
)  # fmt: skip


def _shown(picture: Picture) -> list[Block]:
    """A drawing and the table that says the same. The first column holds words, the others numbers."""
    first, *others = picture.table.head
    columns = (Column(first, "text", 60), *(Column(head, "number", 20) for head in others))
    return [
        Figure(picture.title, picture.description, str(picture.svg)),
        Grid(f"Số liệu của hình: {picture.title}", columns, picture.table.rows),
    ]


def chart_status(facts: Facts) -> list[Block]:
    """How many lines are reached, on track, behind, and without a figure."""
    bars = [
        Bar(label, sum(line.standing in codes for line in facts.lines), tone=tone) for label, codes, tone in STANDINGS
    ]
    return _shown(bar_chart(
        title=f"Tình hình {len(facts.lines)} chỉ tiêu năm {facts.subject.year}", bars=bars, unit="chỉ tiêu",
        label_head="Đánh giá", value_head="Số chỉ tiêu",
    ))  # fmt: skip


def chart_topics(facts: Facts) -> list[Block]:
    """Participations by topic, most first; what is equal stays in the topics' own order."""
    lines = [line for line in facts.statistics.lines if line.centre is None and line.topic is not None]
    lines.sort(key=lambda line: -line.counts.participations)
    bars = [Bar(line.topic.name if line.topic else "", line.counts.participations) for line in lines]
    return _shown(bar_chart(
        title=f"Lượt người học theo lĩnh vực, năm {facts.subject.year}", bars=bars, unit="lượt",
        label_head="Lĩnh vực", value_head="Lượt người học",
    ))  # fmt: skip
