"""Who reached which literacy level, and how that is known."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from centres.models import AdminUnit, Centre
from core.models import TimeStamped
from courses.models import Enrolment
from learners.models import Learner
from literacy.choices import LiteracyLevel, Proof
from literacy.querysets import CentreRowQuerySet


class LiteracyAward(TimeStamped):
    """A person reached a level on a day, and how that is known. The first level 1 makes a person newly literate."""

    SENSITIVE_FIELDS: ClassVar[frozenset[str]] = frozenset({"level", "proof", "note"})

    learner = models.ForeignKey(Learner, models.PROTECT, related_name="literacy_awards", verbose_name=_("học viên"))
    level = models.PositiveSmallIntegerField(_("mức độ"), choices=LiteracyLevel)
    proof = models.CharField(_("căn cứ"), max_length=20, choices=Proof)
    certified_on = models.DateField(_("công nhận ngày"))
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="literacy_awards", verbose_name=_("trung tâm"))
    # The commune on the day of certification.
    unit = models.ForeignKey(AdminUnit, models.PROTECT, related_name="literacy_awards", verbose_name=_("phường, xã"))
    enrolment = models.OneToOneField(
        Enrolment, models.PROTECT, null=True, blank=True, related_name="literacy_award", verbose_name=_("từ lớp")
    )
    note = models.CharField(_("ghi chú"), max_length=300, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người ghi")
    )

    objects: ClassVar[CentreRowQuerySet] = CentreRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("công nhận biết chữ")
        verbose_name_plural = _("công nhận biết chữ")
        ordering = ("certified_on", "pk")
        indexes: ClassVar = [models.Index(fields=["unit", "certified_on"], name="literacy_award_unit_idx")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["learner", "level"], name="literacy_award_level_once"),
            models.CheckConstraint(condition=Q(level__in=[1, 2]), name="literacy_award_level_known"),
            models.CheckConstraint(condition=Q(proof__in=Proof.values), name="literacy_award_proof_known"),
        ]

    def __str__(self) -> str:
        return f"{self.learner}: {self.get_level_display()}"
