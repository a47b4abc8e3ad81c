"""An official table on paper: A4 lying, in the look of Decree 30/2020."""

from django.conf import settings
from django.template.loader import render_to_string

from literacy.standards.paper import MOTTO, SIGNERS, Head, parts_of
from literacy.standards.tables import Form

# The typeface of all our papers; it lies with the papers that need it most.
FONTS = settings.BASE_DIR / "certificates" / "fonts"
CSS_FILE = settings.BASE_DIR / "literacy" / "print" / "form.css"


def form_pdf(form: Form, head: Head) -> bytes:
    """Return the file: the same cells as the spreadsheet, with a number on every page but the first."""
    from weasyprint import CSS, HTML  # heavy: only where PDF are made
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    fonts = FontConfiguration()
    fetcher = URLFetcher(allowed_protocols=("file",), allow_redirects=False, fail_on_errors=True)
    base = FONTS.as_uri() + "/"
    css = CSS(filename=str(CSS_FILE), font_config=fonts, url_fetcher=fetcher, base_url=base)
    parts = parts_of(form)
    context = {
        "form": form,
        "head": head,
        "motto": MOTTO,
        "signers": SIGNERS,
        "parts": parts,
        "size": "dense" if max(len(part.lines[0]["cells"]) for part in parts) > 14 else "plain",
    }
    html = render_to_string("literacy/print/form.html", context)
    made: bytes = HTML(string=html, base_url=base, url_fetcher=fetcher).write_pdf(stylesheets=[css], font_config=fonts)
    return made
