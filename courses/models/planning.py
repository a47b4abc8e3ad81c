"""Surveys of learning needs and the plans of the year made from them."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import AdminUnit, Centre, Neighbourhood
from core.models import TimeStamped
from core.text import clean, search_key
from courses.models.catalogue import Course, Topic
from courses.planning.choices import FIRST_YEAR, LAST_YEAR, Funding, PlanStatus, Quarter, RevisionAction
from courses.querysets import CentreRowQuerySet

YEARS = [MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)]


class NeedsSurvey(TimeStamped):
    """What the people of a commune want to learn next year, asked neighbourhood by neighbourhood."""

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="surveys", verbose_name=_("trung tâm"))
    # The commune on the day the survey was opened; its neighbourhoods are asked.
    unit = models.ForeignKey(AdminUnit, models.PROTECT, related_name="+", verbose_name=_("phường, xã"))
    year = models.PositiveSmallIntegerField(_("năm"), validators=YEARS)
    opened_on = models.DateField(_("mở ngày"), default=timezone.localdate)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người mở")
    )
    closed_on = models.DateField(_("chốt ngày"), null=True, blank=True)

    objects: ClassVar[CentreRowQuerySet] = CentreRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("khảo sát nhu cầu học tập")
        verbose_name_plural = _("khảo sát nhu cầu học tập")
        ordering = ("-year", "centre_id")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["centre", "year"], name="courses_survey_year_uniq"),
            models.CheckConstraint(condition=Q(year__range=(FIRST_YEAR, LAST_YEAR)), name="courses_survey_year_range"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
                name="courses_survey_days_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} – {self.centre}"

    @property
    def is_open(self) -> bool:
        """Whether numbers may still be entered."""
        return self.closed_on is None


class SurveyIdea(models.Model):
    """Something people are asked whether they want: a course, or a topic in free words."""

    survey = models.ForeignKey(NeedsSurvey, models.CASCADE, related_name="ideas", verbose_name=_("khảo sát"))
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+", verbose_name=_("lĩnh vực"))
    course = models.ForeignKey(
        Course, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("khóa học")
    )
    name = models.CharField(_("nội dung muốn học"), max_length=150)
    search_key = models.CharField(max_length=180, editable=False)

    class Meta:
        verbose_name = _("nội dung khảo sát")
        verbose_name_plural = _("nội dung khảo sát")
        ordering = ("survey_id", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["survey", "search_key"], name="courses_surveyidea_name_uniq"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the name in NFC with its key."""
        self.name = clean(self.name)
        self.search_key = search_key(self.name)
        super().save(*args, **kwargs)


class SurveyVisit(models.Model):
    """One neighbourhood of a survey: who asked how many households, and when."""

    PERSONAL_FIELDS: ClassVar[frozenset[str]] = frozenset({"asked_by"})

    survey = models.ForeignKey(NeedsSurvey, models.CASCADE, related_name="visits", verbose_name=_("khảo sát"))
    neighbourhood = models.ForeignKey(
        Neighbourhood, models.PROTECT, related_name="+", verbose_name=_("thôn, tổ dân phố")
    )
    households_asked = models.PositiveIntegerField(_("số hộ được hỏi"), null=True, blank=True)
    asked_by = models.CharField(_("người hỏi"), max_length=100, blank=True)
    asked_on = models.DateField(_("ngày hỏi"), null=True, blank=True)

    class Meta:
        verbose_name = _("thôn được khảo sát")
        verbose_name_plural = _("thôn được khảo sát")
        ordering = ("survey_id", "neighbourhood__search_key")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["survey", "neighbourhood"], name="courses_surveyvisit_place_uniq"),
        ]

    def __str__(self) -> str:
        return str(self.neighbourhood)


class SurveyNeed(models.Model):
    """How many people of a neighbourhood want one thing. No row: not asked, which is not zero."""

    visit = models.ForeignKey(SurveyVisit, models.CASCADE, related_name="needs", verbose_name=_("thôn"))
    idea = models.ForeignKey(SurveyIdea, models.CASCADE, related_name="needs", verbose_name=_("nội dung"))
    people = models.PositiveIntegerField(_("số người muốn học"))

    class Meta:
        verbose_name = _("nhu cầu")
        verbose_name_plural = _("nhu cầu")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["visit", "idea"], name="courses_surveyneed_cell_uniq"),
        ]

    def __str__(self) -> str:
        return f"{self.visit_id}/{self.idea_id}: {self.people}"


class YearPlan(TimeStamped):
    """What a centre means to hold in a year. Draft until the director approves it."""

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="year_plans", verbose_name=_("trung tâm"))
    year = models.PositiveSmallIntegerField(_("năm"), validators=YEARS)
    survey = models.ForeignKey(
        NeedsSurvey, models.PROTECT, null=True, blank=True, related_name="plans", verbose_name=_("khảo sát")
    )
    status = models.CharField(_("trạng thái"), max_length=10, choices=PlanStatus, default=PlanStatus.DRAFT)
    approved_on = models.DateField(_("duyệt ngày"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người duyệt")
    )

    objects: ClassVar[CentreRowQuerySet] = CentreRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("kế hoạch năm")
        verbose_name_plural = _("kế hoạch năm")
        ordering = ("-year", "centre_id")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["centre", "year"], name="courses_yearplan_year_uniq"),
            models.CheckConstraint(
                condition=Q(year__range=(FIRST_YEAR, LAST_YEAR)), name="courses_yearplan_year_range"
            ),
            models.CheckConstraint(
                condition=Q(status=PlanStatus.APPROVED, approved_on__isnull=False, approved_by__isnull=False)
                | Q(status=PlanStatus.DRAFT, approved_on__isnull=True, approved_by__isnull=True),
                name="courses_yearplan_approval_paired",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} – {self.centre}"

    @property
    def is_approved(self) -> bool:
        """Whether a change needs a reason and leaves a revision."""
        return self.status == PlanStatus.APPROVED


class PlanLine(TimeStamped):
    """One thing to hold: what, when, how many classes for how many people, paid by whom, with whom."""

    plan = models.ForeignKey(YearPlan, models.CASCADE, related_name="lines", verbose_name=_("kế hoạch"))
    idea = models.ForeignKey(
        SurveyIdea, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("theo khảo sát")
    )
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+", verbose_name=_("lĩnh vực"))
    course = models.ForeignKey(
        Course, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("khóa học")
    )
    name = models.CharField(_("nội dung"), max_length=150)
    quarter = models.PositiveSmallIntegerField(_("quý"), choices=Quarter)
    class_count = models.PositiveSmallIntegerField(_("số lớp"))
    expected_participants = models.PositiveIntegerField(_("lượt người dự kiến"))
    funding = models.CharField(_("kinh phí"), max_length=10, choices=Funding, blank=True, default=Funding.UNKNOWN)
    partner = models.CharField(_("đơn vị phối hợp"), max_length=150, blank=True)
    # Taken out of an approved plan: it stays to be seen, with the revision that says why.
    is_dropped = models.BooleanField(_("đã bỏ"), default=False)

    class Meta:
        verbose_name = _("dòng kế hoạch")
        verbose_name_plural = _("dòng kế hoạch")
        ordering = ("plan_id", "quarter", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(quarter__in=Quarter.values), name="courses_planline_quarter_known"),
            models.CheckConstraint(condition=Q(class_count__gte=1), name="courses_planline_has_classes"),
            models.CheckConstraint(condition=Q(funding__in=Funding.values), name="courses_planline_funding_known"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the name in NFC."""
        self.name = clean(self.name)
        super().save(*args, **kwargs)


class PlanRevision(models.Model):
    """A change of an approved plan: what, why, who, when. Never changed itself."""

    plan = models.ForeignKey(YearPlan, models.CASCADE, related_name="revisions", verbose_name=_("kế hoạch"))
    number = models.PositiveSmallIntegerField(_("lần"))
    line = models.ForeignKey(PlanLine, models.PROTECT, related_name="revisions", verbose_name=_("dòng kế hoạch"))
    made_at = models.DateTimeField(_("lúc"), default=timezone.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người sửa"))
    reason = models.CharField(_("lý do"), max_length=300)
    action = models.CharField(_("việc"), max_length=10, choices=RevisionAction)
    # Field → [before, after], JSON-ready; shown in words by courses.planning.words.
    changes = models.JSONField(_("thay đổi"), default=dict)

    class Meta:
        verbose_name = _("lần điều chỉnh kế hoạch")
        verbose_name_plural = _("lần điều chỉnh kế hoạch")
        ordering = ("plan_id", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "number"], name="courses_planrevision_number_uniq"),
            models.CheckConstraint(condition=~Q(reason=""), name="courses_planrevision_reasoned"),
            models.CheckConstraint(
                condition=Q(action__in=RevisionAction.values), name="courses_planrevision_action_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} / {self.number}"
