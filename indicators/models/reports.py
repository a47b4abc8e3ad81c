"""What was produced from the system."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import AdminUnit, Centre
from indicators.querysets import ReportRunQuerySet


class ReportRun(models.Model):
    """A statistics file produced from the system: what C3 counts, and how a paper is traced back."""

    unit = models.ForeignKey(
        AdminUnit, models.PROTECT, null=True, blank=True, related_name="report_runs", verbose_name=_("đơn vị")
    )
    centre = models.ForeignKey(
        Centre, models.PROTECT, null=True, blank=True, related_name="report_runs", verbose_name=_("trung tâm")
    )
    starts_on = models.DateField(_("từ ngày"))
    ends_on = models.DateField(_("đến ngày"))
    format = models.CharField(_("dạng tệp"), max_length=5)
    rows = models.PositiveIntegerField(_("số dòng"))
    sha256 = models.CharField(max_length=64)
    totals = models.JSONField(_("tổng"), default=dict)
    made_at = models.DateTimeField(_("lúc"), default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người xuất")
    )

    objects: ClassVar[ReportRunQuerySet] = ReportRunQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("lần xuất thống kê")
        verbose_name_plural = _("lần xuất thống kê")
        ordering = ("-made_at", "-pk")
        indexes: ClassVar = [models.Index(fields=["centre", "made_at"], name="indicators_report_centre_idx")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(unit__isnull=False, centre__isnull=True) | Q(unit__isnull=True, centre__isnull=False),
                name="indicators_reportrun_one_subject",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit or self.centre} {self.starts_on}–{self.ends_on}"
