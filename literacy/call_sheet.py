"""A volunteer's people on paper: whom to see, why, and room to write down what came of it."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from literacy.choices import CheckOutcome
from literacy.models import Volunteer

# The typeface of all our papers; it lies with the papers that need it most.
FONTS = settings.BASE_DIR / "certificates" / "fonts"
CSS_FILE = settings.BASE_DIR / "literacy" / "print" / "call_sheet.css"


def call_sheet_pdf(volunteer: Volunteer, lines: Sequence[Any], *, all_count: int) -> bytes:
    """Return the sheet as PDF for lines of the worklist (``row``, ``why``), in their order; three to a page.

    ``all_count``: of how many people these are the most pressing.
    """
    from weasyprint import CSS, HTML  # heavy: only where PDF are made
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    fonts = FontConfiguration()
    fetcher = URLFetcher(allowed_protocols=("file",), allow_redirects=False, fail_on_errors=True)
    base = FONTS.as_uri() + "/"
    css = CSS(filename=str(CSS_FILE), font_config=fonts, url_fetcher=fetcher, base_url=base)
    context = {
        "volunteer": volunteer,
        "lines": lines,
        "all_count": all_count,
        "today": timezone.localdate(),
        "outcomes": list(CheckOutcome),
    }
    html = render_to_string("literacy/print/call_sheet.html", context)
    made: bytes = HTML(string=html, base_url=base, url_fetcher=fetcher).write_pdf(stylesheets=[css], font_config=fonts)
    return made
