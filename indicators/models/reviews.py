"""Who looks at a figure before the city does, and what a reporter has typed but not submitted."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from centres.models import AdminUnit
from core.models import TimeStamped
from indicators.models.plan import Indicator


class ReviewGroup(TimeStamped):
    """Communes whose figures one of them looks at first: what took the district's place (DESIGN, rule 2)."""

    name = models.CharField(_("tên cụm"), max_length=120)
    lead = models.ForeignKey(AdminUnit, models.PROTECT, related_name="led_groups", verbose_name=_("đơn vị đầu mối"))
    units = models.ManyToManyField(AdminUnit, related_name="review_groups", verbose_name=_("các đơn vị"))
    valid_from = models.DateField(_("từ ngày"))
    valid_to = models.DateField(_("đến ngày"), null=True, blank=True)
    document = models.CharField(_("văn bản"), max_length=150)

    class Meta:
        verbose_name = _("cụm duyệt số liệu")
        verbose_name_plural = _("cụm duyệt số liệu")
        ordering = ("name",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="indicators_group_days_ordered",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FigureDraft(TimeStamped):
    """What a reporter has typed of a figure so far, complete or not. It counts nowhere until it is submitted."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="drafts", verbose_name=_("chỉ số"))
    unit = models.ForeignKey(AdminUnit, models.PROTECT, related_name="figure_drafts", verbose_name=_("đơn vị"))
    typed = models.JSONField(_("đã nhập"), default=dict)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người lưu")
    )

    class Meta:
        verbose_name = _("bản nháp số liệu")
        verbose_name_plural = _("bản nháp số liệu")
        ordering = ("indicator_id", "unit_id")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["indicator", "unit"], name="indicators_draft_once"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.code} {self.unit}"
