"""Programmes, courses, classes, sessions, enrolments, attendance, roster imports."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from centres.models import AdminUnit, Centre, Neighbourhood
from core.models import TimeStamped
from core.text import clean, search_key
from courses.choices import (
    AttendanceStatus,
    ClassStatus,
    EnrolmentStatus,
    ImportStatus,
    OrganiserRole,
    Result,
    SessionStatus,
)
from courses.querysets import (
    AttendanceQuerySet,
    ClassGroupQuerySet,
    CourseQuerySet,
    HangsOnClassQuerySet,
    SessionQuerySet,
)
from learners.models import Learner


class Topic(models.Model):
    """A field of activity that statistics are broken down by."""

    code = models.CharField(_("mã"), max_length=30, unique=True)
    name = models.CharField(_("tên"), max_length=100)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=100)
    order = models.PositiveSmallIntegerField(_("thứ tự"), default=0)

    class Meta:
        verbose_name = _("lĩnh vực")
        verbose_name_plural = _("lĩnh vực")
        ordering = ("order", "code")

    def __str__(self) -> str:
        return self.name


class Programme(models.Model):
    """A programme set by the ministry or the city, such as the literacy programme of Circular 33/2021."""

    code = models.CharField(_("mã"), max_length=30, unique=True)
    name = models.CharField(_("tên"), max_length=150)
    legal_basis = models.CharField(_("căn cứ"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("chương trình")
        verbose_name_plural = _("chương trình")
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


class Course(TimeStamped):
    """What is taught, and by which rule somebody has completed it."""

    centre = models.ForeignKey(
        Centre,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="courses",
        verbose_name=_("trung tâm"),
        help_text=_("Để trống: khóa học dùng chung cho mọi trung tâm."),
    )
    code = models.CharField(_("mã"), max_length=30)
    name = models.CharField(_("tên chuyên đề, khóa học"), max_length=150)
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="courses", verbose_name=_("lĩnh vực"))
    programme = models.ForeignKey(
        Programme, models.PROTECT, null=True, blank=True, related_name="courses", verbose_name=_("chương trình")
    )
    # The phase that completing the course ends: term 3 ends phase 1, term 5 phase 2 (Circular 33/2021, 10/2022).
    completes_phase = models.PositiveSmallIntegerField(
        _("hoàn thành giai đoạn xóa mù chữ"),
        null=True,
        blank=True,
        choices=[(1, _("Giai đoạn 1")), (2, _("Giai đoạn 2"))],
    )
    term = models.PositiveSmallIntegerField(_("kỳ học"), null=True, blank=True)
    planned_sessions = models.PositiveSmallIntegerField(_("số buổi"), default=1, validators=[MinValueValidator(1)])
    min_attendance_percent = models.PositiveSmallIntegerField(
        _("dự ít nhất (% số buổi)"), default=80, validators=[MaxValueValidator(100)]
    )
    needs_result = models.BooleanField(
        _("phải có kết quả đánh giá"), default=False, help_text=_("Hoàn thành hoặc Hoàn thành tốt mới được công nhận.")
    )
    is_active = models.BooleanField(_("đang dùng"), default=True)
    search_key = models.CharField(max_length=180, editable=False, db_index=True)

    objects: ClassVar[CourseQuerySet] = CourseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("chuyên đề, khóa học")
        verbose_name_plural = _("chuyên đề, khóa học")
        ordering = ("search_key", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["centre", "code"], name="courses_course_code_uniq"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(centre__isnull=True), name="courses_course_shared_code_uniq"
            ),
            models.CheckConstraint(condition=Q(min_attendance_percent__lte=100), name="courses_course_percent_range"),
            models.CheckConstraint(
                condition=Q(completes_phase__isnull=True) | Q(completes_phase__in=[1, 2]),
                name="courses_course_phase_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the name in NFC with its key."""
        self.name = clean(self.name)
        self.search_key = search_key(self.name)
        super().save(*args, **kwargs)


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


class RosterImport(TimeStamped):
    """One uploaded roster: previewed, then committed or discarded. The file is deleted once committed."""

    class_group = models.ForeignKey(ClassGroup, models.PROTECT, related_name="imports", verbose_name=_("lớp"))
    file = models.FileField(_("tệp"), upload_to="rosters/%Y/%m/", blank=True, max_length=300)
    file_name = models.CharField(_("tên tệp"), max_length=200)
    sha256 = models.CharField(max_length=64)
    status = models.CharField(_("trạng thái"), max_length=10, choices=ImportStatus, default=ImportStatus.PREVIEW)
    new_count = models.PositiveIntegerField(_("người mới"), default=0)
    known_count = models.PositiveIntegerField(_("đã có"), default=0)
    lookalike_count = models.PositiveIntegerField(_("gần giống"), default=0)
    error_count = models.PositiveIntegerField(_("dòng sai"), default=0)
    committed_count = models.PositiveIntegerField(_("đã ghi danh"), default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người nhập")
    )
    committed_at = models.DateTimeField(_("nhập lúc"), null=True, blank=True)

    objects: ClassVar[HangsOnClassQuerySet] = HangsOnClassQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("lần nhập danh sách")
        verbose_name_plural = _("lần nhập danh sách")
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return self.file_name


class Enrolment(TimeStamped):
    """One person in one class (one participation)."""

    class_group = models.ForeignKey(ClassGroup, models.PROTECT, related_name="enrolments", verbose_name=_("lớp"))
    learner = models.ForeignKey(Learner, models.PROTECT, related_name="enrolments", verbose_name=_("học viên"))
    enrolled_on = models.DateField(_("ghi danh ngày"))
    status = models.CharField(_("trạng thái"), max_length=10, choices=EnrolmentStatus, default=EnrolmentStatus.ACTIVE)
    # The person's neighbourhood on that day, so that old figures can be restated when communes are split.
    neighbourhood = models.ForeignKey(
        Neighbourhood, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("thôn, tổ dân phố")
    )
    result = models.CharField(_("kết quả"), max_length=10, choices=Result, blank=True, default="")
    result_note = models.CharField(_("nhận xét"), max_length=200, blank=True)
    # Frozen by closing the class: what the decision was made from.
    sessions_held = models.PositiveSmallIntegerField(_("số buổi đã học"), null=True, blank=True)
    sessions_attended = models.PositiveSmallIntegerField(_("số buổi có mặt"), null=True, blank=True)
    withdrawn_on = models.DateField(_("thôi học ngày"), null=True, blank=True)
    withdraw_reason = models.CharField(_("lý do thôi học"), max_length=200, blank=True)
    roster_import = models.ForeignKey(
        RosterImport, models.SET_NULL, null=True, blank=True, related_name="enrolments", verbose_name=_("lần nhập")
    )

    objects: ClassVar[HangsOnClassQuerySet] = HangsOnClassQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("ghi danh")
        verbose_name_plural = _("ghi danh")
        ordering = ("class_group_id", "learner__sort_key", "pk")
        indexes: ClassVar = [models.Index(fields=["learner", "status"], name="courses_enrolment_learner_idx")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["class_group", "learner"], name="courses_enrolment_pair_uniq"),
            models.CheckConstraint(
                condition=Q(status__in=EnrolmentStatus.values), name="courses_enrolment_status_known"
            ),
            models.CheckConstraint(condition=Q(result__in=Result.values), name="courses_enrolment_result_known"),
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
