"""From blocks with place-holders and frozen content to the lines of one paper.

The same lines are set by the whole rendering and stamped on a page that was laid out once, so they are worked out here
and nowhere else. Text is only ever text: place-holders are found by one pattern, and nothing that is filled in is read
a second time.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import zip_longest
from typing import Any

from certificates.choices import PaperLanguage
from certificates.wording.builtin import FIXED, FIXED_EN, Blocks, blocks_of, builtin_blocks
from certificates.wording.placeholders import PLACEHOLDERS, values_of

_SPACES = re.compile(r"[ \t\r\n]+")
PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")
# Blocks that are set in capitals; done here and not by the style sheet, so that every way of setting them agrees.
CAPITALS = frozenset({"authority", "centre", "heading", "role"})
# Blocks of several lines.
MANY = frozenset({"body", "foot", "role"})


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line in one weight."""

    text: str
    bold: bool = False


@dataclass(frozen=True)
class Line:
    """One line of the paper. ``varies``: another certificate of the same wording may have another text here.

    Most lines of a class are one and the same object, so what follows from a line is worked out once.
    """

    name: str
    runs: tuple[Run, ...]
    varies: bool

    @cached_property
    def text(self) -> str:
        """The line without its weights."""
        return "".join([run.text for run in self.runs])

    @cached_property
    def english(self) -> bool:
        """Whether it is the English line under a Vietnamese one."""
        return self.name.endswith("-en")

    @cached_property
    def block(self) -> str:
        """The name of the block it is a line of."""
        return self.name.partition("-")[0]

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The text of each run, with white space as HTML has it."""
        return _collapsed([run.text for run in self.runs])

    @cached_property
    def form(self) -> tuple[Any, ...]:
        """The same for lines that take the same place on paper: of one that varies the weights, of others all."""
        if self.varies:
            return self.name, tuple([run.bold for run in self.runs])
        return tuple([(run.text, run.bold) for run in self.runs])


def _collapsed(texts: list[str]) -> tuple[str, ...]:
    whole = "".join(texts)
    if whole.isprintable() and "  " not in whole and whole == whole.strip(" "):
        return tuple(texts)
    made: list[str] = []
    for text in texts:
        text = _SPACES.sub(" ", text)
        if not made or made[-1].endswith(" "):
            text = text.removeprefix(" ")
        made.append(text)
    if made:
        made[-1] = made[-1].removesuffix(" ")
    return tuple(made)


@dataclass(frozen=True)
class Wording:
    """The words and the picture of a template: everything two papers of it have in common."""

    blocks: Blocks
    english: Blocks = field(default_factory=dict)  # nothing: a paper in Vietnamese only
    logo: bytes = b""  # PNG

    @cached_property
    def key(self) -> str:
        """The same for wordings that say and show the same."""
        words = json.dumps([self.blocks, self.english], ensure_ascii=False, sort_keys=True).encode()
        return hashlib.sha256(words + b"\0" + self.logo).hexdigest()

    @cached_property
    def rows(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Each block's lines as they are written, with the English one under each (empty: none)."""
        found = []
        for name, text in self.blocks.items():
            rows, below = text.split("\n"), self.english.get(name, "").split("\n")
            pairs = zip_longest(map(str.strip, rows), map(str.strip, below[: len(rows)]), fillvalue="")
            found.append((name, list(pairs)))
        return found

    @cached_property
    def asked(self) -> frozenset[str]:
        """The place-holders that stand in it."""
        texts = "\n".join([*self.blocks.values(), *self.english.values()])
        return frozenset(placeholders_in(texts)) & PLACEHOLDERS.keys()


@dataclass(frozen=True)
class Design:
    """What a paper is set with. The ids are of rows that never change; none: the program's own words, no logo."""

    wording: Wording
    language: str = PaperLanguage.VI
    template_id: int | None = None
    logo_id: int | None = None


def wording_of(blocks: Mapping[str, Blocks], language: str, logo: bytes = b"") -> Wording:
    """Return the wording of a template's blocks in a language, with what no template changes."""
    english = {**blocks["en"], **FIXED_EN} if language == PaperLanguage.VI_EN else {}
    return Wording({**blocks["vi"], **FIXED}, english, logo)


def builtin_wording(kind: str, language: str = PaperLanguage.VI, logo: bytes = b"") -> Wording:
    """Return the wording that comes with the program."""
    return wording_of(builtin_blocks(kind), language, logo)


def first_wording(content: Mapping[str, Any]) -> Wording:
    """Return the wording of a paper from before there were templates."""
    return Wording({**blocks_of(content), **FIXED})


def placeholders_in(text: str) -> list[str]:
    """Return the names in braces, in order, known or not."""
    return PLACEHOLDER.findall(text)


def fill(name: str, text: str, values: Mapping[str, str]) -> Line | None:
    """Return one line of a block; None when there is nothing to say.

    A line that asks for something unknown (a birth date, a result) is left out whole: no paper says ``Kết quả:`` and
    then nothing. A name that is no place-holder stays as it is written.
    """
    words = tuple([values.get(each) for each in _names(text)])
    return None if "" in words or not text.strip() else _filled(name, text, words)


@lru_cache(maxsize=1024)
def _names(text: str) -> tuple[str, ...]:
    return tuple(placeholders_in(text))


@lru_cache(maxsize=4096)
def _filled(name: str, text: str, words: tuple[str | None, ...]) -> Line:
    """Most lines say the same on every paper of a class: they are worked out once. None: no place-holder of ours."""
    runs: list[Run] = []
    for index, piece in enumerate(PLACEHOLDER.split(text)):
        known = PLACEHOLDERS.get(piece) if index % 2 else None
        said = words[index // 2] if known else f"{{{piece}}}" if index % 2 else piece
        bold = known is not None and known.bold
        if not said:
            continue
        if runs and runs[-1].bold == bold:
            runs[-1] = Run(runs[-1].text + said, bold)
        else:
            runs.append(Run(said, bold))
    if name.partition("-")[0] in CAPITALS:
        runs = [Run(run.text.upper(), run.bold) for run in runs]
    return Line(name, tuple(runs), varies=bool(words))


def lines_of(wording: Wording, content: Mapping[str, Any], *, token: str, host: str) -> dict[str, Line]:
    """Return the lines of one paper by name, in the order of the blocks.

    A block of several lines gives ``body-1``, ``body-2`` …, numbered as they stand on the paper; the English line of
    ``body-1`` is ``body-1-en`` and comes right after it, and goes when it goes.
    """
    asked = wording.asked
    values = values_of(content, token=token, host=host, names=asked)
    english = values_of(content, token=token, host=host, english=True, names=asked) if wording.english else {}
    lines: dict[str, Line] = {}
    for name, rows in wording.rows:
        number = 0
        for row, below in rows:
            key = f"{name}-{number + 1}" if name in MANY else name
            line = fill(key, row, values)
            if line is None:
                continue
            number += 1
            lines[key] = line
            under = fill(f"{key}-en", below, english) if below else None
            if under:
                lines[f"{key}-en"] = under
    return lines
