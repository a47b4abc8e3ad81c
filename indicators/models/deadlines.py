"""What is due when, and who was reminded of it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import AdminUnit, Centre
from indicators.choices import DueLevel, DueWhat, PeriodKind, ReminderStage
from indicators.models.plan import Plan


class Deadline(models.Model):
    """Something every unit or centre of a level hands in each year; a rule, from which each year's day follows."""

    code = models.SlugField(_("mã"), max_length=40, unique=True)
    name = models.CharField(_("phải nộp"), max_length=200)
    plan = models.ForeignKey(
        Plan, models.PROTECT, null=True, blank=True, related_name="deadlines", verbose_name=_("kế hoạch")
    )
    what = models.CharField(_("nộp gì"), max_length=15, choices=DueWhat)
    level = models.CharField(_("ai nộp"), max_length=10, choices=DueLevel)
    period_kind = models.CharField(_("loại kỳ"), max_length=20, choices=PeriodKind)
    due_month = models.PositiveSmallIntegerField(_("hạn, tháng"))
    due_day = models.PositiveSmallIntegerField(_("hạn, ngày"))
    # The year of the due day minus the year in which the period ends.
    years_later = models.PositiveSmallIntegerField(_("năm sau khi hết kỳ"), default=0)
    # Codes of the plan's lines; empty: all that are reported.
    indicators = models.JSONField(_("chỉ số"), default=list, blank=True)
    first_year = models.PositiveSmallIntegerField(_("từ năm"))
    last_year = models.PositiveSmallIntegerField(_("đến năm"), null=True, blank=True)
    source = models.CharField(_("căn cứ"), max_length=200)

    class Meta:
        verbose_name = _("hạn nộp")
        verbose_name_plural = _("hạn nộp")
        ordering = ("due_month", "due_day", "code")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(due_month__gte=1, due_month__lte=12, due_day__gte=1, due_day__lte=31),
                name="indicators_deadline_is_a_day",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="indicators_deadline_has_source"),
        ]

    def __str__(self) -> str:
        return self.name


class DeadlineDay(models.Model):
    """The day of one year, where it is another one than the rule says."""

    deadline = models.ForeignKey(Deadline, models.CASCADE, related_name="days", verbose_name=_("hạn nộp"))
    year = models.PositiveSmallIntegerField(_("kỳ của năm"))
    due_on = models.DateField(_("hạn"))
    reason = models.CharField(_("lý do"), max_length=300)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người đặt"))
    set_at = models.DateTimeField(_("đặt lúc"), default=timezone.now)

    class Meta:
        verbose_name = _("hạn nộp của một năm")
        verbose_name_plural = _("hạn nộp của một năm")
        ordering = ("-year", "deadline_id")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["deadline", "year"], name="indicators_deadline_day_year_uniq"),
            models.CheckConstraint(condition=~Q(reason=""), name="indicators_deadline_day_reasoned"),
        ]

    def __str__(self) -> str:
        return f"{self.deadline} {self.year}"


class Reminder(models.Model):
    """Somebody was reminded by e-mail of a deadline of a year, once for each stage. No address: no row."""

    deadline = models.ForeignKey(Deadline, models.CASCADE, related_name="reminders", verbose_name=_("hạn nộp"))
    year = models.PositiveSmallIntegerField(_("kỳ của năm"))
    stage = models.CharField(_("lần nhắc"), max_length=10, choices=ReminderStage)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người nhận"))
    unit = models.ForeignKey(
        AdminUnit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("đơn vị")
    )
    centre = models.ForeignKey(
        Centre, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("trung tâm")
    )
    # Written before the message is handed over: a person gets a message rather not at all than twice.
    claimed_at = models.DateTimeField(_("lúc"), default=timezone.now)
    sent_at = models.DateTimeField(_("đã gửi lúc"), null=True, blank=True)

    class Meta:
        verbose_name = _("lần nhắc")
        verbose_name_plural = _("lần nhắc")
        ordering = ("-claimed_at", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["deadline", "year", "stage", "person"], name="indicators_reminder_once"),
        ]

    def __str__(self) -> str:
        return f"{self.deadline} {self.year} {self.person}"


class ReminderChoice(models.Model):
    """Whether somebody wants reminders by e-mail; no row: yes."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="reminder_choice", verbose_name=_("người dùng")
    )
    by_email = models.BooleanField(_("nhận thư nhắc hạn"), default=True)

    class Meta:
        verbose_name = _("lựa chọn nhắc hạn")
        verbose_name_plural = _("lựa chọn nhắc hạn")

    def __str__(self) -> str:
        return str(self.person)
