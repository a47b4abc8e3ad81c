"""Rendering certificates with WeasyPrint (docs/adr/0008).

One Press per job keeps what is the same for every certificate: font configuration, parsed style sheet, and a fetcher
that reads our font files and the logo (a PNG of ours, as a data address) and nothing else. Untrusted text reaches the
page only through Django's autoescape.
"""

import io
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unicodedata import normalize

from django.conf import settings
from django.template.loader import render_to_string

from certificates.paper import ornament
from certificates.qr import qr_path
from certificates.wording.blocks import BLOCKS
from certificates.wording.builtin import FIXED
from certificates.wording.filling import Line, Wording, first_wording, lines_of

HERE = Path(__file__).resolve().parent
FONTS = HERE.parent / "fonts"
# Longer lines than these, in letters, take another line; the page is then set tighter.
ROOM = {"authority": 42, "centre": 50, "name": 60, "body": 109}
# The name's type gets smaller from these lengths on.
NAME_SIZES = ((42, "longest"), (28, "long"))
CORNERS = tuple(f"{x} {y}" for x in (10.5, 286.5) for y in (10.5, 199.5))


@dataclass(frozen=True, slots=True)
class Paper:
    """What varies between two certificates of one template."""

    content: dict[str, Any]
    token: str  # as printed, in groups
    verify_url: str
    wording: Wording | None = None  # none: what was said before there were templates

    @property
    def qr(self) -> tuple[str, int]:
        """The symbol's path and size."""
        return qr_path(self.verify_url)

    @property
    def title(self) -> str:
        """The title of the file."""
        return normalize("NFC", f"{self.content['title']} {self.content['register_number']}")

    @property
    def lines(self) -> dict[str, Line]:
        """The lines of text by name; what a line says is the same however it gets on the page."""
        host = settings.PUBLIC_BASE_URL.split("://", 1)[-1]
        content = composed(self.content)
        return lines_of(self.wording or first_wording(content), content, token=self.token, host=host)


def composed(content: dict[str, Any]) -> dict[str, Any]:
    """Return the content with every text in NFC: a letter and its tone are one glyph on paper."""
    return {name: normalize("NFC", value) if isinstance(value, str) else value for name, value in content.items()}


def shape_of(lines: dict[str, Line]) -> str:
    """Return the classes a page with these lines is set with.

    Pages of one wording with the same classes, the same names of lines and the same fixed text have the same layout:
    what was laid out for one of them holds for all, as long as no line is longer than its place.
    """
    name = len(lines["name"].text) if "name" in lines else 0
    sizes = [size for most, size in NAME_SIZES if name > most][:1]
    two = any(line.english for line in lines.values())
    tight = any(len(line.text) > ROOM.get(line.block, 1000) for line in lines.values() if not line.english)
    return " ".join(["sheet", *(["tight"] if tight else []), *(["two"] if two else []), *sizes])


def _blocks(lines: dict[str, Line]) -> dict[str, list[Line]]:
    """The lines of each block, in order."""
    names = [*(block.name for block in BLOCKS), *FIXED]
    found: dict[str, list[Line]] = {name: [] for name in names}
    for line in lines.values():
        found[line.block].append(line)
    found["foot"].sort(key=lambda line: line.english)  # one sentence over two lines: not torn apart by the other one
    return found


def paper_html(papers: list[Paper]) -> str:
    """Return the pages as HTML.

    Every text that differs between certificates of one wording stands alone in an element with ``data-field``, whose
    value is the name of the line in ``Paper.lines``; so does the QR (``qr``). Everything else is ground.
    """
    rows = []
    for paper in papers:
        path, size = paper.qr
        lines = paper.lines
        logo = paper.wording.logo if paper.wording else b""
        css = shape_of(lines)
        row = {
            "blocks": _blocks(lines), "qr_path": path, "qr_size": size, "title": paper.title,
            "css": f"{css} with-logo" if logo else css,
            "bilingual": any(line.english for line in lines.values()),
            "logo": f"data:image/png;base64,{b64encode(logo).decode()}" if logo else "",
        }  # fmt: skip
        rows.append(row)
    ground = {
        "band": ornament.band(), "rosette": ornament.rosette(), "flower": ornament.flower(), "corners": CORNERS,
    }  # fmt: skip
    return render_to_string("certificates/paper.html", {"papers": rows, "ground": ground})


class Press:
    """Renders many certificates quickly. Make one per job; it is not shared between threads."""

    def __init__(self) -> None:
        from weasyprint import CSS  # heavy: only where PDF are made
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher

        self.fonts = FontConfiguration()
        self.fetcher = URLFetcher(allowed_protocols=("file", "data"), allow_redirects=False, fail_on_errors=True)
        self.css = CSS(
            filename=str(HERE / "paper.css"),
            font_config=self.fonts,
            url_fetcher=self.fetcher,
            base_url=FONTS.as_uri() + "/",
        )

    def render(self, papers: list[Paper]) -> bytes:
        """Return one PDF with a page per certificate."""
        from weasyprint import HTML

        document = HTML(string=paper_html(papers), base_url=FONTS.as_uri() + "/", url_fetcher=self.fetcher)
        buffer = io.BytesIO()
        document.write_pdf(buffer, stylesheets=[self.css], font_config=self.fonts, pdf_tags=True)
        return buffer.getvalue()
