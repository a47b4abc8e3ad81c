"""Communes as "Cộng đồng học tập": the list, one commune's file of a year, its papers, its PDF."""

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from centres.access import scope_of, scoped
from centres.choices import UnitLevel, Verb
from centres.models import AdminUnit
from core.downloads import attachment
from courses.materials.choices import CONTENT_TYPES
from indicators.choices import EvaluationState
from indicators.community.files import KINDS, make_list, make_paper
from indicators.community.selectors import FILTERS, STATE_WORDS, history_of, overview_of
from indicators.community_forms import PaperForm
from indicators.models import Criterion, Evaluation, EvaluationPaper
from indicators.rubric.access import may_decide, may_open, may_review, may_write
from indicators.rubric.papers import attach_paper, drop_paper
from indicators.rubric.selectors import COMMUNE_SET, Sheet, rubric_for, sheet
from indicators.rubric_forms import EvaluationForm, ReviewForm
from indicators.views.asking import user_of
from indicators.views.evaluations import year_of, years
from indicators.views.plans import done_or_told, sent
from indicators.views.sheets import reopened, returned_with, reviewed, saved, taken_back, with_fields


def _district(request: HttpRequest) -> AdminUnit | None:
    asked = request.GET.get("district", "")
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 10):
        return None
    rows = AdminUnit.objects.visible_to(request.user).districts()
    return get_object_or_404(rows, pk=int(asked))


@scoped(Verb.VIEW_FIGURES)
def community_list(request: HttpRequest) -> HttpResponse:
    """Which communes have the title, at which level, which of them soon end, which have none."""
    user, year, district = user_of(request), year_of(request), _district(request)
    found, only = overview_of(user=user, year=year, district=district), request.GET.get("only", "")
    labels = {
        "": _("Tất cả"), "holding": _("Có danh hiệu"), "expiring": _("Hết hạn trong 6 tháng"),
        "expired": _("Đã hết hạn"), "without": _("Chưa có"), "waiting": _("Hồ sơ chờ xem xét"),
    }  # fmt: skip
    only = only if only in FILTERS else ""
    asked = {"year": str(year), **({"district": str(district.pk)} if district else {})}
    districts = AdminUnit.objects.visible_to(user).districts().order_by("sort_key")
    context = {
        "year": year, "years": years(), "found": found, "rows": found.only(only), "only": only, "district": district,
        "districts": list(districts), "rubric": rubric_for(year, COMMUNE_SET), "query": urlencode(asked),
        "filters": [(name, label, len(found.only(name))) for name, label in labels.items()],
        "may_export": scope_of(user).may(Verb.EXPORT), "opens": scope_of(user).is_officer,
        "may_edit": Verb.SET_RULES in scope_of(user).city_verbs,
    }  # fmt: skip
    return render(request, "communities/list.html", context)


@scoped(Verb.EXPORT)
def community_list_file(request: HttpRequest) -> HttpResponse:
    """The list as XLSX or CSV."""
    year, kind = year_of(request), "csv" if request.GET.get("format") == "csv" else "xlsx"
    data = make_list(
        by=user_of(request), year=year, kind=kind, district=_district(request), only=request.GET.get("only", "")
    )
    return attachment(data, KINDS[kind], f"cong-dong-hoc-tap-{year}.{kind}")


def commune_of(request: HttpRequest, pk: int) -> AdminUnit:
    """Return a commune whose file this person opens: officers; else 404."""
    unit = get_object_or_404(AdminUnit.objects.select_related("parent"), pk=pk, level=UnitLevel.COMMUNE)
    if not (scope_of(request.user).is_officer and may_open(user_of(request), unit)):
        raise Http404
    return unit


def page_of(unit: AdminUnit, year: int) -> str:
    """Return the address of a commune's file."""
    return f"{reverse('indicators:community', args=[unit.pk])}?year={year}"


def _show(
    request: HttpRequest, seen: Sheet | None, unit: AdminUnit, year: int, form: forms.Form | None = None
) -> HttpResponse:
    user, scope = user_of(request), scope_of(request.user)
    row = seen.evaluation if seen else None
    writes = may_write(user, unit) and (row is None or row.is_open)
    reviews = row is not None and row.state == EvaluationState.SUBMITTED and may_review(user, row)
    if form is None and seen and (writes or reviews):
        form = EvaluationForm(seen) if writes else ReviewForm(seen)
    kept = history_of(unit)
    locked = row is not None and row.state == EvaluationState.LOCKED
    decided = any(one.title.evaluation_id == row.pk and one.holds for one in kept.own) if row else False
    context = {
        "unit": unit, "year": year, "years": years(), "sheet": seen, "row": row, "form": form,
        "parts": with_fields(seen.tallies if seen else [], form),
        "titles": kept, "may_write": writes, "may_review": reviews, "is_review": isinstance(form, ReviewForm),
        "may_take_back": bool(row and row.state == EvaluationState.SUBMITTED and may_write(user, unit)),
        "may_reopen": locked and not decided and Verb.SET_RULES in scope.city_verbs,
        "may_decide": may_decide(user), "to_decide": locked and not decided and row is not None and row.total != 0,
        "may_export": scope.may(Verb.EXPORT), "may_edit": Verb.SET_RULES in scope.city_verbs,
        "state": row.state if row else "none", "state_words": STATE_WORDS[row.state if row else "none"],
        "events": [(one, STATE_WORDS[one.state]) for one in row.events.select_related("acted_by")] if row else [],
        "returned": returned_with(row),
    }  # fmt: skip
    return render(request, "communities/file.html", context, status=422 if form and form.errors else 200)


@scoped(Verb.VIEW_FIGURES)
def community(request: HttpRequest, pk: int) -> HttpResponse:
    """The file of a commune's year: to write for its own officers, to look at for everybody above."""
    unit, year, user = commune_of(request, pk), year_of(request), user_of(request)
    seen = sheet(unit=unit, year=year, viewer=user)
    if request.method != "POST" or seen is None:
        return _show(request, seen, unit, year)
    form = EvaluationForm(seen, request.POST)
    done = saved(
        request, form, page=page_of(unit, year), words=_("Đã lưu, chưa gửi. Mức độ tính lại ở trên."),
        take_back=f"{reverse('indicators:community-take-back', args=[unit.pk])}?year={year}", unit=unit, year=year,
    )  # fmt: skip
    return done or _show(request, seen, unit, year, form)


def row_of(request: HttpRequest, unit: AdminUnit) -> Evaluation:
    """Return the file of the year asked for; else 404."""
    return get_object_or_404(Evaluation.objects.visible_to(request.user), unit=unit, year=year_of(request))


@scoped(Verb.REPORT_FIGURE)
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo submitting."""
    unit = commune_of(request, pk)
    row = row_of(request, unit)
    return taken_back(request, row, page=page_of(unit, row.year))


@scoped(Verb.APPROVE_FIGURE)
@require_POST
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree and lock, or return."""
    unit = commune_of(request, pk)
    row = row_of(request, unit)
    seen = sheet(unit=unit, year=row.year, viewer=user_of(request))
    assert seen is not None
    form = ReviewForm(seen, request.POST)
    done = reviewed(
        request, form, row, page=page_of(unit, row.year), accepted=_("Đã thẩm định và khóa hồ sơ."),
        returned=_("Đã trả lại phường, xã."),
    )  # fmt: skip
    return done or _show(request, seen, unit, row.year, form)


@scoped(Verb.SET_RULES)
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a locked file back to its commune."""
    unit = commune_of(request, pk)
    row = row_of(request, unit)
    return reopened(request, row, page=page_of(unit, row.year), words=_("Đã mở lại cho phường, xã sửa."))


@scoped(Verb.EXPORT)
def community_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The file on official paper, with its code."""
    unit, year = commune_of(request, pk), year_of(request)
    get_object_or_404(Evaluation, unit=unit, year=year)
    _run, data = make_paper(unit=unit, year=year, by=user_of(request))
    return attachment(data, "application/pdf", f"cong-dong-hoc-tap-{unit.code}-{year}.pdf")


@scoped(Verb.REPORT_FIGURE)
def papers(request: HttpRequest, pk: int, criterion_pk: int) -> HttpResponse:
    """The papers of one target: add one, take one away."""
    unit, year, user = commune_of(request, pk), year_of(request), user_of(request)
    criterion = get_object_or_404(Criterion.objects.select_related("area__rubric"), pk=criterion_pk)
    row = Evaluation.objects.filter(unit=unit, year=year).first()
    rubric = row.rubric if row else rubric_for(year, COMMUNE_SET)
    if criterion.area.rubric != rubric or not may_write(user, unit):
        raise Http404
    form = PaperForm(request.POST or None, request.FILES or None)

    def attach() -> None:
        file = form.cleaned_data["file"]
        attach_paper(
            unit=unit, year=year, criterion=criterion, title=form.cleaned_data["title"], content=file.read(),
            file_name=file.name, by=user,
        )  # fmt: skip

    if request.method == "POST" and sent(form, attach):
        messages.success(request, _("Đã kèm giấy tờ."))
        return redirect(f"{reverse('indicators:community-papers', args=[pk, criterion_pk])}?year={year}")
    context = {
        "unit": unit, "year": year, "criterion": criterion, "form": form, "row": row, "back": page_of(unit, year),
        "papers": row.papers.filter(criterion=criterion).select_related("added_by") if row else [],
        "is_open": row is None or row.is_open,
    }  # fmt: skip
    return render(request, "communities/papers.html", context, status=422 if form.errors else 200)


def _paper(request: HttpRequest, pk: int) -> EvaluationPaper:
    mine = Evaluation.objects.visible_to(request.user).filter(unit__isnull=False)
    rows = EvaluationPaper.objects.select_related("evaluation__unit", "criterion")
    paper = get_object_or_404(rows, pk=pk, evaluation__in=mine)
    if not scope_of(request.user).is_officer:
        raise Http404
    return paper


@scoped(Verb.VIEW_FIGURES)
def paper_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Hand out an attached file: always to be saved, never to be shown by the browser as a page of ours."""
    paper = _paper(request, pk)
    response = FileResponse(
        paper.file.open("rb"), as_attachment=True, filename=paper.file_name, content_type=CONTENT_TYPES[paper.kind]
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-cache"
    return response


@scoped(Verb.REPORT_FIGURE)
@require_POST
def paper_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a file away again."""
    paper = _paper(request, pk)
    unit, year, criterion_pk = paper.evaluation.unit, paper.evaluation.year, paper.criterion_id
    assert unit is not None
    done_or_told(request, lambda: drop_paper(paper=paper, by=user_of(request)), _("Đã bỏ giấy tờ."))
    return redirect(f"{reverse('indicators:community-papers', args=[unit.pk, criterion_pk])}?year={year}")
