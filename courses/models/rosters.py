"""Uploaded rosters."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from courses.choices import ImportStatus
from courses.models.classes import ClassGroup
from courses.querysets import HangsOnClassQuerySet


class RosterImport(TimeStamped):
    """One uploaded roster: previewed, then committed or discarded. The file is deleted once committed."""

    class_group = models.ForeignKey(ClassGroup, models.PROTECT, related_name="imports", verbose_name=_("lớp"))
    file = models.FileField(_("tệp"), upload_to="rosters/%Y/%m/", blank=True, max_length=300)
    file_name = models.CharField(_("tên tệp"), max_length=200)
    sha256 = models.CharField(max_length=64)
    status = models.CharField(_("trạng thái"), max_length=10, choices=ImportStatus, default=ImportStatus.PREVIEW)
    new_count = models.PositiveIntegerField(_("người mới"), default=0)
    known_count = models.PositiveIntegerField(_("đã có"), default=0)
    lookalike_count = models.PositiveIntegerField(_("gần giống"), default=0)
    error_count = models.PositiveIntegerField(_("dòng sai"), default=0)
    committed_count = models.PositiveIntegerField(_("đã ghi danh"), default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người nhập")
    )
    committed_at = models.DateTimeField(_("nhập lúc"), null=True, blank=True)

    objects: ClassVar[HangsOnClassQuerySet] = HangsOnClassQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("lần nhập danh sách")
        verbose_name_plural = _("lần nhập danh sách")
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return self.file_name
