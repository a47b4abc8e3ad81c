"""Drawing events on the map of the other side of 1 July 2025 (docs/adr/0050; domain.md part 6, "Comparability").

Asked in this order, for an event in a commune: the commune is on the map itself; it lies whole in one unit of the map;
its centre stood in one place on both sides of the change, so what happened there has a place on both maps; the
neighbourhood of the person has been given a place. What is left is not guessed: it is shared out by a table of weights
where the city entered one, or shown as a line of its own that is not comparable.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Max
from django.utils.translation import gettext_lazy

from centres.choices import UnitLevel
from centres.models import AdminUnit, CentreLocation, UnitLineage
from core.text import search_key
from indicators.choices import Boundaries, WeightedMeasure
from indicators.models import NeighbourhoodPlace, Weight, WeightTable

CHANGED_ON = dt.date(2025, 7, 1)
EVE = CHANGED_ON - dt.timedelta(days=1)
# A place is the number of a unit on the map, or minus the number of a unit that could not be drawn on it.
Place = int


class Status(StrEnum):
    """How the events of a unit come onto the other map."""

    SAME = "same"
    WHOLE = "whole"
    WEIGHTED = "weighted"
    PLACED = "placed"
    OPEN = "open"


STATUS_WORDS = {
    Status.SAME: gettext_lazy("có trên địa giới này"),
    Status.WHOLE: gettext_lazy("chuyển nguyên vẹn"),
    Status.WEIGHTED: gettext_lazy("chia theo bảng tỷ trọng"),
    Status.PLACED: gettext_lazy("xếp theo nơi của trung tâm, thôn, tổ dân phố"),
    Status.OPEN: gettext_lazy("không so sánh được"),
}


@dataclass(frozen=True, slots=True)
class Shares:
    """The weights in force for a unit and a kind of measure."""

    table_id: int
    document: str
    millionths: tuple[tuple[int, int], ...]


def day_of(boundaries: str) -> dt.date:
    """Return a day on which the units of that side are in force."""
    return EVE if boundaries == Boundaries.OLD else CHANGED_ON


class UnitMap:
    """One side of the change, and how units of the other side lie on it. A fixed number of queries.

    With ``Boundaries.THEN`` every unit is its own place.
    """

    def __init__(self, boundaries: str) -> None:
        self.boundaries = boundaries
        self.units: dict[int, AdminUnit] = AdminUnit.objects.in_bulk()
        self.targets: dict[int, tuple[int, ...]] = {}
        self._centres: dict[tuple[int, int], int] = {}
        self._neighbourhoods: dict[int, int] = {}
        self._weights: dict[tuple[int, str], Shares] = {}
        if boundaries == Boundaries.THEN:
            return
        self._day = day_of(boundaries)
        self._read_lineage()
        self._read_centres()
        rows = NeighbourhoodPlace.objects.values_list("neighbourhood_id", "neighbourhood__unit_id", "unit_id")
        self._neighbourhoods = {pk: to for pk, source, to in rows if to in self.targets.get(source, ())}
        self._read_weights()

    def _read_lineage(self) -> None:
        found: dict[int, set[int]] = defaultdict(set)
        rows = UnitLineage.objects.filter(effective_on=CHANGED_ON).values_list("old_id", "new_id")
        for old, new in rows:
            source, target = (old, new) if self.boundaries == Boundaries.NEW else (new, old)
            found[source].add(target)
        self.targets = {source: tuple(sorted(targets)) for source, targets in found.items()}

    def _read_centres(self) -> None:
        """A centre whose location ended with the old map and went on with the new one did not move: the map did."""
        here: dict[int, list[CentreLocation]] = defaultdict(list)
        for row in CentreLocation.objects.order_by("centre_id", "valid_from"):
            here[row.centre_id].append(row)
        for centre_id, rows in here.items():
            old = next((row for row in rows if row.valid_to == EVE), None)
            new = next((row for row in rows if row.valid_from == CHANGED_ON), None)
            if old is None or new is None or not _same_address(old, new):
                continue
            source, target = (old, new) if self.boundaries == Boundaries.NEW else (new, old)
            # Whoever had two places in one unit may have crossed the line inside it.
            if sum(row.unit_id == source.unit_id for row in rows) == 1:
                self._centres[centre_id, source.unit_id] = target.unit_id

    def _read_weights(self) -> None:
        latest = WeightTable.objects.values("source_id", "measure").annotate(last=Max("version"))
        newest = {(row["source_id"], row["measure"]): row["last"] for row in latest}
        tables = {
            table.pk: table
            for table in WeightTable.objects.filter(is_withdrawn=False)
            if newest[table.source_id, table.measure] == table.version and table.source_id in self.targets
        }
        parts: dict[int, list[tuple[int, int]]] = defaultdict(list)
        rows = Weight.objects.filter(table_id__in=tables).order_by("unit_id")
        for table_id, unit_id, millionths in rows.values_list("table_id", "unit_id", "millionths"):
            parts[table_id].append((unit_id, millionths))
        self._weights = {
            (table.source_id, table.measure): Shares(pk, table.document, tuple(parts[pk]))
            for pk, table in tables.items()
        }

    def is_on(self, unit_id: int) -> bool:
        """Whether a unit is on this map itself."""
        if self.boundaries == Boundaries.THEN:
            return True
        unit = self.units[unit_id]
        return unit.valid_from <= self._day and (unit.valid_to is None or unit.valid_to >= self._day)

    def place(self, unit_id: int, centre_id: int) -> Place:
        """Return where something that happened in a unit, at a centre, lies on this map; negative: not decided."""
        if self.is_on(unit_id):
            return unit_id
        targets = self.targets.get(unit_id, ())
        if len(targets) == 1:
            return targets[0]
        chosen = self._centres.get((centre_id, unit_id))
        return chosen if chosen in targets else -unit_id

    def place_of_person(self, place: Place, neighbourhood_id: int | None) -> Place:
        """Return the place of what is counted of a person, where the event itself was not decided."""
        if place > 0 or neighbourhood_id is None:
            return place
        target = self._neighbourhoods.get(neighbourhood_id)
        return target if target in self.targets.get(-place, ()) else place

    def shares(self, source_id: int, measure: str) -> Shares | None:
        """Return the weights for a unit that was not decided: those of the measure, else those for all."""
        return self._weights.get((source_id, measure)) or self._weights.get((source_id, WeightedMeasure.ALL))

    def sources_of(self, unit_id: int) -> set[int]:
        """Return the units whose events may lie in a unit of this map, itself among them."""
        return {unit_id, *(source for source, targets in self.targets.items() if unit_id in targets)}

    def status(self, unit_id: int) -> Status:
        """Return how a unit as a whole comes onto this map (single events may be placed all the same)."""
        if self.is_on(unit_id):
            return Status.SAME
        targets = self.targets.get(unit_id, ())
        if len(targets) == 1:
            return Status.WHOLE
        kinds = (WeightedMeasure.TEACHING, WeightedMeasure.PEOPLE, WeightedMeasure.PAPERS)
        return Status.WEIGHTED if targets and all(self.shares(unit_id, kind) for kind in kinds) else Status.OPEN

    @property
    def divided(self) -> list[AdminUnit]:
        """Communes of the other side that lie in several units of this map, in Vietnamese order."""
        found = (self.units[source] for source, targets in self.targets.items() if len(targets) > 1)
        return sorted(found, key=lambda unit: (unit.sort_key, unit.code))

    def district_of(self, unit_id: int) -> int | None:
        """Return the district above a commune of the old map."""
        above = self.units.get(self.units[unit_id].parent_id or 0)
        return above.pk if above is not None and above.level == UnitLevel.DISTRICT else None


def _same_address(one: CentreLocation, other: CentreLocation) -> bool:
    keys = {search_key(one.address), search_key(other.address)} - {""}
    return len(keys) < 2


def has_lineage() -> bool:
    """Whether anything is known about what became of units."""
    return UnitLineage.objects.filter(effective_on=CHANGED_ON).exists()


def allot(value: int, millionths: list[int]) -> list[int]:
    """Share a whole number out by weights that add up to a million: largest remainder, the earlier one when equal."""
    parts = [value * share // 1_000_000 for share in millionths]
    rests = [value * share % 1_000_000 for share in millionths]
    for index in sorted(range(len(parts)), key=lambda at: (-rests[at], at))[: value - sum(parts)]:
        parts[index] += 1
    return parts
