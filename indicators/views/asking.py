"""What pages about the plan are asked for: whose figures, of which unit, on which day."""

import datetime as dt
from typing import cast

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.models import User
from centres.access import scope_of
from centres.choices import UnitLevel
from centres.models import AdminUnit
from core.dates import read_day
from core.errors import OutOfScope
from indicators.choices import Formula
from indicators.models import Indicator, Plan
from indicators.querysets import grouped
from indicators.selectors import PlanLine, find_plan
from literacy.cohorts.access import sees_people


def user_of(request: HttpRequest) -> User:
    """Return who asks."""
    return cast(User, request.user)


def has_place(user: User) -> bool:
    """Whether somebody works for a unit or centre, and not for a body without either."""
    scope = scope_of(user)
    return bool(scope.main_unit_id or scope.main_centre_id)


def city() -> AdminUnit:
    """Return the city."""
    return get_object_or_404(AdminUnit, level=UnitLevel.CITY)


def units_of(user: User) -> list[AdminUnit]:
    """The city (its plan is everybody's) and what the user may choose beside it.

    Officers choose their own unit, those directly below it and those of a group they lead; who sees the whole city
    chooses every unit that is a reporting area today, and the districts of before 1 July 2025.
    """
    scope = scope_of(user)
    units = AdminUnit.objects.exclude(level=UnitLevel.CITY)
    if scope.everything:
        areas = units.filter(Q(level=UnitLevel.DISTRICT) | Q(valid_to__isnull=True))
        return [city(), *areas.order_by("-level", "sort_key")]
    own = units.filter(Q(pk__in=scope.unit_ids) | Q(parent_id__in=scope.unit_ids) | Q(pk__in=grouped(scope.unit_ids)))
    return [city(), *own.order_by("-level", "sort_key")]


def plan_of(request: HttpRequest) -> Plan:
    """Return the plan of the page (``?plan=CODE``): the one in force today when none is named; else 404."""
    try:
        return find_plan(request.GET.get("plan", ""), user=user_of(request))
    except OutOfScope as error:
        raise Http404 from error


def line_of(request: HttpRequest, code: str) -> Indicator:
    """Return the line of that code in the plan of the page; else 404."""
    rows = Indicator.objects.select_related("plan", "block", "responsible").prefetch_related("targets", "co_operating")
    return get_object_or_404(rows, plan=plan_of(request), code=code)


def asked_of(request: HttpRequest) -> tuple[AdminUnit, dt.date]:
    """Return the unit and day of the page; a unit outside the user's own is 404, a day that is none is today."""
    today = timezone.localdate()
    day = read_day(request.GET.get("on", ""))
    units = units_of(user_of(request))
    asked = request.GET.get("unit", "")
    unit = next((unit for unit in units if str(unit.pk) == asked), None) if asked else units[0]
    if unit is None:
        raise Http404
    return unit, min(day or today, today)


def shown_to(user: User, unit: AdminUnit, lines: list[PlanLine]) -> list[PlanLine]:
    """Take the counts of people out of A3 for those who may not see the people counted (docs/adr/0042)."""
    for line in lines:
        if line.indicator.formula == Formula.A3 and line.figure and not sees_people(user, unit):
            line.figure.numerator = line.figure.denominator = None
    return lines
