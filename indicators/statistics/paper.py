"""Statistics on paper: A4 lying, in the look of Decree 30/2020, with a code that proves paper and system agree."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString

from certificates.qr import QUIET_ZONE, symbol_of
from core.tabular.writing import Cell, Column, Formula
from core.tokens import group_token
from indicators.printing import MOTTO, offices_of, pdf_of
from indicators.statistics.documents import TITLE, Document, proof_url
from indicators.statistics.questions import Question


def statistics_pdf(document: Document, question: Question, token: str) -> bytes:
    """Return the file: the same figures as the other formats, centres without their topics."""
    return pdf_of("indicators/print/statistics.html", "statistics.css", _context(document, question, token))


def _context(document: Document, question: Question, token: str) -> dict[str, Any]:
    table = document.short
    breakdown = table.more[0] if table.more else document.table.more[0]
    return {
        "offices": offices_of(question.unit, question.centre),
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
