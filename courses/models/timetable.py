"""Days without class."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from core.models import TimeStamped
from core.text import clean
from courses.querysets import DayOffQuerySet


class DayOff(TimeStamped):
    """A day on which no session is planned: a public holiday (no centre), or a centre's own day off."""

    centre = models.ForeignKey(
        Centre,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="days_off",
        verbose_name=_("trung tâm"),
        help_text=_("Để trống: ngày nghỉ lễ của cả nước."),
    )
    falls_on = models.DateField(_("ngày"))
    name = models.CharField(_("lý do nghỉ"), max_length=100)
    # By the lunar calendar and the labour code, but not announced yet: days in lieu may still be moved.
    is_expected = models.BooleanField(_("dự kiến"), default=False)

    objects: ClassVar[DayOffQuerySet] = DayOffQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("ngày nghỉ")
        verbose_name_plural = _("ngày nghỉ")
        ordering = ("falls_on", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["centre", "falls_on"], name="courses_dayoff_day_uniq"),
            models.UniqueConstraint(
                fields=["falls_on"], condition=Q(centre__isnull=True), name="courses_dayoff_public_day_uniq"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="courses_dayoff_named"),
        ]

    def __str__(self) -> str:
        return f"{self.falls_on:%d/%m/%Y} – {self.name}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Store the name in NFC."""
        self.name = clean(self.name)
        super().save(*args, **kwargs)  # type: ignore[arg-type]
