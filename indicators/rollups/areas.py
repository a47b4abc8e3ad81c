"""Whose statistics are kept, and by which rows an area counts in a period (docs/adr/0011)."""

import datetime as dt
import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q

from centres.choices import UnitLevel
from centres.models import AdminUnit, Centre, CentreLocation
from indicators.choices import RollupArea
from learners.target_groups import TargetGroup

# Goes up whenever the same rows give other figures: kept sheets of older definitions are never read.
DEFINITION = "rollup-2026-2"

Key = tuple[str, int]
CITY: Key = (RollupArea.CITY, 0)


@dataclass(frozen=True)
class Area:
    """An area: by the unit of the event's own day, by centres, or (neither) everything."""

    key: Key
    units: frozenset[int] | None = None
    centres: frozenset[int] | None = None

    def basis(self, groups: list[tuple[int, str]]) -> str:
        """Return a short hash of what the area consists of and which definitions count."""
        # A centre is itself: all of them have the same basis, and can be asked for together.
        centres = [] if self.key[0] == RollupArea.CENTRE else sorted(self.centres or ())
        parts = [DEFINITION, self.key[0], sorted(self.units or ()), centres, groups]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    def holds(self, centre_id: int | None, unit_id: int | None) -> bool:
        """Whether something of a centre in a unit counts here."""
        if self.units is not None:
            return unit_id in self.units
        return self.centres is None or centre_id in self.centres


def target_groups() -> list[tuple[int, str]]:
    """Return key and kind of every target group: part of what a sheet depends on."""
    return list(TargetGroup.objects.order_by("pk").values_list("pk", "follows_from"))


def centre_area(centre_id: int) -> Area:
    """A centre counts by its classes and papers, wherever they were."""
    return Area((RollupArea.CENTRE, centre_id), centres=frozenset((centre_id,)))


def unit_area(unit: AdminUnit, ends_on: dt.date) -> Area:
    """Return how a unit counts in a period that ends on a day: as ``statistics`` decides, one query at most."""
    if unit.level == UnitLevel.CITY:
        return Area(CITY)
    if unit.level == UnitLevel.DISTRICT and unit.valid_to and ends_on > unit.valid_to:
        inside = CentreLocation.objects.filter(Q(unit_id=unit.pk) | Q(unit__parent_id=unit.pk)).order_by()
        return Area((RollupArea.FORMER, unit.pk), centres=frozenset(inside.values_list("centre_id", flat=True)))
    units = {unit.pk, *AdminUnit.objects.filter(parent_id=unit.pk).order_by().values_list("pk", flat=True)}
    return Area((RollupArea.UNIT, unit.pk), units=frozenset(units))


class Places:
    """Every area there is, looked up once for many periods: three queries."""

    def __init__(self) -> None:
        self.centres = [centre_area(pk) for pk in Centre.objects.order_by("pk").values_list("pk", flat=True)]
        self.units = list(AdminUnit.objects.exclude(level=UnitLevel.CITY).order_by("pk"))
        self._below: dict[int, set[int]] = defaultdict(set)
        for unit in self.units:
            self._below[unit.parent_id or 0].add(unit.pk)
        self._located: dict[int, set[int]] = defaultdict(set)
        for centre_id, unit_id in CentreLocation.objects.values_list("centre_id", "unit_id"):
            self._located[unit_id].add(centre_id)

    def areas(self, ends_on: dt.date) -> list[Area]:
        """Return all areas as they count in a period that ends on a day."""
        return [Area(CITY), *self.centres, *(self._unit(unit, ends_on) for unit in self.units)]

    def _unit(self, unit: AdminUnit, ends_on: dt.date) -> Area:
        units = {unit.pk, *self._below[unit.pk]}
        if unit.level == UnitLevel.DISTRICT and unit.valid_to and ends_on > unit.valid_to:
            located = {centre for pk in units for centre in self._located[pk]}
            return Area((RollupArea.FORMER, unit.pk), centres=frozenset(located))
        return Area((RollupArea.UNIT, unit.pk), units=frozenset(units))
