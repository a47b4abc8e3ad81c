"""Papers of somebody's learning history that were handed out: how one is checked later."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from core.models import one_of
from indicators.choices import HistoryKind, HistoryLanguage
from learners.models import Learner


class HistoryPaper(models.Model):
    """A learning history as it was printed. Holds sums only; what it listed is asked again when it is checked."""

    SENSITIVE_FIELDS: ClassVar[frozenset[str]] = frozenset({"totals"})
    # The paper names the record it was made from; checking follows a merge.
    STAYS_WHEN_MERGED: ClassVar[bool] = True

    learner = models.ForeignKey(Learner, models.PROTECT, related_name="history_papers", verbose_name=_("học viên"))
    kind = models.CharField(_("loại"), max_length=6, choices=HistoryKind)
    language = models.CharField(_("ngôn ngữ"), max_length=4, choices=HistoryLanguage)
    token = models.CharField(_("mã đối chiếu"), max_length=16, unique=True)
    totals = models.JSONField(_("tổng"))
    sha256 = models.CharField(max_length=64)
    # Whose classes and papers were in it (null: all centres), to ask again as it was asked.
    centre_ids = models.JSONField(_("trung tâm trong phạm vi"), null=True, blank=True)
    centre = models.ForeignKey(
        Centre, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("trung tâm lập")
    )
    made_at = models.DateTimeField(_("lúc"), default=timezone.now)
    # Nobody: the holder made it with the link of their slip.
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người lập")
    )

    class Meta:
        verbose_name = _("bản quá trình học tập")
        verbose_name_plural = _("bản quá trình học tập")
        ordering = ("-made_at", "-pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=one_of("kind", HistoryKind.values), name="indicators_historypaper_kind_known"
            ),
            models.CheckConstraint(
                condition=one_of("language", HistoryLanguage.values), name="indicators_historypaper_language_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner} {self.made_at:%d/%m/%Y}"
