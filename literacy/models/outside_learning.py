"""Learning outside our classes, with the paper that proves it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from core.models import TimeStamped
from learners.models import Learner
from literacy.querysets import OutsideLearningQuerySet


class OutsideLearning(TimeStamped):
    """Somebody learned elsewhere: it counts as continuing like a class of ours (docs/adr/0009, docs/adr/0039).

    Never changed: what was recorded wrongly is taken back with a reason and recorded again.
    """

    SENSITIVE_FIELDS: ClassVar[frozenset[str]] = frozenset({"what", "place", "paper", "paper_number"})

    learner = models.ForeignKey(Learner, models.PROTECT, related_name="outside_learning", verbose_name=_("học viên"))
    # The centre that looked at the paper.
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="outside_learning", verbose_name=_("trung tâm"))
    what = models.CharField(_("học gì"), max_length=150)
    place = models.CharField(_("học ở đâu"), max_length=150)
    starts_on = models.DateField(_("từ ngày"))
    ends_on = models.DateField(_("đến ngày"))
    paper = models.CharField(_("giấy tờ chứng minh"), max_length=150)
    paper_number = models.CharField(_("số của giấy"), max_length=60, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người ghi")
    )
    taken_back_at = models.DateTimeField(_("rút lại lúc"), null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người rút")
    )
    take_back_reason = models.CharField(_("lý do rút lại"), max_length=200, blank=True)

    objects: ClassVar[OutsideLearningQuerySet] = OutsideLearningQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("học ở nơi khác")
        verbose_name_plural = _("học ở nơi khác")
        ordering = ("-starts_on", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["learner", "starts_on", "what"],
                condition=Q(taken_back_at__isnull=True),
                name="literacy_outside_once",
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="literacy_outside_days_ordered"),
            models.CheckConstraint(condition=~Q(paper=""), name="literacy_outside_has_paper"),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True, taken_back_by__isnull=True, take_back_reason="")
                | (Q(taken_back_at__isnull=False, taken_back_by__isnull=False) & ~Q(take_back_reason="")),
                name="literacy_outside_taken_back_reasoned",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner}: {self.what}"
