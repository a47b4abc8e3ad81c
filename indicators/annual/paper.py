"""The report as PDF: standing A4 in the look of Decree 30/2020, tagged, fonts inside, with a code that proves it."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from core.tokens import group_token
from indicators.annual.document import Column, Document, Figure, Grid, Heading
from indicators.printing import MOTTO, fonts_of
from indicators.statistics.documents import proof_url
from indicators.statistics.paper import qr_svg

CSS_FILE = settings.BASE_DIR / "indicators" / "print" / "annual_report.css"


def proof_lines(token: str) -> tuple[str, str, str]:
    """Return what stands beside the code: the code in groups, and how a paper is compared with the system."""
    address = f"{settings.PUBLIC_BASE_URL.partition('://')[2]}/T/{group_token(token)}"
    return group_token(token), f"Quét mã, hoặc vào {address}", "để đối chiếu báo cáo này với hệ thống."


def write_pdf(document: Document, token: str) -> bytes:
    """Return the file."""
    from weasyprint import CSS, HTML

    fonts, fetcher, base = fonts_of()
    css = CSS(filename=str(CSS_FILE), font_config=fonts, url_fetcher=fetcher, base_url=base)
    html = render_to_string("indicators/print/annual_report.html", _context(document, token))
    made: bytes = HTML(string=html, base_url=base, url_fetcher=fetcher).write_pdf(
        stylesheets=[css, CSS(string=_widths(document))], font_config=fonts, pdf_tags=True, pdf_variant="pdf/ua-1"
    )
    return made


def _widths(document: Document) -> str:
    """Widths of columns as rules of style: the page of a report has no style of its own."""
    wide = {column.width for block in document.blocks if isinstance(block, Grid) for column in block.columns}
    return "".join(f"th.w{width} {{ width: {width}% }} " for width in sorted(wide))


def _rows(block: Grid) -> list[tuple[bool, list[tuple[str, Column]]]]:
    return [(place in block.bold, list(zip(row, block.columns, strict=True))) for place, row in enumerate(block.rows)]


def shown(blocks: Any) -> list[tuple[str, Any, Any]]:
    """Return blocks as templates show them: kind, block, and the rows of a table, each cell with its column."""
    names = {Heading: "heading", Grid: "table", Figure: "picture"}
    return [
        (names.get(type(block), "paragraph"), block, _rows(block) if isinstance(block, Grid) else ())
        for block in blocks
    ]


def _context(document: Document, token: str) -> dict[str, Any]:
    return {
        "front": document.front,
        "motto": MOTTO,
        "body": shown(document.body),
        "annexes": [shown(annex) for annex in document.annexes],
        "recipients": document.recipients,
        "signature": document.signature,
        "qr": qr_svg(proof_url(token)),
        "proof": proof_lines(token),
    }
