"""What each body did for a plan in a year: one short form, draft → sent → accepted or returned."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import AdminUnit, Body
from core.models import TimeStamped
from indicators.choices import ContributionState
from indicators.models.plan import Plan
from indicators.querysets import ContributionQuerySet


class Contribution(TimeStamped):
    """A body's words for the annual report of a plan. Of the body that stands for all units, each unit has its own."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="contributions", verbose_name=_("kế hoạch"))
    body = models.ForeignKey(Body, models.PROTECT, related_name="contributions", verbose_name=_("cơ quan, tổ chức"))
    unit = models.ForeignKey(
        AdminUnit, models.PROTECT, null=True, blank=True, related_name="contributions", verbose_name=_("đơn vị")
    )
    year = models.PositiveSmallIntegerField(_("năm"))
    state = models.CharField(_("trạng thái"), max_length=10, choices=ContributionState, default=ContributionState.DRAFT)
    done = models.TextField(_("việc đã làm"), blank=True)
    figures = models.TextField(_("số liệu"), blank=True)
    difficulties = models.TextField(_("khó khăn, vướng mắc"), blank=True)
    proposals = models.TextField(_("đề xuất, kiến nghị"), blank=True)
    sent_at = models.DateTimeField(_("gửi lúc"), null=True, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người gửi")
    )
    # Two people of one body write at once: who saves on an older one is told so and loses nothing.
    version = models.PositiveIntegerField(_("bản"), default=1)

    objects: ClassVar[ContributionQuerySet] = ContributionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("báo cáo đóng góp")
        verbose_name_plural = _("báo cáo đóng góp")
        ordering = ("plan_id", "-year", "body__order", "unit__sort_key")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plan", "body", "year"], condition=Q(unit__isnull=True),
                name="indicators_contribution_body_uniq",
            ),
            models.UniqueConstraint(
                fields=["plan", "body", "unit", "year"], condition=Q(unit__isnull=False),
                name="indicators_contribution_unit_uniq",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ContributionState.values), name="indicators_contribution_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "returned"]) | (Q(sent_at__isnull=False) & ~Q(done="")),
                name="indicators_contribution_sent_is_whole",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.unit or self.body} {self.year}"

    @property
    def whose(self) -> str:
        """The body's name, or the unit's."""
        return str(self.unit or self.body)

    def words(self) -> dict[str, Any]:
        """What was written, as the history keeps it."""
        return {name: getattr(self, name) for name in ("done", "figures", "difficulties", "proposals")}


class ContributionEvent(models.Model):
    """A contribution was sent, returned, accepted or taken back. Append-only: triggers refuse update and delete."""

    contribution = models.ForeignKey(
        Contribution, models.PROTECT, related_name="events", verbose_name=_("báo cáo đóng góp")
    )
    state = models.CharField(_("việc"), max_length=10, choices=ContributionState)
    reason = models.CharField(_("lý do"), max_length=300, blank=True)
    words = models.JSONField(_("nội dung lúc đó"), default=dict)
    acted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người làm")
    )
    acted_at = models.DateTimeField(_("lúc"), default=timezone.now)

    class Meta:
        verbose_name = _("bước của báo cáo đóng góp")
        verbose_name_plural = _("bước của báo cáo đóng góp")
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=ContributionState.values), name="indicators_contribevent_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(reason=""), name="indicators_contribevent_return_reasoned"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contribution}: {self.get_state_display()}"
