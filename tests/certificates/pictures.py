"""Pictures that people upload, good and bad."""

import io

from PIL import Image, ImageDraw


def picture(form="PNG", size=(200, 120), mode="RGBA", **options):
    """A red ring on a clear ground."""
    image = Image.new(mode, size, (255, 255, 255, 0) if mode == "RGBA" else "white")
    ImageDraw.Draw(image).ellipse((2, 2, size[0] - 2, size[1] - 2), outline="red", width=3)
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()
