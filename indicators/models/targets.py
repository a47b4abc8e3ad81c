"""What a plan asks of its indicators: targets, the way between them, and each unit's own part."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from centres.models import AdminUnit
from core.models import TimeStamped
from indicators.choices import Comparator
from indicators.models.plan import Indicator
from indicators.rules import Goal, status_words

_STATUS = Q(comparator__in=["status", "milestone"], low__isnull=True, high__isnull=True) & ~Q(status="")
_RANGE = Q(comparator="range", low__isnull=False, high__isnull=False, status="")
_NUMBER = Q(comparator__in=[">=", ">", "="], low__isnull=False, high__isnull=True, status="")


class Target(models.Model):
    """What the plan asks of an indicator by the end of a year, in the plan's own words."""

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="targets", verbose_name=_("chỉ số"))
    year = models.PositiveSmallIntegerField(_("năm"))
    comparator = models.CharField(_("so sánh"), max_length=10, choices=Comparator)
    low = models.DecimalField(_("mức"), max_digits=12, decimal_places=2, null=True, blank=True)
    high = models.DecimalField(_("mức trên"), max_digits=12, decimal_places=2, null=True, blank=True)
    status = models.CharField(_("trạng thái phải đạt"), max_length=60, blank=True)
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
            models.CheckConstraint(condition=_STATUS | _RANGE | _NUMBER, name="indicators_target_value_by_comparator"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.code} {self.year}"

    @property
    def goal(self) -> Goal:
        """Its pure form."""
        return Goal(self.comparator, self.low, self.high, self.status)

    @property
    def words(self) -> str:
        """What is asked for as people write it."""
        return self.goal.words()


class TrajectoryStep(TimeStamped):
    """A value asked for in a year between two targets, where the way is not the straight one; with the reason."""

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="steps", verbose_name=_("chỉ số"))
    year = models.PositiveSmallIntegerField(_("năm"))
    value = models.DecimalField(_("mức của năm"), max_digits=12, decimal_places=2)
    reason = models.CharField(_("lý do"), max_length=300)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người nhập")
    )

    class Meta:
        verbose_name = _("bước của lộ trình")
        verbose_name_plural = _("bước của lộ trình")
        ordering = ("indicator_id", "year")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["indicator", "year"], name="indicators_step_year_uniq"),
            models.CheckConstraint(condition=~Q(reason=""), name="indicators_step_reasoned"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.code} {self.year}"


class UnitTarget(TimeStamped):
    """A unit's own part of a city target for a year.

    ``weight`` is how many of what is counted (people, households, centres) the unit has: with it the parts of all units
    can be put together to the city's share. Unknown is None, never nought.
    """

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="unit_targets", verbose_name=_("chỉ số"))
    unit = models.ForeignKey(AdminUnit, models.PROTECT, related_name="targets", verbose_name=_("đơn vị"))
    year = models.PositiveSmallIntegerField(_("năm"))
    value = models.DecimalField(_("mức"), max_digits=12, decimal_places=2, null=True, blank=True)
    status = models.CharField(_("trạng thái phải đạt"), max_length=60, blank=True)
    weight = models.PositiveIntegerField(_("số để tính (người, hộ…)"), null=True, blank=True)
    document = models.CharField(_("văn bản của đơn vị"), max_length=150, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người nhập")
    )

    class Meta:
        verbose_name = _("chỉ tiêu giao cho đơn vị")
        verbose_name_plural = _("chỉ tiêu giao cho đơn vị")
        ordering = ("indicator_id", "year", "unit_id")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["indicator", "unit", "year"], name="indicators_unittarget_uniq"),
            models.CheckConstraint(
                condition=Q(value__isnull=False, status="") | (Q(value__isnull=True) & ~Q(status="")),
                name="indicators_unittarget_value_or_status",
            ),
            models.CheckConstraint(
                condition=Q(weight__isnull=True) | Q(weight__gt=0), name="indicators_unittarget_weight_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.code} {self.unit} {self.year}"

    @property
    def status_words(self) -> str:
        """The status to reach in words."""
        return status_words(self.status)
