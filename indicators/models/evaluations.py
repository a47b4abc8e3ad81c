"""A self-evaluation of a year by a set of criteria: own points, the system's proposal, what was agreed.

Of a centre by points out of 100; of a commune by the levels of its targets (docs/adr/0046, 0056).
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import AdminUnit, Centre
from core.models import TimeStamped, one_of
from indicators.choices import EvaluationState
from indicators.models.rubrics import FULL_MARKS, Criterion, Rubric, points_field
from indicators.querysets import EvaluationQuerySet


class Evaluation(TimeStamped):
    """One centre or commune, one year. Draft → submitted → locked, or returned with a reason.

    Locked it holds its total: points, or the level every target reaches.
    """

    centre = models.ForeignKey(
        Centre, models.PROTECT, null=True, blank=True, related_name="evaluations", verbose_name=_("trung tâm")
    )
    unit = models.ForeignKey(
        AdminUnit, models.PROTECT, null=True, blank=True, related_name="evaluations", verbose_name=_("phường, xã")
    )
    year = models.PositiveSmallIntegerField(_("năm"))
    rubric = models.ForeignKey(Rubric, models.PROTECT, related_name="evaluations", verbose_name=_("bộ tiêu chí"))
    state = models.CharField(_("trạng thái"), max_length=10, choices=EvaluationState, default=EvaluationState.DRAFT)
    # Own points added up as they stand; after the review those agreed.
    total = points_field(_("tổng điểm"), null=True, blank=True)
    rank = models.CharField(_("xếp loại"), max_length=60, blank=True)
    submitted_at = models.DateTimeField(_("gửi lúc"), null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người gửi")
    )
    locked_at = models.DateTimeField(_("khóa lúc"), null=True, blank=True)
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("người công nhận"),
    )  # fmt: skip
    # Two people write or review at once: who saves on an older reading is told so and loses nothing.
    version = models.PositiveIntegerField(_("bản"), default=1)

    objects: ClassVar[EvaluationQuerySet] = EvaluationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("bản tự đánh giá")
        verbose_name_plural = _("bản tự đánh giá")
        ordering = ("-year", "centre__sort_key")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["centre", "year"], name="indicators_evaluation_uniq"),
            models.UniqueConstraint(fields=["unit", "year"], name="indicators_evaluation_unit_uniq"),
            models.CheckConstraint(
                condition=Q(centre__isnull=False, unit__isnull=True) | Q(centre__isnull=True, unit__isnull=False),
                name="indicators_evaluation_one_subject",
            ),
            models.CheckConstraint(
                condition=one_of("state", EvaluationState.values), name="indicators_evaluation_state_known"
            ),
            models.CheckConstraint(
                condition=Q(total__isnull=True) | Q(total__gte=0, total__lte=FULL_MARKS),
                name="indicators_evaluation_total_range",
            ),
            models.CheckConstraint(
                condition=~Q(state="submitted") | Q(submitted_at__isnull=False),
                name="indicators_evaluation_submitted_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="locked") | Q(locked_at__isnull=False, total__isnull=False) & ~Q(rank=""),
                name="indicators_evaluation_locked_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.year}"

    @property
    def subject(self) -> Centre | AdminUnit:
        """The centre, or the commune."""
        found = self.centre or self.unit
        assert found is not None
        return found

    @property
    def is_open(self) -> bool:
        """Whether the centre still writes."""
        return self.state in (EvaluationState.DRAFT, EvaluationState.RETURNED)


class EvaluationScore(models.Model):
    """The points of one criterion: proposed, own with words and paper, agreed with a reason where changed."""

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="scores", verbose_name=_("bản tự đánh giá"))
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="scores", verbose_name=_("tiêu chí"))
    maximum = points_field(_("điểm tối đa"))
    # What the system had and proposed when the centre submitted; until then it is worked out at each look.
    value = models.DecimalField(_("số liệu lúc gửi"), max_digits=14, decimal_places=2, null=True, blank=True)
    proposed = points_field(_("điểm hệ thống đề xuất"), null=True, blank=True)
    points = points_field(_("điểm tự chấm"), null=True, blank=True)
    words = models.CharField(_("giải trình"), max_length=500, blank=True)
    paper = models.CharField(_("giấy tờ"), max_length=200, blank=True)
    agreed = points_field(_("điểm công nhận"), null=True, blank=True)
    reason = models.CharField(_("lý do đổi điểm"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("điểm của tiêu chí")
        verbose_name_plural = _("điểm của tiêu chí")
        ordering = ("evaluation_id", "criterion__area__order", "criterion__order")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["evaluation", "criterion"], name="indicators_evalscore_uniq"),
            models.CheckConstraint(
                condition=Q(points__isnull=True) | Q(points__gte=0, points__lte=F("maximum")),
                name="indicators_evalscore_points_range",
            ),
            models.CheckConstraint(
                condition=Q(agreed__isnull=True) | Q(agreed__gte=0, agreed__lte=F("maximum")),
                name="indicators_evalscore_agreed_range",
            ),
            models.CheckConstraint(
                condition=Q(agreed__isnull=True) | Q(agreed=F("points")) | ~Q(reason=""),
                name="indicators_evalscore_change_reasoned",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion.code}: {self.points}"


class EvaluationEvent(models.Model):
    """An evaluation was submitted, taken back, returned, locked or opened again. Append-only: triggers refuse more."""

    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="events", verbose_name=_("bản tự đánh giá"))
    state = models.CharField(_("việc"), max_length=10, choices=EvaluationState)
    reason = models.CharField(_("lý do"), max_length=500, blank=True)
    # Code of a criterion → points, words and what was agreed at that moment.
    marks = models.JSONField(_("điểm lúc đó"), default=dict)
    total = points_field(_("tổng điểm"), null=True, blank=True)
    acted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người làm")
    )
    acted_at = models.DateTimeField(_("lúc"), default=timezone.now)

    class Meta:
        verbose_name = _("bước của bản tự đánh giá")
        verbose_name_plural = _("bước của bản tự đánh giá")
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=one_of("state", EvaluationState.values), name="indicators_evalevent_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(reason=""), name="indicators_evalevent_return_reasoned"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evaluation}: {self.get_state_display()}"


def paper_path(paper: "EvaluationPaper", _name: str) -> str:
    """Where a file is kept: outside anything served by address, under a name nobody chose."""
    return f"evaluations/{timezone.localdate():%Y/%m}/{uuid.uuid4().hex}.{paper.kind}"


class EvaluationPaper(models.Model):
    """A paper attached to a criterion: evidence from outside the system. Stays as it is once it is submitted."""

    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="papers", verbose_name=_("bản tự đánh giá"))
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="papers", verbose_name=_("tiêu chí"))
    title = models.CharField(_("tên giấy tờ, số, ngày"), max_length=200)
    kind = models.CharField(_("loại tệp"), max_length=10)
    file = models.FileField(_("tệp"), upload_to=paper_path, max_length=300)
    file_name = models.CharField(_("tên tệp khi tải"), max_length=120)
    size = models.PositiveIntegerField(_("dung lượng"))
    sha256 = models.CharField(max_length=64)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người gửi tệp")
    )
    added_at = models.DateTimeField(_("lúc"), default=timezone.now)

    class Meta:
        verbose_name = _("giấy tờ kèm theo")
        verbose_name_plural = _("giấy tờ kèm theo")
        ordering = ("evaluation_id", "criterion_id", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(title=""), name="indicators_evalpaper_titled"),
        ]

    def __str__(self) -> str:
        return self.title
