"""Data quality: centres with their scores, one centre with its lists."""

import io

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.models import AdminUnit, Centre
from core.downloads import attachment
from core.errors import DomainError
from core.tabular.writing import CONTENT_TYPES, write_xlsx
from indicators.models import QualityAnswer
from indicators.quality.exports import quality_table
from indicators.quality.rules import RULE_OF
from indicators.quality.selectors import centre_quality, finding_rows, overview
from indicators.quality.services import answer, look_again, take_back
from indicators.views.asking import user_of

PER_PAGE = 100
SHOWN = 50


@scoped(Verb.VIEW_FIGURES)
def quality_page(request: HttpRequest) -> HttpResponse:
    """Centres, lowest score first. Who belongs to one centre sees that one."""
    user, scope = user_of(request), scope_of(request.user)
    if not scope.is_officer and scope.main_centre_id:
        return _shown(request, _centre(request, scope.main_centre_id))
    unit = None
    if (text := request.GET.get("unit", "")) and text.isdecimal():
        unit = AdminUnit.objects.visible_to(user).filter(pk=int(text)).first()
        if unit is None:
            raise Http404
    found = overview(user, unit)
    context = {
        "overview": found,
        "unit": unit,
        "units": AdminUnit.objects.visible_to(user).filter(level="commune", valid_to__isnull=True).order_by("sort_key"),
        "page_obj": Paginator(found.rows, PER_PAGE).get_page(request.GET.get("page")),
        "query": f"unit={unit.pk}" if unit else "",
    }
    return render(request, "indicators/quality.html", context)


def _centre(request: HttpRequest, pk: int) -> Centre:
    scope = scope_of(request.user)
    return get_object_or_404(Centre.objects.filter(scope.centre_q("pk", Verb.VIEW_FIGURES)), pk=pk)


@scoped(Verb.VIEW_FIGURES)
def quality_centre(request: HttpRequest, pk: int) -> HttpResponse:
    """One centre as it is now: score, what looks wrong and what to do, what was looked into."""
    return _shown(request, _centre(request, pk))


def _shown(
    request: HttpRequest, centre: Centre, *, refusal: str = "", wrong: str = "", status: int = 200
) -> HttpResponse:
    scope = scope_of(request.user)
    quality = centre_quality(centre)
    context = {
        "centre": centre,
        "quality": quality,
        "lines": [(line, rows[:SHOWN], max(0, len(rows) - SHOWN)) for line, rows in finding_rows(quality)],
        "answers": [(row, RULE_OF[row.rule]) for row in quality.answers],
        "may_see": scope.may(Verb.VIEW, centre.pk),
        "may_answer": scope.may(Verb.MANAGE_CLASSES, centre.pk),
        "may_export": scope.may(Verb.EXPORT, centre.pk) and scope.may(Verb.VIEW, centre.pk),
        "is_officer": scope.is_officer,
        "refusal": refusal,
        "wrong": wrong,
    }
    return render(request, "indicators/quality_centre.html", context, status=status)


@scoped(Verb.VIEW_FIGURES)
@require_POST
def quality_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Look again, so that lists show what the page shows."""
    centre = _centre(request, pk)
    look_again(centre=centre, by=user_of(request))
    messages.success(request, _("Đã kiểm tra lại."))
    return redirect("indicators:quality-centre", pk=centre.pk)


@scoped(Verb.MANAGE_CLASSES)
@require_POST
def quality_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Say why something is right as it stands."""
    centre = _centre(request, pk)
    rule, key = request.POST.get("rule", ""), request.POST.get("key", "")
    try:
        row = answer(centre=centre, rule=rule, key=key, reason=request.POST.get("reason", ""), by=user_of(request))
    except DomainError as error:
        if error.status in (403, 404):
            raise
        return _shown(request, centre, refusal=str(error.message), wrong=f"{rule}:{key}", status=error.status)
    messages.success(request, _("Đã ghi: %(label)s là đúng.") % {"label": row.label})
    return redirect("indicators:quality-centre", pk=centre.pk)


@scoped(Verb.MANAGE_CLASSES)
@require_POST
def quality_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an answer back."""
    row = get_object_or_404(QualityAnswer.objects.visible_to(user_of(request)), pk=pk)
    take_back(given=row, by=user_of(request))
    messages.success(request, _("Đã bỏ lời giải thích; chỗ này lại có trong danh sách."))
    return redirect("indicators:quality-centre", pk=row.centre_id)


@scoped(Verb.EXPORT, Verb.VIEW)
def quality_export(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of a centre as XLSX."""
    centre = get_object_or_404(Centre.objects.visible_to(user_of(request)), pk=pk)
    out = io.BytesIO()
    write_xlsx(quality_table(centre, centre_quality(centre)), out)
    name = f"can-xem-lai-{centre.code}-{timezone.localdate():%Y%m%d}.xlsx"
    return attachment(out.getvalue(), CONTENT_TYPES["xlsx"], name)
