"""A map of equal tiles: every unit the same size, near its neighbours, north up."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.pictures.base import (
    EDGE,
    GROUND,
    INK,
    LETTER,
    SOFT,
    STEPS,
    Picture,
    PictureTable,
    drawing,
    letters,
    shape,
    shorten,
)

TILE_WIDTH, TILE_HEIGHT, GAP, NAME = 74.0, 58.0, 4.0, 12.0


@dataclass(frozen=True, slots=True)
class Tile:
    """One unit: its place (column from the west, row from the north, both from 0), names, value in words.

    ``level``: 0 to 4, the step of the key it is coloured by; None when it has no value.
    """

    column: int
    row: int
    short: str
    name: str
    value: str
    level: int | None
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class KeyStep:
    """What a colour means, in words. ``level`` None explains the tiles without a value."""

    level: int | None
    words: str


def tile_map(
    *,
    title: str,
    tiles: Sequence[Tile],
    key: Sequence[KeyStep],
    description: str = "",
    name_head: str = "",
    value_head: str = "",
    note_head: str = "",
) -> Picture:
    """Draw the tiles where they are told to lie, with the key below. Raises ValueError when two share a place."""
    places = {(tile.column, tile.row) for tile in tiles}
    if len(places) != len(tiles):
        raise ValueError("two tiles on one place")
    columns = max((tile.column for tile in tiles), default=0) + 1
    rows = max((tile.row for tile in tiles), default=0) + 1
    width = max(columns * TILE_WIDTH + GAP, 5 * TILE_WIDTH)
    parts = [_tile(tile) for tile in tiles]
    keys, height = _key(key, rows * TILE_HEIGHT + 14, width)
    words = description or _("Bản đồ ô: mỗi đơn vị một ô bằng nhau, phía bắc ở trên.")
    steps = {step.level: step.words for step in key}
    noted = any(tile.note for tile in tiles)
    head = (name_head or _("Đơn vị"), value_head or _("Giá trị"), _("Mức"))
    table = PictureTable(
        (*head, note_head or _("Ghi chú")) if noted else head,
        tuple(
            (tile.name, tile.value, steps.get(tile.level, "–"), *((tile.note,) if noted else ()))
            for tile in sorted(tiles, key=lambda tile: (tile.row, tile.column))
        ),
    )
    svg = drawing(title, words, width, height, [*parts, *keys], linked=any(tile.url for tile in tiles))
    return Picture(title, words, svg, table, wide=True)


def _ground(level: int | None) -> tuple[dict[str, object], str]:
    if level is None:
        return {"fill": GROUND, "stroke": EDGE, "stroke_dasharray": "4 3"}, INK
    fill, ink = STEPS[min(max(level, 0), len(STEPS) - 1)]
    return {"fill": fill, "stroke": EDGE}, ink


def _tile(tile: Tile) -> SafeString:
    x, y = tile.column * TILE_WIDTH + GAP, tile.row * TILE_HEIGHT + GAP
    wide, high = TILE_WIDTH - GAP, TILE_HEIGHT - GAP
    ground, ink = _ground(tile.level)
    lines = _two_lines(tile.short, wide - 4)
    first = y + 15 if len(lines) == 2 else y + 20
    said = f"{tile.name}: {tile.value}" + (f" ({tile.note})" if tile.note else "")
    inside = [
        shape("title", said),
        shape("rect", x=x, y=y, width=wide, height=high, rx=5, stroke_width=1, **ground),
        *(
            letters(x + wide / 2, first + 13 * index, line, fill=ink, font_size=NAME, text_anchor="middle")
            for index, line in enumerate(lines)
        ),
        letters(x + wide / 2, y + high - 8, tile.value, fill=ink, font_size=14, font_weight=700, text_anchor="middle"),
    ]
    if tile.url:
        # Named by its title and the words on it: a label of its own would lack what is seen of a shortened name.
        return shape("a", *inside, href=tile.url)
    return shape("g", *inside)


def _two_lines(text: str, width: float) -> list[str]:
    """A name in one or two lines, parted between words where both come out about as long."""
    fits = int(width / (NAME * LETTER))
    words = text.split()
    if len(text) <= fits or len(words) < 2:
        return [shorten(text, width, NAME)]
    cuts = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
    best = min(cuts, key=lambda pair: max(map(len, pair)))
    return [shorten(line, width, NAME) for line in best]


def _key(key: Sequence[KeyStep], top: float, width: float) -> tuple[list[SafeString], float]:
    parts, x, y = [], GAP, top
    for step in key:
        needed = 30 + len(step.words) * 13 * LETTER + 18
        if x > GAP and x + needed > width:
            x, y = GAP, y + 26
        ground, _ink = _ground(step.level)
        parts.append(shape("rect", x=x, y=y, width=22, height=16, rx=3, stroke_width=1, **ground))
        parts.append(letters(x + 29, y + 13, step.words, fill=SOFT))
        x += needed
    return parts, y + 26
