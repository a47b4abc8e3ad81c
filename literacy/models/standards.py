"""Especially difficult communes, and literacy years that were closed."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from centres.models import AdminUnit
from core.models import TimeStamped
from literacy.querysets import DifficultyQuerySet, YearClosingQuerySet


class Difficulty(TimeStamped):
    """From a day on a commune is, or no longer is, especially difficult: fewer ages count there (Decree 20/2014).

    Nothing is changed afterwards: of two rows from one day the later one holds.
    """

    unit = models.ForeignKey(AdminUnit, models.PROTECT, related_name="difficulties", verbose_name=_("phường, xã"))
    difficult = models.BooleanField(_("đặc biệt khó khăn"))
    valid_from = models.DateField(_("từ ngày"))
    # Number and day of the decision that lists the commune.
    source = models.CharField(_("căn cứ"), max_length=200)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người ghi")
    )

    objects: ClassVar[DifficultyQuerySet] = DifficultyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("diện đặc biệt khó khăn")
        verbose_name_plural = _("diện đặc biệt khó khăn")
        ordering = ("-valid_from", "-pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(source=""), name="literacy_difficulty_sourced"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.valid_from}: {self.difficult}"


class YearClosing(TimeStamped):
    """The official tables of a unit for a literacy year as they stood when it was closed.

    Nothing is changed afterwards. Closing again makes the next version, which says why. ``tables`` holds ``as_json``
    of each table; ``people_hash`` is over one line for each person (``standards.tally.people_hash``).
    """

    unit = models.ForeignKey(AdminUnit, models.PROTECT, related_name="literacy_years", verbose_name=_("đơn vị"))
    # The year in which the literacy year ends, on 30 September.
    year = models.PositiveSmallIntegerField(_("năm"))
    version = models.PositiveSmallIntegerField(_("lần"), default=1)
    tables = models.JSONField(_("biểu"))
    people_hash = models.CharField(max_length=64)
    people_count = models.PositiveIntegerField(_("số người"))
    reason = models.CharField(_("lý do lập lại"), max_length=300, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người khóa")
    )
    closed_at = models.DateTimeField(_("khóa lúc"))

    objects: ClassVar[YearClosingQuerySet] = YearClosingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("năm xóa mù chữ đã khóa")
        verbose_name_plural = _("năm xóa mù chữ đã khóa")
        ordering = ("-year", "-version")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "year", "version"], name="literacy_yearclosing_version_uniq"),
            models.CheckConstraint(condition=Q(version__gte=1), name="literacy_yearclosing_version_counts"),
            models.CheckConstraint(
                condition=Q(version=1, reason="") | (Q(version__gt=1) & ~Q(reason="")),
                name="literacy_yearclosing_again_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.year} ({self.version})"
