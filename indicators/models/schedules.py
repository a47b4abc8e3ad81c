"""Files that are made again by themselves: a kept question, how often, whose."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import AdminUnit, Centre
from core.models import TimeStamped
from indicators.choices import Boundaries, Every, ExportFormat
from indicators.models.reports import ReportRun


class ScheduledExport(TimeStamped):
    """A statistics file its owner gets every month, quarter or plan year, within the scope of that moment."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="scheduled_exports", verbose_name=_("của")
    )
    unit = models.ForeignKey(
        AdminUnit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("đơn vị")
    )
    centre = models.ForeignKey(
        Centre, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("trung tâm")
    )
    boundaries = models.CharField(_("địa giới"), max_length=4, choices=Boundaries, default=Boundaries.THEN)
    by_unit = models.BooleanField(_("theo đơn vị"), default=False)
    format = models.CharField(_("dạng tệp"), max_length=5, choices=ExportFormat, default=ExportFormat.XLSX)
    every = models.CharField(_("bao lâu một lần"), max_length=10, choices=Every)
    is_paused = models.BooleanField(_("tạm dừng"), default=False)
    errors = models.PositiveSmallIntegerField(_("số lần hỏng liên tiếp"), default=0)
    last_error = models.CharField(_("lỗi gần nhất"), max_length=300, blank=True)
    # Periods that ended before somebody asked are not made up for.
    since = models.DateField(_("từ ngày"), default=timezone.localdate)

    class Meta:
        verbose_name = _("xuất định kỳ")
        verbose_name_plural = _("xuất định kỳ")
        ordering = ("owner_id", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(unit__isnull=False, centre__isnull=True) | Q(unit__isnull=True, centre__isnull=False),
                name="indicators_scheduledexport_one_subject",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit or self.centre}: {self.get_every_display()}"


class ScheduledFile(models.Model):
    """A file that was made for one period; one for each, however often the queue asks."""

    schedule = models.ForeignKey(ScheduledExport, models.CASCADE, related_name="files", verbose_name=_("xuất định kỳ"))
    starts_on = models.DateField(_("từ ngày"))
    ends_on = models.DateField(_("đến ngày"))
    run = models.OneToOneField(ReportRun, models.PROTECT, related_name="scheduled", verbose_name=_("lần xuất"))
    file = models.FileField(_("tệp"), upload_to="scheduled/%Y/%m/", max_length=300)
    file_name = models.CharField(_("tên tệp khi tải"), max_length=200)
    made_at = models.DateTimeField(_("lúc"), default=timezone.now)
    seen_at = models.DateTimeField(_("đã tải lúc"), null=True, blank=True)

    class Meta:
        verbose_name = _("tệp định kỳ")
        verbose_name_plural = _("tệp định kỳ")
        ordering = ("-made_at", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["schedule", "starts_on", "ends_on"], name="indicators_scheduledfile_once"),
        ]

    def __str__(self) -> str:
        return self.file_name
