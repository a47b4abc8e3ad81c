"""One file for each paper: a beginning that is the same for all papers of a layout, then the page, title and index.

pikepdf writes the beginning (ground, fonts, structure, catalogue) as a whole file; what stands in for the page's
content, the title and the description is cut out of it and written anew for each paper. The same paper always gives
the same bytes, so a run that was killed can be repeated.
"""

import hashlib
import io
import re
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any

from certificates.paper.stamping.drawing import GROUND, Drawing, Element
from certificates.paper.stamping.faces import Face
from certificates.paper.stamping.layout import Layout

PRODUCER = "clc_manager"
# After the header: how long the beginning is, so that the page is found without reading the file as PDF.
NOTE = b"%%clc-stamp %08d\n"
NOTE_LINE = re.compile(rb"%clc-stamp (\d{8})\n")
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF \
xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" \
xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" \
pdf:Producer="{producer}"><dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>\
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language></rdf:Description></rdf:RDF></x:xmpmeta>\
<?xpacket end="r"?>"""


def xmp(title: str, language: str) -> bytes:
    """Return the description of a file (XMP) with its title."""
    return _XMP.format(title=escape(title), language=escape(language), producer=PRODUCER).encode()


def text_string(text: str) -> bytes:
    """Return a text as PDF writes it in hexadecimal UTF-16."""
    return b"<feff" + text.encode("utf-16-be").hex().encode() + b">"


def stream_object(number: int, content: bytes, head: bytes = b"/Filter/FlateDecode") -> bytes:
    """Return an object that is a stream."""
    return b"%d 0 obj\n<<%s/Length %d>>\nstream\n%s\nendstream\nendobj\n" % (number, head, len(content), content)


def add_fonts(pdf: Any, fonts: dict[str, Face]) -> Any:
    """Embed styles in a pikepdf document and return the font resources."""
    from pikepdf import Array, Dictionary, Name, String

    made = Dictionary()
    for name, font in sorted(fonts.items()):
        program = pdf.make_stream(b"")
        program.write(font.packed_program(), filter=Name.FlateDecode)
        program.Length1 = len(font.program)
        slanted = "Italic" in name
        descriptor = pdf.make_indirect(
            Dictionary(
                Type=Name.FontDescriptor, FontName=Name("/" + font.base_font), Flags=68 if slanted else 4,
                FontBBox=Array(list(font.box)), ItalicAngle=-12 if slanted else 0, Ascent=font.ascent,
                Descent=font.descent, CapHeight=font.ascent, StemV=140 if "Bold" in name else 80, FontFile2=program,
            )
        )  # fmt: skip
        below = Dictionary(
            Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=Name("/" + font.base_font),
            CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
            DW=1000, W=Array([0, Array(font.widths)]), CIDToGIDMap=Name.Identity, FontDescriptor=descriptor,
        )  # fmt: skip
        to_unicode = pdf.make_stream(font.to_unicode())
        made["/" + name] = pdf.make_indirect(
            Dictionary(
                Type=Name.Font, Subtype=Name.Type0, BaseFont=Name("/" + font.base_font), Encoding=Name("/Identity-H"),
                DescendantFonts=Array([pdf.make_indirect(below)]), ToUnicode=to_unicode,
            )
        )  # fmt: skip
    return made


@dataclass(frozen=True, slots=True)
class Made:
    """A file in two parts: the beginning that it may share with others, and the rest."""

    beginning: bytes
    rest: bytes
    begun: Any  # the SHA-256 of the beginning, to go on with

    @property
    def whole(self) -> bytes:
        """The file."""
        return self.beginning + self.rest

    def digest(self) -> str:
        """Return the SHA-256 of the file in hexadecimal digits."""
        going_on = self.begun.copy()
        going_on.update(self.rest)
        found: str = going_on.hexdigest()
        return found


def made_whole(content: bytes) -> Made:
    """Return a file that shares nothing."""
    return Made(content, b"", hashlib.sha256(content))


class Sheet:
    """The beginning of all files of a layout, and how a file goes on."""

    def __init__(self, layout: Layout) -> None:
        self.layout, self.drawing = layout, Drawing(layout)
        whole, cut = _whole(layout, self.drawing)
        self._take_apart(whole, cut)

    def _take_apart(self, whole: bytes, cut: dict[str, int]) -> None:
        self._root = cut.pop("root")
        self.beginning, places = without(whole, set(cut.values()), room=len(NOTE % 0))
        header = self.beginning.index(b"\n", self.beginning.index(b"\n") + 1) + 1
        note = NOTE % (len(self.beginning) + len(NOTE % 0))
        self.beginning = self.beginning[:header] + note + self.beginning[header:]
        self._begun = hashlib.sha256(self.beginning)
        self.content, self.info, self.description = cut["content"], cut["info"], cut["description"]
        self._index = [b"0000000000 65535 f \n", *(b"%010d 00000 n \n" % place for place in places[1:])]
        self._size = len(self._index)

    def file(self, content: bytes, title: str) -> Made:
        """Return a file with this page."""
        parts = []
        at = len(self.beginning)
        index = self._index.copy()
        description = xmp(title, self.layout.language)
        for number, made in (
            (self.content, stream_object(self.content, content)),
            (self.info, b"%d 0 obj\n<</Producer(%s)/Title%s>>\nendobj\n"
             % (self.info, PRODUCER.encode(), text_string(title))),
            (self.description, stream_object(self.description, description, b"/Type/Metadata/Subtype/XML")),
        ):  # fmt: skip
            index[number] = b"%010d 00000 n \n" % at
            parts.append(made)
            at += len(made)
        mark = hashlib.sha256(content + description).hexdigest()[:32].encode()
        parts += (
            b"xref\n0 %d\n" % self._size, *index,
            b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]>>\nstartxref\n%d\n%%%%EOF\n"
            % (self._size, self._root, self.info, mark, mark, at),
        )  # fmt: skip
        return Made(self.beginning, b"".join(parts), self._begun)


def without(whole: bytes, numbers: set[int], *, room: int = 0) -> tuple[bytes, list[int]]:
    """Cut objects and index out of a file that ``save_plain`` wrote.

    Returns the rest and where each object is in it, ``room`` bytes further on; 0 for those that were cut out.
    """
    places = _places(whole)
    order = sorted(range(1, len(places)), key=places.__getitem__)
    ends = {number: places[after] for number, after in pairwise(order)}
    ends[order[-1]] = whole.index(b"\nxref\n", places[order[-1]]) + 1
    parts, at = [whole[: places[order[0]]]], places[order[0]] + room
    moved = [0] * len(places)
    for number in order:
        if number not in numbers:
            parts.append(whole[places[number] : ends[number]])
            moved[number] = at
            at += len(parts[-1])
    return b"".join(parts), moved


def _places(whole: bytes) -> list[int]:
    """Read the index that pikepdf wrote: where each object is; 0 for none."""
    start = int(whole[whole.rindex(b"startxref") + 9 :].split()[0])
    head, first, count = whole[start:].split(maxsplit=3)[:3]
    assert (head, first) == (b"xref", b"0")
    rows = whole[start:].split(b"\n", 2)[2]
    return [int(rows[20 * number : 20 * number + 10]) for number in range(int(count))]


def save_plain(pdf: Any) -> bytes:
    """Save a pikepdf document so that it can be taken apart: no object streams, a plain index, the same every time."""
    from pikepdf import ObjectStreamMode, StreamDecodeLevel

    out = io.BytesIO()
    pdf.save(
        out, static_id=True, object_stream_mode=ObjectStreamMode.disable, force_version="1.7",
        compress_streams=True, stream_decode_level=StreamDecodeLevel.none,
    )  # fmt: skip
    return out.getvalue()


def _whole(layout: Layout, drawing: Drawing) -> tuple[bytes, dict[str, int]]:
    """Return a file with an empty page, and the numbers of the objects that are written anew for each paper."""
    import pikepdf  # a large C++ library, and it writes to the log when it is loaded
    from pikepdf import Dictionary, Name, String

    with pikepdf.new() as pdf, pikepdf.open(io.BytesIO(layout.ground)) as ground:
        form = pdf.copy_foreign(ground.pages[0].as_form_xobject())
        page = pdf.add_blank_page(page_size=(layout.width, layout.height))
        page.obj.Resources = pdf.make_indirect(
            Dictionary(Font=add_fonts(pdf, drawing.fonts), XObject=Dictionary({"/" + GROUND: form}))
        )
        page.obj.Contents = pdf.make_stream(b"")
        page.obj.StructParents = 0
        page.obj.Tabs = Name.S
        root = pdf.Root
        root.Lang = String(layout.language)
        root.MarkInfo = Dictionary(Marked=True)
        root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        root.StructTreeRoot = _structure(pdf, page.obj, drawing.elements)
        root.Metadata = pdf.make_stream(b"", {"/Type": Name.Metadata, "/Subtype": Name.XML})
        pdf.docinfo["/Title"] = "title"
        whole = save_plain(pdf)
    with pikepdf.open(io.BytesIO(whole)) as again:
        numbers = {
            "content": again.pages[0].obj.Contents.objgen[0],
            "info": again.trailer.Info.objgen[0],
            "description": again.Root.Metadata.objgen[0],
        }
        return whole, numbers | {"root": again.Root.objgen[0]}


def _structure(pdf: Any, page: Any, elements: list[Element]) -> Any:
    """Return the structure tree of a document with one page."""
    from pikepdf import Array, Dictionary, Name, String

    tree = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    document = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, P=tree))
    owners: list[Any] = []
    children = []
    for element in elements:
        made = Dictionary(Type=Name.StructElem, S=Name("/" + element.tag), P=document, Pg=page)
        made.K = element.contents[0] if len(element.contents) == 1 else Array(list(element.contents))
        if element.alt:
            made.Alt = String(element.alt)
        if element.box:
            made.A = Dictionary(O=Name.Layout, BBox=Array([round(value, 3) for value in element.box]))
        children.append(pdf.make_indirect(made))
        owners += [children[-1]] * len(element.contents)
    document.K = Array(children)
    tree.K = Array([document])
    tree.ParentTree = Dictionary(Nums=Array([0, Array(owners)]))
    tree.ParentTreeNextKey = 1
    return tree
