"""Sheets of labels on A4: 3 × 8 of 70 × 37 mm, the ordinary sheet of office shops, without margins between.

The QR holds the address alone. At level Q that is 29 modules for an ordinary host, so 14,5 mm at half a millimetre
each, a module as large as on the certificate. Half-used sheets are printed from the place that is free.
"""

import io
import unicodedata
from itertools import batched

from django.conf import settings
from django.template.loader import render_to_string

from certificates.models import Certificate
from certificates.paper.rendering import FONTS
from certificates.qr import qr_path

LABELS_A_SHEET = 24
MODULE_MM = 0.5
CSS_FILE = FONTS.parent / "labels" / "labels.css"


def label_sheets(rows: list[Certificate], *, skip: int = 0) -> bytes:
    """Return the PDF of the labels, one a certificate in the order given; the first ``skip`` places stay empty."""
    from weasyprint import CSS, HTML  # heavy: only where PDF are made
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    fonts = FontConfiguration()
    fetcher = URLFetcher(allowed_protocols=("file",), allow_redirects=False, fail_on_errors=True)
    base = FONTS.as_uri() + "/"
    css = CSS(filename=str(CSS_FILE), font_config=fonts, url_fetcher=fetcher, base_url=base)
    labels = [None] * skip + [_label(row) for row in rows]
    context = {
        "sheets": list(batched(labels, LABELS_A_SHEET)),
        "host": settings.PUBLIC_BASE_URL.partition("://")[2],
    }
    html = render_to_string("certificates/labels.html", context)
    out = io.BytesIO()
    HTML(string=html, base_url=base, url_fetcher=fetcher).write_pdf(out, stylesheets=[css], font_config=fonts)
    return out.getvalue()


def _label(row: Certificate) -> dict[str, object]:
    path, modules = qr_path(row.verify_url)
    return {
        "path": path,
        "modules": modules,
        "width": f"{modules * MODULE_MM}mm",
        "number": row.register_number,
        "token": row.printed_token,
        "name": unicodedata.normalize("NFC", row.content["learner"]),
    }
