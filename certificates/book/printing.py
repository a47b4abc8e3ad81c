"""The register on paper: a cover, then pages of a fixed number of lines, each numbered and with signature places."""

import io
from collections.abc import Callable
from itertools import batched

from django.template.loader import render_to_string
from django.utils import timezone

from certificates.book.lines import book_lines
from certificates.models import Register
from certificates.paper.rendering import FONTS
from certificates.querysets import CertificateQuerySet

# As many as fit with the longest name, course and remark: a page never runs over into another.
LINES_A_PAGE = 7
# WeasyPrint keeps a whole document in memory: parts of so many pages are joined.
PAGES_A_PART = 40
CSS_FILE = FONTS.parent / "book" / "book.css"


def book_pdf(book: Register, rows: CertificateQuerySet, *, progressed: Callable[[int], None] | None = None) -> bytes:
    """Return the pages of a centre's book of one year for the entries given, by number."""
    import pikepdf  # a large C++ library, and it writes to the log when it is loaded
    from weasyprint import CSS, HTML  # heavy: only where PDF are made
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    fonts = FontConfiguration()
    fetcher = URLFetcher(allowed_protocols=("file",), allow_redirects=False, fail_on_errors=True)
    base = FONTS.as_uri() + "/"
    css = CSS(filename=str(CSS_FILE), font_config=fonts, url_fetcher=fetcher, base_url=base)
    count = rows.count()
    pages = -(-count // LINES_A_PAGE)
    common = {"book": book, "centre": book.centre, "count": count, "pages": pages, "today": timezone.localdate()}
    sheets = enumerate(batched(book_lines(rows.order_by("number")), LINES_A_PAGE), start=1)
    out = io.BytesIO()
    with pikepdf.new() as joined:
        for index, part in enumerate(batched(sheets, PAGES_A_PART)):
            html = render_to_string("certificates/book.html", {**common, "sheets": part, "cover": index == 0})
            piece = io.BytesIO()
            HTML(string=html, base_url=base, url_fetcher=fetcher).write_pdf(piece, stylesheets=[css], font_config=fonts)
            with pikepdf.open(piece) as made:
                joined.pages.extend(made.pages)
            if progressed:
                progressed(min(count, (index + 1) * PAGES_A_PART * LINES_A_PAGE))
        joined.docinfo["/Title"] = f"Sổ gốc {book.year}"
        joined.save(out)
    return out.getvalue()
