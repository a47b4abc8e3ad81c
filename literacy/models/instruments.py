"""The instrument of a check in its versions, what a person answered, and checks that came from telephones."""

from functools import cached_property
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from literacy.choices import CheckOutcome, SendingState, Skill
from literacy.instrument import Sheet, sheet_of, tally
from literacy.models.follow_ups import FollowUp, LiteracyCheck
from literacy.querysets import CheckSendingQuerySet, InstrumentQuerySet


class Instrument(models.Model):
    """One version of the short reading, writing and counting instrument. Append-only by trigger (docs/adr/0040)."""

    version = models.PositiveIntegerField(_("bản"))
    valid_from = models.DateField(_("dùng từ"))
    title = models.CharField(_("tên"), max_length=120)
    # Items, scores and thresholds as literacy.instrument describes them.
    content = models.JSONField(_("nội dung"))
    reason = models.CharField(_("căn cứ"), max_length=300)
    at = models.DateTimeField(_("lúc"), default=timezone.now)
    by = models.ForeignKey(  # None: came with the system
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người soạn")
    )

    objects: ClassVar[InstrumentQuerySet] = InstrumentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("phiếu kiểm tra")
        verbose_name_plural = _("phiếu kiểm tra")
        ordering = ("-version",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version"], name="literacy_instrument_version_uniq"),
            models.CheckConstraint(condition=~Q(reason=""), name="literacy_instrument_reasoned"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"

    @cached_property
    def sheet(self) -> Sheet:
        """The content, read."""
        return sheet_of(self.content)


class CheckSheet(models.Model):
    """What one person answered in a check: which version was used, points by item, and what they suggested."""

    SENSITIVE_FIELDS: ClassVar[frozenset[str]] = frozenset({"answers", "suggested", "reason"})

    check_made = models.OneToOneField(
        LiteracyCheck, models.CASCADE, related_name="sheet", verbose_name=_("lần kiểm tra")
    )
    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="+", verbose_name=_("phiếu kiểm tra"))
    # {item code: points}; what was not tried is not in it.
    answers = models.JSONField(_("điểm từng mục"))
    suggested = models.CharField(_("phiếu gợi ý"), max_length=20, choices=CheckOutcome, blank=True)
    reason = models.CharField(_("vì sao ghi khác phiếu"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("phiếu đã làm")
        verbose_name_plural = _("phiếu đã làm")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(suggested__in=["", *CheckOutcome.values]), name="literacy_sheet_suggested_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.check_made}: {self.answers}"

    @property
    def words(self) -> str:
        """Points by skill, such as "Đọc 4/6 · Viết 3/6"; a skill that was not tried is left out."""
        sheet = self.instrument.sheet
        tried = {item.skill for item in sheet.items if item.code in self.answers}
        sums = tally(sheet, self.answers)
        return " · ".join(f"{skill.label} {sums[skill].low}/{sums[skill].most}" for skill in Skill if skill in tried)


class CheckSending(models.Model):
    """A check that came from a telephone, by the name the telephone gave it: the same name twice is one check.

    The row outlives a check that was taken back, so that a telephone that never got its answer does not record it anew.
    """

    SENSITIVE_FIELDS: ClassVar[frozenset[str]] = frozenset({"content"})

    key = models.UUIDField(_("tên lần gửi"))
    follow_up = models.ForeignKey(FollowUp, models.CASCADE, related_name="sendings", verbose_name=_("lần theo dõi"))
    state = models.CharField(_("trạng thái"), max_length=10, choices=SendingState)
    # SHA-256 of what was sent: the same name for something else is refused.
    fingerprint = models.CharField(_("dấu nội dung"), max_length=64)
    # What was sent, while it waits for somebody to decide; empty otherwise.
    content = models.JSONField(_("nội dung"), default=dict, blank=True)
    check_made = models.ForeignKey(
        LiteracyCheck, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("lần kiểm tra")
    )
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người gửi"))
    received_at = models.DateTimeField(_("nhận lúc"), default=timezone.now)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("người xem lại"),
    )
    settled_at = models.DateTimeField(_("xem lại lúc"), null=True, blank=True)

    objects: ClassVar[CheckSendingQuerySet] = CheckSendingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("kết quả gửi từ điện thoại")
        verbose_name_plural = _("kết quả gửi từ điện thoại")
        ordering = ("-received_at", "-pk")
        indexes: ClassVar = [
            models.Index(fields=["follow_up"], condition=Q(state="held"), name="literacy_sending_held_idx"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key"], name="literacy_sending_key_uniq"),
            models.CheckConstraint(condition=Q(state__in=SendingState.values), name="literacy_sending_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.state}"
