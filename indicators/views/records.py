"""What is recorded once: populations of units, titles of learners."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.permissions import require
from core.errors import DomainError
from core.forms import add_domain_error
from indicators import services
from indicators.models import CitizenTitle, Population
from indicators.record_forms import PopulationForm, TakeBackTitleForm, TitleForm
from indicators.views.asking import asked_of, units_of, user_of
from learners.models import Learner
from learners.services import centre_where

REFUSALS = (409, 422)


@scoped(Verb.VIEW_FIGURES)
def populations(request: HttpRequest) -> HttpResponse:
    """Populations of a unit, every version; whoever reports for it adds one."""
    user, scope = user_of(request), scope_of(request.user)
    unit, _day = asked_of(request)
    own = unit.pk in scope.unit_ids or Verb.REPORT_FIGURE in scope.city_verbs
    may_record = own and scope.may(Verb.REPORT_FIGURE)
    form = PopulationForm(request.POST or None) if may_record else None
    status = 200
    if request.method == "POST" and form is None:
        services.reporting_rights.may_report(user, unit)
    if request.method == "POST" and form is not None:
        status = 422
        if form.is_valid():
            try:
                services.record_population(unit=unit, by=user, **form.cleaned_data)
            except DomainError as error:
                if error.status not in REFUSALS:
                    raise
                status = error.status
                add_domain_error(form, error)
            else:
                messages.success(request, _("Đã ghi số dân của %(unit)s.") % {"unit": unit.name})
                return redirect(f"{request.path}?unit={unit.pk}")
    rows = Population.objects.filter(unit=unit).select_related("recorded_by")
    context = {"unit": unit, "units": units_of(user), "rows": rows, "form": form}
    return render(request, "indicators/populations.html", context, status=status)


@scoped(Verb.VIEW, Verb.VIEW_OWN_CLASSES)
def panel_learner(request: HttpRequest, pk: int) -> HttpResponse:
    """A learner's titles, as a part of their page and as a page of its own."""
    user = user_of(request)
    learner = get_object_or_404(Learner.objects.visible_to(user), pk=pk)
    rows = CitizenTitle.objects.visible_to(user).filter(learner=learner).select_related("recorded_by", "taken_back_by")
    context = {
        "learner": learner,
        "titles": rows,
        "may_record": scope_of(user).may(Verb.FOLLOW_UP),
        "may_see_history": scope_of(user).may(Verb.VIEW),
        "alone": not request.headers.get("HX-Request"),
    }
    return render(request, "indicators/panel_learner.html" if context["alone"] else "indicators/_titles.html", context)


def _shown(request: HttpRequest, form: Any, learner: Learner, act: Any, words: dict[str, str]) -> HttpResponse:
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
            messages.success(request, words["done"])
            return redirect("learners:learner-detail", learner.pk)
    status = status if status != 200 or not form.errors else 422
    return render(request, "indicators/title_form.html", {"form": form, "learner": learner, **words}, status=status)


@scoped(Verb.FOLLOW_UP, Verb.VIEW)
def title_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that a learner holds the title."""
    user = user_of(request)
    learner = get_object_or_404(Learner.objects.visible_to(user), pk=pk)
    centre_where(user, learner, Verb.FOLLOW_UP)
    form = TitleForm(request.POST or None)
    words = {
        "heading": _("Ghi danh hiệu Công dân học tập"), "button": _("Lưu"),
        "text": _("Chỉ ghi khi đã xem giấy. Danh hiệu được tính vào số đối chiếu của chỉ tiêu D1."),
        "done": _("Đã ghi danh hiệu của %(name)s.") % {"name": learner.full_name},
    }  # fmt: skip
    return _shown(
        request, form, learner, lambda: services.record_title(learner=learner, by=user, **form.cleaned_data), words
    )


@scoped(Verb.FOLLOW_UP, Verb.VIEW)
def title_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a record back, with a reason."""
    user = user_of(request)
    row = get_object_or_404(CitizenTitle.objects.visible_to(user).select_related("learner"), pk=pk)
    require(user, Verb.FOLLOW_UP, row.centre_id)
    form = TakeBackTitleForm(request.POST or None)
    words = {
        "heading": _("Rút lại danh hiệu đã ghi"), "button": _("Rút lại"),
        "text": f"{row.decided_by}, {row.document}", "done": _("Đã rút lại; danh hiệu này không được tính nữa."),
    }  # fmt: skip
    return _shown(
        request, form, row.learner, lambda: services.take_back_title(row=row, by=user, **form.cleaned_data), words
    )
