"""What all pictures share: the parts of an SVG, its colours, its letters, and the scale of an axis."""

import hashlib
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from core.templatetags.clc import num, percent

type Number = int | float | Decimal

INK, SOFT, LINE, EDGE, GROUND = "#1c2430", "#56606e", "#d9d5cb", "#857f71", "#ffffff"
BRAND, BRAND_DEEP, BAND, GOLD = "#0b5d5b", "#084745", "#bfdad8", "#7a4f00"
TONES = {"ok": "#186a3b", "warn": "#8a5a00", "bad": "#a3221b", "plain": EDGE, "": BRAND}
# Five steps from light to dark of one hue: told apart by lightness, whatever colours an eye sees; letters on each.
STEPS = (("#eaf3f2", INK), ("#bfdedb", INK), ("#84bdb8", INK), ("#23726f", GROUND), ("#083f3d", GROUND))
FAMILY = "Be Vietnam Pro, Tinos, sans-serif"
WIDTH = 360  # of a picture as a telephone shows it: letters of 13 stay letters of 12 there
SIZE = 13
# Letters are at most this part of their size wide on the average, in any of the types of FAMILY.
LETTER = 0.6
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class PictureTable:
    """What a picture shows, in words and numbers as people read them. ``note`` stands below it."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing with its name, what it shows in a sentence or two, and the table beside it.

    ``wide``: it needs more than a telephone's width and is moved sideways there.
    """

    title: str
    description: str
    svg: SafeString
    table: PictureTable
    wide: bool = False

    @property
    def key(self) -> str:
        """A name for the parts of a page that speak of this picture."""
        return f"p{_key(self.title, self.description)}"


def _key(title: str, description: str) -> str:
    return hashlib.sha256(f"{title}\0{description}".encode("utf-8", "replace")).hexdigest()[:10]


def clean(text: object) -> str:
    """Return text as SVG may hold it: without the characters XML forbids. It is never marked safe."""
    return str.__str__(_NOT_XML.sub("", str(text)))


def shape(tag: str, /, *inside: str, **attributes: object) -> SafeString:
    """Return one element, every value escaped; ``stroke_width=2`` is ``stroke-width="2"``, None leaves it out.

    ``inside``: elements made by this function, or plain text, which is escaped.
    """
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(clean(_plain(value)))}"'
        for name, value in attributes.items()
        if value is not None
    )
    body = "".join(part if isinstance(part, SafeString) else escape(clean(part)) for part in inside)
    return mark_safe(f"<{tag}{written}>{body}</{tag}>")  # noqa: S308 -- all parts were escaped just above


def _plain(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def letters(x: Number, y: Number, text: str, /, **attributes: object) -> SafeString:
    """Return words at a point."""
    given = {"fill": INK, "font_size": SIZE, **attributes}
    return shape("text", clean(text), x=float(x), y=float(y), **given)


def plated(x: Number, y: Number, text: str, size: Number = SIZE, /, **attributes: object) -> list[SafeString]:
    """Return words centred on a point on a small plate of paper, to be read where lines cross them."""
    wide = width_of(text, size)
    plate = {
        "x": float(x) - wide / 2 - 1,
        "y": float(y) - float(size) + 1,
        "width": wide + 2,
        "height": float(size) + 2,
    }
    words = letters(x, y, text, text_anchor="middle", font_size=size, **attributes)
    return [shape("rect", fill=GROUND, fill_opacity=0.8, rx=2, **plate), words]


def drawing(
    title: str, description: str, width: Number, height: Number, parts: Iterable[SafeString], *, linked: bool = False
) -> SafeString:
    """Return the whole SVG, standing alone. ``linked``: it holds links: then it is a group, not an image."""
    key = _key(title, description)
    return shape(
        "svg",
        shape("title", clean(title), id=f"t{key}"),
        shape("desc", clean(description), id=f"d{key}"),
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_plain(float(width))} {_plain(float(height))}",
        width=float(width),
        height=float(height),
        role="group" if linked else "img",
        aria_labelledby=f"t{key}",
        aria_describedby=f"d{key}",
        font_family=FAMILY,
        font_size=SIZE,
    )


def shorten(text: str, width: Number, size: Number = SIZE) -> str:
    """Return as much of a text as fits, with … where something is missing."""
    fits = max(1, int(float(width) / (float(size) * LETTER)))
    return text if len(text) <= fits else f"{text[: fits - 1].rstrip()}…"


def width_of(text: str, size: Number = SIZE) -> float:
    """Return about how wide a text is."""
    return len(text) * float(size) * LETTER


def shown(value: Number | None, unit: str) -> str:
    """Return a number as pages show it: ``91,8%`` for the unit ``%``, else ``1.234`` with the unit after it."""
    if value is None:
        return "–"
    if unit == "%":
        return percent(value)
    value = int(value) if value == int(value) else value
    return f"{num(value)} {unit}".rstrip()


def between(low: Number, high: Number, unit: str) -> str:
    """Return two numbers as one range: ``93,4–98,1%``."""
    return f"{shown(low, unit).removesuffix(unit).rstrip()}–{shown(high, unit)}"


@dataclass(frozen=True, slots=True)
class Axis:
    """From a value to a place: ``low`` at ``start``, ``high`` at ``end``; ``ticks`` are the round values between."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...] = ()

    def at(self, value: Number) -> float:
        """Return where a value lies; what is outside lies on the edge."""
        part = (min(max(float(value), self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + part * (self.end - self.start)


def axis(values: Sequence[Number], start: float, end: float, *, unit: str, from_zero: bool = False) -> Axis:
    """Return an axis over some values with three to six round ticks; percentages stay within 0 and 100."""
    low, high = (min(map(float, values)), max(map(float, values))) if values else (0.0, 1.0)
    low = 0.0 if from_zero and low >= 0 else low
    step = _step((high - low) / 4 or max(abs(high) / 10, 1.0))
    bottom, top = math.floor(low / step) * step, math.ceil(high / step) * step
    if unit == "%":
        bottom, top = max(bottom, 0.0) if low >= 0 else bottom, min(top, 100.0) if high <= 100 else top
    if top <= bottom:
        bottom, top = (bottom - step, top) if top > 0 else (bottom, bottom + step)
    ticks = tuple(round(bottom + step * count, 6) for count in range(round((top - bottom) / step) + 1))
    return Axis(bottom, top, start, end, tuple(tick for tick in ticks if tick <= top + step / 1000))


def _step(rough: float) -> float:
    unit = 10 ** math.floor(math.log10(rough))
    return float(next(step * unit for step in (1, 2, 5, 10) if step * unit >= rough * 0.999))
