"""What was said about a class before it was closed."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from courses.models.classes import ClassGroup
from courses.querysets import HangsOnClassQuerySet


class ClosingReason(TimeStamped):
    """Why one thing that is missing does not keep a class from being closed.

    Kept as it is given, so that closing can be left and taken up again. What is mended later simply no longer asks for
    its reason; what turns up later asks for one of its own.
    """

    class_group = models.ForeignKey(ClassGroup, models.CASCADE, related_name="closing_reasons", verbose_name=_("lớp"))
    # ``code`` and ``subject`` of a ClosingException: "missing_attendance" and "session:12", "missing_result" and
    # "enrolment:7", "sessions_to_come" and "".
    code = models.CharField(_("điều còn thiếu"), max_length=30)
    subject = models.CharField(_("về"), max_length=30, blank=True)
    reason = models.CharField(_("lý do"), max_length=200)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người ghi")
    )

    objects: ClassVar[HangsOnClassQuerySet] = HangsOnClassQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("lý do khi kết thúc lớp")
        verbose_name_plural = _("lý do khi kết thúc lớp")
        ordering = ("class_group_id", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["class_group", "code", "subject"], name="courses_closingreason_uniq"),
            models.CheckConstraint(condition=~Q(reason=""), name="courses_closingreason_given"),
        ]

    def __str__(self) -> str:
        return f"{self.class_group_id}: {self.code} {self.subject}"
