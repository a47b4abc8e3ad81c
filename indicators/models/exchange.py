"""Uploaded sheets of reported figures."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from courses.choices import ImportStatus
from indicators.models.plan import Plan
from indicators.querysets import OwnImportQuerySet


class FigureImport(TimeStamped):
    """A sheet of reported figures: previewed, then committed or thrown away. The file is deleted with either.

    Figures name nobody, so a sheet may wait; the next sheet of the same person takes its place.

    ``entered``: the ids of the figures the commit entered.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="figure_imports", verbose_name=_("kế hoạch"))
    file = models.FileField(_("tệp"), upload_to="figures/%Y/%m/", blank=True, max_length=300)
    file_name = models.CharField(_("tên tệp"), max_length=200)
    sha256 = models.CharField(max_length=64)
    status = models.CharField(_("trạng thái"), max_length=10, choices=ImportStatus, default=ImportStatus.PREVIEW)
    new_count = models.PositiveIntegerField(_("số liệu mới"), default=0)
    corrected_count = models.PositiveIntegerField(_("số liệu sửa"), default=0)
    same_count = models.PositiveIntegerField(_("không đổi"), default=0)
    error_count = models.PositiveIntegerField(_("dòng sai"), default=0)
    entered = models.JSONField(_("đã ghi"), default=list, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người nhập")
    )
    committed_at = models.DateTimeField(_("nhập lúc"), null=True, blank=True)

    objects: ClassVar[OwnImportQuerySet] = OwnImportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("lần nhập số liệu báo cáo")
        verbose_name_plural = _("lần nhập số liệu báo cáo")
        ordering = ("-created_at", "-pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(status="committed") | Q(committed_at__isnull=False),
                name="indicators_figureimport_commit_dated",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name
