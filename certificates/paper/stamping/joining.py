"""The file of a class, joined from the kept files of its papers: ground and fonts once, then a few kilobytes a page.

A stamped file says where its page begins, so the page is copied as it is, still deflated: what is printed cannot differ
from the paper that was issued. Files that were rendered whole are joined by pikepdf. Memory does not grow with the
class: pages are written as they are read.
"""

import io
import re
import struct
import tempfile
import zlib
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from certificates.paper.sealing import take_seal_off
from certificates.paper.stamping.drawing import Element
from certificates.paper.stamping.files import (
    NOTE_LINE,
    PRODUCER,
    save_plain,
    stream_object,
    text_string,
    without,
    xmp,
)

Opener = Callable[[], BinaryIO]
CHUNK = 32  # pages whose small objects go into one object stream
INDEX_ROWS = 10_000  # packed at once
PLACE = struct.Struct(">BBIH")  # kind, place in five bytes, second number
_CONTENT = re.compile(rb"\d+ 0 obj\n<</Filter/FlateDecode/Length (\d+)>>\nstream\n")
_NOT_STAMPED = -1


@dataclass(slots=True)
class _Beginning:
    """What all files of a layout begin with, and what is read of it once."""

    content: bytes
    elements: list[Element]
    size: tuple[float, float]  # points
    resources: int = 0  # number of the object in the joined file
    tags: bytes = b""  # the elements, one a line, each with room for the numbers of its section and page
    owners: tuple[int, ...] = ()  # for each marked content the place of its element among them

    def __post_init__(self) -> None:
        self.tags = b"\n".join([_tag(element) for element in self.elements])
        self.owners = tuple([at for at, element in enumerate(self.elements) for _content in element.contents])


def join(files: Sequence[Opener], target: BinaryIO, *, title: str, language: str = "vi") -> int:
    """Join files of one page each, in that order, into one PDF and return its pages."""
    shared = _Shared()
    kinds = array("i", [shared.kind(opener) for opener in files])
    stamped = [opener for opener, kind in zip(files, kinds, strict=True) if kind != _NOT_STAMPED]
    if len(stamped) == len(kinds):
        _Joint(shared, target, title, language).write(zip(kinds, stamped, strict=True))
    else:
        others = [(at, files[at]) for at, kind in enumerate(kinds) if kind == _NOT_STAMPED]
        with tempfile.TemporaryFile() as draft:
            if stamped:
                kept = [kind for kind in kinds if kind != _NOT_STAMPED]
                _Joint(shared, draft, title, language).write(zip(kept, stamped, strict=True))
            _insert(draft if stamped else None, others, target, title, language)
    return len(kinds)


def _insert(
    draft: BinaryIO | None, others: list[tuple[int, Opener]], target: BinaryIO, title: str, language: str
) -> None:
    """Put pages that were rendered whole in their places among the stamped ones; these keep their tags."""
    import pikepdf  # a large C++ library, and it writes to the log when it is loaded

    with pikepdf.open(draft) if draft else pikepdf.new() as pdf:
        for at, opener in others:
            with opener() as stream, pikepdf.open(stream) as single:
                take_seal_off(single)
                pdf.pages.insert(at, single.pages[0])
                page = pdf.pages[at].obj
                if "/StructParents" in page:
                    del page["/StructParents"]
        pdf.Root.Lang = pikepdf.String(language)
        pdf.docinfo["/Title"] = title
        pdf.save(target)


class _Shared:
    """The beginnings of all files: ground and fonts, each once."""

    def __init__(self) -> None:
        import pikepdf  # a large C++ library, and it writes to the log when it is loaded

        self.beginnings: list[_Beginning] = []
        self._pdf = pikepdf.new()
        self._pdf.Root.Held = pikepdf.Array()
        self._fonts: dict[str, Any] = {}

    def kind(self, opener: Opener) -> int:
        """Return the number of the beginning of a file, which is read when it is a new one."""
        with opener() as stream:
            head = stream.read(64)
            note = NOTE_LINE.search(head)
            if not note:
                return _NOT_STAMPED
            content = head + stream.read(int(note[1]) - len(head))
            for number, known in enumerate(self.beginnings):
                if known.content == content:
                    return number
            self._read(content, stream.read())
        return len(self.beginnings) - 1

    def _read(self, content: bytes, rest: bytes) -> None:
        import pikepdf

        elements, mine = [], pikepdf.Dictionary(Font=pikepdf.Dictionary(), XObject=pikepdf.Dictionary())
        with pikepdf.open(io.BytesIO(content + rest)) as pdf:
            page = pdf.pages[0]
            for name, font in cast(Any, page.Resources).Font.items():
                known = str(font.BaseFont)  # follows from what is in the font
                if known not in self._fonts:
                    self._fonts[known] = self._pdf.copy_foreign(font)
                mine.Font[name] = self._fonts[known]
            for name, form in cast(Any, page.Resources).XObject.items():
                mine.XObject[name] = self._pdf.copy_foreign(form)
            for child in cast(Any, pdf.Root.StructTreeRoot.K[0].K):
                contents = tuple(map(int, child.K)) if isinstance(child.K, pikepdf.Array) else (int(child.K),)
                box = cast(Any, tuple(map(float, child.A.BBox))) if "/A" in child else None
                elements.append(Element(str(child.S)[1:], contents, str(child.get("/Alt", "")), box))
            _left, _bottom, width, height = map(float, page.mediabox)
        cast(Any, self._pdf.Root.Held).append(self._pdf.make_indirect(mine))
        self.beginnings.append(_Beginning(content, elements, (width, height)))

    def head(self) -> tuple[bytes, int, int, list[int]]:
        """Return the head of a file with ground and fonts, where its objects are, and the numbers of catalogue and page
        tree, which are left to be written."""
        import pikepdf

        whole = save_plain(self._pdf)
        with pikepdf.open(io.BytesIO(whole)) as again:
            root, pages = again.Root.objgen[0], again.Root.Pages.objgen[0]
            for beginning, resources in zip(self.beginnings, cast(Any, again.Root.Held), strict=True):
                beginning.resources = resources.objgen[0]
        rest, places = without(whole, {root, pages})
        return rest, root, pages, places


def _page_of(opener: Opener, beginning: _Beginning) -> bytes:
    """Return the content of a stamped page, deflated."""
    with opener() as stream:
        stream.seek(len(beginning.content))
        rest = stream.read()
    found = _CONTENT.match(rest)
    if not found:
        raise ValueError("a certificate's file is not as it was written")
    return rest[found.end() : found.end() + int(found[1])]


class _Joint:
    """A PDF as it grows: large parts are written at once, small objects in streams of a chunk of pages."""

    def __init__(self, shared: _Shared, target: BinaryIO, title: str, language: str) -> None:
        self.beginnings, self.target, self.title, self.language = shared.beginnings, target, title, language
        base, self.root, self.pages_root, places = shared.head()
        # Where an object is: kind 1 at a place of the file, kind 2 in a stream as the so-many-eth.
        self.kinds, self.firsts, self.seconds = bytearray([0]), array("Q", [0]), array("H", [65535])
        for place in places[1:]:
            self._note(1, place)
        self.at = 0
        self._put(base)
        self.tree, self.document, self.parents = self._new(), self._new(), self._new()
        self.small: list[tuple[int, bytes]] = []
        self.nodes: list[tuple[int, int]] = []
        self.sections = array("Q")
        self.leaves: list[bytes] = []

    def _note(self, kind: int, first: int, second: int = 0) -> None:
        self.kinds.append(kind)
        self.firsts.append(first)
        self.seconds.append(second)

    def _new(self, count: int = 1) -> int:
        """Number of the first of so many new objects."""
        first = len(self.kinds)
        self.kinds.extend(bytes(count))
        self.firsts.extend([0] * count)
        self.seconds.extend([0] * count)
        return first

    def _put(self, content: bytes) -> None:
        self.target.write(content)
        self.at += len(content)

    def _stream(self, number: int, content: bytes, head: bytes = b"/Filter/FlateDecode") -> None:
        self.kinds[number], self.firsts[number] = 1, self.at
        self._put(stream_object(number, content, head))

    def write(self, pages: Iterable[tuple[int, Opener]]) -> None:
        """Write everything."""
        node, kids = self._new(), list[int]()
        parents: list[bytes] = []
        for at, (kind, opener) in enumerate(pages):
            beginning = self.beginnings[kind]
            kids.append(self._page(at, node, beginning, _page_of(opener, beginning), parents))
            if len(kids) == CHUNK:
                self._close(node, kids, parents)
                node, kids, parents = self._new(), [], []
        if kids:
            self._close(node, kids, parents)
        self._end()

    def _page(self, at: int, node: int, beginning: _Beginning, content: bytes, parents: list[bytes]) -> int:
        count = len(beginning.elements)
        page = self._new(3 + count)
        stream, section, first = page + 1, page + 2, page + 3
        self._stream(stream, content)
        width, height = beginning.size
        self.small.append(
            (page, b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %.5f %.5f]/Resources %d 0 R/Contents %d 0 R"
             b"/StructParents %d/Tabs/S>>" % (node, width, height, beginning.resources, stream, at))
        )  # fmt: skip
        numbers = range(first, first + count)
        self.small += zip(numbers, (beginning.tags % ((section, page) * count)).split(b"\n"), strict=True)
        refs = [b"%d 0 R" % number for number in numbers]
        self.small.append((section, b"<</S/Sect/P %d 0 R/Pg %d 0 R/K[%s]>>" % (self.document, page, b" ".join(refs))))
        parents.append(b"%d[%s]" % (at, b" ".join([refs[place] for place in beginning.owners])))
        self.sections.append(section)
        return page

    def _close(self, node: int, kids: list[int], parents: list[bytes]) -> None:
        """End a chunk: its node of the page tree, its leaf of the parents' tree, and the stream with them."""
        refs = b" ".join([b"%d 0 R" % number for number in kids])
        head = b"<</Type/Pages/Parent %d 0 R/Count %d/Kids[%s]>>"
        self.small.append((node, head % (self.pages_root, len(kids), refs)))
        self.nodes.append((node, len(kids)))
        leaf, last = self._new(), len(self.sections) - 1
        limits = b"[%d %d]" % (last - len(kids) + 1, last)
        self.small.append((leaf, b"<</Limits%s/Nums[%s]>>" % (limits, b" ".join(parents))))
        self.leaves.append(b"%d 0 R" % leaf)
        self._pack()

    def _pack(self) -> None:
        """Write the small objects that have come together into an object stream."""
        holder = self._new()
        heads, at = [], 0
        for order, (number, content) in enumerate(self.small):
            self.kinds[number], self.firsts[number], self.seconds[number] = 2, holder, order
            heads.append(b"%d %d" % (number, at))
            at += len(content) + 1
        head = b" ".join(heads) + b"\n"
        body = zlib.compress(head + b"\n".join([content for _number, content in self.small]), 6)
        note = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(self.small), len(head))
        self._stream(holder, body, note)
        self.small.clear()

    def _end(self) -> None:
        info, description = self._new(), self._new()
        self._stream(description, xmp(self.title, self.language), b"/Type/Metadata/Subtype/XML")
        sections = b" ".join([b"%d 0 R" % number for number in self.sections])
        count = len(self.sections)
        self.small += [
            (self.pages_root, b"<</Type/Pages/Count %d/Kids[%s]>>"
             % (count, b" ".join([b"%d 0 R" % node for node, _count in self.nodes]))),
            (self.tree, b"<</Type/StructTreeRoot/K[%d 0 R]/ParentTree %d 0 R/ParentTreeNextKey %d>>"
             % (self.document, self.parents, count)),
            (self.document, b"<</S/Document/P %d 0 R/K[%s]>>" % (self.tree, sections)),
            (self.parents, b"<</Kids[%s]>>" % b" ".join(self.leaves)),
            (info, b"<</Producer(%s)/Title%s>>" % (PRODUCER.encode(), text_string(self.title))),
            (self.root, b"<</Type/Catalog/Pages %d 0 R/StructTreeRoot %d 0 R/Metadata %d 0 R/Lang%s/MarkInfo<</Marked "
             b"true>>/ViewerPreferences<</DisplayDocTitle true>>>>"
             % (self.pages_root, self.tree, description, text_string(self.language))),
        ]  # fmt: skip
        self._pack()
        index, start = self._new(), self.at
        self.kinds[index], self.firsts[index] = 1, start
        packer, packed = zlib.compressobj(6), []
        for at in range(0, len(self.kinds), INDEX_ROWS):
            part = slice(at, at + INDEX_ROWS)
            rows = zip(self.kinds[part], self.firsts[part], self.seconds[part], strict=True)
            places = [PLACE.pack(kind, *divmod(first, 1 << 32), second) for kind, first, second in rows]
            packed.append(packer.compress(b"".join(places)))
        packed.append(packer.flush())
        head = b"/Type/XRef/W[1 5 2]/Size %d/Root %d 0 R/Info %d 0 R/Filter/FlateDecode"
        self._stream(index, b"".join(packed), head % (len(self.kinds), self.root, info))
        self._put(b"startxref\n%d\n%%%%EOF\n" % start)


def _tag(element: Element) -> bytes:
    """What a structure element says, but for the numbers of its section and page."""
    many = len(element.contents) > 1
    kids = b" ".join([b"%d" % number for number in element.contents])
    more = b""
    if element.alt:
        more += b"/Alt" + text_string(element.alt)
    if element.box:
        more += b"/A<</O/Layout/BBox[%.3f %.3f %.3f %.3f]>>" % element.box
    form = b"<</S/%s/P %%d 0 R/Pg %%d 0 R/K[%s]%s>>" if many else b"<</S/%s/P %%d 0 R/Pg %%d 0 R/K %s%s>>"
    return form % (element.tag.encode(), kids, more)
