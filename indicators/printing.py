"""Paper of the plan and of statistics: one place that turns a template into a PDF, and the words at its top."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from centres.choices import UnitLevel
from centres.models import AdminUnit, Centre

FONTS = settings.BASE_DIR / "certificates" / "fonts"
STYLES = settings.BASE_DIR / "indicators" / "print"
MOTTO = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")


def fonts_of() -> tuple[Any, Any, str]:
    """Return WeasyPrint's font configuration, a fetcher that reads our files only, and where the fonts are."""
    from weasyprint.text.fonts import FontConfiguration  # heavy: only where PDF are made
    from weasyprint.urls import URLFetcher

    fetcher = URLFetcher(allowed_protocols=("file",), allow_redirects=False, fail_on_errors=True)
    return FontConfiguration(), fetcher, FONTS.as_uri() + "/"


def pdf_of(template: str, style: str, context: dict[str, Any]) -> bytes:
    """Return a template as PDF with a style of ``indicators/print``. Nothing is loaded but our own fonts."""
    from weasyprint import CSS, HTML  # heavy: only where PDF are made

    fonts, fetcher, base = fonts_of()
    css = CSS(filename=str(Path(STYLES) / style), font_config=fonts, url_fetcher=fetcher, base_url=base)
    html = render_to_string(template, context)
    made: bytes = HTML(string=html, base_url=base, url_fetcher=fetcher).write_pdf(stylesheets=[css], font_config=fonts)
    return made


def offices_of(unit: AdminUnit | None, centre: Centre | None = None) -> tuple[str, str]:
    """Return the two lines at the top left: the body above, and who reports."""
    if centre is not None:
        return "TRUNG TÂM HỌC TẬP CỘNG ĐỒNG", centre.name.upper()
    assert unit is not None
    name = unit.name.removeprefix("Thành phố ")
    of = "THÀNH PHỐ " if unit.level == UnitLevel.CITY else ""
    return "ỦY BAN NHÂN DÂN", f"{of}{name}".upper()
