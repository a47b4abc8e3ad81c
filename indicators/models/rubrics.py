"""Sets of criteria as dated data: areas, criteria with points, levels, ranking bands (docs/adr/0046)."""

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped, one_of
from indicators.choices import PeriodKind, RubricKind, RubricState, Scoring, Wording
from indicators.querysets import RubricQuerySet

FULL_MARKS = Decimal(100)
# Of a set of levels the "points" of a target are the level it reaches: 0 not met, 1, 2 (docs/adr/0056).
HIGHEST_LEVEL = 2
YEARS = (PeriodKind.CALENDAR_YEAR, PeriodKind.PLAN_YEAR, PeriodKind.SCHOOL_YEAR)


def points_field(label: object, **more: object) -> models.DecimalField:
    """Points with at most two places."""
    return models.DecimalField(label, max_digits=5, decimal_places=2, **more)  # type: ignore[arg-type]


class Rubric(TimeStamped):
    """One version of a set. A draft is changed; in force it is frozen, and a change is a new version."""

    code = models.SlugField(_("mã"), max_length=40)
    version = models.PositiveSmallIntegerField(_("phiên bản"), default=1)
    kind = models.CharField(_("cách tính"), max_length=10, choices=RubricKind, default=RubricKind.POINTS)
    name = models.CharField(_("tên bộ tiêu chí"), max_length=200)
    document = models.CharField(_("văn bản, nguồn"), max_length=300, blank=True)
    note = models.TextField(_("lời dẫn cho người chấm"), blank=True)
    from_year = models.PositiveSmallIntegerField(_("áp dụng từ năm"))
    period_kind = models.CharField(
        _("tính theo"), max_length=15, choices=[(kind.value, kind.label) for kind in YEARS],
        default=PeriodKind.CALENDAR_YEAR,
    )  # fmt: skip
    # Of a set that leads to a title: how long it holds, and how long after level 1 a commune may ask for level 2.
    valid_months = models.PositiveSmallIntegerField(_("danh hiệu có giá trị (tháng)"), null=True, blank=True)
    raise_months = models.PositiveSmallIntegerField(_("nâng mức độ sau ít nhất (tháng)"), null=True, blank=True)
    state = models.CharField(_("trạng thái"), max_length=10, choices=RubricState, default=RubricState.DRAFT)
    # Two people change one draft: who saves on an older reading is told so.
    edition = models.PositiveIntegerField(_("lần sửa"), default=1)
    started_at = models.DateTimeField(_("áp dụng lúc"), null=True, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("người đưa vào áp dụng"),
    )  # fmt: skip

    objects: ClassVar[RubricQuerySet] = RubricQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("bộ tiêu chí")
        verbose_name_plural = _("bộ tiêu chí")
        ordering = ("code", "-version")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "version"], name="indicators_rubric_version_uniq"),
            models.UniqueConstraint(
                fields=["code", "from_year"], condition=Q(state="in_force"), name="indicators_rubric_one_in_force"
            ),
            models.CheckConstraint(condition=one_of("state", RubricState.values), name="indicators_rubric_state_known"),
            models.CheckConstraint(condition=one_of("kind", RubricKind.values), name="indicators_rubric_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="points", valid_months__isnull=True, raise_months__isnull=True)
                | Q(kind="levels", valid_months__isnull=False, valid_months__gte=1),
                name="indicators_rubric_validity_of_levels",
            ),
            models.CheckConstraint(
                condition=one_of("period_kind", [kind.value for kind in YEARS]), name="indicators_rubric_period_known"
            ),
            models.CheckConstraint(
                condition=Q(from_year__gte=2000, from_year__lte=2100), name="indicators_rubric_year_range"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(started_at__isnull=False), name="indicators_rubric_started_when"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.version})"

    @property
    def is_draft(self) -> bool:
        """Whether it can still be changed."""
        return self.state == RubricState.DRAFT

    @property
    def is_levels(self) -> bool:
        """Whether it is the level of every target that counts, and not points."""
        return self.kind == RubricKind.LEVELS


class RubricArea(models.Model):
    """A part of a set, such as the structure of management; its points are those of its criteria."""

    rubric = models.ForeignKey(Rubric, models.CASCADE, related_name="areas", verbose_name=_("bộ tiêu chí"))
    order = models.PositiveSmallIntegerField(_("thứ tự"))
    name = models.CharField(_("tên lĩnh vực"), max_length=200)

    class Meta:
        verbose_name = _("lĩnh vực")
        verbose_name_plural = _("lĩnh vực")
        ordering = ("rubric_id", "order", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rubric", "order"], name="indicators_rubricarea_order_uniq")
        ]

    def __str__(self) -> str:
        return self.name


class Criterion(models.Model):
    """What is judged, how many points at most, and how they are given."""

    area = models.ForeignKey(RubricArea, models.CASCADE, related_name="criteria", verbose_name=_("lĩnh vực"))
    code = models.CharField(_("số"), max_length=10)
    order = models.PositiveSmallIntegerField(_("thứ tự"))
    name = models.CharField(_("tiêu chí"), max_length=300)
    help = models.TextField(_("hướng dẫn chấm"), blank=True)
    points = points_field(_("điểm tối đa"))
    scoring = models.CharField(_("cách chấm"), max_length=10, choices=Scoring)
    # What the system counts beside it: a name of indicators.rubric.quantities. The points follow it only for QUANTITY.
    quantity = models.CharField(_("số liệu của hệ thống"), max_length=40, blank=True)
    # Further names of the same kind, only shown.
    beside = models.JSONField(_("số liệu khác để bên cạnh"), default=list, blank=True)
    wording = models.CharField(_("lời văn"), max_length=12, choices=Wording, default=Wording.UNCONFIRMED)
    source = models.CharField(_("nguồn của lời văn"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("tiêu chí")
        verbose_name_plural = _("tiêu chí")
        ordering = ("area__order", "order", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["area", "code"], name="indicators_criterion_code_uniq"),
            models.CheckConstraint(
                condition=Q(points__gt=0, points__lte=FULL_MARKS), name="indicators_criterion_points_range"
            ),
            models.CheckConstraint(
                condition=one_of("scoring", Scoring.values), name="indicators_criterion_scoring_known"
            ),
            models.CheckConstraint(
                condition=~Q(scoring="quantity") | ~Q(quantity=""), name="indicators_criterion_quantity_named"
            ),
            models.CheckConstraint(
                condition=one_of("wording", Wording.values), name="indicators_criterion_wording_known"
            ),
            models.CheckConstraint(
                condition=~Q(wording="summary") | ~Q(source=""), name="indicators_criterion_summary_sourced"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}. {self.name}"


class CriterionLevel(models.Model):
    """A level: its words and points; for a quantity, from how much on it is reached."""

    criterion = models.ForeignKey(Criterion, models.CASCADE, related_name="levels", verbose_name=_("tiêu chí"))
    words = models.CharField(_("mức"), max_length=200, blank=True)
    points = points_field(_("điểm"))
    at_least = models.DecimalField(_("từ"), max_digits=12, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("mức của tiêu chí")
        verbose_name_plural = _("mức của tiêu chí")
        ordering = ("criterion_id", "points", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["criterion", "points"], name="indicators_criterionlevel_points_uniq"),
            models.CheckConstraint(condition=Q(points__gte=0), name="indicators_criterionlevel_points_range"),
        ]

    def __str__(self) -> str:
        return f"{self.words} ({self.points})"


class RubricBand(models.Model):
    """A rank and the points from which it begins."""

    rubric = models.ForeignKey(Rubric, models.CASCADE, related_name="bands", verbose_name=_("bộ tiêu chí"))
    name = models.CharField(_("xếp loại"), max_length=60)
    at_least = points_field(_("từ điểm"))

    class Meta:
        verbose_name = _("mức xếp loại")
        verbose_name_plural = _("mức xếp loại")
        ordering = ("rubric_id", F("at_least").desc())
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rubric", "at_least"], name="indicators_rubricband_start_uniq"),
            models.CheckConstraint(
                condition=Q(at_least__gte=0, at_least__lte=FULL_MARKS), name="indicators_rubricband_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ≥ {self.at_least}"
