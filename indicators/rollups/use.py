"""Reading kept C3: one row a unit and day, with everything that says whether it holds (docs/adr/0057)."""

import datetime as dt
import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection

from centres.choices import UnitLevel
from centres.models import AdminUnit, Centre, Membership
from indicators.models import RollupMark, RollupUse
from indicators.rollups.directory import VERSION, Directory, current
from indicators.rollups.footprint import LOOKED_THROUGH, Footprint, recent
from indicators.rollups.triggers import guards

# Goes up whenever the same rows give another C3, or it is written otherwise.
DEFINITION = "use-2026-1"
# More centres than these are not measured one by one.
PATCHED = 60
DAY = dt.timedelta(days=1)

# Centre, classes, months open, months used, reports, what it declares.
Numbers = Sequence[Any]


@dataclass(frozen=True)
class KeptUse:
    """What is kept of a unit; ``stale``: the centres of it that have to be measured anew."""

    numerator: int
    denominator: int
    hash: str
    body: bytes
    directory: Directory
    stale: frozenset[int]

    def rows(self) -> list[Numbers]:
        """The centres, in their order."""
        found: list[Numbers] = json.loads(zlib.decompress(self.body))
        return found


def pack_rows(rows: Sequence[Numbers]) -> bytes:
    """Return the bytes of a body; the same rows give the same bytes."""
    return zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), 6)


def place_of(unit: AdminUnit) -> int:
    """What a row says of a unit: its key, 0 for the city."""
    return 0 if unit.level == UnitLevel.CITY else unit.pk


def open_in(directory: Directory, unit: AdminUnit, as_of: dt.date) -> list[Centre]:
    """Return the centres of a unit that are open on a day, in order: ``in_unit(…).active_on(…)`` without a query."""
    found: Any = directory.centres
    if unit.level != UnitLevel.CITY:
        day = min(as_of, unit.valid_to or as_of)
        lying = directory.lying_in((unit.pk, *directory.below.get(unit.pk, ())), day, day)
        found = sorted(lying, key=directory.ranks.__getitem__)
    rows = (directory.centres[pk] for pk in found)
    return [row for row in rows if row.established_on <= as_of and (row.closed_on is None or row.closed_on > as_of)]


def thresholds(directory: Directory, as_of: dt.date) -> tuple[int, bool]:
    """Classes and whether a report is needed, on a day. Raises LookupError when no rule holds."""
    return (
        int(directory.setting_on("indicators.c3_min_classes", as_of)),
        bool(directory.setting_on("indicators.c3_needs_report", as_of)),
    )


def basis_of(directory: Directory, unit: AdminUnit, as_of: dt.date) -> str:
    """Return a short hash of the centres and thresholds a row must have been worked out with."""
    place = ("use", place_of(unit), unit.valid_to, as_of)
    found: str | None = directory.remembered.get(place)
    if found is None:
        centres = [[row.pk, row.code, str(row.established_on)] for row in open_in(directory, unit, as_of)]
        parts = [DEFINITION, thresholds(directory, as_of), str(as_of), centres]
        found = directory.remembered[place] = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
    return found


def whole_until(as_of: dt.date) -> dt.date:
    """The last day of the last month that is over by the end of a day: sign-ins after it count for nothing yet."""
    return (as_of + DAY).replace(day=1) - DAY


# Days of instants are those of UTC, so the days before and after count too.
_TOUCHED = "(happened_on IS NULL OR happened_on BETWEEN %s AND CASE WHEN user_id = 0 THEN %s ELSE %s END)"


def _window(starts_on: dt.date, as_of: dt.date) -> list[dt.date]:
    return [starts_on - DAY, as_of + DAY, whole_until(as_of) + DAY]


@cache
def _statement(vendor: str) -> tuple[str, int, list[Any]]:
    guard, expected, params = guards(vendor)
    marks, rows = RollupMark._meta.db_table, RollupUse._meta.db_table
    touched = _TOUCHED if vendor == "sqlite" else _TOUCHED.replace("%s", "%s::date")
    return (
        f"SELECT v.*, ({guard}), EXISTS(SELECT 1 FROM {marks} WHERE user_id IS NULL OR {touched}), "  # noqa: S608
        "u.basis, u.numerator, u.denominator, u.hash, u.body "
        f"FROM ({VERSION}) v LEFT JOIN {rows} u ON u.ends_on = %s AND u.unit_id = %s",
        expected,
        params,
    )


def _look(place: int, starts_on: dt.date, as_of: dt.date) -> tuple[Any, ...]:
    sql, expected, params = _statement(connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, *_window(starts_on, as_of), as_of, place])
        count, total, found, marks, *row = cursor.fetchone()
    return (int(count), int(total)), found == expected, bool(marks), None if row[0] is None else row


def touched_by_use(starts_on: dt.date, as_of: dt.date) -> set[int] | None:
    """Return the centres of which sign-ins, reports or declarations changed; None: too many to look through."""
    marks = RollupMark.objects.filter(user_id__isnull=False).values_list("user_id", "centre_id", "happened_on")
    rows = list(marks.distinct()[: LOOKED_THROUGH + 1])
    if len(rows) > LOOKED_THROUGH:
        return None
    first, last_report, last_sign_in = _window(starts_on, as_of)
    found: set[int] = set()
    users: set[int] = set()
    for user_id, centre_id, day in rows:
        if day is not None and not first <= day <= (last_sign_in if user_id else last_report):
            continue
        if centre_id is not None:
            found.add(centre_id)
        elif user_id is not None:
            users.add(user_id)
    if users:
        of_users = Membership.objects.filter(user_id__in=users, centre_id__isnull=False)
        found.update(pk for pk in of_users.values_list("centre_id", flat=True) if pk is not None)
    return found


def touched_by_rows(touched: Footprint, starts_on: dt.date, as_of: dt.date) -> set[int] | None:
    """Return the centres of which classes held in the period changed; None: all of them may have."""
    if touched.everything:
        return None
    return touched.centres | {
        centre for centre, _unit, day in touched.cells if centre is not None and starts_on <= day <= as_of
    }


def kept_use(unit: AdminUnit, starts_on: dt.date, as_of: dt.date) -> KeptUse | None:
    """Return what is kept of C3; None when it has to be measured. One query when nothing waits.

    Raises LookupError when no rule holds on the day.
    """
    place = place_of(unit)
    version, has_triggers, has_marks, row = _look(place, starts_on, as_of)
    stale: set[int] = set()
    if row is not None and has_triggers and has_marks:
        # Marks first, the row afterwards, as with sheets (``reading``).
        by_use, by_rows = touched_by_use(starts_on, as_of), touched_by_rows(recent(), starts_on, as_of)
        if by_use is None or by_rows is None:
            return None
        stale = by_use | by_rows
        version, has_triggers, _marks, row = _look(place, starts_on, as_of)
    if row is None or not has_triggers:
        return None
    directory = current(version)
    basis, numerator, denominator, digest, body = row
    if basis != basis_of(directory, unit, as_of):
        return None
    if stale:
        stale &= {centre.pk for centre in open_in(directory, unit, as_of)}
        if len(stale) > PATCHED:
            return None
    return KeptUse(numerator, denominator, digest, bytes(body), directory, frozenset(stale))
