"""A centre's self-evaluation: who has one, the sheet, submitting it, looking at it."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.models import AdminUnit, Centre
from core.dates import read_year
from indicators.choices import EvaluationState
from indicators.models import Evaluation
from indicators.rubric import evaluating
from indicators.rubric.selectors import Sheet, rubric_for, sheet, standings
from indicators.rubric_forms import EvaluationForm, ReviewForm
from indicators.views.asking import user_of
from indicators.views.sheets import reopened, returned_with, reviewed, saved, taken_back, with_fields

YEARS_SHOWN = 4


def year_of(request: HttpRequest) -> int:
    """Return the year asked for: this one by default, none to come."""
    today = timezone.localdate().year
    year = read_year(request.GET.get("year", ""), today)
    return max(evaluating.FIRST_YEAR, min(year, today))


def years() -> list[int]:
    """Years a page offers, the latest first."""
    today = timezone.localdate().year
    return list(range(today, today - YEARS_SHOWN, -1))


def _centre(request: HttpRequest, pk: int) -> Centre:
    scope = scope_of(request.user)
    if not scope.may(Verb.VIEW_FIGURES, pk):
        raise Http404
    return get_object_or_404(Centre, pk=pk)


def _page(centre: Centre, year: int) -> str:
    return f"{reverse('indicators:evaluation', args=[centre.pk])}?year={year}"


@scoped(Verb.VIEW_FIGURES)
def evaluation_list(request: HttpRequest) -> HttpResponse:
    """Every centre in scope with how far its evaluation of a year is, points and rank."""
    user, year = user_of(request), year_of(request)
    asked, unit = request.GET.get("unit", ""), None
    if asked.isascii() and asked.isdecimal():
        unit = get_object_or_404(AdminUnit.objects.visible_to(user), pk=int(asked))
    rows = standings(user=user, year=year, unit=unit)
    only = request.GET.get("only", "")
    states = {"waiting": {"submitted"}, "missing": {"none", "draft", "returned"}, "locked": {"locked"}}
    context = {
        "year": year, "years": years(), "unit": unit, "only": only, "rubric": rubric_for(year),
        "rows": [row for row in rows if only not in states or row.state in states[only]],
        "total": len(rows),
        "waiting": sum(row.state == EvaluationState.SUBMITTED for row in rows),
        "locked": sum(row.state == EvaluationState.LOCKED for row in rows),
    }  # fmt: skip
    return render(request, "rubrics/evaluation_list.html", context)


def _show(
    request: HttpRequest, seen: Sheet | None, centre: Centre, year: int, form: forms.Form | None = None
) -> HttpResponse:
    scope = scope_of(request.user)
    row = seen.evaluation if seen else None
    may_write = scope.may(Verb.DECLARE, centre.pk) and (row is None or row.is_open)
    may_review = (
        scope.may(Verb.APPROVE_FIGURE, centre.pk) and row is not None and row.state == EvaluationState.SUBMITTED
    )
    if form is None and seen and may_write:
        form = EvaluationForm(seen)
    elif form is None and seen and may_review:
        form = ReviewForm(seen)
    context = {
        "centre": centre, "year": year, "years": years(), "sheet": seen, "row": row, "form": form,
        "parts": with_fields(seen.parts if seen else [], form),
        "may_write": may_write, "may_review": may_review, "is_review": isinstance(form, ReviewForm),
        "may_take_back": bool(
            row and row.state == EvaluationState.SUBMITTED and scope.may(Verb.DECLARE, centre.pk)
        ),
        "may_reopen": bool(
            row and row.state == EvaluationState.LOCKED and Verb.SET_RULES in scope.city_verbs
        ),
        "events": list(row.events.select_related("acted_by")) if row else [],
        "returned": returned_with(row),
    }  # fmt: skip
    return render(request, "rubrics/evaluation.html", context, status=422 if form and form.errors else 200)


@scoped(Verb.VIEW_FIGURES)
def evaluation(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet of a centre and year: to write for its own people, to look at for everybody else in scope."""
    centre, year = _centre(request, pk), year_of(request)
    user = user_of(request)
    seen = sheet(centre=centre, year=year, viewer=user)
    if request.method != "POST" or seen is None:
        return _show(request, seen, centre, year)
    form = EvaluationForm(seen, request.POST)
    done = saved(
        request, form, page=_page(centre, year), words=_("Đã lưu, chưa gửi. Tổng điểm tính lại ở trên."),
        take_back=f"{reverse('indicators:evaluation-take-back', args=[centre.pk])}?year={year}",
        centre=centre, year=year,
    )  # fmt: skip
    return done or _show(request, seen, centre, year, form)


def _row(request: HttpRequest, centre: Centre) -> Evaluation:
    return get_object_or_404(Evaluation.objects.visible_to(request.user), centre=centre, year=year_of(request))


@scoped(Verb.DECLARE)
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo submitting."""
    centre = _centre(request, pk)
    row = _row(request, centre)
    return taken_back(request, row, page=_page(centre, row.year))


@scoped(Verb.APPROVE_FIGURE)
@require_POST
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree and lock, or return."""
    centre = _centre(request, pk)
    row = _row(request, centre)
    seen = sheet(centre=centre, year=row.year, viewer=user_of(request))
    assert seen is not None
    form = ReviewForm(seen, request.POST)
    done = reviewed(
        request, form, row, page=_page(centre, row.year), accepted=_("Đã công nhận và khóa."),
        returned=_("Đã trả lại trung tâm."),
    )  # fmt: skip
    return done or _show(request, seen, centre, row.year, form)


@scoped(Verb.SET_RULES)
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a locked year back to its centre."""
    centre = _centre(request, pk)
    row = _row(request, centre)
    return reopened(request, row, page=_page(centre, row.year), words=_("Đã mở lại cho trung tâm sửa."))
