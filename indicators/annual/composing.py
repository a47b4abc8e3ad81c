"""From text with place-holders to a document: what is wrong with a text, and what it becomes.

A line is a paragraph; ``## `` begins a sub-heading, ``- `` an item. A place-holder of a table stands on a line of its
own, the others anywhere.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from indicators.annual.blocks import block_makers
from indicators.annual.document import Block, Document, Front, Heading, Paragraph
from indicators.annual.gathering import Facts
from indicators.annual.subjects import Subject
from indicators.annual.values import Value, inline_names, values_of
from indicators.choices import SectionKind
from indicators.printing import offices_of

_HOLDER = re.compile(r"\{\{(.*?)\}\}")
_LOOSE = re.compile(r"\{\{|\}\}")


@dataclass(frozen=True, slots=True)
class Text:
    """One section as it is written."""

    kind: str
    heading: str
    body: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a text that cannot be filled in. ``line`` 0 is the heading."""

    line: int
    words: str

    def __str__(self) -> str:
        where = _("Dòng %(n)s") % {"n": self.line} if self.line else _("Tiêu đề")
        return f"{where}: {self.words}"


@dataclass(frozen=True)
class Names:
    """The place-holders a report knows, with what they mean: those within a line, and those on a line of their own."""

    inline: Mapping[str, str]
    blocks: Mapping[str, str]

    def problems(self, text: Text) -> list[Problem]:
        """Return everything wrong with a text, line by line."""
        found = self._of_line(0, text.heading, is_heading=True)
        for number, line in enumerate(text.body.splitlines(), start=1):
            found += self._of_line(number, line)
        return found

    def _of_line(self, number: int, line: str, *, is_heading: bool = False) -> list[Problem]:
        found = []
        for match in _HOLDER.finditer(line):
            name = match.group(1).strip()
            if name in self.blocks:
                if is_heading or line.strip() != match.group(0):
                    words = _("{{%(name)s}} là bảng hoặc đoạn lớn, phải đứng một mình trên một dòng.")
                    found.append(Problem(number, words % {"name": name}))
            elif name not in self.inline:
                found.append(Problem(number, self._unknown(name)))
        if _LOOSE.search(_HOLDER.sub("", line)):
            found.append(Problem(number, _("có dấu {{ hoặc }} không thành cặp.")))
        return found

    def _unknown(self, name: str) -> str:
        near = difflib.get_close_matches(name, [*self.inline, *self.blocks], n=1, cutoff=0.6)
        words = _("không có chỗ điền số tên {{%(name)s}}.") % {"name": name}
        return f"{words} {_('Có phải {{%(near)s}}?') % {'near': near[0]}}" if near else words


def names_of(subject: Subject) -> Names:
    """Return the place-holders for the subject's reports: at most one query."""
    is_centre = subject.centre is not None
    blocks = {name: str(label) for name, (label, _make) in block_makers(is_centre=is_centre).items()}
    return Names(inline_names(subject.plan, is_centre=is_centre), blocks)


def _filled(line: str, values: Mapping[str, Value]) -> str:
    return _HOLDER.sub(lambda match: values[match.group(1).strip()].text, line)


def blocks_of(text: Text, facts: Facts, values: Mapping[str, Value], *, heading: bool = True) -> list[Block]:
    """Return what a section without problems becomes; a section without text is left out, heading and all."""
    makers = block_makers(is_centre=facts.subject.centre is not None)
    found: list[Block] = [Heading(_filled(text.heading, values))] if heading and text.heading else []
    start = len(found)
    for raw in text.body.splitlines():
        line = raw.strip()
        match = _HOLDER.fullmatch(line)
        if match and match.group(1).strip() in makers:
            found += makers[match.group(1).strip()][1](facts)
        elif line.startswith("## "):
            found.append(Heading(_filled(line[3:].strip(), values), 2))
        elif line.startswith("- "):
            found.append(Paragraph(_filled(line[2:].strip(), values), "item"))
        elif line:
            found.append(Paragraph(_filled(line, values)))
    return found if len(found) > start else []


def compose(facts: Facts, texts: Iterable[Text]) -> tuple[Document, dict[str, Value]]:
    """Return the document of texts without problems, in Vietnamese, and every value that may stand in it."""
    with override("vi"):
        values = values_of(facts)
        body: list[Block] = []
        annexes: list[tuple[Block, ...]] = []
        lines: dict[str, list[str]] = {SectionKind.RECIPIENTS.value: [], SectionKind.SIGNATURE.value: []}
        for text in texts:
            if text.kind in lines:
                filled = (_filled(line.strip(), values) for line in text.body.splitlines() if line.strip())
                lines[text.kind] += [line.removeprefix("- ") for line in filled]
            elif text.kind == SectionKind.ANNEX:
                if blocks := blocks_of(text, facts, values):
                    annexes.append(tuple(blocks))
            else:
                body += blocks_of(text, facts, values)
    made = Document(
        _front(facts.subject), tuple(body), tuple(lines["recipients"]), tuple(lines["signature"]), tuple(annexes)
    )
    return Document.from_json(_printable(made.as_json())), values


# What neither a Word file nor a PDF can hold: control signs that came in with copied text.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def _printable(data: Any) -> Any:
    if isinstance(data, str):
        return _UNPRINTABLE.sub("", data)
    if isinstance(data, dict):
        return {name: _printable(value) for name, value in data.items()}
    return [_printable(value) for value in data] if isinstance(data, list | tuple) else data


def _front(subject: Subject) -> Front:
    commune = subject.commune
    assert commune is not None
    if subject.centre is not None:
        above = f"ỦY BAN NHÂN DÂN {commune.name.upper()}"
        return Front(
            (above, subject.centre.name.upper()), "Số: ……/BC-TTHTCĐ", _place(commune.name, subject.year), "BÁO CÁO",
            f"Kết quả hoạt động năm {subject.year}",
        )  # fmt: skip
    about = f"Kết quả thực hiện {subject.plan.name} năm {subject.year}"
    if subject.level == "district":
        return Front(
            ("ỦY BAN NHÂN DÂN THÀNH PHỐ HÀ NỘI", f"ĐỊA BÀN {commune.name.upper()} (CŨ)"), "Số: ……/BC",
            _place("Hà Nội", subject.year), "BÁO CÁO", about,
        )  # fmt: skip
    return Front(
        offices_of(subject.question.unit, subject.question.centre),
        "Số: ……/BC-UBND",
        _place(commune.name, subject.year),
        "BÁO CÁO",
        about,
    )


def _place(name: str, year: int) -> str:
    """The place without the kind of its unit, the day left for who signs (Decree 30/2020, annex I)."""
    for kind in ("Thành phố ", "Phường ", "Xã ", "Thị trấn ", "Quận ", "Huyện ", "Thị xã "):
        name = name.removeprefix(kind)
    return f"{name}, ngày …… tháng …… năm {year}"
