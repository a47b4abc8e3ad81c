"""Who calls on people that cannot read, and what came of it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from core.models import TimeStamped
from learners.models import Learner
from literacy.choices import CallOutcome
from literacy.models.volunteers import Volunteer
from literacy.querysets import PersonRowQuerySet


class Mobilisation(TimeStamped):
    """Who calls on a person, and what came of the latest call; the calls themselves stand beside it."""

    SENSITIVE_FIELDS: ClassVar[frozenset[str]] = frozenset({"last_outcome"})

    learner = models.OneToOneField(Learner, models.PROTECT, related_name="mobilisation", verbose_name=_("học viên"))
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="+", verbose_name=_("trung tâm"))
    volunteer = models.ForeignKey(
        Volunteer, models.PROTECT, null=True, blank=True, related_name="mobilisations", verbose_name=_("người vận động")
    )
    last_outcome = models.CharField(_("kết quả gần nhất"), max_length=20, choices=CallOutcome, blank=True)
    last_called_on = models.DateField(_("gặp gần nhất"), null=True, blank=True)

    objects: ClassVar[PersonRowQuerySet] = PersonRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("vận động ra lớp")
        verbose_name_plural = _("vận động ra lớp")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(last_outcome="", last_called_on__isnull=True)
                | Q(last_outcome__in=CallOutcome.values, last_called_on__isnull=False),
                name="literacy_mobilisation_last_paired",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner_id}: {self.last_outcome}"


class MobilisationCall(TimeStamped):
    """One call on a person, and what came of it."""

    SENSITIVE_FIELDS: ClassVar[frozenset[str]] = frozenset({"outcome", "note"})

    learner = models.ForeignKey(Learner, models.PROTECT, related_name="mobilisation_calls", verbose_name=_("học viên"))
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="+", verbose_name=_("trung tâm"))
    volunteer = models.ForeignKey(
        Volunteer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người vận động")
    )
    called_on = models.DateField(_("ngày"))
    outcome = models.CharField(_("kết quả"), max_length=20, choices=CallOutcome)
    note = models.CharField(_("ghi chú"), max_length=300, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người ghi")
    )

    objects: ClassVar[PersonRowQuerySet] = PersonRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("lần vận động")
        verbose_name_plural = _("lần vận động")
        ordering = ("-called_on", "-pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(outcome__in=CallOutcome.values), name="literacy_call_outcome_known"),
        ]

    def __str__(self) -> str:
        return f"{self.learner_id} {self.called_on}: {self.get_outcome_display()}"
