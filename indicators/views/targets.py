"""One line of a plan: its targets, the way between them, and its parts by unit."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from centres.access import scoped
from centres.choices import UnitLevel, Verb
from centres.models import AdminUnit
from core.dates import read_year
from indicators.models import Indicator, Target, TrajectoryStep, UnitTarget
from indicators.plan_forms import StepForm, TargetForm, UnitTargetForm
from indicators.rules import Trajectory
from indicators.selectors import goal_of, trajectory_of
from indicators.services import plans as services
from indicators.services.unit_targets import drop_unit_target, set_unit_target
from indicators.unit_parts import parts_of, years_of
from indicators.views.asking import user_of
from indicators.views.plans import done_or_told, filled, may_plan, plan_or_404


@dataclass(frozen=True, slots=True)
class YearAsked:
    """What is asked for by the end of a year, and why that: a target of the plan, a step of its own, or the way."""

    year: int
    value: Decimal | None
    target: Target | None
    words: str
    step: TrajectoryStep | None


def _line(request: HttpRequest, pk: int, line_pk: int) -> Indicator:
    rows = Indicator.objects.select_related("plan", "block", "responsible")
    return get_object_or_404(rows.prefetch_related("targets", "steps"), pk=line_pk, plan=plan_or_404(request, pk))


def years_asked(line: Indicator, trajectory: Trajectory) -> list[YearAsked]:
    """Return the years from the first target to the last, one by one."""
    if not trajectory.years:
        return []
    targets = {target.year: target for target in line.targets.all()}
    steps = {step.year: step for step in line.steps.all()}
    every = range(trajectory.years[0], trajectory.years[-1] + 1) if line.is_numeric else trajectory.years
    return [
        YearAsked(
            year, trajectory.required_in(year), targets.get(year),
            goal_of(targets[year]).words() if year in targets else "", steps.get(year),
        )
        for year in every
    ]  # fmt: skip


def _line_page(request: HttpRequest, line: Indicator, **given: forms.Form) -> HttpResponse:
    trajectory = trajectory_of(line)
    target, step = given.get("target") or TargetForm(line), given.get("step") or StepForm()
    context = {
        "plan": line.plan,
        "line": line,
        "years": years_asked(line, trajectory),
        "may_plan": may_plan(request) and line.plan.state != "ended",
        "target_form": target,
        "step_form": step,
        "may_step": line.is_numeric and len(trajectory.years) > 1,
        "unit_years": years_of(line),
        "figures": line.figures.count(),
    }
    status = 422 if target.errors or step.errors else 200
    return render(request, "plans/line.html", context, status=status)


@scoped(Verb.VIEW_FIGURES)
def line_page(request: HttpRequest, pk: int, line_pk: int) -> HttpResponse:
    """Targets and the way between them."""
    return _line_page(request, _line(request, pk, line_pk))


@scoped(Verb.SET_RULES)
@require_POST
def target_set(request: HttpRequest, pk: int, line_pk: int) -> HttpResponse:
    """Set the target of a year."""
    line = _line(request, pk, line_pk)
    form = TargetForm(line, request.POST)
    if filled(request, form, lambda **given: services.set_target(line=line, by=user_of(request), **given)):
        messages.success(request, _("Đã lưu mức phải đạt."))
        return redirect("indicators:plan-line", pk, line_pk)
    return _line_page(request, line, target=form)


@scoped(Verb.SET_RULES)
@require_POST
def target_drop(request: HttpRequest, pk: int, line_pk: int, target_pk: int) -> HttpResponse:
    """Take a target away."""
    target = get_object_or_404(Target, pk=target_pk, indicator=_line(request, pk, line_pk))
    reason = request.POST.get("reason", "")
    done_or_told(
        request, lambda: services.drop_target(target=target, by=user_of(request), reason=reason), _("Đã xóa mức.")
    )
    return redirect("indicators:plan-line", pk, line_pk)


@scoped(Verb.SET_RULES)
@require_POST
def step_set(request: HttpRequest, pk: int, line_pk: int) -> HttpResponse:
    """Set a step of its own."""
    line = _line(request, pk, line_pk)
    form = StepForm(request.POST)

    def save(*, step_year: int, step_value: Decimal, step_reason: str) -> TrajectoryStep:
        return services.set_step(line=line, year=step_year, value=step_value, reason=step_reason, by=user_of(request))

    if filled(request, form, save):
        messages.success(request, _("Đã lưu bước riêng của năm."))
        return redirect("indicators:plan-line", pk, line_pk)
    return _line_page(request, line, step=form)


@scoped(Verb.SET_RULES)
@require_POST
def step_drop(request: HttpRequest, pk: int, line_pk: int, step_pk: int) -> HttpResponse:
    """Back to the straight way."""
    step = get_object_or_404(TrajectoryStep, pk=step_pk, indicator=_line(request, pk, line_pk))
    words = _("Năm này trở lại lộ trình đều.")
    done_or_told(request, lambda: services.drop_step(step=step, by=user_of(request)), words)
    return redirect("indicators:plan-line", pk, line_pk)


@scoped(Verb.VIEW_FIGURES)
def unit_targets(request: HttpRequest, pk: int, line_pk: int) -> HttpResponse:
    """What each unit was given for a year, and whether it comes to the city's target; with a form for one more."""
    line = _line(request, pk, line_pk)
    years = years_of(line)
    year = read_year(request.GET.get("year", ""), 0)
    year = year or (years[-1] if years else max(line.plan.starts_on.year, timezone.localdate().year))
    units = AdminUnit.objects.exclude(level=UnitLevel.CITY).on(timezone.localdate()).order_by("sort_key")
    editing = may_plan(request) and line.plan.state != "ended"
    form = UnitTargetForm(line, units, request.POST or None, initial={"year": year}) if editing else None
    if form is not None:
        saved = filled(request, form, lambda **given: set_unit_target(line=line, by=user_of(request), **given))
        if saved:
            messages.success(request, _("Đã giao cho %(unit)s.") % {"unit": saved.unit.name})
            return redirect(f"{reverse('indicators:unit-targets', args=[pk, line_pk])}?year={saved.year}")
    context: dict[str, Any] = {
        "plan": line.plan, "line": line, "year": year, "years": sorted({*years, year}), "parts": parts_of(line, year),
        "goal_words": "", "needed": trajectory_of(line).required_in(year), "form": form,
    }  # fmt: skip
    if context["parts"].goal:
        context["goal_words"] = context["parts"].goal.words()
    status = 422 if form is not None and form.errors else 200
    return render(request, "plans/unit_targets.html", context, status=status)


@scoped(Verb.SET_RULES)
@require_POST
def unit_target_drop(request: HttpRequest, pk: int, line_pk: int, target_pk: int) -> HttpResponse:
    """Take a unit's own target away."""
    target = get_object_or_404(UnitTarget, pk=target_pk, indicator=_line(request, pk, line_pk))
    reason, words = request.POST.get("reason", ""), _("Đã bỏ mức giao cho đơn vị.")
    done_or_told(request, lambda: drop_unit_target(target=target, by=user_of(request), reason=reason), words)
    return redirect(f"{reverse('indicators:unit-targets', args=[pk, line_pk])}?year={target.year}")
