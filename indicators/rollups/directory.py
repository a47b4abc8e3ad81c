"""What kept statistics are shown with: names, places, groups and thresholds, as this process remembers them.

Nearly all a kept page cost was asking for these again. They change a few times a day, and whatever changes them leaves
a row with a random token behind (``triggers``): the number of these rows and the sum of their tokens say which version
holds, in the same statement that reads a sheet. Another version, and everything here is read anew.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models

from centres.choices import UnitLevel
from centres.models import AdminUnit, Centre, CentreLocation
from core.models import DatedSetting
from courses.models import Topic
from indicators.choices import RollupArea
from indicators.models import RollupRevision
from indicators.rollups.areas import CITY, Area, Key, centre_area
from learners.target_groups import TargetGroup

# How many tokens there are and their sum.
Version = tuple[int, int]

VERSION = f"SELECT count(*), coalesce(sum(token), 0) FROM {RollupRevision._meta.db_table}"  # noqa: S608 - a model's name
SETTINGS = ("indicators.c3_min_classes", "indicators.c3_needs_report")
TRIES = 3


@dataclass(frozen=True)
class Directory:
    """Everything of one version. Its rows are shared by all requests of the process: never write to them."""

    version: Version
    groups: list[TargetGroup]
    topics: dict[int, Topic]  # in the order of the plan
    centres: dict[int, Centre]  # in Vietnamese order
    # Unit → units right below it; the level and parent of each.
    below: dict[int, set[int]]
    # Unit → centre, first and last day there.
    located: dict[int, list[tuple[int, dt.date, dt.date | None]]]
    settings: list[tuple[str, dt.date, Any]]
    kinds: list[tuple[int, str]] = field(default_factory=list)  # ``areas.target_groups``
    ranks: dict[int, int] = field(default_factory=dict)  # centre → place in the order
    topic_ranks: dict[int, int] = field(default_factory=dict)
    remembered: dict[Any, Any] = field(default_factory=dict)

    def area(self, key: Key) -> Area:
        """Return what an area consists of, as ``areas.unit_area`` does."""
        found: Area | None = self.remembered.get(key)
        if found is None:
            kind, pk = key
            if kind == RollupArea.CITY:
                found = Area(CITY)
            elif kind == RollupArea.CENTRE:
                found = centre_area(pk)
            elif kind == RollupArea.FORMER:
                units = (pk, *self.below.get(pk, ()))
                inside = frozenset(row[0] for unit in units for row in self.located.get(unit, ()))
                found = Area(key, centres=inside)
            else:
                found = Area(key, units=frozenset((pk, *self.below.get(pk, ()))))
            self.remembered[key] = found
        return found

    def basis(self, key: Key) -> str:
        """Return the basis a sheet of an area must have."""
        # Centres have the same one.
        place = ("basis", key[0], 0 if key[0] == RollupArea.CENTRE else key[1])
        found: str | None = self.remembered.get(place)
        if found is None:
            found = self.remembered[place] = self.area(key).basis(self.kinds)
        return found

    def lying_in(self, units: Iterable[int], starts_on: dt.date, ends_on: dt.date) -> set[int]:
        """Return the centres that lay in one of the units on one of the days."""
        return {
            centre
            for unit in units
            for centre, since, until in self.located.get(unit, ())
            if since <= ends_on and (until is None or until >= starts_on)
        }

    def setting_on(self, key: str, day: dt.date) -> Any:
        """Return one of ``SETTINGS`` as ``core.models.setting_on`` does. Raises LookupError when none holds."""
        for name, since, value in self.settings:  # newest first
            if name == key and since <= day:
                return value
        raise LookupError(f"no value of {key} on {day}")


_known: dict[str, Directory] = {}


def version_now() -> Version:
    """Return the version that holds: one query."""
    with connection.cursor() as cursor:
        cursor.execute(VERSION)
        count, total = cursor.fetchone()
    return int(count), int(total)


def current(version: Version | None = None) -> Directory:
    """Return the directory of a version that was read just now, or of the one that holds."""
    if version is None:
        version = version_now()
    place = str(connection.settings_dict["NAME"])
    known = _known.get(place)
    if known is not None and known.version == version:
        return known
    for _turn in range(TRIES):
        version = version_now()
        found = _read(version)
        if version_now() == version:
            _known[place] = found
            return found
    return found  # somebody renames without end: right for now, not remembered


def _read(version: Version) -> Directory:
    below: dict[int, set[int]] = defaultdict(set)
    for pk, parent, level in AdminUnit.objects.order_by().values_list("pk", "parent_id", "level"):
        if parent is not None and level != UnitLevel.CITY:
            below[parent].add(pk)
    located: dict[int, list[tuple[int, dt.date, dt.date | None]]] = defaultdict(list)
    columns = ("unit_id", "centre_id", "valid_from", "valid_to")
    for unit, centre, since, until in CentreLocation.objects.order_by("pk").values_list(*columns):
        located[unit].append((centre, since, until))
    groups = list(TargetGroup.objects.all())
    topics = _by_key(Topic.objects.order_by("order", "pk"))
    centres = _by_key(Centre.objects.order_by("sort_key", "pk"))
    rules = DatedSetting.objects.filter(key__in=SETTINGS).order_by("-valid_from", "-pk")
    # Python puts names in order as ``statistics`` does; databases have collations of their own.
    ranked = sorted(centres, key=lambda pk: (centres[pk].sort_key, pk))
    return Directory(
        version=version, groups=groups, topics=topics, centres=centres, below=dict(below), located=dict(located),
        settings=list(rules.values_list("key", "valid_from", "value")),
        kinds=sorted((group.pk, group.follows_from) for group in groups),
        ranks={pk: place for place, pk in enumerate(ranked)},
        topic_ranks={pk: place for place, pk in enumerate(topics)},
    )  # fmt: skip


def _by_key[T: models.Model](rows: Iterable[T]) -> dict[int, T]:
    return {row.pk: row for row in rows}
