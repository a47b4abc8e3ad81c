"""Surveys of learning needs: open, ask, enter, add up."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.permissions import require
from core.errors import DomainError
from core.forms import add_domain_error
from courses.models import NeedsSurvey, SurveyIdea, YearPlan
from courses.planning.forms import IdeaForm, SurveyForm
from courses.planning.grid import read_cells, read_seen, rows_of, seen_of, stored
from courses.planning.rules import CLASS_SIZE, MOST_LINES
from courses.selectors.planning import natural_order, needs_of, survey_totals, survey_visits
from courses.services import planning as services
from courses.views.shared import centres_of, refusal_of, working_centre

PLACES_PER_PAGE = 20


def survey_or_404(request: HttpRequest, pk: int, verb: Verb | None = None) -> NeedsSurvey:
    """Return a survey in scope; with ``verb``, refuse (403) who may not do it."""
    rows = NeedsSurvey.objects.visible_to(request.user).select_related("centre", "unit", "opened_by")
    survey: NeedsSurvey = get_object_or_404(rows, pk=pk)
    if verb:
        require(request.user, verb, survey.centre_id)
    return survey


@scoped(Verb.MANAGE_CLASSES)
def survey_add(request: HttpRequest) -> HttpResponse:
    """Open the survey of a year."""
    centre = working_centre(request, Verb.MANAGE_CLASSES)
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdecimal() else timezone.localdate().year + 1
    form = SurveyForm(request.POST or None, centre=centre, initial={"year": year})
    if request.method == "POST" and form.is_valid():
        try:
            survey = services.open_survey(centre=centre, by=request.user, **form.cleaned_data)
        except DomainError as error:
            refusal_of(error)
            add_domain_error(form, error)
        else:
            messages.success(request, _("Đã mở khảo sát năm %(year)s. Bây giờ nhập số.") % {"year": survey.year})
            return redirect("courses:survey-detail", survey.pk)
    context = {"form": form, "centre": centre, "centres": centres_of(request, Verb.MANAGE_CLASSES)}
    return render(request, "planning/survey_form.html", context, status=422 if form.errors else 200)


@scoped(Verb.VIEW)
def survey_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What is wanted most, by what and where; staff add questions and neighbourhoods here."""
    return _detail(request, survey_or_404(request, pk))


def _detail(request: HttpRequest, survey: NeedsSurvey, form: IdeaForm | None = None, status: int = 200) -> HttpResponse:
    totals = survey_totals(survey)
    may = scope_of(request.user).may(Verb.MANAGE_CLASSES, survey.centre_id)
    context = {
        "survey": survey,
        "totals": totals,
        "most": max((row.people for row in totals.ideas), default=0),
        "may_change": may and survey.is_open,
        "may_manage": may,
        "plan": YearPlan.objects.filter(centre_id=survey.centre_id, year=survey.year).first(),
        "form": form or (IdeaForm(centre=survey.centre) if may and survey.is_open else None),
        "most_lines": MOST_LINES,
        "class_size": CLASS_SIZE,
    }
    return render(request, "planning/survey_detail.html", context, status=status)


@scoped(Verb.VIEW)
def survey_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """The grid. What cannot be read is shown in its box with the reason; everything else is saved."""
    survey = survey_or_404(request, pk, Verb.MANAGE_CLASSES)
    ideas = list(survey.ideas.order_by("pk"))
    page = Paginator(natural_order(survey_visits(survey)), PLACES_PER_PAGE).get_page(request.GET.get("page"))
    problems: dict[str, str] = {}
    refusal, status = "", 200
    typed: dict[str, str] = {}
    if request.method == "POST":
        typed = {name: str(value) for name, value in request.POST.items()}
        entered = read_cells(typed, read_seen(typed.get("seen", "")))
        problems = entered.problems
        try:
            count = services.record_needs(survey=survey, by=request.user, counts=entered.counts, visits=entered.visits)
        except DomainError as error:
            status, refusal = refusal_of(error), str(error.message)
        else:
            if not problems:
                messages.success(request, _("Đã lưu, %(count)s ô có thay đổi.") % {"count": count})
                return redirect(f"{request.path}?page={page.number}")
            status = 422
    values = stored(page.object_list, ideas, needs_of(survey))
    seen = seen_of(values)
    if refusal:
        values |= {name: value for name, value in typed.items() if name in values}
    values |= {name: typed[name] for name in problems if name in values}
    context = {
        "survey": survey,
        "ideas": ideas,
        "page_obj": page,
        "rows": rows_of(page.object_list, ideas, values, problems),
        "seen": seen,
        "problems": list(problems.values()),
        "refusal": refusal,
    }
    return render(request, "planning/survey_entry.html", context, status=status)


@scoped(Verb.VIEW)
@require_POST
def survey_cell(request: HttpRequest, pk: int) -> HttpResponse:
    """Save one box as soon as it is left, and say so; nothing else on the page is touched."""
    survey = survey_or_404(request, pk, Verb.MANAGE_CLASSES)
    entered = read_cells({name: str(value) for name, value in request.POST.items()}, None)
    problem = next(iter(entered.problems.values()), "")
    if not problem:
        try:
            services.record_needs(survey=survey, by=request.user, counts=entered.counts, visits=entered.visits)
        except DomainError as error:
            refusal_of(error)
            problem = str(error.message)
    return render(request, "planning/_saved.html", {"problem": problem, "at": timezone.now()})


@scoped(Verb.VIEW)
@require_POST
def survey_idea_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask about one thing more."""
    survey = survey_or_404(request, pk, Verb.MANAGE_CLASSES)
    form = IdeaForm(request.POST, centre=survey.centre)
    status = 422
    if form.is_valid():
        try:
            services.add_idea(survey=survey, by=request.user, **form.cleaned_data)
        except DomainError as error:
            status = refusal_of(error)
            add_domain_error(form, error)
        else:
            return redirect("courses:survey-detail", survey.pk)
    return _detail(request, survey, form, status)


@scoped(Verb.VIEW)
@require_POST
def survey_idea_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop asking about something nobody has answered."""
    ideas = SurveyIdea.objects.filter(survey__in=NeedsSurvey.objects.visible_to(request.user))
    idea = get_object_or_404(ideas.select_related("survey"), pk=pk)
    return _done(request, idea.survey, lambda: services.drop_idea(idea=idea, by=request.user))


@scoped(Verb.VIEW)
@require_POST
def survey_place_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask in a neighbourhood that was not listed."""
    survey, name = survey_or_404(request, pk), request.POST.get("name", "")
    return _done(request, survey, lambda: services.add_neighbourhood(survey=survey, name=name, by=request.user))


@scoped(Verb.VIEW)
@require_POST
def survey_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Settle the numbers, or (``again``) enter them again."""
    survey = survey_or_404(request, pk)
    verb = services.reopen_survey if "again" in request.POST else services.close_survey
    return _done(request, survey, lambda: verb(survey=survey, by=request.user))


@scoped(Verb.VIEW)
@require_POST
def survey_to_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """One step from wishes to a plan."""
    survey = survey_or_404(request, pk)
    try:
        plan = services.plan_from_survey(survey=survey, by=request.user)
    except DomainError as error:
        refusal_of(error)
        messages.error(request, str(error.message), extra_tags="bad")
        return redirect("courses:survey-detail", survey.pk)
    messages.success(request, _("Đã lập kế hoạch từ khảo sát. Hãy xem lại từng dòng."))
    return redirect("courses:plan-detail", plan.pk)


def _done(request: HttpRequest, survey: NeedsSurvey, verb: Any) -> HttpResponse:
    try:
        verb()
    except DomainError as error:
        refusal_of(error)
        messages.error(request, str(error.message), extra_tags="bad")
    return redirect("courses:survey-detail", survey.pk)
