"""Pictures of a report as bitmaps, for Word: charts from the very SVG of the PDF, and the code of the paper."""

import io

from PIL import Image

from certificates.qr import QUIET_ZONE, symbol_of
from indicators.printing import fonts_of

# Drawn in the type of the PDF, which is with us, not in whatever this machine has.
STYLE = """@font-face { font-family: "Tinos"; src: url("Tinos-Regular.ttf") }
@font-face { font-family: "Tinos"; src: url("Tinos-Bold.ttf"); font-weight: bold }
@page { size: 125mm 240mm; margin: 0 }
svg { width: 125mm; height: auto; display: block; font-family: "Tinos" }"""
DOTS = 3.2  # pixels for each pixel of CSS: sharp on paper


def png_of_svg(svg: str) -> bytes:
    """Return a drawing as PNG. The same drawing gives the same bytes."""
    import pypdfium2  # a large C++ library: only where a page is drawn
    from weasyprint import CSS, HTML

    fonts, fetcher, base = fonts_of()
    style = CSS(string=STYLE, font_config=fonts, url_fetcher=fetcher, base_url=base)
    pdf = HTML(string=svg, base_url=base, url_fetcher=fetcher).write_pdf(stylesheets=[style], font_config=fonts)
    document = pypdfium2.PdfDocument(pdf)
    try:
        image = document[0].render(scale=DOTS).to_pil().convert("RGB")
    finally:
        document.close()
    return _bytes(_cropped(image).quantize(64))


def _cropped(image: Image.Image) -> Image.Image:
    """Cut away the white page below the drawing."""
    inverted = Image.eval(image.convert("L"), lambda shade: 255 - shade)
    box = inverted.getbbox()
    return image.crop((0, 0, image.width, min(image.height, box[3] + 6))) if box else image


def png_of_code(text: str) -> bytes:
    """Return the QR of a text, its quiet zone included."""
    symbol = symbol_of(text)
    side = symbol.size + 2 * QUIET_ZONE
    image = Image.new("1", (side, side), 1)
    for y, row in enumerate(symbol.rows()):
        for x, bit in enumerate(row):
            if bit == "1":
                image.putpixel((x + QUIET_ZONE, y + QUIET_ZONE), 0)
    return _bytes(image.resize((side * 8, side * 8)))


def _bytes(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
