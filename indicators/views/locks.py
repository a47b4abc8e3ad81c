"""Closed periods: closing, opening, asking for an exception, answering."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.models import AdminUnit
from core.dates import Period, plan_year_of
from core.errors import DomainError
from core.forms import add_domain_error
from indicators import services
from indicators.calendar_forms import AnswerForm, AskForm, LockForm, ReasonForm
from indicators.choices import ExceptionState, IndicatorSource
from indicators.models import Indicator, LockException, PeriodLock
from indicators.views.asking import units_of, user_of

REFUSALS = (409, 422)


@scoped(Verb.VIEW_FIGURES)
def lock_list(request: HttpRequest) -> HttpResponse:
    """What is closed, since when, why, until when; who asked for an exception and what was answered."""
    return _page(request)


def _page(request: HttpRequest, *, wrong: int = 0, words: str = "", status: int = 200) -> HttpResponse:
    """The page; ``wrong``: which request was answered wrongly, with what was typed."""
    scope, today = scope_of(request.user), timezone.localdate()
    locks = PeriodLock.objects.select_related("unit", "locked_by", "lifted_by")
    asked = LockException.objects.visible_to(request.user).select_related(
        "lock", "unit", "indicator", "asked_by", "decided_by"
    )
    context = {
        "in_force": locks.in_force(today),
        "past": [row for row in locks[:50] if row.lifted_at or (row.until_on and row.until_on < today)],
        "waiting": asked.filter(state=ExceptionState.ASKED),
        "answered": asked.exclude(state=ExceptionState.ASKED)[:50],
        "may_lock": Verb.SET_RULES in scope.city_verbs,
        "may_ask": scope.may(Verb.REPORT_FIGURE),
        "me": request.user.pk,
        "today": today,
        "wrong": wrong,
        "words": words,
        "typed": {"answer": request.POST.get("answer", ""), "expires_on": request.POST.get("expires_on", "")},
    }
    return render(request, "indicators/locks.html", context, status=status)


def _filled(
    request: HttpRequest,
    form: Any,
    act: Callable[[], Any],
    done: str,
    page: dict[str, Any],
    to: str = "indicators:locks",
) -> HttpResponse:
    """Show a form, or do what it says; a refusal stands in the form, with what was typed."""
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except DomainError as error:
            if error.status not in REFUSALS:
                raise
            status = error.status
            add_domain_error(form, error)
        else:
            messages.success(request, done)
            return redirect(to)
    status = status if status != 200 or not form.errors else 422
    return render(request, "indicators/simple_form.html", {"form": form, **page}, status=status)


@scoped(Verb.SET_RULES)
def lock_add(request: HttpRequest) -> HttpResponse:
    """Close a period."""
    user = user_of(request)
    form = LockForm(units_of(user), request.POST or None, initial=_last_plan_year(timezone.localdate()))
    page = {
        "heading": _("Khóa kỳ"), "button": _("Khóa kỳ này"), "back": "indicators:locks", "back_words": _("Kỳ đã khóa"),
        "text": _("Khi khóa, số liệu đã duyệt của kỳ được giữ nguyên. Muốn nhập hay sửa phải xin ngoại lệ, và lần "
                  "sửa là phiên bản mới có lý do."),
    }  # fmt: skip
    return _filled(request, form, lambda: services.lock_period(by=user, **form.cleaned_data), _("Đã khóa kỳ."), page)


def _last_plan_year(today: dt.date) -> dict[str, dt.date]:
    last = Period.plan_year(plan_year_of(today).starts_on.year)
    return {"starts_on": last.starts_on, "ends_on": last.ends_on}


@scoped(Verb.SET_RULES)
def lock_lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a period again."""
    user = user_of(request)
    lock = get_object_or_404(PeriodLock, pk=pk)
    form = ReasonForm(request.POST or None)
    page = {
        "heading": _("Mở kỳ đã khóa"), "button": _("Mở kỳ này"), "back": "indicators:locks",
        "back_words": _("Kỳ đã khóa"), "text": services.locks.words_of(lock),
    }  # fmt: skip
    return _filled(
        request, form, lambda: services.lift_lock(lock=lock, by=user, **form.cleaned_data), _("Đã mở kỳ."), page
    )


@scoped(Verb.REPORT_FIGURE)
def exception_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask to enter into a locked period."""
    user, scope = user_of(request), scope_of(request.user)
    lock = get_object_or_404(PeriodLock.objects.select_related("locked_by"), pk=pk)
    units = AdminUnit.objects.filter(pk__in=scope.unit_ids)
    lines = Indicator.objects.exclude(source=IndicatorSource.COMPUTED).order_by("plan_id", "order")
    initial = {"unit": request.GET.get("unit"), "indicator": lines.filter(code=request.GET.get("code", "")).first()}
    form = AskForm(units, lines, request.POST or None, initial=initial)
    page = {
        "heading": _("Xin nhập vào kỳ đã khóa"), "button": _("Gửi yêu cầu"), "back": "indicators:locks",
        "back_words": _("Kỳ đã khóa"), "text": services.locks.words_of(lock),
    }  # fmt: skip
    return _filled(
        request, form, lambda: services.ask_exception(lock=lock, by=user, **form.cleaned_data),
        _("Đã gửi yêu cầu. Khi được phép, bạn nhập được đến hết ngày ghi trong câu trả lời."), page,
    )  # fmt: skip


@scoped(Verb.SET_RULES)
@require_POST
def exception_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Let somebody in until a day, or not."""
    row = get_object_or_404(LockException.objects.visible_to(request.user), pk=pk)
    form = AnswerForm(request.POST)
    granted = request.POST.get("verdict") == "granted"
    wrong, status = "", 422
    if form.is_valid():
        try:
            services.answer_exception(row=row, granted=granted, by=user_of(request), **form.cleaned_data)
        except DomainError as error:
            if error.status == 404:
                raise
            wrong, status = str(error.message), error.status
    else:
        wrong = " ".join(str(reason) for reasons in form.errors.values() for reason in reasons)
    if status == 409:  # somebody else answered: the page now says who
        messages.error(request, wrong)
    elif wrong:
        return _page(request, wrong=pk, words=wrong, status=status)
    else:
        messages.success(request, _("Đã trả lời yêu cầu."))
    return redirect("indicators:locks")
