"""A copy from the register (bản sao từ sổ gốc): the frozen page, marked as a copy. The frozen file stays as it is."""

import io
from typing import BinaryIO, cast

from django.template.loader import render_to_string
from django.utils import timezone

from certificates.models import RegisterEvent
from certificates.paper.rendering import FONTS, Press
from certificates.paper.sealing import take_seal_off


def copy_of(line: RegisterEvent) -> bytes:
    """Return the PDF of the copies a line of the register tells of, one page each."""
    import pikepdf  # a large C++ library, and it writes to the log when it is loaded
    from weasyprint import HTML

    press = Press()
    html = render_to_string("certificates/copy_mark.html", {"line": line, "on": timezone.localdate(line.at)})
    mark = io.BytesIO()
    HTML(string=html, base_url=FONTS.as_uri() + "/", url_fetcher=press.fetcher).write_pdf(
        mark, stylesheets=[press.css], font_config=press.fonts
    )
    out = io.BytesIO()
    with (
        line.certificate.pdf.open("rb") as stream,
        pikepdf.open(cast(BinaryIO, stream)) as paper,
        pikepdf.open(mark) as marks,
    ):
        take_seal_off(paper)
        paper.pages[0].add_overlay(marks.pages[0], None)
        for _more in range(1, line.copies):
            paper.pages.append(paper.pages[0])
        paper.save(out)
    return out.getvalue()
