"""What was produced from the system."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import AdminUnit, Centre
from core.models import Job
from indicators.choices import Boundaries
from indicators.models.evaluations import Evaluation
from indicators.models.report_forms import ReportForm
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
    boundaries = models.CharField(_("địa giới"), max_length=4, choices=Boundaries, default=Boundaries.THEN)
    by_unit = models.BooleanField(_("theo đơn vị"), default=False)
    format = models.CharField(_("dạng tệp"), max_length=5)
    rows = models.PositiveIntegerField(_("số dòng"))
    sha256 = models.CharField(max_length=64)
    totals = models.JSONField(_("tổng"), default=dict)
    # What a paper shows as QR, for anybody to compare it with the system; and whose figures were in it (null: all).
    token = models.CharField(_("mã đối chiếu"), max_length=16, null=True, blank=True, unique=True)
    centre_ids = models.JSONField(_("trung tâm trong phạm vi"), null=True, blank=True)
    form = models.ForeignKey(
        ReportForm, models.PROTECT, null=True, blank=True, related_name="runs", verbose_name=_("biểu mẫu")
    )
    # Of a commune's file: its code is checked against the file, not against statistics (docs/adr/0056).
    evaluation = models.ForeignKey(
        Evaluation, models.PROTECT, null=True, blank=True, related_name="runs", verbose_name=_("bản tự đánh giá")
    )
    # Long files are made by a job; doing it again makes no second run.
    job = models.OneToOneField(
        Job, models.SET_NULL, null=True, blank=True, related_name="report_run", verbose_name=_("công việc")
    )
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
