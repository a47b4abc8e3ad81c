"""Falling back into illiteracy."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from core.models import TimeStamped
from learners.models import Learner
from literacy.models.follow_ups import LiteracyCheck
from literacy.models.register import LevelStatement
from literacy.querysets import RelapseQuerySet


class Relapse(TimeStamped):
    """A person fell back into illiteracy: one open case at a time."""

    learner = models.ForeignKey(Learner, models.PROTECT, related_name="relapses", verbose_name=_("học viên"))
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="relapses", verbose_name=_("trung tâm"))
    # A check found it, a survey said it, or a check confirmed what a survey had said.
    found_by_check = models.OneToOneField(
        LiteracyCheck, models.PROTECT, null=True, blank=True, related_name="relapse", verbose_name=_("phát hiện bởi")
    )
    found_by_statement = models.OneToOneField(
        LevelStatement, models.PROTECT, null=True, blank=True, related_name="relapse",
        verbose_name=_("phát hiện bởi phiếu điều tra"),
    )  # fmt: skip
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
            models.CheckConstraint(
                condition=Q(found_by_check__isnull=False) | Q(found_by_statement__isnull=False),
                name="literacy_relapse_found",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner} {self.opened_on}"
