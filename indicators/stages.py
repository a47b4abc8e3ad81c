"""Who looks at a figure before the city does: the district of its time, or the group its commune is in."""

import datetime as dt

from django.db.models import Q

from accounts.choices import Role
from centres.choices import UnitLevel
from centres.models import AdminUnit, Membership
from indicators.choices import ReviewStage
from indicators.models import ReviewGroup


def reviewers_of(unit: AdminUnit, day: dt.date) -> set[int]:
    """Return the units between a unit and the city whose officers look first: two queries."""
    found = set()
    if unit.parent is not None and unit.parent.level == UnitLevel.DISTRICT:
        found.add(unit.parent.pk)
    in_force = Q(valid_to__isnull=True) | Q(valid_to__gte=day)
    groups = ReviewGroup.objects.filter(in_force, units=unit, valid_from__lte=day).exclude(lead=unit)
    return found | set(groups.values_list("lead_id", flat=True))


def stage_of(unit: AdminUnit, day: dt.date) -> ReviewStage:
    """Return where a figure of the unit goes first: past a middle level that has nobody, straight to the city."""
    leads = reviewers_of(unit, day)
    in_force = Q(valid_to__isnull=True) | Q(valid_to__gte=day)
    people = Membership.objects.filter(
        in_force, role=Role.AREA_OFFICER, unit_id__in=leads, valid_from__lte=day, user__is_active=True
    )
    return ReviewStage.MIDDLE if leads and people.exists() else ReviewStage.CITY
