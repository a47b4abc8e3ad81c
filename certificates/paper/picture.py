"""A picture of a page, drawn from the very PDF that would be printed."""

import io

from certificates.paper.rendering import Paper, Press

WIDTH = 1100  # pixels: sharp enough to read the smallest line


def png_of(paper: Paper) -> bytes:
    """Return the page as a PNG of a few dozen kilobytes."""
    import pypdfium2  # a large C++ library: only where a page is drawn

    document = pypdfium2.PdfDocument(Press().render([paper]))
    try:
        page = document[0]
        image = page.render(scale=WIDTH / page.get_width()).to_pil().convert("RGB").quantize(48)
    finally:
        document.close()
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
