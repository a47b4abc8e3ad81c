"""Statistics on paper: A4 lying, in the look of Decree 30/2020, with a code that proves paper and system agree."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from centres.choices import UnitLevel
from certificates.qr import QUIET_ZONE, symbol_of
from core.tabular.writing import Cell, Column, Formula
from core.tokens import group_token
from indicators.statistics.documents import TITLE, Document, proof_url
from indicators.statistics.questions import Question

FONTS = settings.BASE_DIR / "certificates" / "fonts"
CSS_FILE = settings.BASE_DIR / "indicators" / "print" / "statistics.css"
MOTTO = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")


def statistics_pdf(document: Document, question: Question, token: str) -> bytes:
    """Return the file: the same figures as the other formats, centres without their topics."""
    from weasyprint import CSS, HTML  # heavy: only where PDF are made
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    fonts = FontConfiguration()
    fetcher = URLFetcher(allowed_protocols=("file",), allow_redirects=False, fail_on_errors=True)
    base = FONTS.as_uri() + "/"
    css = CSS(filename=str(CSS_FILE), font_config=fonts, url_fetcher=fetcher, base_url=base)
    html = render_to_string("indicators/print/statistics.html", _context(document, question, token))
    made: bytes = HTML(string=html, base_url=base, url_fetcher=fetcher).write_pdf(stylesheets=[css], font_config=fonts)
    return made


def _context(document: Document, question: Question, token: str) -> dict[str, Any]:
    table = document.short
    breakdown = table.more[0] if table.more else document.table.more[0]
    return {
        "offices": offices(question),
        "motto": MOTTO,
        "title": TITLE,
        "lines": document.lines[:2],
        "made": document.lines[2],
        "notes": document.notes,
        "columns": table.columns[:-1],
        "rows": [
            (index in table.bold_rows or index == 0, _cells(_remarked(row, index), table.columns))
            for index, row in enumerate(table.rows)
        ],
        "breakdown": breakdown.columns,
        "parts": [_cells(row, breakdown.columns) for row in breakdown.rows],
        "qr": qr_svg(proof_url(token)),
        "token": group_token(token),
        "address": f"{settings.PUBLIC_BASE_URL.partition('://')[2]}/T",
    }


def _remarked(row: Sequence[Cell], index: int) -> list[Cell]:
    """A line without its last column; what stands there (not comparable, an estimate) goes below the name."""
    remark = row[-1] if index else ""  # notes of the total stand below the table
    return [row[0], f"{row[1]} ({remark})" if remark else row[1], *row[2:-1]]


def offices(question: Question) -> tuple[str, str]:
    """Return the two lines at the top left: the body above, and who reports."""
    if question.centre is not None:
        return "TRUNG TÂM HỌC TẬP CỘNG ĐỒNG", question.centre.name.upper()
    assert question.unit is not None
    name = question.unit.name.removeprefix("Thành phố ")
    of = "THÀNH PHỐ " if question.unit.level == UnitLevel.CITY else ""
    return "ỦY BAN NHÂN DÂN", f"{of}{name}".upper()


def _cells(row: Any, columns: Any) -> list[tuple[str, str]]:
    return [(printed(cell, column), column.kind) for cell, column in zip(row, columns, strict=False)]


def printed(value: Cell | Formula, column: Column) -> str:
    """Return a cell as people read it: 1234 → ``1.234``, hours with at most two places."""
    value = value.value if isinstance(value, Formula) else value
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if column.kind == "decimal":
        text = f"{Decimal(str(value)).quantize(Decimal('0.01'), ROUND_HALF_UP):,}".rstrip("0").rstrip(".")
        return text.translate(str.maketrans(",.", ".,"))
    return f"{value:,}".replace(",", ".")


def qr_svg(text: str) -> SafeString:
    """Return the symbol as SVG, one path for all dark modules."""
    symbol = symbol_of(text)
    side = symbol.size + 2 * QUIET_ZONE
    path = "".join(
        f"M{x + QUIET_ZONE} {y + QUIET_ZONE}h1v1h-1z"
        for y, row in enumerate(symbol.rows())
        for x, bit in enumerate(row)
        if bit == "1"
    )
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="qr" viewBox="0 0 {} {}"><path d="{}"/></svg>', side, side, path
    )
