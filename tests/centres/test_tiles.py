"""The tile map of Hanoi: every unit once, where the file says its coordinates put it, beside its neighbours."""

import csv
import math

import pytest

from centres.tiles import FILE, SIZES, assign, places, spots

LEVELS = {"district": 30, "commune": 126}
# Pairs that share a border, and which way the second lies from the first: known from any map of Hanoi.
DIRECTIONS = [
    ("district", "016", "017", "south"),  # Sóc Sơn, Đông Anh
    ("district", "271", "018", "east"),  # Ba Vì, Gia Lâm
    ("district", "001", "003", "north"),  # Ba Đình, Tây Hồ
    ("district", "002", "004", "east"),  # Hoàn Kiếm, Long Biên
    ("district", "279", "280", "south"),  # Thường Tín, Phú Xuyên
    ("district", "268", "271", "west"),  # Hà Đông, Ba Vì
]


@pytest.mark.parametrize("level", LEVELS)
def test_every_unit_has_one_tile_and_no_other_unit_has_it(level):
    found = places(level)
    with (FILE.parent / "hanoi_admin_units.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["level"] == level]
    assert set(found) == {row["code"] for row in rows if level == "district" or not row["valid_to"]}
    assert len(set(found.values())) == len(found) == LEVELS[level]
    assert min(column for column, _row in found.values()) == min(row for _column, row in found.values()) == 0


@pytest.mark.parametrize("level", LEVELS)
def test_the_file_is_what_the_coordinates_come_to(level):
    columns, rows = SIZES[level]
    assert assign(spots(level), columns=columns, rows=rows) == places(level)


@pytest.mark.parametrize("level", LEVELS)
def test_neighbours_stay_neighbours(level):
    """Of each unit's three nearest, hardly one is more than two tiles away; none is across the map."""
    lying, found = spots(level), places(level)
    far = []
    for code, (lat, lon) in lying.items():
        ways = sorted(
            (math.hypot(lat - other_lat, (lon - other_lon) * 0.933), other)
            for other, (other_lat, other_lon) in lying.items()
            if other != code
        )
        for _way, other in ways[:3]:
            apart = max(abs(one - two) for one, two in zip(found[code], found[other], strict=True))
            assert apart <= 4
            far += [(code, other)] if apart > 2 else []
    assert len(far) <= len(lying) * 3 * 0.02


@pytest.mark.parametrize(("level", "one", "other", "way"), DIRECTIONS)
def test_north_is_up_and_west_is_left(level, one, other, way):
    (column, row), (other_column, other_row) = places(level)[one], places(level)[other]
    east, south = other_column - column, other_row - row
    assert {"south": south, "north": -south, "east": east, "west": -east}[way] > 0


def test_more_units_than_tiles_are_refused():
    with pytest.raises(ValueError):
        assign({"a": (0, 0), "b": (1, 1)}, columns=1, rows=1)
