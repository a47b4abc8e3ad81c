"""Classes and their sessions."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from centres.models import AdminUnit, Centre
from core.models import TimeStamped
from core.text import clean, search_key
from courses.choices import ClassStatus, OrganiserRole, SessionStatus
from courses.models.catalogue import Course
from courses.models.planning import PlanLine
from courses.models.rooms import Room
from courses.planning.choices import Funding
from courses.querysets import ClassGroupQuerySet, GuestSpeakerQuerySet, SessionQuerySet
from learners.target_groups import TargetGroup


class ClassGroup(TimeStamped):
    """One group of people learning one course together."""

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="class_groups", verbose_name=_("trung tâm"))
    # The commune of the centre on the day the class starts: history is never re-keyed.
    unit = models.ForeignKey(AdminUnit, models.PROTECT, related_name="class_groups", verbose_name=_("phường, xã"))
    course = models.ForeignKey(Course, models.PROTECT, related_name="class_groups", verbose_name=_("khóa học"))
    code = models.CharField(_("mã lớp"), max_length=30, unique=True)
    name = models.CharField(_("tên lớp"), max_length=150)
    starts_on = models.DateField(_("khai giảng"))
    ends_on = models.DateField(_("kết thúc"))
    place = models.CharField(_("địa điểm"), max_length=150, blank=True)
    teacher = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="class_groups",
        verbose_name=_("giáo viên"),
    )
    organiser_role = models.CharField(_("vai trò"), max_length=10, choices=OrganiserRole, default=OrganiserRole.LED)
    partner = models.CharField(
        _("đơn vị phối hợp"), max_length=150, blank=True, help_text=_("Bắt buộc khi trung tâm chỉ phối hợp.")
    )
    target_groups: models.ManyToManyField = models.ManyToManyField(
        TargetGroup, blank=True, related_name="class_groups", verbose_name=_("dành cho nhóm đối tượng")
    )
    plan_line = models.ForeignKey(
        PlanLine,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="class_groups",
        verbose_name=_("theo kế hoạch năm"),
    )
    room = models.ForeignKey(
        Room, models.PROTECT, null=True, blank=True, related_name="class_groups", verbose_name=_("phòng học")
    )
    funding = models.CharField(_("nguồn kinh phí"), max_length=10, choices=Funding, blank=True, default=Funding.UNKNOWN)
    funding_amount = models.PositiveBigIntegerField(_("số tiền (đồng)"), null=True, blank=True)
    capacity = models.PositiveSmallIntegerField(_("số chỗ"), null=True, blank=True)
    status = models.CharField(_("trạng thái"), max_length=10, choices=ClassStatus, default=ClassStatus.PLANNED)
    closed_at = models.DateTimeField(_("kết thúc lúc"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("người kết thúc"),
    )
    closed_on = models.DateField(_("ngày công nhận kết quả"), null=True, blank=True)
    cancel_reason = models.CharField(_("lý do hủy"), max_length=300, blank=True)
    search_key = models.CharField(max_length=220, editable=False, db_index=True)

    objects: ClassVar[ClassGroupQuerySet] = ClassGroupQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("lớp học")
        verbose_name_plural = _("lớp học")
        ordering = ("-starts_on", "-pk")
        indexes: ClassVar = [
            models.Index(fields=["centre", "status"], name="courses_class_centre_idx"),
            models.Index(fields=["unit", "starts_on"], name="courses_class_unit_idx"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="courses_classgroup_dates_ordered"),
            models.CheckConstraint(condition=Q(funding__in=Funding.values), name="courses_classgroup_funding_known"),
            models.CheckConstraint(condition=Q(status__in=ClassStatus.values), name="courses_classgroup_status_known"),
            models.CheckConstraint(
                condition=Q(organiser_role=OrganiserRole.LED) | ~Q(partner=""), name="courses_classgroup_partner_named"
            ),
            models.CheckConstraint(
                condition=Q(
                    status=ClassStatus.CLOSED, closed_at__isnull=False, closed_by__isnull=False, closed_on__isnull=False
                )
                | (
                    ~Q(status=ClassStatus.CLOSED)
                    & Q(closed_at__isnull=True, closed_by__isnull=True, closed_on__isnull=True)
                ),
                name="courses_classgroup_closed_paired",
            ),
            models.CheckConstraint(
                condition=~Q(status=ClassStatus.CANCELLED) | ~Q(cancel_reason=""),
                name="courses_classgroup_cancel_reasoned",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the name in NFC with its key."""
        self.name = clean(self.name)
        self.search_key = self.compute_search_key()
        super().save(*args, **kwargs)

    def compute_search_key(self) -> str:
        """Return the key of name and code (bulk writers call it themselves)."""
        return search_key(f"{self.name} {self.code}")

    @property
    def is_editable(self) -> bool:
        """Whether people, sessions and marks may still change."""
        return self.status in (ClassStatus.PLANNED, ClassStatus.OPEN)


class Session(TimeStamped):
    """One meeting of a class (buổi)."""

    class_group = models.ForeignKey(ClassGroup, models.PROTECT, related_name="sessions", verbose_name=_("lớp"))
    number = models.PositiveSmallIntegerField(_("buổi số"))
    held_on = models.DateField(_("ngày"))
    starts_at = models.TimeField(_("bắt đầu"), null=True, blank=True)
    ends_at = models.TimeField(_("kết thúc"), null=True, blank=True)
    content = models.CharField(_("nội dung"), max_length=200, blank=True)
    status = models.CharField(_("trạng thái"), max_length=10, choices=SessionStatus, default=SessionStatus.PLANNED)
    # The commune on the session's own day, which may differ from the class's first day.
    unit = models.ForeignKey(AdminUnit, models.PROTECT, related_name="sessions", verbose_name=_("phường, xã"))
    cancel_reason = models.CharField(_("lý do nghỉ"), max_length=200, blank=True)
    # Goes up with each saving of attendance: a device says which one it saw (docs/adr/0022).
    marks_version = models.PositiveIntegerField(_("lần lưu điểm danh"), default=0)
    marked_at = models.DateTimeField(_("điểm danh lúc"), null=True, blank=True)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("người điểm danh"),
    )

    objects: ClassVar[SessionQuerySet] = SessionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("buổi học")
        verbose_name_plural = _("buổi học")
        ordering = ("class_group_id", "number")
        indexes: ClassVar = [
            models.Index(fields=["held_on", "status"], name="courses_session_day_idx"),
            models.Index(fields=["unit", "held_on"], name="courses_session_unit_idx"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["class_group", "number"], name="courses_session_number_uniq"),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True) | Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="courses_session_times_ordered",
            ),
            models.CheckConstraint(
                condition=Q(status=SessionStatus.HELD, marked_at__isnull=False)
                | (~Q(status=SessionStatus.HELD) & Q(marked_at__isnull=True, marked_by__isnull=True)),
                name="courses_session_marked_paired",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.class_group} – {self.number}"


class GuestSpeaker(TimeStamped):
    """Somebody from outside who speaks in a session (báo cáo viên)."""

    PERSONAL_FIELDS: ClassVar[frozenset[str]] = frozenset({"name", "phone"})

    session = models.ForeignKey(Session, models.CASCADE, related_name="guests", verbose_name=_("buổi"))
    name = models.CharField(_("họ và tên"), max_length=100)
    organisation = models.CharField(_("cơ quan, đơn vị"), max_length=150, blank=True)
    phone = models.CharField(_("điện thoại"), max_length=20, blank=True)

    objects: ClassVar[GuestSpeakerQuerySet] = GuestSpeakerQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("báo cáo viên")
        verbose_name_plural = _("báo cáo viên")
        ordering = ("session_id", "pk")
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(name=""), name="courses_guest_named")]

    def __str__(self) -> str:
        return self.name
