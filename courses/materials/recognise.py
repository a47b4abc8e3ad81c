"""What a file is, by its content: the name and the browser's word for it are not believed.

Only what a centre teaches with is taken. HTML, SVG and programs have no signature here and are refused like anything
unknown; office files are looked into, so that bombs, macros and other archives do not pass for documents.
"""

import io
import re
import zipfile

from django.utils.translation import gettext as _

from core.errors import InvalidInput
from core.text import clean
from courses.materials.choices import MaterialKind

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 150 * 1024 * 1024
MAX_PARTS = 3000
_PIECE = 256 * 1024
_TAIL = 4096
_WORD = b"wordprocessingml.document.main+xml"
_SLIDES = b"presentationml.presentation.main+xml"
# Brands of MP4 itself; HEIC, AVIF and others use the same box.
_BRANDS = (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"M4A ", b"MSNV", b"dash")
_UNSAFE = re.compile(r"[<>:\"/\\|?*%]+")


def _refuse(code: str, message: str) -> InvalidInput:
    return InvalidInput(code, message, fields={"file": [message]})


def recognise(content: bytes) -> MaterialKind:
    """Return what the content is. Raises InvalidInput, with what to do, for anything that is not taken."""
    if not content:
        raise _refuse("file_empty", _("Tệp rỗng. Hãy chọn lại tệp."))
    if len(content) > MAX_BYTES:
        raise _refuse("file_too_big", _("Tệp lớn hơn 20 MB. Hãy nén nhỏ lại, hoặc đưa lên mạng rồi ghi liên kết."))
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-_TAIL:]:
        return MaterialKind.PDF
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR":
        return MaterialKind.PNG
    if content.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in content[-_TAIL:]:
        return MaterialKind.JPG
    if content[4:8] == b"ftyp" and content[8:12] in _BRANDS:
        return MaterialKind.MP4
    if _is_mp3(content):
        return MaterialKind.MP3
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    raise _refuse(
        "file_unknown",
        _("Không nhận loại tệp này. Hãy gửi PDF, Word (.docx), PowerPoint (.pptx), PNG, JPG, MP3 hoặc MP4."),
    )


def _is_mp3(content: bytes) -> bool:
    start = 0
    if content.startswith(b"ID3") and len(content) > 10:
        size = 0
        for byte in content[6:10]:
            if byte > 127:
                return False
            size = size << 7 | byte
        start = 10 + size
        while content[start : start + 1] == b"\0":  # padding some programs leave after the tag
            start += 1
    frame = content[start : start + 3]
    # A frame header of layer III: a text of UTF-16 begins alike, but not with these bits.
    return (
        len(frame) == 3
        and frame[0] == 0xFF
        and frame[1] & 0xE6 == 0xE2
        and frame[1] & 0x18 != 0x08
        and frame[2] >> 4 not in (0, 15)
        and frame[2] & 0x0C != 0x0C
    )


def _office(content: bytes) -> MaterialKind:
    broken = _("Tệp hỏng hoặc có mật khẩu. Hãy mở bằng Word, PowerPoint, lưu lại rồi gửi.")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise _refuse("file_broken", broken) from error
    names = {part.filename for part in parts}
    if "[Content_Types].xml" not in names:
        raise _refuse("file_is_archive", _("Đây là tệp nén, không phải Word hay PowerPoint. Hãy gửi từng tệp."))
    if any("vbaproject" in name.lower() for name in names):
        raise _refuse("file_has_macros", _("Tệp có macro. Hãy lưu thành .docx hoặc .pptx (không macro) rồi gửi lại."))
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise _refuse("file_bomb", _("Tệp mở ra quá lớn. Hãy bỏ bớt ảnh, phim trong tệp rồi gửi lại."))
    types = b""
    unpacked = 0
    try:
        for part in parts:
            with archive.open(part) as stream:
                while piece := stream.read(_PIECE):
                    unpacked += len(piece)  # what the header says may be a lie
                    if unpacked > MAX_UNPACKED:
                        raise _refuse("file_bomb", _("Tệp mở ra quá lớn. Hãy bỏ bớt ảnh, phim trong tệp rồi gửi lại."))
                    if part.filename == "[Content_Types].xml" and len(types) < MAX_BYTES:
                        types += piece
    except (zipfile.BadZipFile, RuntimeError, OSError, EOFError, NotImplementedError, ValueError) as error:
        raise _refuse("file_broken", broken) from error
    except Exception as error:  # zlib.error and its like: which one depends on how the part is packed
        if isinstance(error, InvalidInput):
            raise
        raise _refuse("file_broken", broken) from error
    if _WORD in types and "word/document.xml" in names:
        return MaterialKind.DOCX
    if _SLIDES in types and "ppt/presentation.xml" in names:
        return MaterialKind.PPTX
    raise _refuse("file_not_taken", _("Không nhận loại tệp này. Hãy gửi Word (.docx) hoặc PowerPoint (.pptx)."))


def safe_name(name: str, kind: MaterialKind) -> str:
    """Return a name to download by: no folders, no signs a system trips over, the ending of what the file really is."""
    last = clean(name).replace("\\", "/").rpartition("/")[2]
    stem = clean(_UNSAFE.sub(" ", last.rpartition(".")[0] or last)).strip(" .")
    return f"{stem[:100].strip(' .') or 'hoc-lieu'}.{kind}"
