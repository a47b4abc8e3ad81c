"""Bars lying one below the other, each with its name, number, and how sure it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.pictures.base import (
    BRAND,
    GOLD,
    GROUND,
    INK,
    LINE,
    SOFT,
    TONES,
    WIDTH,
    Number,
    Picture,
    PictureTable,
    axis,
    between,
    drawing,
    letters,
    shape,
    shorten,
    shown,
    width_of,
)

LEFT, RIGHT, ROW, HEAD = 4.0, 350.0, 40.0, 30.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. ``lower`` and ``upper`` are drawn as a whisker; ``group`` opens a heading where it changes.

    ``tone``: ok, warn, bad or nothing. ``hollow``: outlined only, for what must not be compared with the others.
    """

    label: str
    value: Number | None
    lower: Number | None = None
    upper: Number | None = None
    note: str = ""
    group: str = ""
    tone: str = ""
    hollow: bool = False
    url: str = ""


def bar_chart(
    *,
    title: str,
    bars: Sequence[Bar],
    unit: str = "%",
    target: tuple[Number, str] | None = None,
    up_to: Number = 0,
    description: str = "",
    label_head: str = "",
    value_head: str = "",
    interval_head: str = "",
    note_head: str = "",
) -> Picture:
    """Draw bars in the order given, from zero on. ``target``: a value and its words, drawn as a line through all.
    ``up_to``: where the axis ends at the least, so that parts of one ranking are drawn on the same scale.

    The heads are those of the table's columns. A bar without a value says so.
    """
    known = [row.value for row in bars if row.value is not None]
    known += [row.upper for row in bars if row.upper is not None] + ([target[0]] if target else [])
    along = axis([*known, up_to, 0], LEFT, RIGHT, unit=unit, from_zero=True)
    parts: list[SafeString] = []
    y, group = 4.0, ""
    if target:
        parts.append(letters(LEFT, y + 14, f"┆ {target[1]}", fill=GOLD, font_size=12))
        y += 22
    for row in bars:
        if row.group != group:
            group = row.group
            parts.append(letters(LEFT, y + 19, shorten(group, RIGHT - LEFT, 13), font_weight=700))
            y += HEAD
        parts += _bar(row, y, along.at, unit)
        if target:
            x = along.at(target[0])
            parts.append(
                shape("line", x1=x, x2=x, y1=y + 17, y2=y + 35, stroke=GOLD, stroke_width=2, stroke_dasharray="4 2")
            )
        y += ROW
    if not bars:
        parts.append(letters(WIDTH / 2, y + 30, _("Chưa có số liệu để vẽ."), fill=SOFT, text_anchor="middle"))
        y += 50
    words = description or _in_words(bars, unit)
    svg = drawing(title, words, WIDTH, y + 6, parts, linked=any(row.url for row in bars))
    return Picture(title, words, svg, _table(bars, unit, label_head, value_head, interval_head, note_head))


def _bar(row: Bar, y: float, along: Callable[[Number], float], unit: str) -> list[SafeString]:
    value = shown(row.value, unit) if row.value is not None else _("chưa có")
    room = RIGHT - LEFT - width_of(value, 14) - 12
    label = letters(LEFT, y + 14, shorten(row.label, room))
    if row.url:
        label = shape("a", letters(LEFT, y + 14, shorten(row.label, room), text_decoration="underline"), href=row.url)
    strong = 700 if row.value is not None else 400
    parts = [label, letters(RIGHT, y + 14, value, font_size=14, font_weight=strong, text_anchor="end")]
    parts.append(shape("rect", x=LEFT, y=y + 20, width=RIGHT - LEFT, height=12, rx=3, fill="#f3f1eb"))
    if row.value is None:
        return parts
    end = along(row.value)
    colour = TONES.get(row.tone, BRAND)
    inside = {"fill": GROUND, "stroke": colour, "stroke_width": 1.5, "stroke_dasharray": "3 2"}
    given = inside if row.hollow else {"fill": colour}
    parts.append(shape("rect", x=LEFT, y=y + 20, width=max(end - LEFT, 1.0), height=12, rx=3, **given))
    if row.lower is not None and row.upper is not None:
        low, high, middle = along(row.lower), along(row.upper), y + 26
        for stroke, width in ((GROUND, 5), (INK, 2)):
            parts.append(shape("line", x1=low, x2=high, y1=middle, y2=middle, stroke=stroke, stroke_width=width))
        for x in (low, high):
            parts.append(shape("line", x1=x, x2=x, y1=middle - 5, y2=middle + 5, stroke=INK, stroke_width=2))
    elif row.value == 0:
        parts.append(shape("line", x1=LEFT, x2=LEFT, y1=y + 20, y2=y + 32, stroke=LINE, stroke_width=1))
    return parts


def _table(
    bars: Sequence[Bar], unit: str, label_head: str, value_head: str, interval_head: str, note_head: str
) -> PictureTable:
    grouped, noted = any(row.group for row in bars), any(row.note for row in bars)
    sure = any(row.lower is not None and row.upper is not None for row in bars)
    head = [label_head or _("Đơn vị"), *([_("Nhóm")] if grouped else []), value_head or _("Giá trị")]
    head += [interval_head or _("Khoảng tin cậy")] if sure else []
    head += [note_head or _("Ghi chú")] if noted else []
    rows = []
    for row in bars:
        cells = [row.label, *([row.group] if grouped else []), shown(row.value, unit)]
        if sure:
            cells.append("–" if row.lower is None or row.upper is None else between(row.lower, row.upper, unit))
        if noted:
            cells.append(row.note)
        rows.append(tuple(cells))
    return PictureTable(tuple(head), tuple(rows))


def _in_words(bars: Sequence[Bar], unit: str) -> str:
    known = [row for row in bars if row.value is not None]
    if not known:
        return _("Chưa có số liệu để vẽ.")
    top, low = max(known, key=lambda row: float(row.value or 0)), min(known, key=lambda row: float(row.value or 0))
    return _("Cao nhất: %(top)s (%(most)s); thấp nhất: %(low)s (%(least)s).") % {
        "top": top.label,
        "most": shown(top.value, unit),
        "low": low.label,
        "least": shown(low.value, unit),
    }
