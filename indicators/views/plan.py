"""The plan on one page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from centres.access import scope_of, scoped
from centres.choices import Verb
from indicators.models import Figure, Plan
from indicators.selectors import plan_lines
from indicators.views.asking import asked_of, plan_of, shown_to, units_of, user_of


@scoped(Verb.VIEW_FIGURES)
def plan(request: HttpRequest) -> HttpResponse:
    """All lines of the plan with targets, today's figure and how it stands."""
    unit, as_of = asked_of(request)
    chosen = plan_of(request)
    lines = shown_to(user_of(request), unit, plan_lines(unit=unit, as_of=as_of, plan=chosen))
    codes = [line.assessment.code for line in lines]
    context = {
        "unit": unit,
        "units": units_of(user_of(request)),
        "as_of": as_of,
        "plan": chosen,
        "plans": Plan.objects.visible_to(user_of(request)),
        "blocks": [
            (block.code, block.name, [line for line in lines if line.indicator.block_id == block.pk])
            for block in chosen.blocks.all()
        ],
        "total": len(lines),
        "may_declare": scope_of(request.user).may(Verb.DECLARE),
        "waiting": Figure.objects.to_decide_by(user_of(request)).count(),
        "reached": codes.count("reached"),
        "on_track": codes.count("on_track"),
        "good": codes.count("reached") + codes.count("on_track"),
        "behind": codes.count("behind"),
        "silent": codes.count("not_reported"),
    }
    return render(request, "indicators/plan.html", context)
