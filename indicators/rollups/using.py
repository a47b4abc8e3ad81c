"""Writing kept C3 of all units, and checking it against the rows (docs/adr/0057)."""

import datetime as dt
from collections.abc import Iterator

from django.db import transaction

from centres.choices import UnitLevel
from centres.models import AdminUnit
from core.dates import plan_year_of
from indicators import c3
from indicators.models import RollupState, RollupUse
from indicators.rollups.directory import Directory, current
from indicators.rollups.footprint import Footprint
from indicators.rollups.use import (
    basis_of,
    open_in,
    pack_rows,
    place_of,
    thresholds,
    touched_by_rows,
    touched_by_use,
)

TRIES = 5
BATCH = 500


def days_kept(first_on: dt.date, today: dt.date) -> list[dt.date]:
    """Return the days C3 is kept for: the end of every plan year since a day, and today."""
    found = []
    day = plan_year_of(first_on).ends_on
    while day < today:
        found.append(day)
        day = plan_year_of(day + dt.timedelta(days=1)).ends_on
    return [*found, today]


def rebuild_uses(touched: Footprint, days: list[dt.date]) -> int:
    """Work out what is stale or missing and write it; return how many rows. Marks must have been read before."""
    city = AdminUnit.objects.filter(level=UnitLevel.CITY).first()
    units = list(AdminUnit.objects.order_by("pk"))
    written = 0
    for day in days if city else ():
        for _turn in range(TRIES):
            generation = RollupState.objects.get_or_create(pk=1)[0].generation
            directory = current()
            try:
                if not _is_stale(directory, units, day, touched):
                    break
                rows = list(_rows(directory, city, units, day))
            except LookupError:  # no rule holds on that day
                rows = []
            if _write(rows, day, generation):
                written += len(rows)
                break
        else:
            raise RuntimeError(f"C3 of {day} was written by others {TRIES} times in a row")
    RollupUse.objects.exclude(ends_on__in=days).delete()
    return written


def _is_stale(directory: Directory, units: list[AdminUnit], day: dt.date, touched: Footprint) -> bool:
    starts_on = plan_year_of(day).starts_on
    by_use, by_rows = touched_by_use(starts_on, day), touched_by_rows(touched, starts_on, day)
    if by_use is None or by_rows is None or by_use | by_rows:
        return True
    known = dict(RollupUse.objects.filter(ends_on=day).values_list("unit_id", "basis"))
    wanted = {place_of(unit): basis_of(directory, unit, day) for unit in units if open_in(directory, unit, day)}
    return known != wanted


def _rows(directory: Directory, city: AdminUnit | None, units: list[AdminUnit], day: dt.date) -> Iterator[RollupUse]:
    assert city is not None
    measured = c3.measure(unit=city, as_of=day, from_rows=True)
    uses = {use.centre.pk: use for use in measured.centres}
    limits = thresholds(directory, day)
    for unit in units:
        centres = open_in(directory, unit, day)
        # A centre that was founded since the directory was read: its revision makes the row count for nothing.
        mine = [uses[centre.pk] for centre in centres if centre.pk in uses]
        if mine:
            yield RollupUse(
                unit_id=place_of(unit), ends_on=day, basis=basis_of(directory, unit, day),
                numerator=sum(use.counts for use in mine), denominator=len(mine),
                hash=c3.digest(mine, measured.starts_on, day, limits),
                body=pack_rows([_numbers(use) for use in mine]),
            )  # fmt: skip


def _numbers(use: c3.CentreUse) -> list[int | bool | None]:
    return [use.centre.pk, use.classes, use.months_open, use.months_used, use.reports, use.declared]


def _write(rows: list[RollupUse], day: dt.date, generation: int) -> bool:
    """Put new rows in the place of old ones; False when others have written since ``generation``."""
    with transaction.atomic():
        state = RollupState.objects.select_for_update().get(pk=1)
        if state.generation != generation:
            return False
        RollupState.objects.filter(pk=1).update(generation=generation + 1)
        RollupUse.objects.filter(ends_on=day).delete()
        RollupUse.objects.bulk_create(rows, batch_size=BATCH)
    return True


# Unit, day, what differs, kept, counted.
Difference = tuple[int, dt.date, str, int | str | None, int | str | None]


def check_uses(touched: Footprint) -> tuple[int, int, list[Difference]]:
    """Measure everything that is kept from the rows again; return cells compared, stale rows and what differs."""
    units = {place_of(unit): unit for unit in AdminUnit.objects.order_by("pk")}
    cells = stale = 0
    different: list[Difference] = []
    for day in RollupUse.objects.order_by("ends_on").values_list("ends_on", flat=True).distinct():
        starts_on = plan_year_of(day).starts_on
        by_use, by_rows = touched_by_use(starts_on, day), touched_by_rows(touched, starts_on, day)
        kept = list(RollupUse.objects.filter(ends_on=day))
        directory = current()
        try:
            right = {row.unit_id: row for row in _rows(directory, units.get(0), list(units.values()), day)}
        except LookupError:
            stale += len(kept)
            continue
        for row in kept:
            counted, unit = right.get(row.unit_id), units.get(row.unit_id)
            mine = {centre.pk for centre in open_in(directory, unit, day)} if unit else set()
            is_touched = by_use is None or by_rows is None or mine & (by_use | by_rows)
            if is_touched or unit is None or counted is None or row.basis != counted.basis:
                stale += 1
                continue
            cells += 3 + 5 * row.denominator
            for name in ("numerator", "denominator", "hash"):
                if getattr(row, name) != getattr(counted, name):
                    different.append((row.unit_id, day, name, getattr(row, name), getattr(counted, name)))
            if bytes(row.body) != counted.body:
                different.append((row.unit_id, day, "centres", len(row.body), len(counted.body)))
    return cells, stale, different
