"""From WeasyPrint's boxes to places for lines: laid out once, good for every paper of the same shape.

A line that varies may take any text that fits in it. Where WeasyPrint broke a text into several lines (or something
else stands beside it), the layout holds only for papers with that very text. Whatever this module does not understand
raises NotStampable, and the paper is rendered whole.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from certificates.paper.rendering import FONTS, Paper, Press, paper_html
from certificates.paper.stamping.faces import Face, NotStampable, Shaped, face
from certificates.wording.filling import Line

POINT = 0.75  # points a CSS pixel
CLOSE = 0.06  # points by which our widths may differ from Pango's, which counts in 1024ths of a pixel
_ALIGN = {"start": 0.0, "left": 0.0, "justify": 0.0, "center": 0.5, "right": 1.0, "end": 1.0}
_TAGS = {"h1": "H1", "h2": "H2", "h3": "H3"}
_CASES: dict[str, Callable[[str], str]] = {"none": str, "uppercase": str.upper, "lowercase": str.lower}


@lru_cache(maxsize=4096)
def shaped(font: Face, text: str, size: float, spacing: float) -> Shaped:
    """Shape a text once: most lines of a class say the same on every paper."""
    return font.shape(text, size, spacing)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a line in one style. ``turn`` is its place among the pieces of the line ``name``."""

    text: str
    font: Face
    size: float
    spacing: float
    colour: bytes
    case: str
    gap: float  # points between the piece before and this one
    width: float  # points, as WeasyPrint set it
    name: str = ""  # of the line that varies; empty: the same on every paper
    turn: int = 0

    def set(self, text: str) -> Shaped:
        """Shape a text in this piece's style."""
        return shaped(self.font, _CASES[self.case](text), self.size, self.spacing)


@dataclass(slots=True, eq=False)
class Row:
    """A line of the page: where its box is, and what stands in it. Points, from the lower left corner."""

    left: float
    room: float
    align: float  # the part of the left-over room that goes before the text
    baseline: float
    start: float  # where WeasyPrint began the text
    pieces: list[Piece]
    alone: bool = True  # the only line of its block, of text only
    free: bool = False  # takes other texts than it was laid out with

    def words(self, texts: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
        """Return the text of every piece."""
        return tuple([texts[piece.name][piece.turn] if piece.name else piece.text for piece in self.pieces])

    def fits(self, words: tuple[str, ...]) -> bool:
        """Whether a text for every piece is no wider than the line."""
        pieces = zip(self.pieces, words, strict=True)
        return sum([piece.gap + piece.set(word).width for piece, word in pieces]) <= self.room


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A structure element and its lines."""

    tag: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the QR goes, quiet zone included: lower left corner and side, in points."""

    x: float
    y: float
    side: float
    alt: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture of the ground that has a meaning, the logo: its box in points from the lower left, and its words."""

    x: float
    y: float
    width: float
    height: float
    alt: str


@dataclass(slots=True)
class Layout:
    """A page without its text: the ground as a PDF, and where text and QR go, in reading order."""

    width: float
    height: float
    parts: list[Paragraph | Place | Figure]
    pinned: dict[str, tuple[str, ...]]  # lines that must say exactly this
    ground: bytes
    language: str
    free: list[Row] = field(default_factory=list)

    def takes(self, texts: Mapping[str, tuple[str, ...]]) -> bool:
        """Whether a paper with these pieces of text by line can be stamped. Raises NotStampable for odd letters."""
        if any(texts.get(name) != words for name, words in self.pinned.items()):
            return False
        return all(_fits(row, row.words(texts)) for row in self.free)


def texts_of(lines: Mapping[str, Line]) -> dict[str, tuple[str, ...]]:
    """Return the pieces of every line that varies, with white space as HTML has it."""
    return {name: line.words for name, line in lines.items() if line.varies}


@lru_cache(maxsize=4096)
def _fits(row: Row, words: tuple[str, ...]) -> bool:
    return row.fits(words)


def lay_out(press: Press, paper: Paper) -> Layout:
    """Have WeasyPrint lay out a paper, and return its layout. Raises NotStampable."""
    from weasyprint import HTML

    texts = texts_of(paper.lines)
    document = HTML(string=paper_html([paper]), base_url=FONTS.as_uri() + "/", url_fetcher=press.fetcher).render(
        font_config=press.fonts, stylesheets=[press.css]
    )
    if len(document.pages) != 1:
        raise NotStampable("more than one page")
    page = document.pages[0]
    reader = _Reader(page.height)
    reader.read(page._page_box, "")
    pinned = _pin(reader.rows, texts)
    for box in reader.hidden:
        box.style = box.style.copy()
        box.style["visibility"] = "hidden"
    ground = io.BytesIO()
    document.write_pdf(ground)
    free = [row for row in reader.rows if row.free]
    parts = [part for part in reader.parts if not isinstance(part, Paragraph) or part.rows]
    if sum(isinstance(part, Place) for part in parts) != 1:
        raise NotStampable("not one QR")
    return Layout(
        page.width * POINT, page.height * POINT, parts, pinned, ground.getvalue(), document.metadata.lang or "vi", free
    )


def _pin(rows: list[Row], texts: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Mark the rows that are free, take the names off the others, and return the lines that are bound to their text."""
    where: dict[str, list[Row]] = {}
    for row in rows:
        for name in _names(row):
            where.setdefault(name, []).append(row)
    bound = {
        name
        for name, words in texts.items()
        if len(where.get(name, ())) != 1 or not _takes_others(where[name][0], name, words, texts)
    }
    for row in rows:  # what stands beside a bound text moves with nothing
        if _names(row) & bound:
            bound |= _names(row)
    for row in rows:
        row.free = bool(_names(row)) and not _names(row) & bound
        if not row.free:
            row.pieces = [_fixed(piece) for piece in row.pieces]
    return {name: texts[name] for name in bound}


def _names(row: Row) -> set[str]:
    return {piece.name for piece in row.pieces if piece.name}


def _takes_others(row: Row, name: str, words: tuple[str, ...], texts: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether the line is alone in its block, says piece by piece what it should, and is where we would put it."""
    said = [(piece.text, piece.case) for piece in row.pieces if piece.name == name]
    if not row.alone or len(said) != len(words) or not _names(row) <= set(texts):
        return False
    same = all(text == _CASES[case](word) for (text, case), word in zip(said, words, strict=True))
    return same and row.fits(row.words(texts)) and _in_place(row)


def _fixed(piece: Piece) -> Piece:
    return replace(piece, name="", turn=0, case="none")


def _in_place(row: Row) -> bool:
    """Whether the text stands where alignment alone puts it."""
    width = sum(piece.gap + piece.width for piece in row.pieces)
    return abs(row.left + row.align * (row.room - width) - row.start) < CLOSE


class _Reader:
    """Walks the boxes in reading order."""

    def __init__(self, height: float) -> None:
        self.height = height
        self.parts: list[Paragraph | Place | Figure] = []
        self.rows: list[Row] = []
        self.hidden: list[Any] = []

    def read(self, box: Any, name: str) -> None:
        """Collect what is in a box; ``name`` is of the line around it."""
        from weasyprint.formatting_structure import boxes
        from weasyprint.layout.absolute import AbsolutePlaceholder

        if isinstance(box, AbsolutePlaceholder):
            box = box._box
        self._refuse(box)
        name = self._name(box, name)
        if isinstance(box, boxes.ReplacedBox):
            if name == "qr":
                self._place(box)
            elif box.element is not None and box.element.get("alt"):
                self._figure(box)
            return
        children = getattr(box, "children", ())
        lines = [child for child in children if isinstance(child, boxes.LineBox)]
        if lines:
            made = [row for line in lines if (row := self._row(line, box, name, alone=len(lines) == 1))]
            self.rows += made
            self.parts.append(Paragraph(_TAGS.get(box.element_tag or "", "P"), tuple(made)))
        for child in children:
            if child not in lines:
                self.read(child, name)

    @staticmethod
    def _name(box: Any, name: str) -> str:
        return (box.element.get("data-field") if box.element is not None else None) or name

    @staticmethod
    def _refuse(box: Any) -> None:
        style = box.style
        if style["transform"] or style["opacity"] != 1 or style["text_decoration_line"] != "none":
            raise NotStampable("drawn in a way that is not stamped")

    def _place(self, box: Any) -> None:
        if abs(box.width - box.height) > CLOSE:
            raise NotStampable("the QR is not square")
        title = box.element.find("{http://www.w3.org/2000/svg}title")
        self.hidden.append(box)
        self.parts.append(
            Place(
                box.content_box_x() * POINT,
                (self.height - box.content_box_y() - box.height) * POINT,
                box.width * POINT,
                (title.text or "").strip() if title is not None else "",
            )
        )

    def _figure(self, box: Any) -> None:
        x, y = box.content_box_x() * POINT, (self.height - box.content_box_y() - box.height) * POINT
        self.parts.append(Figure(x, y, box.width * POINT, box.height * POINT, box.element.get("alt")))

    def _row(self, line: Any, block: Any, name: str, *, alone: bool) -> Row | None:
        found: list[tuple[Any, str]] = []
        plain = self._texts(line, name, found)
        found = [(box, own) for box, own in found if box.text.strip()] if not any(own for _, own in found) else found
        if not found:
            return None
        pieces: list[Piece] = []
        turns: dict[str, int] = {}
        end = found[0][0].position_x
        for box, own in found:
            turns[own] = turns.get(own, -1) + 1
            pieces.append(self._piece(box, own, turns[own], (box.position_x - end) * POINT))
            end = box.position_x + box.width
        baselines = {round(box.position_y + box.baseline, 3) for box, _own in found}
        if len(baselines) != 1:
            raise NotStampable("letters above or below their line")
        style = block.style
        if style["direction"] != "ltr" or style["text_align_all"] not in _ALIGN:
            raise NotStampable("an alignment we do not know")
        align = "start" if style["text_align_all"] == "justify" else style["text_align_all"]
        return Row(
            block.content_box_x() * POINT,
            block.width * POINT,
            _ALIGN[align],
            (self.height - baselines.pop()) * POINT,
            found[0][0].position_x * POINT,
            pieces,
            alone and plain,
        )

    def _texts(self, box: Any, name: str, found: list[tuple[Any, str]]) -> bool:
        """Collect the text boxes of a line; return False when there is something else in it."""
        from weasyprint.formatting_structure import boxes
        from weasyprint.layout.absolute import AbsolutePlaceholder

        plain = True
        for child in box.children:
            if isinstance(child, boxes.TextBox):
                self._refuse(child)
                self.hidden.append(child)
                found.append((child, name))
            elif isinstance(child, boxes.InlineBox):
                self._refuse(child)
                plain = self._texts(child, self._name(child, name), found) and plain
            else:
                plain = plain and isinstance(child, AbsolutePlaceholder)
                self.read(child, name)
        return plain

    def _piece(self, box: Any, name: str, turn: int, gap: float) -> Piece:
        style = box.style
        if style["font_family"][0] != "Tinos" or style["font_weight"] not in (400, 700) or style["word_spacing"]:
            raise NotStampable("another font")
        if style["text_transform"] not in _CASES:
            raise NotStampable("another case")
        spacing = 0.0 if style["letter_spacing"] == "normal" else style["letter_spacing"] * POINT
        font = face(style["font_weight"] == 700, style["font_style"] != "normal")
        width = box.width * POINT
        piece = Piece(
            box.text,
            font,
            style["font_size"] * POINT,
            spacing,
            _colour(style["color"]),
            style["text_transform"] if name else "none",
            gap,
            width,
            name,
            turn,
        )
        if abs(piece.set(box.text).width - width) > CLOSE:
            raise NotStampable("Pango sets this text wider or narrower than we do")
        return piece


def _colour(colour: Any) -> bytes:
    *_channels, alpha = colour
    if alpha != 1 or colour.space not in ("srgb", "hsl", "hwb"):
        raise NotStampable("another colour")
    return " ".join(f"{value:.4g}" for value in colour.to("srgb").coordinates).encode() + b" rg"
