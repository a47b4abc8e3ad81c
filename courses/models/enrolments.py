"""People in classes, and their attendance."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from centres.models import Neighbourhood
from core.models import TimeStamped, one_of
from courses.choices import AttendanceStatus, EnrolmentStatus, Result
from courses.models.classes import ClassGroup, Session
from courses.models.rosters import RosterImport
from courses.querysets import AttendanceQuerySet, HangsOnClassQuerySet
from learners.models import Learner


class Enrolment(TimeStamped):
    """One person in one class (one participation)."""

    # The constraint and the index below begin with these two: indexes of their own would only slow writing.
    class_group = models.ForeignKey(
        ClassGroup, models.PROTECT, db_index=False, related_name="enrolments", verbose_name=_("lớp")
    )
    learner = models.ForeignKey(
        Learner, models.PROTECT, db_index=False, related_name="enrolments", verbose_name=_("học viên")
    )
    enrolled_on = models.DateField(_("ghi danh ngày"))
    status = models.CharField(_("trạng thái"), max_length=10, choices=EnrolmentStatus, default=EnrolmentStatus.ACTIVE)
    # The person's neighbourhood on that day, so that old figures can be restated when communes are split. Nothing is
    # looked up by it.
    neighbourhood = models.ForeignKey(
        Neighbourhood,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("thôn, tổ dân phố"),
    )
    result = models.CharField(_("kết quả"), max_length=10, choices=Result, blank=True, default="")
    result_note = models.CharField(_("nhận xét"), max_length=200, blank=True)
    # Frozen by closing the class: what the decision was made from.
    sessions_held = models.PositiveSmallIntegerField(_("số buổi đã học"), null=True, blank=True)
    sessions_attended = models.PositiveSmallIntegerField(_("số buổi có mặt"), null=True, blank=True)
    withdrawn_on = models.DateField(_("thôi học ngày"), null=True, blank=True)
    withdraw_reason = models.CharField(_("lý do thôi học"), max_length=200, blank=True)
    # Why somebody was let in without the course's prerequisite.
    waiver = models.CharField(_("lý do miễn điều kiện"), max_length=200, blank=True)
    # The enrolment in another class that this one goes on from; its attendance stays there (docs/adr/0018).
    transferred_from = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="transferred_to",
        verbose_name=_("chuyển từ"),
    )
    # The enrolment of the term before that this one goes on from (docs/adr/0039): both count, each in its class.
    moved_up_from = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="moved_up_to",
        verbose_name=_("lên từ"),
    )
    roster_import = models.ForeignKey(
        RosterImport, models.SET_NULL, null=True, blank=True, related_name="enrolments", verbose_name=_("lần nhập")
    )

    objects: ClassVar[HangsOnClassQuerySet] = HangsOnClassQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("ghi danh")
        verbose_name_plural = _("ghi danh")
        ordering = ("class_group_id", "learner__sort_key", "pk")
        indexes: ClassVar = [
            models.Index(fields=["learner", "status"], name="courses_enrolment_learner_idx"),
            models.Index(
                fields=["transferred_from"],
                name="courses_enrolment_transfer",
                condition=Q(transferred_from__isnull=False),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["class_group", "learner"], name="courses_enrolment_pair_uniq"),
            models.UniqueConstraint(
                fields=["moved_up_from"],
                condition=Q(moved_up_from__isnull=False),
                name="courses_enrolment_moved_up_once",
            ),
            models.CheckConstraint(
                condition=Q(moved_up_from__isnull=True) | ~Q(moved_up_from=F("pk")),
                name="courses_enrolment_not_up_from_itself",
            ),
            models.CheckConstraint(
                condition=Q(transferred_from__isnull=True) | ~Q(transferred_from=F("pk")),
                name="courses_enrolment_not_from_itself",
            ),
            models.CheckConstraint(
                condition=one_of("status", EnrolmentStatus.values), name="courses_enrolment_status_known"
            ),
            models.CheckConstraint(condition=one_of("result", Result.values), name="courses_enrolment_result_known"),
            models.CheckConstraint(
                condition=Q(status=EnrolmentStatus.WITHDRAWN, withdrawn_on__isnull=False)
                | (~Q(status=EnrolmentStatus.WITHDRAWN) & Q(withdrawn_on__isnull=True)),
                name="courses_enrolment_withdrawn_paired",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[EnrolmentStatus.PASSED, EnrolmentStatus.FAILED])
                | Q(sessions_held__isnull=False, sessions_attended__isnull=False),
                name="courses_enrolment_outcome_has_evidence",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner} – {self.class_group}"


class Attendance(models.Model):
    """One person in one session."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="marks", verbose_name=_("buổi"))
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="marks", verbose_name=_("ghi danh"))
    status = models.CharField(_("điểm danh"), max_length=10, choices=AttendanceStatus)

    objects: ClassVar[AttendanceQuerySet] = AttendanceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("điểm danh")
        verbose_name_plural = _("điểm danh")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session", "enrolment"], name="courses_attendance_pair_uniq"),
            models.CheckConstraint(
                condition=Q(status__in=AttendanceStatus.values), name="courses_attendance_status_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id}/{self.enrolment_id}: {self.status}"


class AttendanceVersion(models.Model):
    """The marks of a session as they were after one saving: enrolment key → mark. Never changed afterwards.

    What two devices saved is joined by comparing both with the version they started from; a sending that comes twice is
    known by its ``nonce``.
    """

    session = models.ForeignKey(Session, models.CASCADE, related_name="versions", verbose_name=_("buổi"))
    version = models.PositiveIntegerField(_("lần lưu"))
    marks = models.JSONField(_("điểm danh"))
    nonce = models.UUIDField(_("mã lần gửi"), null=True, blank=True, unique=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("người lưu"),
    )
    saved_at = models.DateTimeField(_("lưu lúc"))

    class Meta:
        verbose_name = _("lần lưu điểm danh")
        verbose_name_plural = _("lần lưu điểm danh")
        ordering = ("session_id", "version")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session", "version"], name="courses_attendanceversion_uniq"),
        ]

    def __str__(self) -> str:
        return f"{self.session_id}: {self.version}"
