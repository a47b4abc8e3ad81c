"""The plan on one page, on the screen and on paper."""

import datetime as dt
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import override

from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.models import AdminUnit
from indicators.models import Figure, Plan
from indicators.plan_paper import plan_pdf
from indicators.selectors import plan_lines
from indicators.trends import Trend, trends_of
from indicators.views.asking import asked_of, has_place, plan_of, shown_to, units_of, user_of


@scoped(Verb.VIEW_FIGURES)
def plan(request: HttpRequest) -> HttpResponse:
    """All lines of the plan with targets, today's figure and how it stands."""
    unit, as_of = asked_of(request)
    chosen = plan_of(request)
    trends = _trends(request, unit, as_of, chosen)
    codes = [trend.line.assessment.code for trend in trends]
    context = {
        "unit": unit,
        "units": units_of(user_of(request)),
        "as_of": as_of,
        "plan": chosen,
        "has_place": has_place(user_of(request)),
        "plan_query": urlencode({"plan": chosen.code}),
        "plans": Plan.objects.visible_to(user_of(request)),
        "blocks": [
            (block.code, block.name, [trend for trend in trends if trend.line.indicator.block_id == block.pk])
            for block in chosen.blocks.all()
        ],
        "total": len(trends),
        "may_declare": scope_of(request.user).may(Verb.DECLARE),
        "waiting": Figure.objects.to_decide_by(user_of(request)).count(),
        "reached": codes.count("reached"),
        "on_track": codes.count("on_track"),
        "good": codes.count("reached") + codes.count("on_track"),
        "behind": codes.count("behind"),
        "silent": codes.count("not_reported"),
    }
    return render(request, "indicators/plan.html", context)


@scoped(Verb.VIEW_FIGURES)
def plan_file(request: HttpRequest) -> HttpResponse:
    """The same page as PDF: the 27 lines on one sheet, then the pictures of those with a history."""
    unit, as_of = asked_of(request)
    chosen = plan_of(request)
    with override("vi"):  # paper is handed in: its words are Vietnamese whatever the page speaks
        trends = _trends(request, unit, as_of, chosen)
        body = plan_pdf(plan=chosen, unit=unit, as_of=as_of, trends=trends, made_at=timezone.localtime())
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="ke-hoach-{unit.code}-{as_of:%Y-%m-%d}.pdf"'
    return response


def _trends(request: HttpRequest, unit: AdminUnit, as_of: dt.date, chosen: Plan) -> list[Trend]:
    lines = shown_to(user_of(request), unit, plan_lines(unit=unit, as_of=as_of, plan=chosen))
    return trends_of(lines, unit=unit, as_of=as_of)
