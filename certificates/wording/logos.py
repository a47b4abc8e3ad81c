"""A stranger's picture made ours: decoded within limits and drawn again as PNG, so that nothing but pixels gets in."""

import io
import warnings
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.errors import InvalidInput

MOST_BYTES = 2_000_000
MOST_PIXELS = 16_000_000  # a scan of a page; a PNG of a few kilobytes may claim many times that
SIDE = 600  # pixels: 24 mm at more than 600 dots an inch
FORMATS = ("PNG", "JPEG", "WEBP")


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG of ours and its size in pixels."""

    png: bytes
    width: int
    height: int


def _refusal(words: str) -> InvalidInput:
    return InvalidInput("bad_logo", words, fields={"logo": [words]})


def redrawn(data: bytes) -> Picture:
    """Return the picture as a clean PNG of at most 600 × 600 pixels: no metadata, no second frame, no profile.

    Raises InvalidInput for what is no PNG, JPEG or WebP, is too large, or breaks off.
    """
    from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError  # only where pictures are read

    if len(data) > MOST_BYTES:
        raise _refusal(_("Tệp lớn quá: nhiều nhất 2 MB. Hãy thu nhỏ hình rồi tải lại."))
    too_many = _("Hình lớn quá: nhiều nhất 16 triệu điểm ảnh. Hãy thu nhỏ hình rồi tải lại.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=FORMATS)
            if image.width * image.height > MOST_PIXELS:  # known from the header, before anything is unpacked
                raise _refusal(too_many)
            ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint sets it for the whole process when it is loaded
            image.load()
            turned = ImageOps.exif_transpose(image)
            clean = turned.convert("RGBA")
            clean.thumbnail((SIDE, SIDE))
            fresh = Image.new("RGBA", clean.size)
            fresh.paste(clean)
            if fresh.getchannel("A").histogram()[255] == fresh.width * fresh.height:  # nothing shines through
                fresh = fresh.convert("RGB")
            out = io.BytesIO()
            fresh.save(out, "PNG", optimize=True)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _refusal(too_many) from None
    except UnidentifiedImageError:
        raise _refusal(_("Không đọc được hình này. Hãy dùng tệp PNG, JPEG hoặc WebP.")) from None
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, OverflowError, MemoryError):
        raise _refusal(_("Tệp hình bị hỏng. Hãy lưu lại thành PNG rồi tải lại.")) from None
    if min(fresh.size) < 16:
        raise _refusal(_("Hình nhỏ quá để in: mỗi cạnh ít nhất 16 điểm ảnh."))
    return Picture(out.getvalue(), fresh.width, fresh.height)
