"""Small files of every kind, true and false, made in memory."""

import io
import struct
import zipfile
import zlib

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
JPG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
MP3 = b"ID3\x04\x00\x00\x00\x00\x00\x05hello" + b"\xff\xfb\x90\x00" + b"\x00" * 413
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + b"\x00" * 32
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 32
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!doctype html><script>alert(1)</script>%PDF-1.4 %%EOF"
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/{part}" ContentType="application/vnd.openxmlformats-officedocument.{kind}.main+xml"/></Types>'
)
DOCUMENT = {"word/document.xml": "<w:document/>"}


def png() -> bytes:
    """One white pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0\xff\xff\xff")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def office(part: str, kind: str, **more: str | bytes) -> bytes:
    """An office file with that main part; ``more`` are further parts (``__`` stands for a slash)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES.format(part=part, kind=kind))
        archive.writestr(part, "<document/>")
        for name, data in more.items():
            archive.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def docx(**more: str | bytes) -> bytes:
    """A Word file."""
    return office("word/document.xml", "wordprocessingml.document", **more)


def pptx() -> bytes:
    """A PowerPoint file."""
    return office("ppt/presentation.xml", "presentationml.presentation")


def plain_zip() -> bytes:
    """An archive that is no document."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("virus.exe", "MZ")
    return out.getvalue()


def bomb(megabytes: int = 200) -> bytes:
    """A Word file that unpacks to far more than it weighs, and says so."""
    return docx(word__media__1=b"\0" * (megabytes * 1024 * 1024))


def lying_bomb() -> bytes:
    """The same, whose directory says that it is small."""
    content = bytearray(bomb())
    entry = content.rindex(b"word/media/1") - 46  # its entry in the central directory
    content[entry + 24 : entry + 28] = struct.pack("<I", 1000)
    return bytes(content)
