"""The plan, its indicators and what it asks of them."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from indicators.choices import Comparator, IndicatorSource


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
