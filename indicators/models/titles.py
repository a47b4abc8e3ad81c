"""Who holds the title "Công dân học tập", with the paper that says so."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from core.models import TimeStamped
from indicators.querysets import TitleQuerySet
from learners.models import Learner


class CitizenTitle(TimeStamped):
    """A learner holds the title "Công dân học tập" (Decision 677/QĐ-TTg). A wrong record is taken back, not changed."""

    SENSITIVE_FIELDS: ClassVar[frozenset[str]] = frozenset({"document"})

    learner = models.ForeignKey(Learner, models.PROTECT, related_name="citizen_titles", verbose_name=_("học viên"))
    # The centre that looked at the paper.
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="citizen_titles", verbose_name=_("trung tâm"))
    recognised_on = models.DateField(_("công nhận ngày"))
    # The paper's own end, where it names one.
    valid_to = models.DateField(_("có giá trị đến"), null=True, blank=True)
    decided_by = models.CharField(_("cơ quan công nhận"), max_length=150)
    document = models.CharField(_("văn bản số, ngày"), max_length=150)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người ghi")
    )
    taken_back_at = models.DateTimeField(_("rút lại lúc"), null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người rút")
    )
    take_back_reason = models.CharField(_("lý do rút lại"), max_length=200, blank=True)

    objects: ClassVar[TitleQuerySet] = TitleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("danh hiệu Công dân học tập")
        verbose_name_plural = _("danh hiệu Công dân học tập")
        ordering = ("-recognised_on", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["learner", "recognised_on"],
                condition=Q(taken_back_at__isnull=True),
                name="indicators_title_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("recognised_on")),
                name="indicators_title_days_ordered",
            ),
            models.CheckConstraint(condition=~Q(document="") & ~Q(decided_by=""), name="indicators_title_has_paper"),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True, taken_back_by__isnull=True, take_back_reason="")
                | (Q(taken_back_at__isnull=False, taken_back_by__isnull=False) & ~Q(take_back_reason="")),
                name="indicators_title_taken_back_reasoned",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner} {self.recognised_on}"
