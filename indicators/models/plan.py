"""The plan, its blocks and indicators (docs/adr/0048)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from centres.models import Body
from indicators.choices import Formula, IndicatorSource, Measure, MeasuredPer, PlanState
from indicators.querysets import PlanQuerySet


class Plan(models.Model):
    """A plan of the city; several may run side by side. The default one is what pages show when none is named."""

    code = models.CharField(_("mã"), max_length=30, unique=True)
    name = models.CharField(_("tên"), max_length=300)
    document = models.CharField(_("văn bản"), max_length=150, blank=True)
    starts_on = models.DateField(_("từ"))
    ends_on = models.DateField(_("đến"))
    state = models.CharField(_("trạng thái"), max_length=10, choices=PlanState, default=PlanState.DRAFT)
    is_default = models.BooleanField(_("kế hoạch chính"), default=False)
    copied_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="copies", verbose_name=_("chép từ")
    )
    note = models.CharField(_("ghi chú"), max_length=300, blank=True)

    objects: ClassVar[PlanQuerySet] = PlanQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("kế hoạch")
        verbose_name_plural = _("kế hoạch")
        ordering = ("-is_default", "-starts_on", "code")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="indicators_plan_dates_ordered"),
            models.CheckConstraint(condition=Q(state__in=PlanState.values), name="indicators_plan_state_known"),
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="indicators_plan_one_default"
            ),
            models.CheckConstraint(
                condition=Q(is_default=False) | Q(state="in_force"), name="indicators_plan_default_in_force"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Block(models.Model):
    """A heading of a plan, under which its indicators stand."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="blocks", verbose_name=_("kế hoạch"))
    code = models.CharField(_("mã"), max_length=5)
    name = models.CharField(_("tên mục"), max_length=200)
    order = models.PositiveSmallIntegerField(_("thứ tự"))

    class Meta:
        verbose_name = _("mục của kế hoạch")
        verbose_name_plural = _("mục của kế hoạch")
        ordering = ("plan_id", "order", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "code"], name="indicators_block_code_uniq"),
        ]

    def __str__(self) -> str:
        return self.name


class Indicator(models.Model):
    """One line of a plan. What is computed for it is named by ``formula``: a code may mean anything in another plan."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="indicators", verbose_name=_("kế hoạch"))
    block = models.ForeignKey(Block, models.PROTECT, related_name="indicators", verbose_name=_("mục"))
    code = models.CharField(_("mã"), max_length=10)
    order = models.PositiveSmallIntegerField(_("thứ tự"))
    name = models.CharField(_("chỉ tiêu"), max_length=200)
    measure = models.CharField(_("đơn vị tính"), max_length=20, choices=Measure)
    measured_per = models.CharField(_("tính theo"), max_length=20, choices=MeasuredPer)
    source = models.CharField(_("nguồn"), max_length=10, choices=IndicatorSource)
    formula = models.CharField(_("cách hệ thống tính"), max_length=10, choices=Formula, blank=True)
    note = models.CharField(_("ghi chú"), max_length=300, blank=True)
    responsible = models.ForeignKey(
        Body, models.PROTECT, null=True, blank=True, related_name="indicators", verbose_name=_("cơ quan chủ trì")
    )
    co_operating = models.ManyToManyField(
        Body, blank=True, related_name="indicators_helped", verbose_name=_("cơ quan phối hợp")
    )
    responsible_basis = models.CharField(_("căn cứ phân công"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("chỉ số")
        verbose_name_plural = _("chỉ số")
        ordering = ("plan_id", "order")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "code"], name="indicators_indicator_code_uniq"),
            models.CheckConstraint(
                condition=Q(source="reported") | ~Q(formula=""),
                name="indicators_indicator_formula_by_source",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def is_numeric(self) -> bool:
        """Whether its figures are numbers, not statuses."""
        return self.measure in (Measure.PERCENT, Measure.NUMBER)
