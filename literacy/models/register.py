"""The literacy register: what was said of people's level, and where each person stands."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from core.models import TimeStamped
from learners.models import Learner
from literacy.choices import Proof, StatedLevel
from literacy.querysets import PersonRowQuerySet


class LevelStatement(TimeStamped):
    """What a survey, a paper or a test said of a person's level on a day. A later one stands beside it.

    Nothing is changed afterwards. Unknown is not written down: it is the absence of a row, and never level 0.
    """

    SENSITIVE_FIELDS: ClassVar[frozenset[str]] = frozenset({"level", "relapsed_from", "proof", "source"})

    learner = models.ForeignKey(Learner, models.PROTECT, related_name="level_statements", verbose_name=_("học viên"))
    level = models.PositiveSmallIntegerField(_("mức độ"), choices=StatedLevel)
    # The level the person once held and fell back from, where that is what was said.
    relapsed_from = models.PositiveSmallIntegerField(_("tái mù chữ mức độ"), null=True, blank=True)
    proof = models.CharField(_("căn cứ"), max_length=20, choices=Proof)
    # Since when, where that is known.
    since_on = models.DateField(_("từ ngày"), null=True, blank=True)
    stated_on = models.DateField(_("ngày ghi"))
    # The paper (school certificate no. …) or the file it came from.
    source = models.CharField(_("giấy tờ, nguồn"), max_length=200)
    # Through which centre it was recorded; who may read it goes by the person.
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="+", verbose_name=_("trung tâm"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người ghi")
    )

    objects: ClassVar[PersonRowQuerySet] = PersonRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("mức độ biết chữ được ghi")
        verbose_name_plural = _("mức độ biết chữ được ghi")
        ordering = ("-stated_on", "-pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(level__in=[0, 1, 2]), name="literacy_statement_level_known"),
            models.CheckConstraint(condition=Q(proof__in=Proof.values), name="literacy_statement_proof_known"),
            models.CheckConstraint(
                condition=Q(relapsed_from__isnull=True) | Q(relapsed_from__in=[1, 2], level__lt=F("relapsed_from")),
                name="literacy_statement_relapse_falls",
            ),
            models.CheckConstraint(
                condition=Q(since_on__isnull=True) | Q(since_on__lte=F("stated_on")),
                name="literacy_statement_days_ordered",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="literacy_statement_sourced"),
        ]

    def __str__(self) -> str:
        return f"{self.learner_id} {self.stated_on}: {self.level}"


class LevelStanding(models.Model):
    """Where a person stands today, by the rule of ``literacy.standing``: a row for everybody of whom anything is known.

    A projection: ``services.restate`` writes it, in the transaction of whatever changed a fact. Nobody else does.
    """

    SENSITIVE_FIELDS: ClassVar[frozenset[str]] = frozenset({"level", "proof", "relapsed"})
    # Restated after a merge, not moved along.
    STAYS_WHEN_MERGED: ClassVar[bool] = True

    learner = models.OneToOneField(
        Learner, models.CASCADE, primary_key=True, related_name="level_standing", verbose_name=_("học viên")
    )
    # Null is unknown.
    level = models.PositiveSmallIntegerField(_("mức độ"), choices=StatedLevel, null=True)
    proof = models.CharField(_("căn cứ"), max_length=20, choices=Proof, blank=True)
    since_on = models.DateField(_("từ ngày"), null=True)
    relapsed = models.BooleanField(_("tái mù chữ"), default=False)

    objects: ClassVar[PersonRowQuerySet] = PersonRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("mức độ biết chữ")
        verbose_name_plural = _("mức độ biết chữ")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(level__in=[0, 1, 2]), name="literacy_standing_level_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner_id}: {self.level}"
