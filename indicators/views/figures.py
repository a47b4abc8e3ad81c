"""A line with its evidence and versions; reporting a figure; keeping a computed one."""

import datetime as dt
from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.models import AdminUnit
from core.templatetags.clc import num
from indicators import c3, services
from indicators.choices import Formula
from indicators.evidence import CODES
from indicators.models import Figure, FigureDefinition, Indicator
from indicators.selectors import plan_lines
from indicators.trends import trends_of
from indicators.views.asking import asked_of, line_of, shown_to, units_of, user_of
from learners.models import Learner
from literacy.cohorts.access import sees_people
from literacy.cohorts.exports import HIDDEN
from literacy.cohorts.publishing import published
from literacy.rules import Placement
from literacy.selectors import A3, a3_figure

SHOWN_PEOPLE = 300
ORDER = (Placement.UNKNOWN, Placement.RELAPSED, Placement.NOT_CONTINUING, Placement.RETAINED, Placement.LEFT)


@scoped(Verb.VIEW_FIGURES)
def figure(request: HttpRequest, code: str) -> HttpResponse:
    """One line: the plan's words, the figure with its evidence, every version."""
    user, scope = user_of(request), scope_of(request.user)
    indicator = line_of(request, code)
    unit, as_of = asked_of(request)
    (line,) = shown_to(user, unit, plan_lines(unit=unit, as_of=as_of, code=indicator.code, plan=indicator.plan))
    (trend,) = trends_of([line], unit=unit, as_of=as_of)
    history = Figure.objects.visible_to(user).filter(indicator=indicator, unit=unit).select_related("entered_by")
    versions = list(history.prefetch_related("decisions__decided_by").order_by("-ends_on", "-created_at", "-pk")[:50])
    meant = FigureDefinition.objects.filter(code=indicator.formula)
    context: dict[str, Any] = {
        "line": line,
        "trend": trend,
        "indicator": indicator,
        "targets": indicator.targets.all(),
        "unit": unit,
        "units": units_of(user),
        "as_of": as_of,
        "history": _explained(versions, {row.version: row for row in meant}),
        "has_evidence": indicator.formula in CODES,
        "may_report": not line.is_computed and scope.may(Verb.REPORT_FIGURE) and _is_own(scope, unit),
        "may_keep": line.is_computed and scope.may(Verb.REPORT_FIGURE) and _is_own(scope, unit),
        "people": None,
        "uses": None,
        "exact": True,
    }
    if indicator.formula == Formula.A3:
        context |= _a3_context(user, a3_figure(unit=unit, as_of=as_of), exact=sees_people(user, unit))
    if indicator.formula == Formula.C3:
        context |= _c3_context(user, unit, as_of)
    return render(request, "indicators/figure.html", context)


def _back(indicator: Indicator, unit: AdminUnit) -> HttpResponse:
    """To the page of the line, with its plan and unit."""
    url = reverse("indicators:figure", args=[indicator.code])
    return redirect(f"{url}?{urlencode({'plan': indicator.plan.code, 'unit': str(unit.pk)})}")


def _explained(rows: list[Figure], meant: dict[str, FigureDefinition]) -> list[tuple[Figure, FigureDefinition | None]]:
    """Each version with what the name of its definition means."""
    return [(row, meant.get(row.definition_version)) for row in rows]


def _is_own(scope: Any, unit: AdminUnit) -> bool:
    return unit.pk in scope.unit_ids or Verb.REPORT_FIGURE in scope.city_verbs


def _a3_context(user: User, result: A3, *, exact: bool) -> dict[str, Any]:
    """Counts, ``exact`` for those who may see the persons; names only of people the user sees.

    For everybody else they are rounded to ten, and what is under five is left out (docs/adr/0042).
    """
    counted = [row for row in result.evidence if row.placement != Placement.LEFT]
    known = [row for row in counted if row.placement != Placement.UNKNOWN]
    halves = {
        "whole": len(counted),
        "continuing": sum(row.basis.event_on is not None for row in counted),
        "known": len(known),
        "holding": sum(row.placement != Placement.RELAPSED for row in known),
    }
    counts: dict[str, int | None] = dict(Counter(row.placement.value for row in result.evidence))
    cohort: int | None = len(result.evidence)
    if not exact:
        counts = {key: published(count or 0) for key, count in counts.items()}
        halves, cohort = {}, published(len(result.evidence))
    # Who still needs something comes first: not seen, relapsed, not learning.
    rows = sorted(result.evidence, key=lambda row: ORDER.index(row.placement))
    visible = Learner.objects.visible_to(user).filter(pk__in=[row.learner_id for row in rows])
    seen = dict(visible.values_list("pk", "full_name"))
    people = [(seen[row.learner_id], row) for row in rows if row.learner_id in seen]
    return {
        "counts": counts,
        "exact": exact,
        "halves": halves,
        "people": people[:SHOWN_PEOPLE],
        "more": max(0, len(people) - SHOWN_PEOPLE),
        "window": result.window,
        "months": result.months,
        "cohort_words": HIDDEN if cohort is None else num(cohort),
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
def keep_figure(request: HttpRequest, code: str) -> HttpResponse:
    """Keep today's computed figure with its evidence hash, as a version."""
    indicator = line_of(request, code)
    unit, as_of = asked_of(request)
    if request.method != "POST":
        return _back(indicator, unit)
    if not _is_own(scope_of(request.user), unit):
        raise Http404
    kept = services.compute_figure(code=code, unit=unit, as_of=as_of, by=user_of(request), plan=indicator.plan)
    messages.success(request, _("Đã lưu số liệu %(code)s, phiên bản %(n)s.") % {"code": code, "n": kept.version})
    return _back(indicator, unit)
