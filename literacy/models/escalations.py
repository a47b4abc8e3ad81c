"""Nobody looked after somebody for too long, and those above were told."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from core.models import TimeStamped
from literacy.choices import EscalatedTo
from literacy.models.awards import LiteracyAward
from literacy.querysets import EscalationQuerySet


class Escalation(TimeStamped):
    """Since a day nobody recorded anything of a person whose check is due: told once to each who has to know.

    Written once and never changed. It stands while nothing is recorded of the person: ``EscalationQuerySet.standing``.
    """

    award = models.ForeignKey(LiteracyAward, models.CASCADE, related_name="escalations", verbose_name=_("công nhận"))
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="escalations", verbose_name=_("trung tâm"))
    told = models.CharField(_("báo cho"), max_length=10, choices=EscalatedTo)
    since_on = models.DateField(_("không ai gặp từ"))
    raised_on = models.DateField(_("báo ngày"))

    objects: ClassVar[EscalationQuerySet] = EscalationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("lần báo lên")
        verbose_name_plural = _("lần báo lên")
        ordering = ("raised_on", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["award", "told", "since_on"], name="literacy_escalation_once"),
            models.CheckConstraint(condition=Q(told__in=EscalatedTo.values), name="literacy_escalation_told_known"),
        ]

    def __str__(self) -> str:
        return f"{self.award_id} → {self.told} {self.since_on}"
