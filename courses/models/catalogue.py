"""What is taught: fields of activity, programmes, courses."""

from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from core.language import in_language
from core.models import TimeStamped
from core.text import clean, search_key
from courses.choices import Certifies
from courses.querysets import CourseQuerySet


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
        return in_language(self.name, self.name_en)


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
    # Printed on papers in two languages; empty: the Vietnamese name stands there too.
    name_en = models.CharField(_("tên tiếng Anh"), max_length=150, blank=True)
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
    # Terms 4 and 5 build on phase 1 (Circular 33/2021).
    requires_phase = models.PositiveSmallIntegerField(
        _("phải đã hoàn thành giai đoạn"), null=True, blank=True, choices=[(1, _("Giai đoạn 1")), (2, _("Giai đoạn 2"))]
    )
    requires_course = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="prepares_for",
        verbose_name=_("phải đã hoàn thành khóa học"),
    )
    planned_sessions = models.PositiveSmallIntegerField(_("số buổi"), default=1, validators=[MinValueValidator(1)])
    min_attendance_percent = models.PositiveSmallIntegerField(
        _("dự ít nhất (% số buổi)"), default=80, validators=[MaxValueValidator(100)]
    )
    needs_result = models.BooleanField(
        _("phải có kết quả đánh giá"), default=False, help_text=_("Hoàn thành hoặc Hoàn thành tốt mới được công nhận.")
    )
    certifies = models.CharField(
        _("giấy cấp khi kết thúc"), max_length=10, choices=Certifies, default=Certifies.COMPLETION
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
            models.CheckConstraint(
                condition=Q(requires_phase__isnull=True) | Q(requires_phase__in=[1, 2]),
                name="courses_course_required_phase_known",
            ),
            models.CheckConstraint(condition=Q(certifies__in=Certifies.values), name="courses_course_certifies_known"),
            models.CheckConstraint(
                condition=Q(completes_phase__isnull=True) | Q(certifies="completion"),
                name="courses_course_phase_is_completed",
            ),
            models.CheckConstraint(
                condition=Q(requires_course__isnull=True) | ~Q(requires_course=F("pk")),
                name="courses_course_not_required_by_itself",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the name in NFC with its key."""
        self.name, self.name_en = clean(self.name), clean(self.name_en)
        self.search_key = search_key(self.name)
        super().save(*args, **kwargs)
