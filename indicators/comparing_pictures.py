"""The map and the ranking of compared units, as pictures."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext as _

from centres.choices import UnitKind
from centres.models import AdminUnit
from centres.tiles import places
from core.pictures import Bar, KeyStep, Picture, Tile, bar_chart, tile_map
from core.templatetags.clc import num, percent
from indicators.comparing import ENOUGH, Compared, UnitValue, groups_of

STEPS = 5
A_COLUMN = 15  # bars that fit a column of a page, even if each opens a group
WIDTHS = (1, 2, 5, 10, 20)


def short_name(unit: AdminUnit) -> str:
    """Return a unit's name without its kind: ``Ba Vì``."""
    words = unit.name.split()
    kind = 2 if unit.kind in (UnitKind.THI_XA, UnitKind.THANH_PHO, UnitKind.THI_TRAN) else 1
    return " ".join(words[kind:]) or unit.name


def classes_of(values: list[Decimal]) -> tuple[float, int, int]:
    """Return where the second class begins less one width, how wide each is and how many there are: at most five.

    Limits are round numbers. The lowest and highest class are open: one unit far from all others makes no class wider.
    """
    if not values:
        return 0, 1, 0
    ordered = sorted(float(value) for value in values)
    away = len(ordered) // 20
    low, high = ordered[away], ordered[-1 - away]
    for width in WIDTHS:
        begin = math.floor(low / width) * width
        count = int((high - begin) // width) + 1
        if count <= STEPS:
            return begin, width, count
    return 0, 20, STEPS


def key_of(begin: float, width: int, count: int) -> list[str]:
    """Return what each class holds, in words."""
    if count == 1:
        return [_("mọi đơn vị có số liệu")]
    limits = [int(begin + at * width) for at in range(1, count)]
    between = [_("%(low)s đến dưới %(high)s%%") % {"low": num(low), "high": num(low + width)} for low in limits[:-1]]
    return [_("dưới %(n)s%%") % {"n": num(limits[0])}, *between, _("từ %(n)s%% trở lên") % {"n": num(limits[-1])}]


def map_picture(
    compared: Compared, *, level: str, title: str, all_units: list[AdminUnit], url: Callable[[AdminUnit], str]
) -> Picture:
    """Draw every unit of the level; those without a value, or out of the reader's scope, say so."""
    found = {row.unit.pk: row for row in compared.values}
    begin, width, count = classes_of([row.value for row in compared.values])
    where = places(level)
    # Few values use the darker steps: the lightest is near to paper.
    lightest = STEPS - count
    tiles = []
    for unit in all_units:
        if unit.code not in where:
            continue
        column, row = where[unit.code]
        value = found.get(unit.pk)
        if value is None:
            tiles.append(Tile(column, row, short_name(unit), unit.name, "–", None))
            continue
        step = min(max(int((float(value.value) - begin) // width), 0), count - 1) + lightest
        tiles.append(
            Tile(column, row, short_name(unit), unit.name, percent(value.value), step, url(unit), note_of(value))
        )
    key = [KeyStep(at + lightest, words) for at, words in enumerate(key_of(begin, width, count) if count else [])]
    if any(tile.level is None for tile in tiles):
        key.append(KeyStep(None, _("chưa có số liệu, hoặc ngoài phạm vi của bạn")))
    return tile_map(title=title, tiles=tiles, key=key)


def note_of(value: UnitValue) -> str:
    """Return of how many people or centres a share is, and what else has to be known."""
    words = []
    if value.whole and value.part is not None:
        words.append(f"{num(value.part)}/{num(value.whole)}")
    if value.whole and not value.ranked:
        words.append(_("quá ít để xếp hạng"))
    if value.waiting:
        words.append(_("chờ duyệt"))
    return " · ".join(words)


def ranking_bars(compared: Compared, url: Callable[[AdminUnit], str]) -> list[Bar]:
    """Return the units from high to low in groups that can be told apart; what cannot be ranked comes last, hollow."""
    bars = []
    for number, group in enumerate(groups_of(compared.values), 1):
        words = _("Nhóm %(n)s") % {"n": number}
        bars += [_bar(row, words, url) for row in group]
    few = _("Chưa đủ dữ liệu để xếp hạng")
    bars += [_bar(row, few, url, hollow=True) for row in compared.values if not row.ranked]
    silent = _("Chưa có số liệu")
    return bars + [Bar(unit.name, None, group=silent) for unit in compared.silent]


def ranking_picture(title: str, bars: Sequence[Bar], goal: tuple[Decimal, str] | None) -> Picture:
    """Draw the whole ranking."""
    return _chart(title, bars, goal, bars)


def ranking_columns(title: str, bars: Sequence[Bar], goal: tuple[Decimal, str] | None) -> list[Picture]:
    """Draw the ranking in pieces that fit a column of a page, all on one scale, without links."""
    plain = [replace(bar, url="") for bar in bars]
    return [
        _chart(f"{title} ({at // A_COLUMN + 1})", plain[at : at + A_COLUMN], goal, plain)
        for at in range(0, len(plain), A_COLUMN)
    ]


def _chart(title: str, bars: Sequence[Bar], goal: tuple[Decimal, str] | None, scale: Sequence[Bar]) -> Picture:
    ends = [value for bar in scale for value in (bar.value, bar.upper) if value is not None]
    return bar_chart(
        title=title,
        bars=bars,
        target=goal,
        up_to=max(ends, default=0),
        interval_head=_("Khoảng tin cậy 95%"),
        note_head=_("Trên tổng số"),
    )


def _bar(row: UnitValue, group: str, url: Callable[[AdminUnit], str], *, hollow: bool = False) -> Bar:
    low, high = row.interval or (None, None)
    return Bar(row.unit.name, row.value, low, high, note_of(row), group, hollow=hollow, url=url(row.unit))


def explained(compared: Compared) -> str:
    """Say in plain words how the ranking is to be read."""
    ranked = [row for row in compared.values if row.ranked]
    if not ranked:
        return _("Chưa đơn vị nào đủ dữ liệu để xếp hạng: cần biết tỷ lệ tính trên bao nhiêu, và ít nhất %(n)s.") % {
            "n": ENOUGH
        }
    return _(
        "Các đơn vị trong cùng một nhóm khác nhau ít đến mức có thể do ngẫu nhiên, nên không xếp trên dưới trong nhóm; "
        "đơn vị có dưới %(n)s người (hoặc trung tâm, trường), hay chưa rõ tính trên bao nhiêu, không xếp hạng."
    ) % {"n": ENOUGH}
