"""Closed periods, and who may still enter into one for a while."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import AdminUnit
from indicators.choices import ExceptionState, PeriodKind
from indicators.models.plan import Indicator
from indicators.querysets import ExceptionQuerySet, LockQuerySet


class PeriodLock(models.Model):
    """Figures whose last day lies in a period cannot be entered: of one kind of period or all, in one unit or all."""

    kind = models.CharField(_("loại kỳ"), max_length=20, choices=PeriodKind, blank=True)  # empty: every kind
    starts_on = models.DateField(_("từ ngày"))
    ends_on = models.DateField(_("đến ngày"))
    # None: every unit; else the unit and those below it.
    unit = models.ForeignKey(
        AdminUnit, models.PROTECT, null=True, blank=True, related_name="period_locks", verbose_name=_("đơn vị")
    )
    reason = models.CharField(_("lý do khóa"), max_length=300)
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người khóa")
    )
    locked_at = models.DateTimeField(_("khóa lúc"), default=timezone.now)
    until_on = models.DateField(_("khóa đến hết ngày"), null=True, blank=True)  # None: until somebody opens it
    lifted_at = models.DateTimeField(_("mở lúc"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người mở")
    )
    lift_reason = models.CharField(_("lý do mở"), max_length=300, blank=True)

    objects: ClassVar[LockQuerySet] = LockQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("khóa kỳ")
        verbose_name_plural = _("khóa kỳ")
        ordering = ("-locked_at", "-pk")
        indexes: ClassVar = [models.Index(fields=["starts_on", "ends_on"], name="indicators_lock_days_idx")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="indicators_lock_dates_ordered"),
            models.CheckConstraint(condition=~Q(reason=""), name="indicators_lock_reasoned"),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True, lift_reason="")
                | (Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lift_reason="")),
                name="indicators_lock_lifted_reasoned",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display() or _('mọi loại kỳ')} {self.starts_on:%d/%m/%Y}–{self.ends_on:%d/%m/%Y}"


class LockException(models.Model):
    """Leave to enter into a locked period, asked by one person and granted by another, until a day."""

    lock = models.ForeignKey(PeriodLock, models.PROTECT, related_name="exceptions", verbose_name=_("khóa kỳ"))
    unit = models.ForeignKey(AdminUnit, models.PROTECT, related_name="+", verbose_name=_("đơn vị"))
    # None: every line of the plan.
    indicator = models.ForeignKey(
        Indicator, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("chỉ số")
    )
    reason = models.CharField(_("lý do xin"), max_length=300)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người xin")
    )
    asked_at = models.DateTimeField(_("xin lúc"), default=timezone.now)
    state = models.CharField(_("trạng thái"), max_length=10, choices=ExceptionState, default=ExceptionState.ASKED)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("người trả lời"),
    )
    decided_at = models.DateTimeField(_("trả lời lúc"), null=True, blank=True)
    answer = models.CharField(_("lý do của câu trả lời"), max_length=300, blank=True)
    expires_on = models.DateField(_("được nhập đến hết ngày"), null=True, blank=True)

    objects: ClassVar[ExceptionQuerySet] = ExceptionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("ngoại lệ của kỳ đã khóa")
        verbose_name_plural = _("ngoại lệ của kỳ đã khóa")
        ordering = ("-asked_at", "-pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reason=""), name="indicators_exception_reasoned"),
            models.CheckConstraint(
                condition=Q(state="asked", decided_by__isnull=True)
                | Q(state__in=["granted", "refused"], decided_by__isnull=False) & ~Q(answer=""),
                name="indicators_exception_answered",
            ),
            models.CheckConstraint(
                condition=~Q(state="granted") | Q(expires_on__isnull=False), name="indicators_exception_ends"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="indicators_exception_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}: {self.lock}"
