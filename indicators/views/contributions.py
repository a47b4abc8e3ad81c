"""Each body's yearly contribution: who has sent, the short form, accepting and returning."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.models import AdminUnit, Body
from core.dates import read_year
from core.errors import DomainError
from core.forms import add_domain_error
from indicators.contributions import standings
from indicators.models import Contribution, Plan
from indicators.plan_forms import ContributionForm
from indicators.services import contributions as services
from indicators.views.asking import plan_of, user_of
from indicators.views.plans import done_or_told, may_plan


def year_of(request: HttpRequest, plan: Plan) -> int:
    """Return the plan year asked for: by default the one that closes this year (30 November; in December it is due)."""
    today = timezone.localdate()
    year = read_year(request.GET.get("year", ""), today.year)
    return max(plan.starts_on.year, min(year, plan.ends_on.year, today.year))


@scoped(Verb.VIEW_FIGURES)
def contribution_list(request: HttpRequest) -> HttpResponse:
    """Who has sent and who has not."""
    plan = plan_of(request)
    year = year_of(request, plan)
    rows = standings(plan, year, user_of(request))
    only = request.GET.get("only", "")
    shown = [row for row in rows if only != "missing" or not row.is_in]
    context = {
        "plan": plan,
        "year": year,
        "years": range(min(plan.ends_on.year, timezone.localdate().year), plan.starts_on.year - 1, -1),
        "rows": [row for row in shown if row.unit is None or row.is_own],
        "units": [row for row in shown if row.unit is not None and not row.is_own],
        "only": only,
        "sent": sum(row.is_in for row in rows),
        "accepted": sum(row.state == "accepted" for row in rows),
        "total": len(rows),
    }
    return render(request, "plans/contribution_list.html", context)


def _own(request: HttpRequest, body: Body, unit: AdminUnit | None) -> bool:
    scope = scope_of(request.user)
    mine = unit.pk in scope.unit_ids if unit else body.pk in scope.body_ids
    return mine and scope.may(Verb.CONTRIBUTE)


@scoped(Verb.CONTRIBUTE)
def contribution_edit(request: HttpRequest, body_code: str) -> HttpResponse:
    """The short form of one's own body or unit: save as a draft, or send."""
    plan = plan_of(request)
    year = year_of(request, plan)
    body = get_object_or_404(Body, code=body_code)
    asked = request.GET.get("unit", "")
    unit = get_object_or_404(AdminUnit, pk=asked) if asked.isascii() and asked.isdecimal() else None
    if not _own(request, body, unit):
        raise Http404
    row = Contribution.objects.filter(plan=plan, body=body, unit=unit, year=year).first()
    if row and row.state in ("sent", "accepted"):
        return redirect("indicators:contribution", row.pk)
    initial: dict[str, Any] = {**(row.words() if row else {}), "version": row.version if row else 0}
    form = ContributionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        words = dict(form.cleaned_data)
        version, send = words.pop("version"), "send" in request.POST
        try:
            saved = services.save_contribution(
                plan=plan, body=body, unit=unit, year=year, words=words, version=version, by=user_of(request), send=send
            )
        except DomainError as error:
            if error.status in (403, 404):
                raise
            add_domain_error(form, error)
        else:
            undo = reverse("indicators:contribution-take-back", args=[saved.pk]) if send else ""
            messages.success(request, _("Đã gửi.") if send else _("Đã lưu bản nháp, chưa gửi."), extra_tags=undo)
            return redirect("indicators:contribution", saved.pk)
    context = {
        "plan": plan, "year": year, "body": body, "unit": unit, "row": row, "form": form, "back": _back(plan, year),
        "tasks": plan.tasks.filter(body=body),
        "returned": row.events.first() if row and row.state == "returned" else None,
    }  # fmt: skip
    return render(request, "plans/contribution_form.html", context, status=422 if form.errors else 200)


def _back(plan: Plan, year: int) -> str:
    return f"{reverse('indicators:contribution-list')}?{urlencode({'plan': plan.code, 'year': str(year)})}"


def _visible(request: HttpRequest, pk: int) -> Contribution:
    rows = Contribution.objects.visible_to(request.user).select_related("plan", "body", "unit", "sent_by")
    return get_object_or_404(rows, pk=pk)


@scoped(Verb.VIEW_FIGURES)
def contribution(request: HttpRequest, pk: int) -> HttpResponse:
    """One contribution as it was written, with its history."""
    return _page(request, _visible(request, pk))


def _page(
    request: HttpRequest, row: Contribution, words: str = "", reason: str = "", status: int = 200
) -> HttpResponse:
    own = _own(request, row.body, row.unit)
    query = {"plan": row.plan.code, "year": str(row.year)} | ({"unit": str(row.unit_id)} if row.unit_id else {})
    context = {
        "row": row,
        "plan": row.plan,
        "texts": [
            (_("Việc đã làm trong năm"), row.done), (_("Số liệu"), row.figures),
            (_("Khó khăn, vướng mắc"), row.difficulties), (_("Đề xuất, kiến nghị"), row.proposals),
        ],
        "events": row.events.select_related("acted_by"),
        "back": _back(row.plan, row.year),
        "edit": f"{reverse('indicators:contribution-edit', args=[row.body.code])}?{urlencode(query)}",
        "may_edit": own and row.state in ("draft", "returned"),
        "may_take_back": own and row.state == "sent",
        "may_accept": may_plan(request) and row.state == "sent",
        "may_return": may_plan(request) and row.state in ("sent", "accepted"),
        "wrong": words,
        "reason": reason,
    }  # fmt: skip
    return render(request, "plans/contribution.html", context, status=status)


@scoped(Verb.CONTRIBUTE)
@require_POST
def contribution_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo sending."""
    row = _visible(request, pk)
    words = _("Đã rút lại để sửa.")
    done_or_told(request, lambda: services.take_back_contribution(contribution=row, by=user_of(request)), words)
    return redirect("indicators:contribution", pk)


@scoped(Verb.SET_RULES)
@require_POST
def contribution_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept into the annual report, or return with a reason."""
    row = _visible(request, pk)
    accept, reason = "accept" in request.POST, request.POST.get("reason", "")
    try:
        services.decide_contribution(contribution=row, accept=accept, by=user_of(request), reason=reason)
    except DomainError as error:
        if error.status in (403, 404):
            raise
        return _page(request, row, str(error.message), reason, error.status)
    messages.success(request, _("Đã nhận vào báo cáo năm.") if accept else _("Đã trả lại để bổ sung."))
    return redirect(_back(row.plan, row.year))
