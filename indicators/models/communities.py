"""Communes that were recognised as "Cộng đồng học tập", by the decision that says so (docs/adr/0056)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import AdminUnit
from indicators.models.evaluations import Evaluation
from indicators.querysets import CommunityTitleQuerySet


class CommunityTitle(models.Model):
    """A commune has the title from a decision on, up to and with its last day. Append-only: triggers refuse more."""

    unit = models.ForeignKey(AdminUnit, models.PROTECT, related_name="community_titles", verbose_name=_("phường, xã"))
    # Of a decision made before the commune kept its file here there is none.
    evaluation = models.ForeignKey(
        Evaluation, models.PROTECT, null=True, blank=True, related_name="titles", verbose_name=_("hồ sơ tự đánh giá")
    )
    level = models.PositiveSmallIntegerField(_("mức độ"))
    number = models.CharField(_("số quyết định"), max_length=60)
    decided_on = models.DateField(_("ngày quyết định"))
    # Who decides since the offices of districts were abolished is not confirmed: the words of the paper.
    decided_by = models.CharField(_("cơ quan, chức danh người ký"), max_length=200)
    valid_to = models.DateField(_("có giá trị đến hết ngày"))
    note = models.CharField(_("ghi chú"), max_length=300, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người ghi")
    )
    recorded_at = models.DateTimeField(_("ghi lúc"), default=timezone.now)

    objects: ClassVar[CommunityTitleQuerySet] = CommunityTitleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("danh hiệu Cộng đồng học tập")
        verbose_name_plural = _("danh hiệu Cộng đồng học tập")
        ordering = ("-decided_on", "-pk")
        indexes: ClassVar = [
            models.Index(fields=["unit", "-decided_on"], name="indicators_community_unit_idx"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=2), name="indicators_communitytitle_level"),
            models.CheckConstraint(
                condition=Q(valid_to__gt=F("decided_on")), name="indicators_communitytitle_days_ordered"
            ),
            models.CheckConstraint(
                condition=~Q(number="") & ~Q(decided_by=""), name="indicators_communitytitle_has_decision"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.level} {self.decided_on}"


class CommunityTitleEnd(models.Model):
    """A title was revoked, or its record was wrong. Append-only; what it ends stays in the book."""

    title = models.OneToOneField(
        CommunityTitle, models.PROTECT, related_name="ended", verbose_name=_("danh hiệu Cộng đồng học tập")
    )
    ended_on = models.DateField(_("thu hồi từ ngày"))
    document = models.CharField(_("văn bản thu hồi"), max_length=150, blank=True)
    reason = models.CharField(_("lý do"), max_length=300)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người ghi")
    )
    ended_at = models.DateTimeField(_("lúc"), default=timezone.now)

    class Meta:
        verbose_name = _("thu hồi danh hiệu Cộng đồng học tập")
        verbose_name_plural = _("thu hồi danh hiệu Cộng đồng học tập")
        ordering = ("-ended_on", "-pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reason=""), name="indicators_communityend_reasoned"),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.reason}"
