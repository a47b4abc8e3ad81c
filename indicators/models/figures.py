"""Figures with their evidence, and what was decided about them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import AdminUnit, Centre
from core.dates import plan_year_of
from core.models import TimeStamped
from indicators.choices import FigureSource, FigureState, PeriodKind, ReviewStage, Verdict
from indicators.models.plan import Indicator
from indicators.querysets import CentreRowQuerySet, FigureQuerySet
from indicators.rules import status_words


class Figure(TimeStamped):
    """A value of an indicator for a unit and a period, with its evidence. A correction is a new version."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="figures", verbose_name=_("chỉ số"))
    unit = models.ForeignKey(AdminUnit, models.PROTECT, related_name="figures", verbose_name=_("đơn vị"))
    period_kind = models.CharField(_("loại kỳ"), max_length=20, choices=PeriodKind)
    starts_on = models.DateField(_("từ ngày"))
    ends_on = models.DateField(_("đến ngày"))
    source = models.CharField(_("nguồn"), max_length=10, choices=FigureSource)
    state = models.CharField(_("trạng thái"), max_length=10, choices=FigureState, default=FigureState.DRAFT)
    value = models.DecimalField(_("giá trị"), max_digits=14, decimal_places=4, null=True, blank=True)
    status_value = models.CharField(_("trạng thái đạt được"), max_length=60, blank=True)
    numerator = models.PositiveIntegerField(_("tử số"), null=True, blank=True)
    denominator = models.PositiveIntegerField(_("mẫu số"), null=True, blank=True)
    coverage = models.DecimalField(_("độ phủ"), max_digits=7, decimal_places=4, null=True, blank=True)
    lower = models.DecimalField(_("cận dưới"), max_digits=9, decimal_places=4, null=True, blank=True)
    upper = models.DecimalField(_("cận trên"), max_digits=9, decimal_places=4, null=True, blank=True)
    definition_version = models.CharField(_("định nghĩa"), max_length=40, blank=True)
    evidence_hash = models.CharField(_("băm bằng chứng"), max_length=64, blank=True)
    computed_at = models.DateTimeField(_("tính lúc"), null=True, blank=True)
    source_name = models.CharField(_("cơ quan cung cấp"), max_length=150, blank=True)
    document = models.CharField(_("văn bản số, ngày"), max_length=150, blank=True)
    document_on = models.DateField(_("ngày văn bản"), null=True, blank=True)
    note = models.CharField(_("ghi chú, lý do sửa"), max_length=300, blank=True)
    # Why it is another number than the system's own, in the words of who reported it.
    explanation = models.CharField(_("giải thích chênh lệch"), max_length=300, blank=True)
    # Where it waits; empty for what was submitted before there were stages.
    stage = models.CharField(_("đang ở cấp"), max_length=10, choices=ReviewStage, blank=True)
    # What the system computed beside it when it was submitted.
    seen = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("số hệ thống lúc nộp")
    )
    version = models.PositiveSmallIntegerField(_("phiên bản"), default=1)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by", verbose_name=_("thay cho")
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người nhập")
    )

    objects: ClassVar[FigureQuerySet] = FigureQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("giá trị chỉ số")
        verbose_name_plural = _("giá trị chỉ số")
        ordering = ("indicator_id", "-ends_on", "-version")
        indexes: ClassVar = [
            models.Index(fields=["unit", "indicator", "-ends_on"], name="indicators_figure_unit_idx"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["indicator", "unit", "starts_on", "ends_on", "source", "version"],
                name="indicators_figure_version_uniq",
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="indicators_figure_dates_ordered"),
            models.CheckConstraint(
                condition=~Q(source="reported") | (~Q(source_name="") & Q(entered_by__isnull=False)),
                name="indicators_figure_reported_has_source",
            ),
            models.CheckConstraint(
                condition=~Q(source="computed") | (~Q(evidence_hash="") & Q(computed_at__isnull=False)),
                name="indicators_figure_computed_has_evidence",
            ),
            models.CheckConstraint(
                condition=Q(version=1, replaces__isnull=True)
                | (Q(version__gt=1, replaces__isnull=False) & ~Q(note="")),
                name="indicators_figure_correction_reasoned",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.code} {self.unit} {self.ends_on}"

    @property
    def year(self) -> int:
        """The year it speaks of: a plan year and a literacy year bear the year in which they end (docs/adr/0055)."""
        is_plan_year = self.period_kind == PeriodKind.PLAN_YEAR
        return (plan_year_of(self.ends_on) if is_plan_year else self).ends_on.year

    @property
    def status_words(self) -> str:
        """The status reached, in words."""
        return status_words(self.status_value)


class FigureDecision(models.Model):
    """A reported figure was approved, or returned with a reason. Append-only: triggers refuse update and delete."""

    figure = models.ForeignKey(Figure, models.PROTECT, related_name="decisions", verbose_name=_("giá trị chỉ số"))
    verdict = models.CharField(_("kết luận"), max_length=10, choices=Verdict)
    reason = models.CharField(_("lý do"), max_length=300, blank=True)
    stage = models.CharField(_("ở cấp"), max_length=10, choices=ReviewStage, blank=True)
    # What stood beside it at that moment.
    computed_value = models.DecimalField(_("số hệ thống tính"), max_digits=9, decimal_places=4, null=True, blank=True)
    computed_hash = models.CharField(_("băm bằng chứng"), max_length=64, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người duyệt")
    )
    decided_at = models.DateTimeField(_("lúc"), default=timezone.now)

    class Meta:
        verbose_name = _("lần duyệt số liệu")
        verbose_name_plural = _("lần duyệt số liệu")
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="indicators_decision_verdict_known"),
            models.CheckConstraint(
                condition=~Q(verdict="returned") | ~Q(reason=""), name="indicators_decision_return_reasoned"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.figure}: {self.get_verdict_display()}"


class CentreDeclaration(TimeStamped):
    """A centre's own word on whether it applies IT (C3). It stands beside the measured figure, never in it."""

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="declarations", verbose_name=_("trung tâm"))
    year = models.PositiveSmallIntegerField(_("năm"))
    applies_it = models.BooleanField(_("có ứng dụng CNTT"))
    note = models.CharField(_("cụ thể"), max_length=300, blank=True)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người khai")
    )

    objects: ClassVar[CentreRowQuerySet] = CentreRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("tự khai ứng dụng CNTT")
        verbose_name_plural = _("tự khai ứng dụng CNTT")
        ordering = ("-year", "centre_id")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["centre", "year"], name="indicators_declaration_year_uniq"),
        ]

    def __str__(self) -> str:
        return f"{self.centre} {self.year}"
