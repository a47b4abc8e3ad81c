"""Reporting a figure: typed, kept as a draft, submitted."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from centres.access import scoped
from centres.choices import Verb
from core.errors import DomainError
from core.forms import add_domain_error
from indicators import services
from indicators.forms import ReportForm
from indicators.models import Figure, FigureDraft
from indicators.views.asking import asked_of, line_of, user_of

REFUSALS = (409, 422)


@scoped(Verb.REPORT_FIGURE)
def report_figure(request: HttpRequest, code: str) -> HttpResponse:
    """Enter a reported figure, with its source; or keep what is typed so far."""
    user = user_of(request)
    indicator = line_of(request, code)
    unit, _day = asked_of(request)
    draft = FigureDraft.objects.filter(indicator=indicator, unit=unit).select_related("saved_by").first()
    form = ReportForm(indicator, request.POST or None, initial=draft.typed if draft else None)
    asked = urlencode({"plan": indicator.plan.code, "unit": unit.pk})
    page = f"{request.path.removesuffix('report/')}?{asked}"
    context: dict[str, Any] = {
        "form": form, "indicator": indicator, "unit": unit, "targets": indicator.targets.all(), "draft": draft,
    }  # fmt: skip
    if request.method != "POST":
        return render(request, "indicators/report_form.html", context)
    action, status = request.POST.get("action", "submit"), 422
    try:
        if action == "discard":
            services.discard_draft(indicator=indicator, unit=unit, by=user)
            messages.success(request, _("Đã bỏ bản nháp."))
            return redirect(page)
        if action == "draft":
            typed = {name: request.POST.get(name, "") for name in form.fields}
            services.save_draft(indicator=indicator, unit=unit, typed=typed, by=user)
            messages.success(request, _("Đã lưu nháp %(code)s. Bản nháp chưa nộp và chưa được tính.") % {"code": code})
            return redirect(page)
        if form.is_valid():
            figure = services.report_figure(indicator=indicator, unit=unit, by=user, **form.values())
            messages.success(request, _submitted(figure))
            return redirect(page)
    except DomainError as error:
        if error.status not in REFUSALS:
            raise
        if action == "draft":
            form = context["form"] = ReportForm(indicator, initial=request.POST.dict())
            messages.error(request, str(error.message))
        else:
            add_domain_error(form, error)
        status = error.status
        context["lock"] = error.data.get("lock")
    return render(request, "indicators/report_form.html", context, status=status)


def _submitted(figure: Figure) -> str:
    words = _("Đã ghi số liệu %(code)s.") % {"code": figure.indicator.code}
    if figure.stage:
        words += " " + _("Đang chờ %(level)s duyệt.") % {"level": figure.get_stage_display()}
    return words
