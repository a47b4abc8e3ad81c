"""Pictures: what anybody types stays text, what is drawn stands in the table, and no colour speaks alone."""

import datetime as dt
import itertools
import re
import xml.etree.ElementTree as ET

import pytest
from django.test import override_settings
from django.utils.safestring import mark_safe
from hypothesis import given, settings
from hypothesis import strategies as st

from core.pictures import (
    BandPoint,
    Bar,
    KeyStep,
    Picture,
    Tile,
    TrendPoint,
    bar_chart,
    calendar_chart,
    sparkline,
    tile_map,
    trend_chart,
)
from core.pictures.base import GROUND, INK, SOFT, STEPS, TONES, axis
from tests.look.test_theme import luminance

SVG = "{http://www.w3.org/2000/svg}"
# Element and attribute names any picture may use: no script, no style, nothing from elsewhere.
TAGS = {"svg", "title", "desc", "g", "a", "rect", "line", "polyline", "polygon", "circle", "text"}
START = dt.date(2025, 12, 1)


def tree(picture: Picture) -> ET.Element:
    """The SVG as an XML program reads it; its harmlessness checked on the way."""
    root = ET.fromstring(str(picture.svg))  # noqa: S314 -- made by ourselves just now
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in TAGS
        assert not {name for name in element.attrib if name.startswith("on") or name in ("style", "class")}
    assert root.attrib["role"] == ("group" if list(root.iter(f"{SVG}a")) else "img")
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert desc is not None
    assert root.attrib["aria-labelledby"] == title.attrib["id"]
    assert root.attrib["aria-describedby"] == desc.attrib["id"]
    return root


def words(picture: Picture) -> list[str]:
    return ["".join(element.itertext()) for element in tree(picture).iter(f"{SVG}text")]


def pictures_of(name: str) -> list[Picture]:
    """One picture of each kind about something of this name."""
    return [
        trend_chart(title=name, points=[TrendPoint(2025, 91, name)], targets=[(2030, 96)], unit="%"),
        trend_chart(title=name, points=[TrendPoint(2025, 91)], unit=name or "x"),
        bar_chart(title=name, bars=[Bar(name, 50, 40, 60, note=name, group=name, url=f"/?q={name}")]),
        tile_map(title=name, tiles=[Tile(0, 0, name, name, name, 2, url=name, note=name)], key=[KeyStep(2, name)]),
        calendar_chart(title=name, starts_on=START, ends_on=START, counts={START: 3}, what=name or "x"),
        sparkline(title=name, description=name, points=[TrendPoint(2025, 91)]),
    ]


@given(
    st.one_of(st.text(max_size=40), st.sampled_from(["<script>alert(1)</script>", "]]>&\"'", "\x00\x0b\ufffe\ud800"]))
)
@settings(max_examples=60, deadline=None)
def test_a_name_stays_text_whatever_it_is(name: str) -> None:
    for picture in pictures_of(name):
        root = tree(picture)
        kept = re.sub("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", name)
        # XML programs read every end of line as one kind.
        assert root.find(f"{SVG}title").text in ((kept.replace("\r\n", "\n").replace("\r", "\n")) or None, kept or None)


def test_a_name_marked_safe_by_somebody_is_text_all_the_same() -> None:
    picture = bar_chart(title="x", bars=[Bar(mark_safe("<b>Ba Vì</b>"), 5)])
    assert "<b>Ba Vì</b>" in words(picture)


def test_the_numbers_drawn_are_those_of_the_table() -> None:
    rows = [TrendPoint(2022, 88.14), TrendPoint(2026, 94.26)]
    picture = trend_chart(
        title="A3",
        points=rows,
        targets=[(2025, 95), (2030, 96)],
        trajectory=[(2025, 95), (2026, 95.2), (2030, 96)],
        band=[BandPoint(2030, 93.4, 96.1, 98.1)],
    )
    cells = {cell for row in picture.table.rows for cell in row}
    drawn = {"94,3%", "95,0%", "96,0%", "93,4–98,1%"}
    assert drawn <= set(words(picture))
    assert drawn <= cells
    assert ("2022", "88,1%", "–", "–", "–", "–") in picture.table.rows
    bars = bar_chart(title="x", bars=[Bar("Ba Vì", 93.25, 88, 96.04), Bar("Vật Lại", None)])
    assert bars.table.rows == (("Ba Vì", "93,3%", "88,0–96,0%"), ("Vật Lại", "–", "–"))
    assert {"93,3%", "chưa có"} <= set(words(bars))


def test_a_point_lies_where_its_value_is() -> None:
    picture = trend_chart(title="x", points=[TrendPoint(2024, 85), TrendPoint(2025, 90), TrendPoint(2026, 95)])
    heights = [float(circle.attrib["cy"]) for circle in tree(picture).iter(f"{SVG}circle")][:3]
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2], abs=0.05)
    assert heights == sorted(heights, reverse=True)
    whole = bar_chart(title="x", bars=[Bar("a", 25), Bar("b", 50), Bar("c", 100)])
    filled = [float(box.attrib["width"]) for box in tree(whole).iter(f"{SVG}rect") if box.attrib["fill"] == TONES[""]]
    assert filled[1] == pytest.approx(2 * filled[0], abs=0.05)
    assert filled[2] == pytest.approx(4 * filled[0], abs=0.05)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_percentages_are_never_drawn_beyond_zero_and_a_hundred(values: list[float]) -> None:
    found = axis(values, 200, 20, unit="%")
    assert 0 <= found.low < found.high <= 100
    assert all(found.low <= tick <= found.high for tick in found.ticks)
    assert len(found.ticks) <= 8


def test_every_day_of_a_calendar_is_there_once_and_its_week_adds_up() -> None:
    end = dt.date(2026, 11, 30)
    counts = {START + dt.timedelta(days=day): day % 5 for day in range(365)}
    picture = calendar_chart(title="x", starts_on=START, ends_on=end, counts=counts)
    said = [title.text for title in tree(picture).iter(f"{SVG}title")][1:]
    assert len(said) == len(set(said)) == 365
    assert "02/12/2025: 1 buổi" in said
    assert sum(int(row[-1]) for row in picture.table.rows) == sum(counts.values())
    for row in picture.table.rows:
        assert sum(int(cell) for cell in row[1:-1] if cell) == int(row[-1])
    with pytest.raises(ValueError):
        calendar_chart(title="x", starts_on=START, ends_on=START + dt.timedelta(days=400), counts={})


def test_more_is_larger_and_not_only_darker() -> None:
    counts = {START + dt.timedelta(days=day): day for day in range(8)}
    picture = calendar_chart(title="x", starts_on=START, ends_on=START + dt.timedelta(days=7), counts=counts)
    squares = [box for box in tree(picture).iter(f"{SVG}rect") if len(box)]
    sides = [float(box.attrib["width"]) for box in squares]
    assert sides == sorted(sides)
    assert len(set(sides)) == 5


def test_two_tiles_never_share_a_place() -> None:
    one, two = Tile(1, 1, "a", "a", "1", 0), Tile(1, 1, "b", "b", "2", None)
    with pytest.raises(ValueError):
        tile_map(title="x", tiles=[one, two], key=[])


def test_letters_can_be_read_on_every_ground() -> None:
    grounds = [*((ink, fill) for fill, ink in STEPS), (INK, GROUND), (SOFT, GROUND)]
    grounds += [(GROUND, tone) for name, tone in TONES.items() if name not in ("plain",)]
    for ink, ground in grounds:
        light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, ground)
    shades = [luminance(fill) for fill, _ink in STEPS]
    assert shades == sorted(shades, reverse=True)
    assert all(one / two > 1.2 for one, two in itertools.pairwise(shades))


@override_settings(LANGUAGE_CODE="vi")
def test_nothing_to_draw_is_said() -> None:
    for picture in (trend_chart(title="x", points=[]), bar_chart(title="x", bars=[])):
        assert "Chưa có số liệu để vẽ." in words(picture)
        assert picture.table.rows == ()
