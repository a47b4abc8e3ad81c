"""The plan, its indicators and targets; figures with their evidence; declarations and produced reports."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import AdminUnit, Centre
from core.models import TimeStamped
from indicators.choices import Comparator, FigureSource, FigureState, IndicatorSource, PeriodKind, Verdict
from indicators.querysets import CentreRowQuerySet, FigureQuerySet, ReportRunQuerySet
from indicators.rules import status_words


class Plan(models.Model):
    """A plan of the city; several may run side by side."""

    code = models.CharField(_("mã"), max_length=30, unique=True)
    name = models.CharField(_("tên"), max_length=300)
    document = models.CharField(_("văn bản"), max_length=150, blank=True)
    starts_on = models.DateField(_("từ"))
    ends_on = models.DateField(_("đến"))

    class Meta:
        verbose_name = _("kế hoạch")
        verbose_name_plural = _("kế hoạch")
        ordering = ("-starts_on",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="indicators_plan_dates_ordered"),
        ]

    def __str__(self) -> str:
        return self.name


class Indicator(models.Model):
    """One line of the plan."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="indicators", verbose_name=_("kế hoạch"))
    code = models.CharField(_("mã"), max_length=10)
    block = models.CharField(_("mục"), max_length=2)
    order = models.PositiveSmallIntegerField(_("thứ tự"))
    name = models.CharField(_("chỉ tiêu"), max_length=200)
    measure = models.CharField(_("đơn vị tính"), max_length=20)
    measured_per = models.CharField(_("tính theo"), max_length=20)
    source = models.CharField(_("nguồn"), max_length=10, choices=IndicatorSource)
    note = models.CharField(_("ghi chú"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("chỉ số")
        verbose_name_plural = _("chỉ số")
        ordering = ("plan_id", "order")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "code"], name="indicators_indicator_code_uniq"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Target(models.Model):
    """What the plan asks of an indicator by the end of a year, in the plan's own words."""

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="targets", verbose_name=_("chỉ số"))
    year = models.PositiveSmallIntegerField(_("năm"))
    comparator = models.CharField(_("so sánh"), max_length=10, choices=Comparator)
    low = models.DecimalField(_("mức"), max_digits=7, decimal_places=2, null=True, blank=True)
    high = models.DecimalField(_("mức trên"), max_digits=7, decimal_places=2, null=True, blank=True)
    status = models.CharField(_("trạng thái phải đạt"), max_length=30, blank=True)
    quote = models.TextField(_("lời của kế hoạch"))

    class Meta:
        verbose_name = _("chỉ tiêu")
        verbose_name_plural = _("chỉ tiêu")
        ordering = ("indicator_id", "year")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["indicator", "year"], name="indicators_target_year_uniq"),
            models.CheckConstraint(
                condition=Q(comparator__in=Comparator.values), name="indicators_target_comparator_known"
            ),
            models.CheckConstraint(
                condition=Q(comparator__in=["status", "milestone"], low__isnull=True) & ~Q(status="")
                | Q(comparator="range", low__isnull=False, high__isnull=False)
                | Q(comparator__in=[">=", ">", "="], low__isnull=False, high__isnull=True),
                name="indicators_target_value_by_comparator",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.code} {self.year}"


class Figure(TimeStamped):
    """A value of an indicator for a unit and a period, with its evidence. A correction is a new version."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="figures", verbose_name=_("chỉ số"))
    unit = models.ForeignKey(AdminUnit, models.PROTECT, related_name="figures", verbose_name=_("đơn vị"))
    period_kind = models.CharField(_("loại kỳ"), max_length=20, choices=PeriodKind)
    starts_on = models.DateField(_("từ ngày"))
    ends_on = models.DateField(_("đến ngày"))
    source = models.CharField(_("nguồn"), max_length=10, choices=FigureSource)
    state = models.CharField(_("trạng thái"), max_length=10, choices=FigureState, default=FigureState.DRAFT)
    value = models.DecimalField(_("giá trị"), max_digits=9, decimal_places=4, null=True, blank=True)
    status_value = models.CharField(_("trạng thái đạt được"), max_length=30, blank=True)
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
    def status_words(self) -> str:
        """The status reached, in words."""
        return status_words(self.status_value)


class FigureDecision(models.Model):
    """A reported figure was approved, or returned with a reason. Append-only: triggers refuse update and delete."""

    figure = models.ForeignKey(Figure, models.PROTECT, related_name="decisions", verbose_name=_("giá trị chỉ số"))
    verdict = models.CharField(_("kết luận"), max_length=10, choices=Verdict)
    reason = models.CharField(_("lý do"), max_length=300, blank=True)
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
