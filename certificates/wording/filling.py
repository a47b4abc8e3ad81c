"""From blocks with place-holders and frozen content to the lines of one paper.

The same lines are set by the whole rendering and stamped on a page that was laid out once, so they are worked out here
and nowhere else. Text is only ever text: place-holders are found by one pattern, and nothing that is filled in is read
a second time.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from certificates.wording.builtin import Blocks
from certificates.wording.placeholders import PLACEHOLDERS, values_of

PLACEHOLDER = re.compile(r"\{([a-z_]*)\}")
# Blocks that are set in capitals; done here and not by the style sheet, so that every way of setting them agrees.
CAPITALS = frozenset({"authority", "centre", "heading", "role"})
# Blocks of several lines.
MANY = frozenset({"body", "foot", "role"})


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line in one weight."""

    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the paper. ``varies``: another certificate of the same wording may have another text here."""

    name: str
    runs: tuple[Run, ...]
    varies: bool

    @property
    def text(self) -> str:
        """The line without its weights."""
        return "".join(run.text for run in self.runs)


def placeholders_in(text: str) -> list[str]:
    """Return the names in braces, in order, known or not."""
    return PLACEHOLDER.findall(text)


def fill(name: str, text: str, values: Mapping[str, str]) -> Line | None:
    """Return one line of a block; None when there is nothing to say.

    A line that asks for something unknown (a birth date, a result) is left out whole: no paper says ``Kết quả:`` and
    then nothing.
    """
    names = placeholders_in(text)
    if not text.strip() or any(not values.get(each, "") for each in names):
        return None
    runs: list[Run] = []
    for index, piece in enumerate(PLACEHOLDER.split(text)):
        bold = bool(index % 2) and PLACEHOLDERS[piece].bold
        words = values[piece] if index % 2 else piece
        if not words:
            continue
        if runs and runs[-1].bold == bold:
            runs[-1] = Run(runs[-1].text + words, bold)
        else:
            runs.append(Run(words, bold))
    if name.partition("-")[0] in CAPITALS:
        runs = [Run(run.text.upper(), run.bold) for run in runs]
    return Line(name, tuple(runs), varies=bool(names))


def lines_of(blocks: Blocks, content: Mapping[str, Any], *, token: str, host: str) -> dict[str, Line]:
    """Return the lines of one paper by name, in the order of the blocks.

    A block of several lines gives ``body-1``, ``body-2`` …, numbered as they stand on the paper.
    """
    values = values_of(content, token=token, host=host)
    lines: dict[str, Line] = {}
    for name, text in blocks.items():
        rows = text.split("\n")
        made = [line for row in rows if (line := fill(name, row.strip(), values))]
        for index, line in enumerate(made, start=1):
            key = f"{name}-{index}" if name in MANY else name
            lines[key] = Line(key, line.runs, line.varies)
    return lines
