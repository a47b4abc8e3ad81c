"""The plan's tasks (parts III and V): who does what by when, and what became of it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import Body
from indicators.choices import TaskState
from indicators.models.plan import Plan


class PlanTask(models.Model):
    """One task in the plan's own words. Without a body it is everybody's; without a day it goes on all the time."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="tasks", verbose_name=_("kế hoạch"))
    part = models.CharField(_("phần"), max_length=5)
    number = models.CharField(_("số"), max_length=12)
    order = models.PositiveSmallIntegerField(_("thứ tự"))
    words = models.TextField(_("lời của kế hoạch"))
    plan_line = models.PositiveSmallIntegerField(_("dòng trong văn bản"), null=True, blank=True)
    body = models.ForeignKey(
        Body, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name=_("cơ quan chủ trì")
    )
    co_operating = models.ManyToManyField(
        Body, blank=True, related_name="tasks_helped", verbose_name=_("cơ quan phối hợp")
    )
    cadence = models.CharField(_("nhịp"), max_length=60, blank=True)
    due_on = models.DateField(_("hạn"), null=True, blank=True)
    # The state of the latest update, kept here so that lists need no subquery.
    state = models.CharField(_("trạng thái"), max_length=10, choices=TaskState, default=TaskState.NOT_BEGUN)

    class Meta:
        verbose_name = _("nhiệm vụ của kế hoạch")
        verbose_name_plural = _("nhiệm vụ của kế hoạch")
        ordering = ("plan_id", "order", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "number"], name="indicators_plantask_number_uniq"),
            models.CheckConstraint(condition=Q(state__in=TaskState.values), name="indicators_plantask_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.words[:80]}"

    @property
    def shown_state(self) -> TaskState:
        """The state as people see it: open past its day is late, whatever was last said."""
        is_open = self.state not in (TaskState.DONE, TaskState.GIVEN_UP)
        if is_open and self.due_on is not None and self.due_on < timezone.localdate():
            return TaskState.LATE
        return TaskState(self.state)

    @property
    def tone(self) -> str:
        """How the state looks: ok, warn, bad or plain."""
        tones = {TaskState.DONE: "ok", TaskState.LATE: "bad", TaskState.UNDER_WAY: "warn"}
        return tones.get(self.shown_state, "plain")


class TaskUpdate(models.Model):
    """What was said about a task on a day, with its evidence. Append-only: triggers refuse update and delete."""

    task = models.ForeignKey(PlanTask, models.PROTECT, related_name="updates", verbose_name=_("nhiệm vụ"))
    state = models.CharField(_("trạng thái"), max_length=10, choices=TaskState)
    words = models.CharField(_("đã làm gì, bằng chứng"), max_length=1000)
    document = models.CharField(_("văn bản số"), max_length=150, blank=True)
    document_on = models.DateField(_("ngày văn bản"), null=True, blank=True)
    link = models.URLField(_("đường dẫn"), max_length=300, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người ghi")
    )
    recorded_at = models.DateTimeField(_("lúc"), default=timezone.now)

    class Meta:
        verbose_name = _("tiến độ nhiệm vụ")
        verbose_name_plural = _("tiến độ nhiệm vụ")
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=TaskState.values), name="indicators_taskupdate_state_known"),
            models.CheckConstraint(condition=~Q(words=""), name="indicators_taskupdate_has_words"),
        ]

    def __str__(self) -> str:
        return f"{self.task.number}: {self.get_state_display()}"
