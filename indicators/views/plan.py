"""The plan on one page, a line with its evidence, reporting, declaring."""

import datetime as dt
from collections import Counter
from typing import Any, cast

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of, scoped
from centres.choices import UnitLevel, Verb
from centres.models import AdminUnit, Centre
from core.dates import read_day
from core.errors import DomainError
from core.forms import add_domain_error
from indicators import c3, services
from indicators.forms import DeclareForm, ReportForm
from indicators.models import CentreDeclaration, Figure, Indicator
from indicators.selectors import BLOCKS, plan_lines
from learners.models import Learner
from literacy.rules import Placement
from literacy.selectors import A3, a3_figure

SHOWN_PEOPLE = 300
ORDER = (Placement.UNKNOWN, Placement.RELAPSED, Placement.NOT_CONTINUING, Placement.RETAINED, Placement.LEFT)


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _city() -> AdminUnit:
    return get_object_or_404(AdminUnit, level=UnitLevel.CITY)


def _units(user: User) -> list[AdminUnit]:
    """The city (its plan is everybody's) and what the user may choose beside it.

    Officers choose their own unit and those directly below it; who sees the whole city chooses every unit that is a
    reporting area today, and the districts of before 1 July 2025.
    """
    scope = scope_of(user)
    units = AdminUnit.objects.exclude(level=UnitLevel.CITY)
    if scope.everything:
        areas = units.filter(Q(level=UnitLevel.DISTRICT) | Q(valid_to__isnull=True))
        return [_city(), *areas.order_by("-level", "sort_key")]
    own = units.filter(Q(pk__in=scope.unit_ids) | Q(parent_id__in=scope.unit_ids))
    return [_city(), *own.order_by("-level", "sort_key")]


def _asked(request: HttpRequest) -> tuple[AdminUnit, dt.date]:
    """Return the unit and day of the page; a unit outside the user's own is 404, a day that is none is today."""
    today = timezone.localdate()
    day = read_day(request.GET.get("on", ""))
    units = _units(_user(request))
    asked = request.GET.get("unit", "")
    unit = next((unit for unit in units if str(unit.pk) == asked), None) if asked else units[0]
    if unit is None:
        raise Http404
    return unit, min(day or today, today)


@scoped(Verb.VIEW_FIGURES)
def plan(request: HttpRequest) -> HttpResponse:
    """All 27 lines with targets, today's figure and how it stands."""
    unit, as_of = _asked(request)
    lines = plan_lines(unit=unit, as_of=as_of)
    codes = [line.assessment.code for line in lines]
    context = {
        "unit": unit,
        "units": _units(_user(request)),
        "as_of": as_of,
        "blocks": [
            (key, name, [line for line in lines if line.indicator.block == key]) for key, name in BLOCKS.items()
        ],
        "total": len(lines),
        "may_declare": scope_of(request.user).may(Verb.DECLARE),
        "waiting": Figure.objects.to_decide_by(_user(request)).count(),
        "reached": codes.count("reached"),
        "on_track": codes.count("on_track"),
        "good": codes.count("reached") + codes.count("on_track"),
        "behind": codes.count("behind"),
        "silent": codes.count("not_reported"),
    }
    return render(request, "indicators/plan.html", context)


@scoped(Verb.VIEW_FIGURES)
def figure(request: HttpRequest, code: str) -> HttpResponse:
    """One line: the plan's words, the figure with its evidence, every version."""
    user, scope = _user(request), scope_of(request.user)
    indicator = get_object_or_404(Indicator.objects.prefetch_related("targets"), code=code)
    unit, as_of = _asked(request)
    line = plan_lines(unit=unit, as_of=as_of, code=indicator.code)[0]
    history = Figure.objects.visible_to(user).filter(indicator=indicator, unit=unit).select_related("entered_by")
    context: dict[str, Any] = {
        "line": line,
        "indicator": indicator,
        "targets": indicator.targets.all(),
        "unit": unit,
        "units": _units(user),
        "as_of": as_of,
        "history": history.prefetch_related("decisions__decided_by").order_by("-ends_on", "-created_at", "-pk")[:50],
        "may_report": not line.is_computed and scope.may(Verb.REPORT_FIGURE) and _is_own(scope, unit),
        "may_keep": line.is_computed and scope.may(Verb.REPORT_FIGURE) and _is_own(scope, unit),
        "people": None,
        "uses": None,
    }
    if code == "A3":
        context |= _a3_context(user, a3_figure(unit=unit, as_of=as_of))
    if code == "C3":
        context |= _c3_context(user, unit, as_of)
    return render(request, "indicators/figure.html", context)


def _is_own(scope: Any, unit: AdminUnit) -> bool:
    return unit.pk in scope.unit_ids or Verb.REPORT_FIGURE in scope.city_verbs


def _a3_context(user: User, result: A3) -> dict[str, Any]:
    """Counts for everybody; names only of people the user sees."""
    counted = [row for row in result.evidence if row.placement != Placement.LEFT]
    known = [row for row in counted if row.placement != Placement.UNKNOWN]
    halves = {
        "whole": len(counted),
        "continuing": sum(row.basis.event_on is not None for row in counted),
        "known": len(known),
        "holding": sum(row.placement != Placement.RELAPSED for row in known),
    }
    # Who still needs something comes first: not seen, relapsed, not learning.
    rows = sorted(result.evidence, key=lambda row: ORDER.index(row.placement))
    visible = Learner.objects.visible_to(user).filter(pk__in=[row.learner_id for row in rows])
    seen = dict(visible.values_list("pk", "full_name"))
    people = [(seen[row.learner_id], row) for row in rows if row.learner_id in seen]
    return {
        "counts": Counter(row.placement.value for row in result.evidence),
        "halves": halves,
        "people": people[:SHOWN_PEOPLE],
        "more": max(0, len(people) - SHOWN_PEOPLE),
        "window": result.window,
        "months": result.months,
        "cohort": len(result.evidence),
    }


def _c3_context(user: User, unit: AdminUnit, as_of: dt.date) -> dict[str, Any]:
    """Every centre's evidence for those who see the centre."""
    scope = scope_of(user)
    only = None if scope.everything else set(scope.centre_ids(Verb.VIEW_FIGURES))
    measured = c3.measure(unit=unit, as_of=as_of, only=only)
    # Stable: within each half the centres stay in Vietnamese order; those that miss something come first.
    return {
        "uses": sorted(measured.centres, key=lambda use: use.counts),
        "period": (measured.starts_on, measured.ends_on),
        "measured": measured,
    }


@scoped(Verb.REPORT_FIGURE)
def report_figure(request: HttpRequest, code: str) -> HttpResponse:
    """Enter a reported figure, with its source."""
    user = _user(request)
    indicator = get_object_or_404(Indicator.objects.prefetch_related("targets"), code=code)
    unit, _day = _asked(request)
    form = ReportForm(indicator, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.report_figure(indicator=indicator, unit=unit, by=user, **form.values())
        except DomainError as error:
            if error.status in (403, 404):
                raise
            add_domain_error(form, error)
        else:
            messages.success(request, _("Đã ghi số liệu %(code)s.") % {"code": code})
            return redirect(f"{request.path.removesuffix('report/')}?unit={unit.pk}")
    context = {"form": form, "indicator": indicator, "unit": unit, "targets": indicator.targets.all()}
    return render(request, "indicators/report_form.html", context, status=422 if form.errors else 200)


@scoped(Verb.REPORT_FIGURE)
def keep_figure(request: HttpRequest, code: str) -> HttpResponse:
    """Keep today's computed figure with its evidence hash, as a version."""
    unit, as_of = _asked(request)
    if request.method != "POST":
        return redirect("indicators:figure", code=code)
    if not _is_own(scope_of(request.user), unit):
        raise Http404
    kept = services.compute_figure(code=code, unit=unit, as_of=as_of, by=_user(request))
    messages.success(request, _("Đã lưu số liệu %(code)s, phiên bản %(n)s.") % {"code": code, "n": kept.version})
    return redirect(f"{request.path.removesuffix('keep/')}?unit={unit.pk}")


@scoped(Verb.DECLARE)
def declare(request: HttpRequest) -> HttpResponse:
    """The centre's own declaration, beside what was measured."""
    user, scope, today = _user(request), scope_of(request.user), timezone.localdate()
    centre = get_object_or_404(Centre.objects.visible_to(user), pk=scope.main_centre_id)
    row = CentreDeclaration.objects.visible_to(user).filter(centre=centre, year=today.year).first()
    initial = {"applies_it": "yes" if row.applies_it else "no", "note": row.note} if row else None
    form = DeclareForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.declare(centre=centre, year=today.year, by=user, **form.cleaned_data)
        messages.success(request, _("Đã ghi lời khai của trung tâm."))
        return redirect("indicators:declare")
    use = c3.measure(unit=_city(), as_of=today, only={centre.pk}).centres
    context = {"form": form, "centre": centre, "row": row, "year": today.year, "use": use[0] if use else None}
    return render(request, "indicators/declare.html", context, status=422 if form.errors else 200)
