"""A stranger's picture: only its pixels come in, and what is no picture is refused in words."""

import io
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from certificates.models import CentreLogo
from certificates.wording.logos import SIDE, redrawn
from core.errors import InvalidInput
from tests.certificates.pictures import picture


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(side=30_000):
    """A PNG of a few kilobytes that claims 900 million pixels."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 100_000)) + chunk(b"IEND", b"")


BAD = {
    "text": (b"xin chao", "PNG, JPEG hoặc WebP"),
    "empty": (b"", "PNG, JPEG hoặc WebP"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "PNG, JPEG hoặc WebP"),
    "gif": (picture("GIF", mode="RGB"), "PNG, JPEG hoặc WebP"),
    "bmp named png": (picture("BMP", mode="RGB"), "PNG, JPEG hoặc WebP"),
    "cut off": (picture()[: len(picture()) // 2], "bị hỏng"),
    "a bomb": (bomb(), "lớn quá"),
    "more pixels than a page": (picture("PNG", (5000, 4000), "RGB"), "lớn quá"),
    "heavy": (picture() + b"\0" * 2_000_001, "lớn quá"),
    "a dot": (picture("PNG", (12, 12)), "nhỏ quá"),
}


def test_half_a_picture_is_refused_also_after_weasyprint_was_loaded():
    """It tells Pillow, for the whole process, to be content with half a picture."""
    import weasyprint.images  # noqa: F401

    for form, mode in (("PNG", "RGBA"), ("JPEG", "RGB"), ("WEBP", "RGBA")):
        whole = picture(form, mode=mode)
        with pytest.raises(InvalidInput, match="bị hỏng"):
            redrawn(whole[: len(whole) // 2])


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_logo_is_refused_in_words(name):
    data, words = BAD[name]
    with pytest.raises(InvalidInput, match=words) as refusal:
        redrawn(data)
    assert "logo" in refusal.value.fields


@pytest.mark.parametrize(("form", "mode"), [("PNG", "RGBA"), ("JPEG", "RGB"), ("WEBP", "RGBA"), ("JPEG", "CMYK")])
def test_only_pixels_come_in(form, mode):
    secret = b"Nguyen Van Bi Mat 0912345678"
    options = {"pnginfo": info} if form == "PNG" and (info := PngInfo()) is not None else {"exif": exif(secret)}
    if form == "PNG":
        info.add_text("Author", secret.decode())
    source = picture(form, (900, 300), mode, **options)
    assert secret in source
    made = redrawn(source)
    assert secret not in made.png
    with Image.open(io.BytesIO(made.png)) as image:
        assert (image.format, max(image.size), image.info) == ("PNG", SIDE, {})
        assert (made.width, made.height) == image.size
    assert redrawn(made.png).png == made.png  # the same picture is the same file


def exif(words):
    data = Image.Exif()
    data[0x010E] = words.decode()
    return data.tobytes()


def test_upload_by_the_page_and_refusal_in_words(cast, as_user):
    client = as_user(cast.duc)
    url = reverse("certificates:centre-templates", args=[cast.centre_a.pk])
    answer = client.post(url, {"logo": SimpleUploadedFile("a.png", b"MZ\x90", "image/png")})
    assert answer.status_code == 422
    assert "Không đọc được hình này" in answer.content.decode()
    assert client.post(url).status_code == 422  # nothing chosen
    assert not CentreLogo.objects.exists()
    assert client.post(url, {"logo": SimpleUploadedFile("a.webp", picture("WEBP"), "image/webp")}).status_code == 302
    shown = client.get(reverse("certificates:centre-logo", args=[cast.centre_a.pk]))
    assert shown.content == bytes(CentreLogo.objects.get().png)
    assert client.post(url, {"logo": SimpleUploadedFile("a.webp", picture("WEBP"))}).status_code == 422  # the same
    assert client.post(url, {"do": "remove"}).status_code == 302
    assert client.get(reverse("certificates:centre-logo", args=[cast.centre_a.pk])).status_code == 404
