"""A figure over the years with what was asked of it, and where it is heading."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.pictures.base import (
    BAND,
    BRAND,
    BRAND_DEEP,
    GOLD,
    GROUND,
    INK,
    LINE,
    SOFT,
    WIDTH,
    Axis,
    Number,
    Picture,
    PictureTable,
    axis,
    between,
    drawing,
    letters,
    plated,
    shape,
    shown,
    width_of,
)

TOP, BOTTOM, HEIGHT, RIGHT = 26.0, 200.0, 236.0, 338.0


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """What was reached in a year; ``note`` says where it comes from."""

    year: int
    value: Number
    note: str = ""


@dataclass(frozen=True, slots=True)
class BandPoint:
    """What is expected of a year, and between what."""

    year: int
    lower: Number
    middle: Number
    upper: Number


def trend_chart(
    *,
    title: str,
    points: Sequence[TrendPoint],
    targets: Sequence[tuple[int, Number]] = (),
    trajectory: Sequence[tuple[int, Number]] = (),
    band: Sequence[BandPoint] = (),
    unit: str = "%",
    description: str = "",
    remark: str = "",
) -> Picture:
    """Draw what was reached year by year, the targets, the way between them and the expected band.

    ``points``: one a year. ``targets`` and ``trajectory``: year and value. ``unit``: ``%`` or a word after numbers.
    ``remark`` is said after the description. The band begins at the last point. With nothing to draw it says so.
    """
    points = sorted(points, key=lambda row: row.year)
    band = sorted(band, key=lambda row: row.year)
    goals, way = sorted(targets), sorted(trajectory)
    table = _table(points, goals, way, band, unit)
    # Where the remark tells of the forecast, the range is not said twice.
    words = f"{description or _in_words(points, goals, () if remark else band, unit)} {remark}".rstrip()
    years = [row.year for row in points] + [row.year for row in band] + [year for year, _value in (*goals, *way)]
    if not years:
        empty = letters(WIDTH / 2, 60, _("Chưa có số liệu để vẽ."), fill=SOFT, text_anchor="middle")
        return Picture(title, words, drawing(title, words, WIDTH, 100, [empty]), table)
    values = [row.value for row in points] + [value for _year, value in (*goals, *way)]
    values += [value for row in band for value in (row.lower, row.upper)]
    up = axis(values, BOTTOM, TOP, unit=unit)
    first, last = min(years), max(years)
    alone = 0.5 if first == last else 0.0
    left = max(width_of(shown(tick, ""), 12) for tick in up.ticks) + 8
    across = Axis(first - alone, last + alone, left + 12, RIGHT - 12)
    parts = _ground(up, across, range(first, last + 1), unit)
    parts += _band(points, band, up, across)
    if way:
        parts.append(_line([(across.at(year), up.at(value)) for year, value in way], GOLD, 2, "2 4"))
    for year, value in goals:
        parts.append(_diamond(across.at(year), up.at(value)))
    spots = [(across.at(row.year), up.at(row.value)) for row in points]
    if len(spots) > 1:
        parts.append(_line(spots, BRAND, 3))
    parts += [shape("circle", cx=x, cy=y, r=4.5, fill=BRAND, stroke=GROUND, stroke_width=1.5) for x, y in spots]
    parts += _numbers(points, goals, band, up, across, unit)
    keys, height = _keys(bool(points), bool(goals), bool(way), bool(band))
    return Picture(title, words, drawing(title, words, WIDTH, height, [*parts, *keys]), table)


def _ground(up: Axis, across: Axis, years: range, unit: str) -> list[SafeString]:
    parts, left = [], across.start - 12
    for tick in up.ticks:
        y = up.at(tick)
        parts.append(shape("line", x1=left, x2=RIGHT, y1=y, y2=y, stroke=LINE, stroke_width=1))
        parts.append(letters(left - 5, y + 4, shown(tick, ""), fill=SOFT, font_size=12, text_anchor="end"))
    if unit:
        parts.append(letters(4, 13, unit, fill=SOFT, font_size=12))
    gap = -(-len(years) // 7)  # at most seven years have room
    for year in reversed(years[::-gap]):
        parts.append(letters(across.at(year), BOTTOM + 18, str(year), fill=SOFT, font_size=12, text_anchor="middle"))
    return parts


def _band(points: Sequence[TrendPoint], band: Sequence[BandPoint], up: Axis, across: Axis) -> list[SafeString]:
    if not band:
        return []
    begin = [BandPoint(points[-1].year, *(points[-1].value,) * 3)] if points else []
    rows = [*begin, *band]
    above = [(across.at(row.year), up.at(row.upper)) for row in rows]
    below = [(across.at(row.year), up.at(row.lower)) for row in rows]
    middle = [(across.at(row.year), up.at(row.middle)) for row in rows]
    outline = " ".join(f"{x:.1f},{y:.1f}" for x, y in [*above, *reversed(below)])
    return [
        shape("polygon", points=outline, fill=BAND, fill_opacity=0.6),
        _line(above, BRAND, 1, "1 3"),
        _line(below, BRAND, 1, "1 3"),
        _line(middle, BRAND, 2, "7 5"),
    ]


def _line(spots: Sequence[tuple[float, float]], colour: str, width: float, dashes: str | None = None) -> SafeString:
    return shape(
        "polyline",
        points=" ".join(f"{x:.1f},{y:.1f}" for x, y in spots),
        fill="none",
        stroke=colour,
        stroke_width=width,
        stroke_dasharray=dashes,
        stroke_linejoin="round",
    )


def _diamond(x: float, y: float) -> SafeString:
    corners = f"{x:.1f},{y - 6:.1f} {x + 6:.1f},{y:.1f} {x:.1f},{y + 6:.1f} {x - 6:.1f},{y:.1f}"
    return shape("polygon", points=corners, fill=GROUND, stroke=GOLD, stroke_width=2)


def _numbers(
    points: Sequence[TrendPoint],
    goals: Sequence[tuple[int, Number]],
    band: Sequence[BandPoint],
    up: Axis,
    across: Axis,
    unit: str,
) -> list[SafeString]:
    """The numbers that matter, where they do not cover each other: the last point, the targets, the band's end."""
    wanted = [(across.at(year), up.at(value) - 10, shown(value, unit), GOLD, 400) for year, value in goals]
    if points:
        last = points[-1]
        wanted.append((across.at(last.year), up.at(last.value) - 10, shown(last.value, unit), BRAND_DEEP, 700))
    if band:
        end = band[-1]
        words = between(end.lower, end.upper, unit)
        wanted.append((across.at(end.year), up.at(end.lower) + 18, words, BRAND_DEEP, 400))
    taken: list[tuple[float, float, float]] = []
    parts: list[SafeString] = []
    for x, y, words, colour, weight in sorted(wanted, key=lambda row: row[1]):
        half = width_of(words) / 2
        x = min(max(x, half + 2), WIDTH - half - 2)
        y = max(y, 13.0)
        while any(abs(x - other) < half + wide and abs(y - above) < 15 for other, above, wide in taken):
            y += 3
        taken.append((x, y, half))
        parts += plated(x, y, words, fill=colour, font_weight=weight)
    return parts


def _keys(points: bool, goals: bool, way: bool, band: bool) -> tuple[list[SafeString], float]:
    """What each mark means, two in a row."""
    marks: list[tuple[list[SafeString], str]] = []
    if points:
        dot = [_line([(0, 0), (22, 0)], BRAND, 3), shape("circle", cx=11, cy=0, r=4.5, fill=BRAND)]
        marks.append((dot, _("Thực hiện")))
    if goals:
        marks.append(([_diamond(11, 0)], _("Chỉ tiêu")))
    if way:
        marks.append(([_line([(0, 0), (22, 0)], GOLD, 2, "2 4")], _("Lộ trình")))
    if band:
        box = shape("rect", x=0, y=-7, width=22, height=14, fill=BAND, fill_opacity=0.6)
        marks.append(([box, _line([(0, 0), (22, 0)], BRAND, 2, "7 5")], _("Dự báo")))
    parts = []
    for index, (mark, words) in enumerate(marks):
        x, y = 30 + (index % 2) * 150, HEIGHT + 4 + (index // 2) * 20
        parts.append(shape("g", *mark, transform=f"translate({x:g} {y:g})"))
        parts.append(letters(x + 30, y + 4, words, fill=INK, font_size=12))
    return parts, HEIGHT + 16 + 20 * ((len(marks) - 1) // 2)


def _table(
    points: Sequence[TrendPoint],
    goals: Sequence[tuple[int, Number]],
    way: Sequence[tuple[int, Number]],
    band: Sequence[BandPoint],
    unit: str,
) -> PictureTable:
    reached, asked, planned = {row.year: row for row in points}, dict(goals), dict(way)
    expected = {row.year: row for row in band}
    noted = any(row.note for row in points)
    head = [_("Năm"), _("Thực hiện"), *([_("Nguồn")] if noted else [])]
    head += [*([_("Lộ trình")] if way else []), *([_("Chỉ tiêu")] if goals else [])]
    head += [_("Dự báo"), _("Khoảng dự báo")] if band else []
    rows = []
    for year in sorted({*reached, *asked, *planned, *expected}):
        row = reached.get(year)
        cells = [str(year), shown(row.value, unit) if row else "–"]
        if noted:
            cells.append(row.note if row else "")
        if way:
            cells.append(shown(planned.get(year), unit))
        if goals:
            cells.append(shown(asked.get(year), unit))
        if band:
            ahead = expected.get(year)
            cells.append(shown(ahead.middle, unit) if ahead else "–")
            cells.append(between(ahead.lower, ahead.upper, unit) if ahead else "–")
        rows.append(tuple(cells))
    return PictureTable(tuple(head), tuple(rows))


def _in_words(
    points: Sequence[TrendPoint], goals: Sequence[tuple[int, Number]], band: Sequence[BandPoint], unit: str
) -> str:
    said = []
    if points:
        last = points[-1]
        said.append(_("Năm %(year)s đạt %(value)s.") % {"year": last.year, "value": shown(last.value, unit)})
    if goals:
        year, value = goals[-1]
        said.append(_("Chỉ tiêu năm %(year)s là %(value)s.") % {"year": year, "value": shown(value, unit)})
    if band:
        end = band[-1]
        words = {"year": end.year, "range": between(end.lower, end.upper, unit)}
        said.append(_("Dự báo năm %(year)s: %(range)s.") % words)
    return " ".join(said) or _("Chưa có số liệu để vẽ.")
