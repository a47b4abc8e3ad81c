"""Reads over units, lineage and centres."""

import datetime as dt

from django.db.models import Q
from django.utils.translation import gettext as _

from centres.choices import UnitLevel
from centres.models import AdminUnit, Centre, CentreLocation, UnitLineage
from core.errors import InvalidInput


def unit_of_centre(centre_id: int, day: dt.date) -> AdminUnit:
    """Return the commune the centre lay in on a day; before its first location, the first one.

    Raises InvalidInput when the centre has no location at all.
    """
    rows = CentreLocation.objects.filter(centre_id=centre_id).select_related("unit").order_by("valid_from")
    on_day = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day).last()
    location = on_day or rows.first()
    if location is None:
        raise InvalidInput(
            "centre_without_location", _("Trung tâm chưa có địa điểm. Hãy ghi phường, xã của trung tâm.")
        )
    return location.unit


def find_unit(code: str, day: dt.date | None = None) -> AdminUnit:
    """Return the unit a code meant on a day (else the latest that bore the code).

    ``code`` may name the level as well (``commune:00004``). Raises InvalidInput when no unit bears it.
    """
    level, __, bare = code.rpartition(":")
    units = AdminUnit.objects.filter(code=bare, **({"level": level} if level else {})).order_by("-valid_from")
    found = (units.on(day).first() if day else None) or units.first()
    if found is None:
        raise InvalidInput("unknown_unit", _("Không có đơn vị hành chính mã %(code)s.") % {"code": code})
    return found


def successors(unit: AdminUnit) -> list[AdminUnit]:
    """Return the units an old unit went into."""
    return [row.new for row in UnitLineage.objects.filter(old=unit).select_related("new")]


def subtree_ids(unit: AdminUnit) -> set[int] | None:
    """Return the ids of a unit and all units below it; None for the city, which holds everything."""
    if unit.level == UnitLevel.CITY:
        return None
    return {unit.pk, *AdminUnit.objects.filter(parent_id=unit.pk).values_list("pk", flat=True)}


def centres_of(unit: AdminUnit, day: dt.date) -> list[Centre]:
    """Centres in a unit on a day, in Vietnamese order."""
    return list(Centre.objects.in_unit(unit, day).distinct())
