"""The decision that recognises a commune, and revoking a title."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from centres.access import scoped
from centres.choices import Verb
from indicators.choices import EvaluationState
from indicators.community.titles import end_community, recognise_community
from indicators.community_forms import DecisionForm, EndForm
from indicators.models import CommunityTitle, Evaluation
from indicators.rubric.access import may_decide
from indicators.views.asking import user_of
from indicators.views.communities import commune_of, page_of
from indicators.views.evaluations import year_of
from indicators.views.plans import filled, form_page


@scoped(Verb.APPROVE_FIGURE)
def recognise(request: HttpRequest, pk: int) -> HttpResponse:
    """Record a decision: on the locked file of the year, or one from before there was a file here (``?file=none``)."""
    unit, year = commune_of(request, pk), year_of(request)
    if not may_decide(user_of(request)):
        raise Http404
    rows = Evaluation.objects.filter(unit=unit, year=year, state=EvaluationState.LOCKED)
    file = None if request.GET.get("file") == "none" else rows.first()
    initial: dict[str, Any] = {}
    if file is not None and file.total is not None:
        initial = {"level": max(1, int(file.total)), "version": file.version}
    form = DecisionForm(request.POST or None, initial=initial)

    def save(**given: Any) -> CommunityTitle:
        return recognise_community(unit=unit, evaluation=file, by=user_of(request), **given)

    title = filled(request, form, save)
    if title:
        messages.success(request, _("Đã ghi quyết định công nhận, có giá trị đến hết ngày %(day)s.") % {
            "day": f"{title.valid_to:%d/%m/%Y}",
        })  # fmt: skip
        return redirect(page_of(unit, year))
    note = (
        _("%(unit)s, theo hồ sơ năm %(year)s") % {"unit": unit.name, "year": file.year} if file
        else _("%(unit)s, quyết định không theo hồ sơ trên hệ thống") % {"unit": unit.name}
    )  # fmt: skip
    return form_page(request, form, heading=_("Ghi quyết định công nhận"), note=note, back=page_of(unit, year))


@scoped(Verb.APPROVE_FIGURE)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke a title with a reason."""
    title = get_object_or_404(CommunityTitle.objects.visible_to(request.user).select_related("unit"), pk=pk)
    if not may_decide(user_of(request)):
        raise Http404
    year = timezone.localdate().year
    form = EndForm(request.POST or None, initial={"ended_on": timezone.localdate()})
    if filled(request, form, lambda **given: end_community(title=title, by=user_of(request), **given)):
        messages.success(request, _("Đã ghi thu hồi danh hiệu."))
        return redirect(page_of(title.unit, year))
    note = _("%(unit)s: mức độ %(level)s, quyết định %(number)s") % {
        "unit": title.unit.name, "level": title.level, "number": title.number,
    }  # fmt: skip
    return form_page(request, form, heading=_("Thu hồi danh hiệu"), note=note, back=page_of(title.unit, year))
