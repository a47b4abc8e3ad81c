"""A curve that goes down in steps, with the band it lies in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.pictures.base import (
    BAND,
    BRAND,
    BRAND_DEEP,
    LINE,
    SOFT,
    WIDTH,
    Axis,
    Number,
    Picture,
    PictureTable,
    between,
    drawing,
    letters,
    plated,
    shape,
    shown,
    width_of,
)

TOP, BOTTOM, LEFT, RIGHT, HEIGHT = 14.0, 196.0, 40.0, 340.0, 240.0
# Where the axis begins, and its lines: a curve between 90 and 100 % would be a flat line on a whole axis.
AXES = ((80, 5), (50, 10), (0, 25))


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Where the curve is from ``at`` on (months), in percent; ``leaves``: some are not looked at any more from here."""

    at: int
    value: Number
    lower: Number
    upper: Number
    leaves: bool = False


def curve_chart(
    *,
    title: str,
    points: Sequence[CurvePoint],
    table: PictureTable,
    until: int = 24,
    across: str = "",
    marks: Sequence[int] = (0, 3, 6, 12, 24),
    description: str = "",
) -> Picture:
    """Draw a survival curve in percent with its band. ``across``: what is counted there; ``until``: where it ends.

    ``table``: made by who knows what may be shown of each step.
    """
    words = description or _in_words(points, across)
    if not points:
        empty = letters(WIDTH / 2, 60, _("Chưa có số liệu để vẽ."), fill=SOFT, text_anchor="middle")
        return Picture(title, words, drawing(title, words, WIDTH, 100, [empty]), table)
    last = max(until, points[-1].at, 1)
    low = min(float(point.lower) for point in points)
    begins, gap = next((pair for pair in AXES if low >= pair[0]), AXES[-1])
    x, y = Axis(0, last, LEFT, RIGHT - 10).at, Axis(begins, 100, BOTTOM, TOP).at
    parts: list[SafeString] = []
    for tick in range(begins, 101, gap):
        parts.append(shape("line", x1=LEFT, x2=RIGHT, y1=y(tick), y2=y(tick), stroke=LINE, stroke_width=1))
        parts.append(letters(LEFT - 5, y(tick) + 4, f"{tick}%", fill=SOFT, font_size=12, text_anchor="end"))
    for mark in sorted({*(mark for mark in marks if mark <= last), *(point.at for point in points)}):
        parts.append(letters(x(mark), BOTTOM + 18, str(mark), fill=SOFT, font_size=12, text_anchor="middle"))
    parts.append(
        letters((LEFT + RIGHT) / 2, BOTTOM + 36, across or _("tháng"), fill=SOFT, font_size=12, text_anchor="middle")
    )
    parts += _steps(points, x, y)
    end = points[-1]
    text = shown(end.value, "%")
    half = width_of(text, 16) / 2
    place = min(max(x(end.at), LEFT + half), WIDTH - half - 2)
    parts += plated(place, min(y(end.value) + 22, BOTTOM - 4), text, 16, font_weight=700, fill=BRAND_DEEP)
    return Picture(title, words, drawing(title, words, WIDTH, HEIGHT, parts), table)


def _steps(
    points: Sequence[CurvePoint], x: Callable[[Number], float], y: Callable[[Number], float]
) -> list[SafeString]:
    band, steps, ticks = [], [], []
    way = []
    for index, point in enumerate(points):
        until = points[index + 1].at if index + 1 < len(points) else point.at
        if until > point.at:
            high = y(point.upper)
            box = {"x": x(point.at), "width": x(until) - x(point.at), "y": high, "height": y(point.lower) - high}
            band.append(shape("rect", fill=BAND, fill_opacity=0.6, **box))
        way += [(x(point.at), y(point.value)), (x(until), y(point.value))]
        if point.at and point.leaves:
            middle = y(point.value)
            ends = {"x1": x(point.at), "x2": x(point.at), "y1": middle - 6, "y2": middle + 6}
            ticks.append(shape("line", stroke=BRAND_DEEP, stroke_width=1.5, **ends))
    spots = " ".join(f"{across:.1f},{down:.1f}" for across, down in way)
    steps.append(shape("polyline", points=spots, fill="none", stroke=BRAND, stroke_width=3, stroke_linejoin="round"))
    return [*band, *steps, *ticks]


def _in_words(points: Sequence[CurvePoint], across: str) -> str:
    if not points:
        return _("Chưa có số liệu để vẽ.")
    end = points[-1]
    return _("%(at)s %(what)s: còn %(value)s (khoảng tin cậy %(range)s).") % {
        "at": end.at,
        "what": across or _("tháng"),
        "value": shown(end.value, "%"),
        "range": between(end.lower, end.upper, "%"),
    }
