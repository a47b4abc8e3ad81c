"""Laying down plans on pages: list, plan, blocks, lines, and when a plan holds."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.models import Body
from core.errors import DomainError
from core.forms import add_domain_error
from indicators.models import Block, Indicator, Plan
from indicators.plan_forms import BlockForm, BodyForm, LineForm, PlanForm
from indicators.services import plans as services
from indicators.views.asking import user_of

LINE_FIELDS = ("block", "code", "order", "name", "measure", "measured_per", "formula", "note", "responsible",
               "responsible_basis")  # fmt: skip


def plan_or_404(request: HttpRequest, pk: int) -> Plan:
    """Return a plan this person sees."""
    return get_object_or_404(Plan.objects.visible_to(request.user), pk=pk)


def may_plan(request: HttpRequest) -> bool:
    """Whether this person lays plans down."""
    return Verb.SET_RULES in scope_of(request.user).city_verbs


def sent(form: forms.Form, do: Callable[[], Any]) -> bool:
    """Do what a form asks; False when it is not valid or is refused, the form says why. 403 and 404 are raised."""
    if not form.is_valid():
        return False
    try:
        do()
    except DomainError as error:
        if error.status in (403, 404):
            raise
        add_domain_error(form, error)
        return False
    return True


def filled(request: HttpRequest, form: forms.Form, do: Callable[..., Any]) -> Any:
    """Do what a valid form asks and return what came of it; None when it is not valid or is refused (``sent``)."""
    done: list[Any] = []
    sends = request.method == "POST" and sent(form, lambda: done.append(do(**form.cleaned_data)))
    return done[0] if sends else None


def form_page(request: HttpRequest, form: forms.Form, **context: Any) -> HttpResponse:
    """Show a form on a page of its own: ``heading``, ``note``, ``back``, ``label``, and what can be dropped."""
    status = 422 if form.errors else 200
    context |= {"form": form, "drop": context.get("drop", ""), "reasoned": "reason" in form.fields}
    return render(request, "plans/form.html", {"note": "", **context}, status=status)


def done_or_told(request: HttpRequest, do: Callable[[], Any], words: str, undo: str = "") -> None:
    """Do a verb of a button and say so; a refusal is said instead. 403 and 404 are raised."""
    try:
        do()
    except DomainError as error:
        if error.status in (403, 404):
            raise
        messages.error(request, str(error.message), extra_tags="bad")
    else:
        messages.success(request, words, extra_tags=undo)


@scoped(Verb.VIEW_FIGURES)
def plan_list(request: HttpRequest) -> HttpResponse:
    """Plans side by side."""
    plans = Plan.objects.visible_to(request.user).select_related("copied_from")
    return render(request, "plans/plan_list.html", {"plans": plans, "may_plan": may_plan(request)})


@scoped(Verb.SET_RULES)
def plan_add(request: HttpRequest) -> HttpResponse:
    """Begin a plan, empty or as a copy."""
    form = PlanForm(None, request.POST or None)
    plan = filled(request, form, lambda **given: services.create_plan(by=user_of(request), **given))
    if plan:
        messages.success(request, _("Đã tạo kế hoạch. Hãy soạn mục và chỉ tiêu, rồi đưa vào thực hiện."))
        return redirect("indicators:plan-setup", plan.pk)
    return form_page(request, form, heading=_("Kế hoạch mới"), back=reverse("indicators:plan-list"))


@scoped(Verb.VIEW_FIGURES)
def plan_setup(request: HttpRequest, pk: int) -> HttpResponse:
    """What a plan consists of; for who lays plans down, with what can be changed."""
    plan = plan_or_404(request, pk)
    lines = plan.indicators.select_related("responsible").prefetch_related("targets", "steps").order_by("order")
    by_block: dict[int, list[Indicator]] = {}
    for line in lines:
        by_block.setdefault(line.block_id, []).append(line)
    context = {
        "plan": plan,
        "blocks": [(block, by_block.get(block.pk, [])) for block in plan.blocks.all()],
        "may_plan": may_plan(request) and plan.state != "ended",
        "tasks": plan.tasks.count(),
        "bare": [line.code for line in lines if not line.targets.all()],
    }
    return render(request, "plans/plan_setup.html", context)


@scoped(Verb.SET_RULES)
def plan_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change name, document and days."""
    plan = plan_or_404(request, pk)
    names = ("code", "name", "document", "starts_on", "ends_on", "note")
    form = PlanForm(plan, request.POST or None, initial={name: getattr(plan, name) for name in names})
    if filled(request, form, lambda **given: services.edit_plan(plan=plan, by=user_of(request), **given)):
        messages.success(request, _("Đã lưu kế hoạch."))
        return redirect("indicators:plan-setup", pk)
    back = reverse("indicators:plan-setup", args=[pk])
    return form_page(request, form, heading=_("Sửa kế hoạch"), note=plan.name, back=back)


@scoped(Verb.SET_RULES)
@require_POST
def plan_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a draft in force; a button takes it back."""
    plan = plan_or_404(request, pk)
    undo = reverse("indicators:plan-start-undo", args=[pk])
    done_or_told(
        request, lambda: services.start_plan(plan=plan, by=user_of(request)), _("Kế hoạch đã có hiệu lực."), undo
    )
    return redirect("indicators:plan-setup", pk)


@scoped(Verb.SET_RULES)
@require_POST
def plan_start_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Back to a draft."""
    plan = plan_or_404(request, pk)
    words = _("Kế hoạch trở lại đang soạn.")
    done_or_told(request, lambda: services.undo_start(plan=plan, by=user_of(request)), words)
    return redirect("indicators:plan-setup", pk)


@scoped(Verb.SET_RULES)
@require_POST
def plan_default(request: HttpRequest, pk: int) -> HttpResponse:
    """Make it the main plan."""
    plan, reason = plan_or_404(request, pk), request.POST.get("reason", "")
    words = _("Đây là kế hoạch chính.")
    done_or_told(request, lambda: services.make_default(plan=plan, by=user_of(request), reason=reason), words)
    return redirect("indicators:plan-setup", pk)


@scoped(Verb.SET_RULES)
@require_POST
def plan_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a plan."""
    plan, reason = plan_or_404(request, pk), request.POST.get("reason", "")
    words = _("Kế hoạch đã kết thúc; mọi thứ vẫn xem được.")
    done_or_told(request, lambda: services.end_plan(plan=plan, by=user_of(request), reason=reason), words)
    return redirect("indicators:plan-setup", pk)


@scoped(Verb.SET_RULES)
@require_POST
def plan_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    plan = plan_or_404(request, pk)
    done_or_told(request, lambda: services.discard_plan(plan=plan, by=user_of(request)), _("Đã xóa bản đang soạn."))
    gone = not Plan.objects.filter(pk=pk).exists()
    return redirect("indicators:plan-list") if gone else redirect("indicators:plan-setup", pk)


@scoped(Verb.SET_RULES)
def block_edit(request: HttpRequest, pk: int, block_pk: int = 0) -> HttpResponse:
    """Add or change a heading."""
    plan = plan_or_404(request, pk)
    block = get_object_or_404(Block, pk=block_pk, plan=plan) if block_pk else None
    count = plan.blocks.count()
    initial = {"code": block.code, "name": block.name, "order": block.order} if block else {"order": count + 1}
    form = BlockForm(plan, request.POST or None, initial=initial)
    by = user_of(request)
    if filled(request, form, lambda **given: services.save_block(plan=plan, block=block, by=by, **given)):
        messages.success(request, _("Đã lưu mục."))
        return redirect("indicators:plan-setup", pk)
    drop = reverse("indicators:block-drop", args=[pk, block.pk]) if block else ""
    back = reverse("indicators:plan-setup", args=[pk])
    heading = _("Sửa mục") if block else _("Thêm mục")
    return form_page(request, form, heading=heading, note=plan.name, back=back, drop=drop)


@scoped(Verb.SET_RULES)
@require_POST
def block_drop(request: HttpRequest, pk: int, block_pk: int) -> HttpResponse:
    """Delete a heading without lines."""
    block = get_object_or_404(Block, pk=block_pk, plan=plan_or_404(request, pk))
    reason = request.POST.get("reason", "")
    done_or_told(
        request, lambda: services.drop_block(block=block, by=user_of(request), reason=reason), _("Đã xóa mục.")
    )
    return redirect("indicators:plan-setup", pk)


@scoped(Verb.SET_RULES)
def line_edit(request: HttpRequest, pk: int, line_pk: int = 0) -> HttpResponse:
    """Add or change a line; its targets are on the line's own page."""
    plan = plan_or_404(request, pk)
    line = get_object_or_404(Indicator, pk=line_pk, plan=plan) if line_pk else None
    initial: dict[str, Any] = {"order": plan.indicators.count() + 1}
    if line:
        initial = {name: getattr(line, name) for name in LINE_FIELDS} | {"co_operating": line.co_operating.all()}
    form = LineForm(plan, request.POST or None, initial=initial)

    def save(*, co_operating: Any, reason: str = "", **values: Any) -> Indicator:
        return services.save_line(
            plan=plan, line=line, values=values, co_operating=list(co_operating), by=user_of(request), reason=reason
        )

    saved = filled(request, form, save)
    if saved:
        messages.success(request, _("Đã lưu chỉ tiêu."))
        return redirect("indicators:plan-line", pk, saved.pk)
    back = reverse("indicators:plan-line", args=[pk, line.pk]) if line else reverse("indicators:plan-setup", args=[pk])
    drop = reverse("indicators:line-drop", args=[pk, line.pk]) if line else ""
    heading = _("Sửa chỉ tiêu") if line else _("Thêm chỉ tiêu")
    return form_page(request, form, heading=heading, note=plan.name, back=back, drop=drop)


@scoped(Verb.SET_RULES)
@require_POST
def line_drop(request: HttpRequest, pk: int, line_pk: int) -> HttpResponse:
    """Delete a line without figures."""
    line = get_object_or_404(Indicator, pk=line_pk, plan=plan_or_404(request, pk))
    reason = request.POST.get("reason", "")
    done_or_told(
        request, lambda: services.drop_line(line=line, by=user_of(request), reason=reason), _("Đã xóa chỉ tiêu.")
    )
    return redirect("indicators:plan-setup", pk)


@scoped(Verb.SET_RULES)
def body_list(request: HttpRequest) -> HttpResponse:
    """Addressees of plans; add one."""
    form = BodyForm(request.POST or None)
    body = filled(request, form, lambda **given: services.save_body(by=user_of(request), **given))
    if body:
        messages.success(request, _("Đã lưu cơ quan."))
        return redirect("indicators:body-list")
    context = {"form": form, "bodies": Body.objects.all()}
    return render(request, "plans/body_list.html", context, status=422 if form.errors else 200)
