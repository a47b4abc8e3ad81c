"""What the city lays down about communes that were divided: where a neighbourhood went, or how figures are shared."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import AdminUnit, Neighbourhood
from indicators.choices import WeightedMeasure

MILLION = 1_000_000


class NeighbourhoodPlace(models.Model):
    """In which unit on the other side of 1 July 2025 a neighbourhood of a divided (or composed) commune lies."""

    neighbourhood = models.OneToOneField(
        Neighbourhood, models.PROTECT, related_name="other_side", verbose_name=_("thôn, tổ dân phố")
    )
    unit = models.ForeignKey(AdminUnit, models.PROTECT, related_name="+", verbose_name=_("thuộc"))
    document = models.CharField(_("văn bản"), max_length=200)
    entered_at = models.DateTimeField(_("ghi lúc"), default=timezone.now)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người ghi")
    )

    class Meta:
        verbose_name = _("thôn, tổ dân phố theo địa giới kia")
        verbose_name_plural = _("thôn, tổ dân phố theo địa giới kia")
        ordering = ("neighbourhood_id",)

    def __str__(self) -> str:
        return f"{self.neighbourhood} → {self.unit}"


class WeightTable(models.Model):
    """How figures of a unit that cannot be placed are shared among the units of the other side.

    The latest version for a unit and measure holds; earlier ones stay to be read.
    """

    source = models.ForeignKey(AdminUnit, models.PROTECT, related_name="weight_tables", verbose_name=_("đơn vị"))
    measure = models.CharField(
        _("áp dụng cho"), max_length=12, choices=WeightedMeasure, blank=True, default=WeightedMeasure.ALL
    )
    version = models.PositiveSmallIntegerField(_("lần"), default=1)
    document = models.CharField(_("văn bản"), max_length=200)
    is_withdrawn = models.BooleanField(_("đã bỏ"), default=False)
    entered_at = models.DateTimeField(_("ghi lúc"), default=timezone.now)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người ghi")
    )

    class Meta:
        verbose_name = _("bảng tỷ trọng")
        verbose_name_plural = _("bảng tỷ trọng")
        ordering = ("source_id", "measure", "-version")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "measure", "version"], name="indicators_weighttable_version_uniq"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.get_measure_display()} ({self.version})"


class Weight(models.Model):
    """One unit's share, in millionths: whole numbers add up exactly on every database."""

    table = models.ForeignKey(WeightTable, models.CASCADE, related_name="weights", verbose_name=_("bảng tỷ trọng"))
    unit = models.ForeignKey(AdminUnit, models.PROTECT, related_name="+", verbose_name=_("đơn vị"))
    millionths = models.PositiveIntegerField(_("phần triệu"))

    class Meta:
        verbose_name = _("tỷ trọng")
        verbose_name_plural = _("tỷ trọng")
        ordering = ("table_id", "unit_id")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["table", "unit"], name="indicators_weight_unit_uniq"),
            models.CheckConstraint(condition=Q(millionths__lte=MILLION), name="indicators_weight_at_most_one"),
        ]

    def __str__(self) -> str:
        return f"{self.unit}: {self.millionths / MILLION:.4%}"

    @property
    def percent(self) -> float:
        """The share in percent, four places."""
        return self.millionths / 10_000
