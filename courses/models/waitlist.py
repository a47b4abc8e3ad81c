"""People who wait for a place in a class."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from courses.choices import WaitStatus
from courses.models.classes import ClassGroup
from courses.models.enrolments import Enrolment
from courses.querysets import WaitlistQuerySet
from learners.models import Learner


class WaitlistEntry(TimeStamped):
    """One person waiting for a place (docs/adr/0018). Not an enrolment: whoever waits is not counted as learning."""

    class_group = models.ForeignKey(ClassGroup, models.PROTECT, related_name="waitlist", verbose_name=_("lớp"))
    learner = models.ForeignKey(Learner, models.PROTECT, related_name="waits", verbose_name=_("học viên"))
    # In order of arrival. Numbers of people who left are not used again, so nobody's number ever changes.
    position = models.PositiveIntegerField(_("thứ tự"))
    status = models.CharField(_("trạng thái"), max_length=10, choices=WaitStatus, default=WaitStatus.WAITING)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người ghi")
    )
    settled_at = models.DateTimeField(_("xong lúc"), null=True, blank=True)
    enrolment = models.ForeignKey(
        Enrolment, models.SET_NULL, null=True, blank=True, related_name="waits", verbose_name=_("ghi danh")
    )
    left_reason = models.CharField(_("lý do thôi chờ"), max_length=200, blank=True)

    objects: ClassVar[WaitlistQuerySet] = WaitlistQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("người chờ")
        verbose_name_plural = _("danh sách chờ")
        ordering = ("class_group_id", "position")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["class_group", "position"], name="courses_waitlist_position_uniq"),
            models.UniqueConstraint(
                fields=["class_group", "learner"],
                condition=Q(status=WaitStatus.WAITING),
                name="courses_waitlist_waits_once",
            ),
            models.CheckConstraint(condition=Q(status__in=WaitStatus.values), name="courses_waitlist_status_known"),
            models.CheckConstraint(
                condition=Q(status=WaitStatus.WAITING, settled_at__isnull=True)
                | (~Q(status=WaitStatus.WAITING) & Q(settled_at__isnull=False)),
                name="courses_waitlist_settled_paired",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.class_group_id}: {self.position}. {self.learner_id}"
