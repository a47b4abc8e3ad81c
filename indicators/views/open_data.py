"""Open data: approved figures, safe for small numbers, for everybody. No sign-in, no cookie."""

import io
import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from centres.access import public
from core.downloads import attachment
from core.offline import in_asked_language
from core.tabular.writing import CONTENT_TYPES, write_csv
from indicators.choices import PlanState
from indicators.exchange.exports import open_table
from indicators.exchange.open_data import OpenFigure, open_figures, open_years, targets_of
from indicators.models import Plan

AN_HOUR = "public, max-age=3600"


def _plan(request: HttpRequest) -> Plan:
    """The plan of ``?plan=CODE``, else the one that is shown by itself; a draft is nobody's business."""
    plans, code = Plan.objects.exclude(state=PlanState.DRAFT), request.GET.get("plan", "")
    return get_object_or_404(plans, code=code) if code else get_object_or_404(plans[:1])


def _asked(request: HttpRequest) -> tuple[Plan, list[int], int | None]:
    plan = _plan(request)
    years = open_years(plan)
    text = request.GET.get("year", "")
    if not text:
        return plan, years, years[0] if years else None
    if not text.isdecimal() or int(text) not in years:
        raise Http404
    return plan, years, int(text)


@public("approved figures of the plan, as the city publishes them; no persons, no small counts")
@in_asked_language
def open_data(request: HttpRequest) -> HttpResponse:
    """The plan's lines with what was approved for the city, then for each area."""
    plan, years, year = _asked(request)
    found = open_figures(plan=plan, year=year) if year else []
    targets = targets_of(plan)
    city = [item for item in found if item.figure.unit.level == "city"]
    areas = [item for item in found if item.figure.unit.level != "city"]
    context = {
        "plan": plan,
        "years": years,
        "year": year,
        "blocks": [(block.code, block.name, _lines(city, block.pk, targets)) for block in plan.blocks.all()],
        "areas": areas,
        "empty": not found,
    }
    answer = render(request, "indicators/open_data.html", context)
    answer["Cache-Control"] = AN_HOUR
    return answer


def _lines(
    found: list[OpenFigure], block: int, targets: dict[int, list[tuple[int, str]]]
) -> list[tuple[OpenFigure, list[tuple[int, str]]]]:
    here = [item for item in found if item.figure.indicator.block_id == block]
    return [(item, targets.get(item.figure.indicator_id, [])) for item in here]


@public("the same figures as a file for programs")
def open_data_file(request: HttpRequest, form: str) -> HttpResponse:
    """CSV or JSON of a year."""
    plan, _years, year = _asked(request)
    if year is None or form not in ("csv", "json"):
        raise Http404
    found = open_figures(plan=plan, year=year)
    if form == "csv":
        out = io.BytesIO()
        write_csv(open_table(found), out)
        content, content_type = out.getvalue(), CONTENT_TYPES["csv"]
    else:
        body = {"plan": plan.code, "name": plan.name, "year": year, "figures": [item.as_dict() for item in found]}
        content, content_type = json.dumps(body, ensure_ascii=False).encode(), "application/json"
    answer = attachment(content, content_type, f"du-lieu-mo-{year}.{form}")
    answer["Cache-Control"] = AN_HOUR
    answer["Access-Control-Allow-Origin"] = "*"
    return answer
