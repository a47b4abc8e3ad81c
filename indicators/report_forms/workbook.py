"""Finding and filling place-holders inside an .xlsx, leaving everything else as it was drawn.

The parts of the file are edited as XML: a library that reads a workbook and writes it anew loses what it does not know
(charts, pictures, conditional formats), and the form is somebody's work. Containers are checked as rosters are; parts
with a document type are refused, so no entity is ever expanded.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.dom import minidom

from django.utils.translation import gettext as _

from core.errors import InvalidInput
from core.tabular.reading.containers import check_zip

MARKER = re.compile(r"\{\{\s*([^{}]{1,60}?)\s*\}\}")
MAX_BYTES = 2 * 1024 * 1024
MAX_SHEET = 4 * 1024 * 1024
MAX_SHEETS = 20
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
Value = str | int | float | None
Dom = Any  # a node of the tree: the types of minidom know fewer ways to hang together than XML has


@dataclass(frozen=True, slots=True)
class Found:
    """A place-holder and the cell it stands in, as people name it: ``Biểu 1!C5``."""

    name: str
    cell: str


class Form:
    """A workbook that was looked through. Raises InvalidInput for files that are not plain .xlsx."""

    def __init__(self, content: bytes) -> None:
        if len(content) > MAX_BYTES:
            raise InvalidInput("file_too_large", _("Tệp quá lớn. Biểu mẫu tối đa 2 MB."))
        check_zip(content)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            self._infos = archive.infolist()
            self._parts = {info.filename: archive.read(info) for info in self._infos}
        if "xl/workbook.xml" not in self._parts:
            raise InvalidInput("file_not_excel", _("Đây không phải tệp Excel. Hãy gửi tệp .xlsx."))
        self._shared = self._shared_texts()
        self.sheets = self._sheet_parts()

    def _parse(self, name: str) -> Dom:
        content = self._parts[name]
        head = content.replace(b"\0", b"")  # the same letters in UTF-16
        if len(content) > MAX_SHEET or b"<!DOCTYPE" in head or b"<!ENTITY" in head:
            raise InvalidInput(
                "file_broken", _("Tệp quá phức tạp để làm biểu mẫu. Hãy lưu lại bằng Excel, chỉ giữ biểu.")
            )
        try:
            return minidom.parseString(content)  # noqa: S318 - as above
        except Exception as error:  # expat raises its own kind, and codecs theirs
            message = _("Tệp hỏng hoặc có mật khẩu. Hãy mở bằng Excel và lưu lại.")
            raise InvalidInput("file_broken", message) from error

    def _shared_texts(self) -> list[str]:
        if "xl/sharedStrings.xml" not in self._parts:
            return []
        root = self._parse("xl/sharedStrings.xml").documentElement
        return [_text_of(item) for item in _children(root, "si")]

    def _sheet_parts(self) -> list[tuple[str, str]]:
        """Names of the sheets with the parts they are kept in."""
        places = {}
        if "xl/_rels/workbook.xml.rels" in self._parts:
            for item in _elements(self._parse("xl/_rels/workbook.xml.rels"), "Relationship"):
                target = item.getAttribute("Target")
                places[item.getAttribute("Id")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        found = []
        for sheet in _elements(self._parse("xl/workbook.xml"), "sheet"):
            part = places.get(sheet.getAttributeNS(RELATION, "id"), "")
            if part in self._parts and "worksheet" in part:
                found.append((sheet.getAttribute("name"), part))
        if not found or len(found) > MAX_SHEETS:
            raise InvalidInput("file_not_excel", _("Tệp phải có từ 1 đến 20 trang tính."))
        return found

    def _cells(self, document: Dom) -> Iterator[tuple[Dom, str]]:
        """Cells with a text that has a place-holder."""
        for cell in _elements(document, "c"):
            text = self._text(cell)
            if "{{" in text:
                yield cell, text

    def _text(self, cell: Dom) -> str:
        kind = cell.getAttribute("t")
        if kind == "inlineStr":
            return _text_of(cell)
        if kind not in ("s", "str"):
            return ""
        value = "".join(_own_text(item) for item in _children(cell, "v"))
        if kind == "str":
            return value
        return self._shared[int(value)] if value.isdecimal() and int(value) < len(self._shared) else ""

    def markers(self) -> list[Found]:
        """Return every place-holder with its cell, sheet by sheet."""
        return [
            Found(match.group(1), f"{name}!{cell.getAttribute('r')}")
            for name, part in self.sheets
            for cell, text in self._cells(self._parse(part))
            for match in MARKER.finditer(text)
        ]

    def filled(self, values: Mapping[str, Value]) -> bytes:
        """Return the workbook with values in the place of place-holders; formulas are worked out when it is opened.

        A cell that is nothing but a place-holder of a number becomes a number; ``None`` leaves it empty.
        """
        parts = dict(self._parts)
        for _name, part in self.sheets:
            document = self._parse(part)
            for cell, text in list(self._cells(document)):
                _fill(document, cell, text, values)
            for formula in _elements(document, "f"):
                cell = formula.parentNode
                for old in _children(cell, "v"):  # worked out before the values were there
                    cell.removeChild(old)
            parts[part] = document.toxml(encoding="UTF-8", standalone=True)
        parts["xl/workbook.xml"] = _calculating(self._parse("xl/workbook.xml"))
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for info in self._infos:
                archive.writestr(info.filename, parts[info.filename])
        return out.getvalue()


def _fill(document: Dom, cell: Dom, text: str, values: Mapping[str, Value]) -> None:
    alone = MARKER.fullmatch(text.strip())
    value = values[alone.group(1)] if alone else MARKER.sub(lambda match: _words(values[match.group(1)]), text)
    for child in list(cell.childNodes):
        cell.removeChild(child)
    if cell.hasAttribute("t"):
        cell.removeAttribute("t")
    if value is None:
        return
    prefix = f"{cell.prefix}:" if cell.prefix else ""

    def add(above: Dom, name: str) -> Dom:
        return above.appendChild(document.createElementNS(MAIN, prefix + name))

    if isinstance(value, int | float):
        add(cell, "v").appendChild(document.createTextNode(repr(value)))
        return
    cell.setAttribute("t", "inlineStr")
    place = add(add(cell, "is"), "t")
    place.setAttribute("xml:space", "preserve")
    place.appendChild(document.createTextNode(value))


def _words(value: Value) -> str:
    """A number inside a sentence, as people write it."""
    if value is None:
        return "…"
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".").translate(str.maketrans(",.", ".,"))
    return f"{value:,}".replace(",", ".") if isinstance(value, int) else value


def _calculating(document: Dom) -> bytes:
    root = document.documentElement
    settings = next(iter(_elements(document, "calcPr")), None)
    if settings is None:
        prefix = f"{root.prefix}:" if root.prefix else ""
        settings = document.createElementNS(MAIN, f"{prefix}calcPr")
        # Its place is fixed by the schema: after names, before everything newer.
        before = ("oleSize", "customWorkbookViews", "pivotCaches", "webPublishing", "fileRecoveryPr", "extLst")
        next_one = next((item for item in root.childNodes if _name(item) in before), None)
        root.insertBefore(settings, next_one)
    settings.setAttribute("fullCalcOnLoad", "1")
    made: bytes = document.toxml(encoding="UTF-8", standalone=True)
    return made


def _name(node: Dom) -> str:
    return str(getattr(node, "localName", None) or "")


def _elements(node: Dom, name: str) -> list[Dom]:
    return list(node.getElementsByTagNameNS("*", name))


def _children(node: Dom, name: str) -> list[Dom]:
    return [child for child in node.childNodes if _name(child) == name]


def _own_text(node: Dom) -> str:
    return "".join(
        child.data for child in node.childNodes if child.nodeType in (child.TEXT_NODE, child.CDATA_SECTION_NODE)
    )


def _text_of(node: Dom) -> str:
    """The text of a cell, its runs joined (a place-holder may have two colours), without readings (rPh)."""
    return "".join(_own_text(item) for item in _elements(node, "t") if _name(item.parentNode) != "rPh")
