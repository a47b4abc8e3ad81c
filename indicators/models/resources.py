"""What a centre has in a year: staff, premises, equipment, money. Written down by the centre; empty is unknown."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from core.models import TimeStamped
from indicators.choices import Premises


def _count(label: Any) -> Any:
    return models.PositiveIntegerField(label, null=True, blank=True)


def _money(label: Any) -> Any:
    return models.PositiveBigIntegerField(label, null=True, blank=True)


class CentreYear(TimeStamped):
    """The yearly record of a centre, with the categories annual reports ask for (managers, teachers, rooms, money)."""

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="years", verbose_name=_("trung tâm"))
    year = models.PositiveSmallIntegerField(_("năm"))
    managers = _count(_("cán bộ quản lý"))
    seconded_teachers = _count(_("giáo viên biệt phái"))
    rapporteurs = _count(_("báo cáo viên"))
    collaborators = _count(_("cộng tác viên, hướng dẫn viên"))
    premises = models.CharField(_("trụ sở"), max_length=10, choices=Premises, blank=True, default=Premises.UNKNOWN)
    rooms = _count(_("phòng học"))
    area_m2 = _count(_("diện tích (m²)"))
    computers = _count(_("máy tính"))
    has_internet = models.BooleanField(_("có kết nối Internet"), null=True, blank=True)
    books = _count(_("đầu sách, tài liệu"))
    budget_state = _money(_("kinh phí từ ngân sách (đồng)"))
    budget_raised = _money(_("kinh phí huy động, xã hội hóa (đồng)"))
    spent = _money(_("đã chi (đồng)"))
    note = models.CharField(_("ghi chú"), max_length=300, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người ghi")
    )

    class Meta:
        verbose_name = _("hồ sơ năm của trung tâm")
        verbose_name_plural = _("hồ sơ năm của trung tâm")
        ordering = ("-year", "centre_id")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["centre", "year"], name="indicators_centreyear_uniq"),
            models.CheckConstraint(condition=Q(year__gte=2000, year__lte=2100), name="indicators_centreyear_year"),
        ]

    def __str__(self) -> str:
        return f"{self.centre} {self.year}"
