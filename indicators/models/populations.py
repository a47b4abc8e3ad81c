"""How many people live in a unit: what no centre knows, said once with its source and used by every share."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from centres.models import AdminUnit
from core.models import TimeStamped
from indicators.choices import PopulationGroup


class Population(TimeStamped):
    """People of an age in a unit on a day. Another number for the same day is a new version that says why."""

    unit = models.ForeignKey(AdminUnit, models.PROTECT, related_name="populations", verbose_name=_("đơn vị"))
    group = models.CharField(_("độ tuổi"), max_length=15, choices=PopulationGroup)
    people = models.PositiveIntegerField(_("số người"))
    counted_on = models.DateField(_("tính đến ngày"))
    source_name = models.CharField(_("cơ quan cung cấp"), max_length=150)
    document = models.CharField(_("văn bản số, ngày"), max_length=150, blank=True)
    note = models.CharField(_("lý do sửa"), max_length=300, blank=True)
    version = models.PositiveSmallIntegerField(_("phiên bản"), default=1)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người nhập")
    )

    class Meta:
        verbose_name = _("số dân")
        verbose_name_plural = _("số dân")
        ordering = ("unit_id", "group", "-counted_on", "-version")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "group", "counted_on", "version"], name="indicators_population_version_uniq"
            ),
            models.CheckConstraint(condition=Q(people__gte=1), name="indicators_population_somebody"),
            models.CheckConstraint(condition=~Q(source_name=""), name="indicators_population_has_source"),
            models.CheckConstraint(
                condition=Q(version=1) | ~Q(note=""), name="indicators_population_correction_reasoned"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.people} {self.counted_on}"
