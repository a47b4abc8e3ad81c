"""Spreadsheet forms that staff draw themselves: a workbook with place-holders, filled with the figures of a unit."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ReportForm(models.Model):
    """One version of a form. Versions are kept; the latest that is not withdrawn is the one to fill."""

    name = models.CharField(_("tên biểu"), max_length=120)
    version = models.PositiveSmallIntegerField(_("lần"), default=1)
    source = models.CharField(_("văn bản ban hành"), max_length=200, blank=True)
    file = models.FileField(_("tệp"), upload_to="report_forms/%Y/%m/", max_length=300)
    sha256 = models.CharField(max_length=64)
    # Each place-holder and the cells it stands in, as read when the file came: {"nu": ["Biểu 1!C5"]}.
    markers = models.JSONField(_("chỗ trống"), default=dict)
    is_withdrawn = models.BooleanField(_("đã bỏ"), default=False)
    uploaded_at = models.DateTimeField(_("tải lên lúc"), default=timezone.now)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người tải lên")
    )

    class Meta:
        verbose_name = _("biểu mẫu")
        verbose_name_plural = _("biểu mẫu")
        ordering = ("name", "-version")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name", "version"], name="indicators_reportform_version_uniq"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.version})"
