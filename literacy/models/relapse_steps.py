"""What was done for somebody who fell back into illiteracy."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from courses.models import Enrolment
from literacy.choices import StepKind
from literacy.models.relapses import Relapse
from literacy.querysets import RelapseStepQuerySet


class RelapseStep(TimeStamped):
    """One thing that was done in a case; never changed, and a case with steps is not undone."""

    SENSITIVE_FIELDS: ClassVar[frozenset[str]] = frozenset({"kind", "note"})

    case = models.ForeignKey(Relapse, models.PROTECT, related_name="steps", verbose_name=_("tái mù chữ"))
    done_on = models.DateField(_("ngày"))
    kind = models.CharField(_("việc đã làm"), max_length=10, choices=StepKind)
    # The class the person came back to.
    enrolment = models.ForeignKey(
        Enrolment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ghi danh")
    )
    note = models.CharField(_("ghi chú"), max_length=300, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người ghi")
    )

    objects: ClassVar[RelapseStepQuerySet] = RelapseStepQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("việc đã làm")
        verbose_name_plural = _("việc đã làm")
        ordering = ("-done_on", "-pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=StepKind.values), name="literacy_relapsestep_kind_known"),
            models.CheckConstraint(
                condition=Q(kind=StepKind.ENTERED, enrolment__isnull=False)
                | (~Q(kind=StepKind.ENTERED) & Q(enrolment__isnull=True)),
                name="literacy_relapsestep_class_paired",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.get_kind_display()}"
