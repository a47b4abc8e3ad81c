"""Kinds and licences of learning materials."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MaterialKind(models.TextChoices):
    """What a material is. For a file it is found by its content, never by its name."""

    LINK = "link", _("liên kết")
    PDF = "pdf", "PDF"
    DOCX = "docx", "Word"
    PPTX = "pptx", "PowerPoint"
    PNG = "png", _("ảnh PNG")
    JPG = "jpg", _("ảnh JPG")
    MP3 = "mp3", _("tiếng MP3")
    MP4 = "mp4", _("phim MP4")


CONTENT_TYPES: dict[str, str] = {
    MaterialKind.PDF: "application/pdf",
    MaterialKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    MaterialKind.PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    MaterialKind.PNG: "image/png",
    MaterialKind.JPG: "image/jpeg",
    MaterialKind.MP3: "audio/mpeg",
    MaterialKind.MP4: "video/mp4",
}


class Licence(models.TextChoices):
    """What others may do with a material."""

    CC_BY = "cc_by", "CC BY"
    CC_BY_SA = "cc_by_sa", "CC BY-SA"
    CC0 = "cc0", "CC0"
    INTERNAL = "internal", _("nội bộ")
