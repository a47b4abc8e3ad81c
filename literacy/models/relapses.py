"""Falling back into illiteracy."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from core.models import TimeStamped
from learners.models import Learner
from literacy.models.follow_ups import LiteracyCheck
from literacy.querysets import RelapseQuerySet


class Relapse(TimeStamped):
    """A person fell back into illiteracy: one open case at a time."""

    learner = models.ForeignKey(Learner, models.PROTECT, related_name="relapses", verbose_name=_("học viên"))
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="relapses", verbose_name=_("trung tâm"))
    found_by_check = models.OneToOneField(
        LiteracyCheck, models.PROTECT, related_name="relapse", verbose_name=_("phát hiện bởi")
    )
    opened_on = models.DateField(_("từ ngày"))
    recovered_on = models.DateField(_("biết chữ lại ngày"), null=True, blank=True)

    objects: ClassVar[RelapseQuerySet] = RelapseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("tái mù chữ")
        verbose_name_plural = _("tái mù chữ")
        ordering = ("-opened_on", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["learner"], condition=Q(recovered_on__isnull=True), name="literacy_relapse_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner} {self.opened_on}"
