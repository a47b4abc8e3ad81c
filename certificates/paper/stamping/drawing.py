"""From a layout and a paper's texts to the content of its page: ground, lines and QR, tagged in reading order."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from certificates.paper.stamping.faces import Face
from certificates.paper.stamping.layout import Figure, Layout, Place, Row
from certificates.qr import QUIET_ZONE, Symbol

GROUND, LEVEL = "Ground", 6


@dataclass(frozen=True, slots=True)
class Element:
    """A structure element of the page: its tag, the marked contents it owns, and for the QR words and box."""

    tag: str
    contents: tuple[int, ...]
    alt: str = ""
    box: tuple[float, float, float, float] | None = None


class Drawing:
    """What is drawn for every paper of a layout."""

    def __init__(self, layout: Layout) -> None:
        self.fonts: dict[str, Face] = {}
        self.elements: list[Element] = []
        # Bytes that are the same on every paper, and between them the rows and the QR that are not.
        self._steps: list[bytes | tuple[bytes, Row] | tuple[bytes, Place]] = [_ground(layout)]
        number = 0
        for part in layout.parts:
            if isinstance(part, Figure):
                box = (part.x, part.y, part.x + part.width, part.y + part.height)
                self.elements.append(Element("Figure", (number,), part.alt, box))
                self._fixed(_mark("Figure", number) + _inside(part))
                number += 1
                continue
            if isinstance(part, Place):
                box = (part.x, part.y, part.x + part.side, part.y + part.side)
                self.elements.append(Element("Figure", (number,), part.alt, box))
                self._add(_mark("Figure", number), part)
                number += 1
                continue
            first = number
            for row in part.rows:
                self._add(_mark(part.tag, number), row)
                number += 1
            self.elements.append(Element(part.tag, tuple(range(first, number))))

    def _add(self, mark: bytes, thing: Row | Place) -> None:
        if isinstance(thing, Row):
            for piece in thing.pieces:
                self.fonts[piece.font.name] = piece.font
            if not thing.free:
                self._fixed(mark + _row(thing, thing.words({})))
                return
            self._steps.append((mark, thing))
            return
        self._steps.append((mark, thing))

    def _fixed(self, content: bytes) -> None:
        """Add what is the same on every paper."""
        last = self._steps[-1]
        if isinstance(last, bytes):
            self._steps[-1] = last + content
        else:
            self._steps.append(content)

    def content(self, texts: Mapping[str, tuple[str, ...]], symbol: Symbol) -> bytes:
        """Return the content stream, deflated."""
        parts = []
        for step in self._steps:
            if isinstance(step, bytes):
                parts.append(step)
                continue
            mark, thing = step
            parts += (mark, _row(thing, thing.words(texts)) if isinstance(thing, Row) else _symbol(thing, symbol))
        return zlib.compress(b"".join(parts), LEVEL)


def _ground(layout: Layout) -> bytes:
    """Draw the ground as an artifact, but for the boxes of its figures: those are drawn where they are read."""
    holes = b"".join([_box(part) for part in layout.parts if isinstance(part, Figure)])
    clip = b"0 0 %.3f %.3f re %sW* n " % (layout.width, layout.height, holes) if holes else b""
    return b"/Artifact BMC q %s/%s Do Q EMC\n" % (clip, GROUND.encode())


def _inside(figure: Figure) -> bytes:
    return b"q %sW n /%s Do Q EMC\n" % (_box(figure), GROUND.encode())


def _box(figure: Figure) -> bytes:
    return b"%.3f %.3f %.3f %.3f re " % (figure.x, figure.y, figure.width, figure.height)


def _mark(tag: str, number: int) -> bytes:
    return b"/%s<</MCID %d>>BDC " % (tag.encode(), number)


@lru_cache(maxsize=4096)
def _row(row: Row, words: tuple[str, ...]) -> bytes:
    """Set a row. Most rows say the same on every paper of a class."""
    shapes = [piece.set(word) for piece, word in zip(row.pieces, words, strict=True)]
    if row.free:
        width = sum([piece.gap + shape.width for piece, shape in zip(row.pieces, shapes, strict=True)])
        x = row.left + row.align * (row.room - width)
    else:
        x = row.start
    parts = [b"BT "]
    for piece, shape in zip(row.pieces, shapes, strict=True):
        x += piece.gap
        head = f" /{piece.font.name} {piece.size:.6g} Tf 1 0 0 1 {x:.3f} {row.baseline:.3f} Tm "
        parts += (piece.colour, head.encode(), shape.array)
        x += shape.width
    parts.append(b"ET EMC\n")
    return b"".join(parts)


def _symbol(place: Place, symbol: Symbol) -> bytes:
    """The modules as an image of one bit a pixel, painted in black where they are dark."""
    module = place.side / (symbol.size + 2 * QUIET_ZONE)
    side, edge = module * symbol.size, module * QUIET_ZONE
    head = (
        f"q 0 g {side:.3f} 0 0 {side:.3f} {place.x + edge:.3f} {place.y + edge:.3f} cm "
        f"BI/IM true/W {symbol.size}/H {symbol.size}/BPC 1/D[1 0]ID "
    )
    return head.encode() + symbol.image + b"\nEI Q EMC\n"
