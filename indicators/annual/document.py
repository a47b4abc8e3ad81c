"""A report before it has a format: what both files are written from, so that they cannot say different things."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

Style = Literal["body", "item", "note", "centre"]
CellKind = Literal["text", "number", "code"]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: level 1 is a section, 2 and 3 stand below it."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; an item of a list begins with a dash that is not part of the text."""

    text: str
    style: Style = "body"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: heading, what its cells hold, and its share of the width."""

    heading: str
    kind: CellKind = "text"
    width: int = 10


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; every cell is text as it is read. ``bold``: numbers of rows that are totals or sub-headings."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    bold: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing: its title, what it shows in words (for who cannot see it), and the SVG."""

    title: str
    description: str
    svg: str


Block = Heading | Paragraph | Grid | Figure
_KINDS: dict[str, type[Heading] | type[Paragraph] | type[Grid] | type[Figure]] = {
    "heading": Heading, "paragraph": Paragraph, "table": Grid, "picture": Figure,
}  # fmt: skip
_NAMES = {kind: name for name, kind in _KINDS.items()}


@dataclass(frozen=True)
class Front:
    """What stands above the text: the bodies at the left, number, place and year, title and what it is about."""

    offices: tuple[str, str]
    number: str
    place: str
    title: str
    about: str


@dataclass(frozen=True)
class Document:
    """The whole report. Recipients and signature are lines; each annex begins a page."""

    front: Front
    body: tuple[Block, ...]
    recipients: tuple[str, ...]
    signature: tuple[str, ...]
    annexes: tuple[tuple[Block, ...], ...]

    @property
    def blocks(self) -> list[Block]:
        """Everything between front and end, in reading order."""
        return [*self.body, *(block for annex in self.annexes for block in annex)]

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "front": asdict(self.front),
            "body": [_packed(block) for block in self.body],
            "recipients": list(self.recipients),
            "signature": list(self.signature),
            "annexes": [[_packed(block) for block in annex] for annex in self.annexes],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Document":
        """Return the document of what ``as_json`` gave."""
        front = data["front"]
        return cls(
            Front(**{**front, "offices": tuple(front["offices"])}),
            tuple(_unpacked(block) for block in data["body"]),
            tuple(data["recipients"]),
            tuple(data["signature"]),
            tuple(tuple(_unpacked(block) for block in annex) for annex in data["annexes"]),
        )

    def digest(self) -> str:
        """Return the SHA-256 of what it says."""
        words = json.dumps(self.as_json(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(words.encode()).hexdigest()


def _packed(block: Block) -> dict[str, Any]:
    return {"kind": _NAMES[type(block)], **asdict(block)}


def _unpacked(data: dict[str, Any]) -> Block:
    values = {name: value for name, value in data.items() if name != "kind"}
    if data["kind"] == "table":
        values["columns"] = tuple(Column(**column) for column in values["columns"])
        values["rows"] = tuple(tuple(row) for row in values["rows"])
        values["bold"] = tuple(values["bold"])
    return _KINDS[data["kind"]](**values)
