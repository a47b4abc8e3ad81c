"""Rendering certificates with WeasyPrint (docs/adr/0008).

One Press per job keeps what is the same for every certificate: font configuration, parsed style sheet, and a fetcher
that reads our font files and nothing else. Untrusted text reaches the page only through Django's autoescape.
"""

import io
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from certificates.paper import ornament
from certificates.qr import qr_path

HERE = Path(__file__).resolve().parent
FONTS = HERE.parent / "fonts"
# Longer texts than these, in letters, take another line; the page is then set tighter.
ROOM = {"authority": 42, "centre": 50, "learner": 60, "course": 95}
CORNERS = tuple(f"{x} {y}" for x in (10.5, 286.5) for y in (10.5, 199.5))


@dataclass(frozen=True, slots=True)
class Paper:
    """What varies between two certificates of one template."""

    content: dict[str, Any]
    token: str  # as printed, in groups
    verify_url: str

    @property
    def qr(self) -> tuple[str, int]:
        """The symbol's path and size."""
        return qr_path(self.verify_url)


def composed(content: dict[str, Any]) -> dict[str, Any]:
    """Return the content with every text in NFC: a letter and its tone are one glyph on paper."""
    return {
        name: unicodedata.normalize("NFC", value) if isinstance(value, str) else value
        for name, value in content.items()
    }


def paper_html(papers: list[Paper]) -> str:
    """Return the pages as HTML."""
    host = settings.PUBLIC_BASE_URL.split("://", 1)[-1]
    rows = []
    for paper in papers:
        path, size = paper.qr
        content = composed(paper.content)
        tight = any(len(content.get(name, "")) > most for name, most in ROOM.items())
        row = {"content": content, "token": paper.token, "qr_path": path, "qr_size": size, "host": host, "tight": tight}
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
        self.fetcher = URLFetcher(allowed_protocols=("file",), allow_redirects=False, fail_on_errors=True)
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
        document.write_pdf(buffer, stylesheets=[self.css], font_config=self.fonts)
        return buffer.getvalue()
