"""Verbs on centres and memberships."""

import csv
import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import Role
from centres.access import forget_scope
from centres.choices import BEGINNING, UnitLevel
from centres.models import AdminUnit, Body, Centre, CentreLocation, Membership, Neighbourhood, UnitLineage
from core import audit
from core.errors import Conflict, InvalidInput
from core.text import clean, search_key

DATA = Path(__file__).resolve().parent / "data"


@transaction.atomic
def load_units() -> dict[str, int]:
    """Load Hanoi's units and lineage from the CSV files; running it again adds only what is new."""
    known = {(unit.code, unit.level, unit.valid_from): unit for unit in AdminUnit.objects.all()}
    added = 0
    with (DATA / "hanoi_admin_units.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for level in UnitLevel.values:
        for row in (row for row in rows if row["level"] == level):
            starts = dt.date.fromisoformat(row["valid_from"]) if row["valid_from"] else BEGINNING
            if (row["code"], level, starts) in known:
                continue
            parent_level = "city" if row["parent_code"] == "01" else "district"
            parent = known[(row["parent_code"], parent_level, BEGINNING)] if row["parent_code"] else None
            known[(row["code"], level, starts)] = AdminUnit.objects.create(
                code=row["code"],
                level=level,
                kind=row["kind"],
                name=row["name"],
                parent=parent,
                valid_from=starts,
                valid_to=dt.date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            )
            added += 1
    return {"units": added, "lineage": _load_lineage(known)}


def _load_lineage(known: dict[tuple[str, str, dt.date], AdminUnit]) -> int:
    present = set(UnitLineage.objects.values_list("effective_on", "old_id", "new_id"))
    rows = []
    with (DATA / "hanoi_admin_lineage.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            day = dt.date.fromisoformat(row["effective_on"])
            old = known[(row["old_code"], UnitLevel.COMMUNE, BEGINNING)]
            new = known[(row["new_code"], UnitLevel.COMMUNE, day)]
            if (day, old.pk, new.pk) not in present:
                rows.append(
                    UnitLineage(effective_on=day, old=old, new=new, old_is_split=row["old_unit_split"] == "yes")
                )
    UnitLineage.objects.bulk_create(rows)
    return len(rows)


@transaction.atomic
def create_centre(
    *,
    code: str,
    name: str,
    unit: AdminUnit,
    established_on: dt.date,
    by: Any,
    address: str = "",
    phone: str = "",
    director_name: str = "",
) -> Centre:
    """Create a centre with its first location. Raises InvalidInput when the unit is no commune or the code is taken."""
    if unit.level != UnitLevel.COMMUNE:
        raise InvalidInput("not_a_commune", _("Trung tâm phải thuộc một phường, xã, thị trấn."))
    if Centre.objects.filter(code=code).exists():
        raise InvalidInput(
            "centre_code_taken", _("Mã trung tâm %(code)s đã có.") % {"code": code}, fields={"code": [""]}
        )
    centre = Centre.objects.create(
        code=code, name=name, established_on=established_on, phone=phone, director_name=director_name
    )
    CentreLocation.objects.create(centre=centre, unit=unit, address=address, valid_from=established_on)
    audit.record("centres.create_centre", centre, by=by, centre_id=centre.pk, data={"unit": unit.code})
    return centre


@transaction.atomic
def move_centre(*, centre: Centre, unit: AdminUnit, moved_on: dt.date, by: Any, address: str = "") -> CentreLocation:
    """Close the present location the day before and open the next one.

    Raises Conflict when the centre already moved on that day or later.
    """
    current = CentreLocation.objects.select_for_update().get(centre=centre, valid_to__isnull=True)
    if current.valid_from >= moved_on:
        raise Conflict("moved_already", _("Trung tâm đã có địa điểm từ ngày này hoặc sau đó."))
    current.valid_to = moved_on - dt.timedelta(days=1)
    current.save(update_fields=["valid_to"])
    location = CentreLocation.objects.create(centre=centre, unit=unit, address=address, valid_from=moved_on)
    audit.record(
        "centres.move_centre", centre, by=by, centre_id=centre.pk, data={"unit": unit.code, "on": str(moved_on)}
    )
    return location


@transaction.atomic
def close_centre(*, centre: Centre, closed_on: dt.date, by: Any, successor: Centre | None = None) -> Centre:
    """Close a centre, tying it to the one that takes over. Raises Conflict when it is closed already."""
    centre = Centre.objects.select_for_update().get(pk=centre.pk)
    if centre.closed_on:
        raise Conflict("centre_closed", _("Trung tâm đã dừng hoạt động."))
    centre.closed_on = closed_on
    centre.successor = successor
    centre.save()
    audit.record("centres.close_centre", centre, by=by, centre_id=centre.pk, data={"on": str(closed_on)})
    return centre


@transaction.atomic
def add_membership(
    *,
    user: Any,
    role: Role,
    by: Any,
    centre: Centre | None = None,
    unit: AdminUnit | None = None,
    body: Body | None = None,
    valid_from: dt.date | None = None,
) -> Membership:
    """Give somebody a role in a centre, a unit or a body."""
    row = Membership(
        user=user, role=role, centre=centre, unit=unit, body=body, **({"valid_from": valid_from} if valid_from else {})
    )
    row.full_clean()
    row.save()
    forget_scope(user)
    audit.record(
        "centres.add_membership", row, by=by, centre_id=centre.pk if centre else None, data={"role": str(role)}
    )
    return row


def neighbourhood_named(*, unit: AdminUnit, name: str) -> Neighbourhood | None:
    """Return the neighbourhood of that name in the commune, making it when it is new; None for an empty name."""
    if not clean(name):
        return None
    row, _created = Neighbourhood.objects.get_or_create(
        unit=unit, search_key=search_key(name), defaults={"name": clean(name)}
    )
    return row


def neighbourhoods_named(*, unit: AdminUnit, names: Iterable[str]) -> dict[str, int | None]:
    """Return the keys of the commune's neighbourhoods by name as written, making those that are new: three queries."""
    keys = {name: search_key(name) if clean(name) else None for name in names}
    fresh = {key: Neighbourhood(unit=unit, search_key=key, name=clean(name)) for name, key in keys.items() if key}
    here = Neighbourhood.objects.filter(unit=unit)
    for key in here.values_list("search_key", flat=True):
        fresh.pop(key, None)
    # Somebody else may be writing the same name down at this moment.
    Neighbourhood.objects.bulk_create(fresh.values(), ignore_conflicts=True)
    found = dict(here.values_list("search_key", "pk"))
    return {name: found.get(key) if key else None for name, key in keys.items()}
