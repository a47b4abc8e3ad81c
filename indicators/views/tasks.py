"""The plan's tasks, and what became of them."""

from collections import Counter

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from centres.access import scoped
from centres.choices import Verb
from indicators.choices import TaskState
from indicators.contributions import addressees
from indicators.models import PlanTask
from indicators.plan_forms import TaskForm, TaskUpdateForm
from indicators.services.tasks import drop_task, record_task, save_task
from indicators.views.asking import plan_of, user_of
from indicators.views.plans import done_or_told, filled, form_page, may_plan, plan_or_404

FIELDS = ("part", "number", "words", "body", "cadence", "due_on")


@scoped(Verb.VIEW_FIGURES)
def task_list(request: HttpRequest) -> HttpResponse:
    """Who does what by when; by body and state."""
    plan = plan_of(request)
    tasks = list(plan.tasks.select_related("body").prefetch_related("co_operating"))
    body, state = request.GET.get("body", ""), request.GET.get("state", "")
    bodies = addressees(plan)
    counts = Counter(str(task.shown_state) for task in tasks)
    if body:
        tasks = [task for task in tasks if task.body and task.body.code == body]
    if state in TaskState.values:
        tasks = [task for task in tasks if task.shown_state == state]
    parts: dict[str, list[PlanTask]] = {}
    for task in tasks:
        parts.setdefault(task.part, []).append(task)
    context = {
        "plan": plan,
        "parts": list(parts.items()),
        "bodies": bodies,
        "body": body,
        "state": state,
        "states": [(code, words, counts.get(code, 0)) for code, words in TaskState.choices],
        "may_plan": may_plan(request) and plan.state != "ended",
    }
    return render(request, "plans/task_list.html", context)


def _task(request: HttpRequest, pk: int, task_pk: int) -> PlanTask:
    rows = PlanTask.objects.select_related("plan", "body").prefetch_related("co_operating")
    return get_object_or_404(rows, pk=task_pk, plan=plan_or_404(request, pk))


@scoped(Verb.VIEW_FIGURES)
def task_page(request: HttpRequest, pk: int, task_pk: int) -> HttpResponse:
    """One task with everything that was said of it; who lays plans down says more."""
    task = _task(request, pk, task_pk)
    editing = may_plan(request) and task.plan.state == "in_force"
    form = TaskUpdateForm(request.POST or None, initial={"state": task.state}) if editing else None
    if form and filled(request, form, lambda **given: record_task(task=task, by=user_of(request), **given)):
        messages.success(request, _("Đã ghi tiến độ nhiệm vụ %(number)s.") % {"number": task.number})
        return redirect("indicators:task", pk, task_pk)
    context = {
        "plan": task.plan, "task": task, "updates": task.updates.select_related("recorded_by"), "form": form,
        "may_plan": may_plan(request) and task.plan.state != "ended",
    }  # fmt: skip
    return render(request, "plans/task.html", context, status=422 if form is not None and form.errors else 200)


@scoped(Verb.SET_RULES)
def task_edit(request: HttpRequest, pk: int, task_pk: int = 0) -> HttpResponse:
    """Write a task down, or change its words."""
    plan = plan_or_404(request, pk)
    task = _task(request, pk, task_pk) if task_pk else None
    initial = {name: getattr(task, name) for name in FIELDS} | {"co_operating": task.co_operating.all()} if task else {}
    form = TaskForm(plan, request.POST or None, initial=initial)
    saved = filled(request, form, lambda **given: save_task(plan=plan, task=task, by=user_of(request), **given))
    if saved:
        messages.success(request, _("Đã lưu nhiệm vụ."))
        return redirect("indicators:task", pk, saved.pk)
    whole = f"{reverse('indicators:task-list')}?plan={plan.code}"
    back = reverse("indicators:task", args=[pk, task.pk]) if task else whole
    drop = reverse("indicators:task-drop", args=[pk, task.pk]) if task else ""
    heading = _("Sửa nhiệm vụ") if task else _("Thêm nhiệm vụ")
    return form_page(request, form, heading=heading, note=plan.name, back=back, drop=drop)


@scoped(Verb.SET_RULES)
@require_POST
def task_drop(request: HttpRequest, pk: int, task_pk: int) -> HttpResponse:
    """Delete a task nobody spoke of yet."""
    task = _task(request, pk, task_pk)
    reason = request.POST.get("reason", "")
    done_or_told(request, lambda: drop_task(task=task, by=user_of(request), reason=reason), _("Đã xóa nhiệm vụ."))
    return redirect(f"{reverse('indicators:task-list')}?plan={task.plan.code}")
