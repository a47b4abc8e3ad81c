"""A line as small as a word."""

from collections.abc import Sequence

from core.pictures.base import BRAND, GOLD, Axis, Number, Picture, PictureTable, axis, drawing, shape, shown
from core.pictures.trend import TrendPoint

WIDE, HIGH = 96.0, 28.0


def sparkline(
    *,
    title: str,
    description: str,
    points: Sequence[TrendPoint],
    trajectory: Sequence[tuple[int, Number]] = (),
    unit: str = "%",
) -> Picture:
    """Draw what was reached over the years as a small line, the asked-for way dotted beside it.

    ``description``: the same in words, for who does not see it. At least one point.
    """
    points, way = sorted(points, key=lambda row: row.year), sorted(trajectory)
    values = [row.value for row in points] + [value for _year, value in way]
    years = [row.year for row in points] + [year for year, _value in way]
    up = axis(values, HIGH - 5, 5, unit=unit)
    first, last = min(years, default=0), max(years, default=0)
    across = Axis(first, last if last > first else first + 1, 5, WIDE - 6)
    parts = []
    if len(way) > 1:
        asked = " ".join(f"{across.at(year):.1f},{up.at(value):.1f}" for year, value in way)
        parts.append(
            shape("polyline", points=asked, fill="none", stroke=GOLD, stroke_width=1.5, stroke_dasharray="2 3")
        )
    spots = [(across.at(row.year), up.at(row.value)) for row in points]
    if len(spots) > 1:
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        parts.append(
            shape("polyline", points=line, fill="none", stroke=BRAND, stroke_width=2.5, stroke_linejoin="round")
        )
    parts += [shape("circle", cx=x, cy=y, r=3.5, fill=BRAND) for x, y in spots[-1:]]
    table = PictureTable((), tuple((str(row.year), shown(row.value, unit)) for row in points))
    return Picture(title, description, drawing(title, description, WIDE, HIGH, parts), table)
