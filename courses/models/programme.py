"""What a programme consists of: phases, terms, subjects, periods; and how periods are spread (docs/adr/0039).

The law gives the periods of each phase of the literacy programme; how they spread over terms and subjects was not
found, so that is a row of the city or of a centre, and is shown as theirs.
"""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from core.language import in_language
from core.models import TimeStamped
from courses.choices import Result
from courses.models.catalogue import Programme
from courses.models.enrolments import Enrolment
from courses.querysets import CentreRowQuerySet, HangsOnEnrolmentQuerySet, PlacementTestQuerySet
from learners.models import Learner


class ProgrammePhase(models.Model):
    """A phase of a programme with its periods, as the law has them."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="phases", verbose_name=_("chương trình"))
    number = models.PositiveSmallIntegerField(_("giai đoạn"))
    periods = models.PositiveSmallIntegerField(_("số tiết"))
    source = models.CharField(_("căn cứ"), max_length=150)

    class Meta:
        verbose_name = _("giai đoạn")
        verbose_name_plural = _("giai đoạn")
        ordering = ("programme_id", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["programme", "number"], name="courses_phase_number_uniq"),
        ]

    def __str__(self) -> str:
        return _("Giai đoạn %(n)s") % {"n": self.number}


class ProgrammeTerm(models.Model):
    """A term (kỳ học) of a phase; terms are counted through the whole programme."""

    phase = models.ForeignKey(ProgrammePhase, models.PROTECT, related_name="terms", verbose_name=_("giai đoạn"))
    number = models.PositiveSmallIntegerField(_("kỳ"))

    class Meta:
        verbose_name = _("kỳ học")
        verbose_name_plural = _("kỳ học")
        ordering = ("phase_id", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["phase", "number"], name="courses_term_number_uniq"),
        ]

    def __str__(self) -> str:
        return _("Kỳ %(n)s") % {"n": self.number}


class ProgrammeSubject(models.Model):
    """A subject of a phase: of all its terms, or of one of them only."""

    phase = models.ForeignKey(ProgrammePhase, models.PROTECT, related_name="subjects", verbose_name=_("giai đoạn"))
    code = models.CharField(_("mã"), max_length=30)
    name = models.CharField(_("môn học"), max_length=100)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=100)
    only_term = models.PositiveSmallIntegerField(_("chỉ ở kỳ"), null=True, blank=True)
    order = models.PositiveSmallIntegerField(_("thứ tự"), default=0)

    class Meta:
        verbose_name = _("môn học")
        verbose_name_plural = _("môn học")
        ordering = ("phase_id", "order")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["phase", "code"], name="courses_subject_code_uniq"),
        ]

    def __str__(self) -> str:
        return in_language(self.name, self.name_en)


class PeriodSplit(TimeStamped):
    """How many periods a subject gets in a term: a centre's own decision, or the city's when no centre is named."""

    centre = models.ForeignKey(
        Centre, models.PROTECT, null=True, blank=True, related_name="period_splits", verbose_name=_("trung tâm")
    )
    term = models.ForeignKey(ProgrammeTerm, models.PROTECT, related_name="splits", verbose_name=_("kỳ"))
    subject = models.ForeignKey(ProgrammeSubject, models.PROTECT, related_name="splits", verbose_name=_("môn học"))
    periods = models.PositiveSmallIntegerField(_("số tiết"))
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người lưu")
    )

    objects: ClassVar[CentreRowQuerySet] = CentreRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("phân chia số tiết")
        verbose_name_plural = _("phân chia số tiết")
        ordering = ("term_id", "subject_id")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["centre", "term", "subject"], name="courses_split_uniq"),
            models.UniqueConstraint(
                fields=["term", "subject"], condition=Q(centre__isnull=True), name="courses_split_city_uniq"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.term_id}/{self.subject_id}: {self.periods}"


class SubjectResult(TimeStamped):
    """The assessment of one person in one subject of one term (Circular 10/2022); no row: not known."""

    SENSITIVE_FIELDS: ClassVar[frozenset[str]] = frozenset({"result"})

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="subject_results", verbose_name=_("ghi danh"))
    term = models.ForeignKey(ProgrammeTerm, models.PROTECT, related_name="+", verbose_name=_("kỳ"))
    subject = models.ForeignKey(ProgrammeSubject, models.PROTECT, related_name="+", verbose_name=_("môn học"))
    result = models.CharField(_("kết quả"), max_length=10, choices=[row for row in Result.choices if row[0]])
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người ghi")
    )

    objects: ClassVar[HangsOnEnrolmentQuerySet] = HangsOnEnrolmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("kết quả môn học")
        verbose_name_plural = _("kết quả môn học")
        ordering = ("enrolment_id", "term_id", "subject_id")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["enrolment", "term", "subject"], name="courses_subjectresult_uniq"),
            models.CheckConstraint(
                condition=Q(result__in=[value for value in Result.values if value]),
                name="courses_subjectresult_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id}/{self.subject_id}: {self.result}"


class PlacementTest(TimeStamped):
    """A test found that somebody can begin in a term; its paper lets them into that term and those before.

    Never changed: a wrong one is taken back with a reason. It is no certification of a level (docs/adr/0039).
    """

    SENSITIVE_FIELDS: ClassVar[frozenset[str]] = frozenset({"term", "paper", "paper_number", "note"})

    learner = models.ForeignKey(Learner, models.PROTECT, related_name="placement_tests", verbose_name=_("học viên"))
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="placement_tests", verbose_name=_("trung tâm"))
    term = models.PositiveSmallIntegerField(_("học từ kỳ"), validators=[MinValueValidator(2)])
    tested_on = models.DateField(_("ngày kiểm tra"))
    paper = models.CharField(_("bài, biên bản kiểm tra"), max_length=150)
    paper_number = models.CharField(_("số của giấy"), max_length=60, blank=True)
    note = models.CharField(_("ghi chú"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người ghi")
    )
    taken_back_at = models.DateTimeField(_("rút lại lúc"), null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người rút")
    )
    take_back_reason = models.CharField(_("lý do rút lại"), max_length=200, blank=True)

    objects: ClassVar[PlacementTestQuerySet] = PlacementTestQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("kiểm tra xếp lớp")
        verbose_name_plural = _("kiểm tra xếp lớp")
        ordering = ("-tested_on", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["learner", "tested_on"],
                condition=Q(taken_back_at__isnull=True),
                name="courses_placement_once_a_day",
            ),
            models.CheckConstraint(condition=Q(term__gte=2), name="courses_placement_term_range"),
            models.CheckConstraint(condition=~Q(paper=""), name="courses_placement_has_paper"),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True, taken_back_by__isnull=True, take_back_reason="")
                | (Q(taken_back_at__isnull=False, taken_back_by__isnull=False) & ~Q(take_back_reason="")),
                name="courses_placement_taken_back_reasoned",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner}: {self.term}"

    @property
    def paper_words(self) -> str:
        """The paper with its number."""
        return f"{self.paper} {self.paper_number}".strip()
