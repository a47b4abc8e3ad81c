"""Days of a year as squares, week by week: how much went on, on which days of the week."""

import datetime as dt
from collections.abc import Mapping
from itertools import pairwise

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.pictures.base import INK, LINE, SOFT, STEPS, WIDTH, Picture, PictureTable, drawing, letters, shape, width_of
from core.templatetags.clc import num, vdate

CELL, LEFT, WEEKS = 12.0, 28.0, 27
STEP_COUNT = len(STEPS) - 1  # the lightest of the five is too near to paper for a small square


def calendar_chart(
    *,
    title: str,
    starts_on: dt.date,
    ends_on: dt.date,
    counts: Mapping[dt.date, int],
    what: str = "",
    description: str = "",
) -> Picture:
    """Draw a period (at most 54 weeks) as weeks by days of the week, half a year above the other.

    ``counts``: how many on a day; days without any may be left out. ``what``: the word for what is counted.
    More is darker and larger. The table gives the numbers, a line a week. Raises ValueError for a longer period.
    """
    what = what or _("buổi")
    first = starts_on - dt.timedelta(days=starts_on.weekday())
    weeks = (ends_on - first).days // 7 + 1
    if ends_on < starts_on or weeks > 2 * WEEKS:
        raise ValueError("a calendar shows up to 54 weeks")
    days = {day: count for day, count in counts.items() if starts_on <= day <= ends_on}
    limits = _limits(days)
    parts: list[SafeString] = []
    names = _weekdays()
    bands = -(-weeks // WEEKS)
    high = 7 * CELL + 34
    for band in range(bands):
        top = 20 + band * high
        for weekday in range(7):
            if weekday % 2 == 0:
                parts.append(letters(LEFT - 5, top + weekday * CELL + 10, names[weekday], **_small("end")))
        parts += _months(first, starts_on, ends_on, band, top)
        for week in range(band * WEEKS, min(weeks, (band + 1) * WEEKS)):
            for weekday in range(7):
                day = first + dt.timedelta(days=week * 7 + weekday)
                if starts_on <= day <= ends_on:
                    x, y = LEFT + (week - band * WEEKS) * CELL, top + weekday * CELL
                    parts.append(_day(x, y, day, days.get(day, 0), limits, what))
    keys, height = _key(limits, 20 + bands * high, what)
    total, busy = sum(days.values()), sum(1 for count in days.values() if count)
    words = description or _("%(total)s %(what)s trong %(days)s ngày, từ %(start)s đến %(end)s.") % {
        "total": num(total),
        "what": what,
        "days": num(busy),
        "start": vdate(starts_on),
        "end": vdate(ends_on),
    }
    table = PictureTable((_("Tuần từ"), *names, _("Cộng")), _rows(first, weeks, starts_on, ends_on, days))
    return Picture(title, words, drawing(title, words, WIDTH, height, [*parts, *keys]), table)


def _weekdays() -> tuple[str, ...]:
    return (_("T2"), _("T3"), _("T4"), _("T5"), _("T6"), _("T7"), _("CN"))


def _small(anchor: str = "start") -> dict[str, object]:
    return {"fill": SOFT, "font_size": 11, "text_anchor": anchor}


def _limits(days: Mapping[dt.date, int]) -> list[int]:
    """Highest count of each step: quarters of the days on which there was anything, each step a different number."""
    busy = sorted(count for count in days.values() if count > 0)
    if not busy:
        return []
    found = {busy[max(0, -(-len(busy) * part // STEP_COUNT) - 1)] for part in range(1, STEP_COUNT + 1)}
    return sorted(found)


def _level(count: int, limits: list[int]) -> int:
    """0 for nothing, else 1 to 4: the last step used is always the darkest."""
    if count <= 0:
        return 0
    at = next(index for index, limit in enumerate(limits) if count <= limit)
    return STEP_COUNT - len(limits) + at + 1


def _square(x: float, y: float, level: int) -> dict[str, object]:
    side = (3.0, 5.5, 7.5, 9.5, 11.0)[level]
    gap = (CELL - side) / 2
    return {"x": x + gap, "y": y + gap, "width": side, "height": side, "rx": 1.5}


def _fill(level: int) -> str:
    return STEPS[level][0] if level else LINE


def _day(x: float, y: float, day: dt.date, count: int, limits: list[int], what: str) -> SafeString:
    level = _level(count, limits)
    said = f"{vdate(day)}: {num(count)} {what}"
    return shape("rect", shape("title", said), fill=_fill(level), **_square(x, y, level))


def _months(first: dt.date, starts_on: dt.date, ends_on: dt.date, band: int, top: float) -> list[SafeString]:
    """The name of a month above the week its first day lies in, where there is room for it."""
    parts: list[SafeString] = []
    free = 0.0
    for week in range(band * WEEKS, (band + 1) * WEEKS):
        monday = first + dt.timedelta(days=week * 7)
        inside = [monday + dt.timedelta(days=days) for days in range(7)]
        begun = [day for day in inside if day.day == 1 and starts_on <= day <= ends_on]
        if week == band * WEEKS and not begun and starts_on <= inside[-1] and monday <= ends_on:
            begun = [max(monday, starts_on)]
        x = LEFT + (week - band * WEEKS) * CELL
        if not begun:
            continue
        month = begun[0].month
        words = f"{month}/{begun[0].year % 100:02d}" if month == 1 or not parts else _("Th%(month)s") % {"month": month}
        if x >= free and x + width_of(words, 11) <= WIDTH:
            parts.append(letters(x, top - 6, words, **_small()))
            free = x + width_of(words, 11) + 3
    return parts


def _key(limits: list[int], top: float, what: str) -> tuple[list[SafeString], float]:
    ranges = [(0, 0), *((low + 1, high) for low, high in pairwise([0, *limits]))]
    parts, x = [], 4.0
    for low, high in ranges:
        level = _level(high, limits)
        words = num(low) if low == high else f"{num(low)}–{num(high)}"
        parts.append(shape("rect", fill=_fill(level), **_square(x, top, level)))
        parts.append(letters(x + 16, top + 10, words, font_size=12, fill=INK))
        x += 16 + len(words) * 7.5 + 14
    parts.append(letters(x, top + 10, _("%(what)s một ngày") % {"what": what}, font_size=12, fill=SOFT))
    return parts, top + 20


def _rows(
    first: dt.date, weeks: int, starts_on: dt.date, ends_on: dt.date, days: Mapping[dt.date, int]
) -> tuple[tuple[str, ...], ...]:
    rows = []
    for week in range(weeks):
        inside = [first + dt.timedelta(days=week * 7 + weekday) for weekday in range(7)]
        cells = [num(days.get(day, 0)) if starts_on <= day <= ends_on else "" for day in inside]
        total = sum(days.get(day, 0) for day in inside if starts_on <= day <= ends_on)
        rows.append((vdate(max(inside[0], starts_on)), *cells, num(total)))
    return tuple(rows)
