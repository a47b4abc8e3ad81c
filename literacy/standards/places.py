"""In which commune and district somebody lived on a day, from the commune their record names.

A record names a commune of its own time, and units change (DESIGN, rule 1). A commune that went whole into another is
followed there; one that was divided among several is not guessed at: its people count for the city, for no commune.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from centres.choices import UnitLevel
from centres.models import AdminUnit, UnitLineage


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record belongs on a day; None for what cannot be said (and for the district, where there is none)."""

    commune_id: int | None = None
    district_id: int | None = None


NOWHERE = Place()


class Places:
    """The units of a day and how units of other times map onto them: two queries."""

    def __init__(self, day: dt.date) -> None:
        self.day = day
        self.units: dict[int, AdminUnit] = AdminUnit.objects.in_bulk()
        self._into: dict[int, list[int]] = defaultdict(list)
        self._from: dict[int, list[int]] = defaultdict(list)
        for old, new in UnitLineage.objects.order_by("pk").values_list("old_id", "new_id"):
            self._into[old].append(new)
            self._from[new].append(old)
        self._known: dict[int | None, Place] = {None: NOWHERE}

    @property
    def communes(self) -> list[AdminUnit]:
        """Communes of the day, in Vietnamese order."""
        return self._at(UnitLevel.COMMUNE)

    @property
    def districts(self) -> list[AdminUnit]:
        """Districts of the day: none since 1 July 2025."""
        return self._at(UnitLevel.DISTRICT)

    def _at(self, level: str) -> list[AdminUnit]:
        found = (unit for unit in self.units.values() if unit.level == level and self._in_force(unit))
        return sorted(found, key=lambda unit: (unit.sort_key, unit.code))

    def of(self, unit_id: int | None) -> Place:
        """Return where people of a unit lived on the day."""
        if unit_id not in self._known:
            assert unit_id is not None
            self._known[unit_id] = self._find(self.units[unit_id])
        return self._known[unit_id]

    def records_of(self, unit: AdminUnit) -> set[int] | None:
        """Return the units whose people count for a unit on the day; None for the city: everybody."""
        if unit.level == UnitLevel.CITY:
            return None
        mine = "commune_id" if unit.level == UnitLevel.COMMUNE else "district_id"
        return {pk for pk in self.units if getattr(self.of(pk), mine) == unit.pk}

    def _in_force(self, unit: AdminUnit) -> bool:
        return unit.valid_from <= self.day and (unit.valid_to is None or unit.valid_to >= self.day)

    def _find(self, unit: AdminUnit) -> Place:
        if unit.level == UnitLevel.CITY:
            return NOWHERE
        if unit.level == UnitLevel.DISTRICT:
            return Place(None, unit.pk) if self._in_force(unit) else NOWHERE
        if self._in_force(unit):
            above = self.units.get(unit.parent_id or 0)
            return Place(unit.pk, above.pk if above and above.level == UnitLevel.DISTRICT else None)
        ended = unit.valid_to is not None and unit.valid_to < self.day
        others = [self.of(pk) for pk in (self._into if ended else self._from)[unit.pk]]
        communes, districts = ({getattr(row, name) for row in others} for name in ("commune_id", "district_id"))
        return Place(communes.pop() if len(communes) == 1 else None, districts.pop() if len(districts) == 1 else None)
