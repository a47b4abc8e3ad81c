"""Writing sheets, and checking them against the rows.

Nothing is held while it counts: rows are read, worked out, and written in one short transaction a period. Whoever
wrote sheets in between has raised the generation; then the period is counted again, so that an older look at the rows
never overwrites a newer one. Marks are read first and exactly these are deleted last.
"""

import datetime as dt
import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils import timezone

from certificates.models import Certificate
from core.bulk import OneOf
from core.dates import plan_year_of
from courses.choices import SessionStatus
from courses.models import Session
from indicators.models import RollupMark, RollupRevision, RollupSheet, RollupState
from indicators.rollups.areas import Area, Key, Places, target_groups
from indicators.rollups.body import Body, pack, unpack
from indicators.rollups.counting import NAMES, Rows, work_out
from indicators.rollups.footprint import COLUMNS, Footprint, Mark, footprint
from indicators.rollups.periods import Span, spans_between
from indicators.rollups.triggers import MOST, missing
from indicators.rollups.using import check_uses, days_kept, rebuild_uses

BATCH = 500
DELETED_AT_ONCE = 50_000
TRIES = 5


@dataclass
class Rebuilt:
    """What a rebuild did."""

    marks: int = 0
    periods: int = 0
    sheets: int = 0
    uses: int = 0


@dataclass(frozen=True)
class Different:
    """A figure that is kept otherwise than the rows say; None: it should not be there, or is missing."""

    area: str
    area_id: int
    starts_on: dt.date
    ends_on: dt.date
    line: str
    figure: str
    kept: int | str | None
    counted: int | str | None


@dataclass
class Checked:
    """How many figures were compared, those that differ, and the sheets that wait for a rebuild."""

    cells: int = 0
    stale: int = 0
    different: list[Different] = field(default_factory=list)


def _known_days() -> tuple[dt.date, dt.date] | None:
    """The first and last day on which anything counts."""
    held = Session.objects.filter(status=SessionStatus.HELD).aggregate(Min("held_on"), Max("held_on"))
    papers = Certificate.objects.aggregate(Min("issued_on"), Max("issued_on"))
    days = [day for day in (*held.values(), *papers.values()) if day is not None]
    return (min(days), max(days)) if days else None


def rebuild(*, whole: bool = False, say: Callable[[str], None] | None = None) -> Rebuilt:
    """Work out what is stale or missing (``whole``: everything) and write it. Safe to repeat, and to run twice at once.

    Running periods are worked out anew when the day has changed, because ages go by it. Returns what was done.
    """
    today = timezone.localdate()
    rows: dict[int, Mark] = {pk: tuple(mark) for pk, *mark in RollupMark.objects.values_list("pk", *COLUMNS)}
    touched = Footprint(everything=True) if whole else footprint(set(rows.values()))
    groups, places, source = target_groups(), Places(), Source()
    done = Rebuilt(marks=len(rows))
    days = _known_days()
    wanted = spans_between(days[0], min(days[1], today)) if days else []
    kept = _kept(wanted)
    for span in wanted:
        aged_on = min(span[1], today)
        stale = [
            area
            for area in places.areas(aged_on)
            # A period of which nothing is kept at all: a new one, or the first rebuild there is.
            if not kept[span]
            or touched.touches(area, span)
            or _is_outdated(kept[span].get(area.key), area, aged_on, groups)
        ]
        if not stale:
            continue
        done.sheets += _rebuild_period(span, aged_on, stale, groups, source)
        done.periods += 1
        if say:
            say(f"{span[0]:%d/%m/%Y}–{span[1]:%d/%m/%Y}: {len(stale)}")
    done.uses = rebuild_uses(touched, days_kept(days[0], today) if days else [])
    if not wanted or whole:
        # Periods in which nothing counts any more.
        RollupSheet.objects.exclude(starts_on__in={span[0] for span in wanted}).delete()
    _forget(list(rows))
    _forget_revisions()
    return done


def _kept(spans: Sequence[Span]) -> dict[Span, dict[Key, tuple[str, dt.date]]]:
    found: dict[Span, dict[Key, tuple[str, dt.date]]] = {span: {} for span in spans}
    rows = RollupSheet.objects.values_list("starts_on", "ends_on", "area", "area_id", "basis", "aged_on")
    for starts_on, ends_on, area, area_id, basis, aged_on in rows.iterator(chunk_size=10_000):
        if (starts_on, ends_on) in found:
            found[starts_on, ends_on][area, area_id] = (basis, aged_on)
    return found


def _is_outdated(
    known: tuple[str, dt.date] | None, area: Area, aged_on: dt.date, groups: list[tuple[int, str]]
) -> bool:
    """Whether a sheet says something of another area, other definitions or another day. None: nothing happened there,
    or what happened has a mark."""
    return known is not None and known != (area.basis(groups), aged_on)


class Source:
    """Rows as they were read, and the generation of sheets before the first of them was."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Begin again: somebody else has written sheets, from newer rows than these."""
        self.generation = RollupState.objects.get_or_create(pk=1)[0].generation
        self.rows = Rows()


def _rebuild_period(
    span: Span, aged_on: dt.date, areas: list[Area], groups: list[tuple[int, str]], source: Source
) -> int:
    for _turn in range(TRIES):
        started = time.monotonic()
        bodies = work_out(span, aged_on, areas, groups, source.rows)
        took = int((time.monotonic() - started) * 1000)
        if _write(span, aged_on, areas, groups, bodies, source.generation, took):
            source.generation += 1
            return len(bodies)
        source.renew()
    raise RuntimeError(f"sheets of {span[0]}–{span[1]} were written by others {TRIES} times in a row")


def _write(
    span: Span, aged_on: dt.date, areas: list[Area], groups: list[tuple[int, str]], bodies: dict[Key, Body],
    generation: int, took: int,
) -> bool:  # fmt: skip
    """Put new sheets in the place of old ones; False when others have written since ``generation``."""
    now = timezone.now()
    sheets = [
        RollupSheet(
            area=area.key[0], area_id=area.key[1], starts_on=span[0], ends_on=span[1], aged_on=aged_on,
            basis=area.basis(groups), built_at=now, build_ms=took, body=pack(bodies[area.key], NAMES),
            **_total(bodies[area.key]),
        )
        for area in areas
        if area.key in bodies
    ]  # fmt: skip
    by_kind: dict[str, list[int]] = defaultdict(list)
    for area in areas:
        by_kind[area.key[0]].append(area.key[1])
    with transaction.atomic():
        state = RollupState.objects.select_for_update().get(pk=1)
        if state.generation != generation:
            return False
        RollupState.objects.filter(pk=1).update(generation=generation + 1)
        for kind, ids in by_kind.items():
            RollupSheet.objects.filter(OneOf("area_id", ids), starts_on=span[0], ends_on=span[1], area=kind).delete()
        RollupSheet.objects.bulk_create(sheets, batch_size=BATCH)
    return True


def _total(body: Body) -> dict[str, int]:
    return {name: body.lines[None, None][name] for name in NAMES}


def _forget(marks: list[int]) -> None:
    """Delete exactly the marks that were read: one that was committed since keeps its number."""
    for start in range(0, len(marks), DELETED_AT_ONCE):
        part = marks[start : start + DELETED_AT_ONCE]
        RollupMark.objects.filter(OneOf("pk", part))._raw_delete(RollupMark.objects.db)


def _forget_revisions() -> None:
    """Let one revision stand for all there are: only one process at a time, so that each set of them is told apart."""
    if RollupRevision.objects.count() > 1:
        with transaction.atomic():
            RollupState.objects.select_for_update().get(pk=1)
            old = list(RollupRevision.objects.values_list("pk", flat=True))
            RollupRevision.objects.create(token=secrets.randbelow(MOST))
            RollupRevision.objects.filter(OneOf("pk", old)).delete()


def check(*, say: Callable[[str], None] | None = None) -> Checked:
    """Work every sheet that claims to be right out from the rows again, and compare each figure.

    A sheet that is touched by a mark is not read by anybody (or with the time of its working out beside it): it is
    counted as stale. Without its triggers nothing claims to be right.
    """
    found = Checked()
    marks = set(RollupMark.objects.values_list(*COLUMNS))
    touched = Footprint(everything=True) if missing(connection) else footprint(marks)
    groups, places, people = target_groups(), Places(), Rows()
    spans = RollupSheet.objects.order_by("starts_on", "ends_on").values_list("starts_on", "ends_on").distinct()
    for span in list(spans):
        known = {(row.area, row.area_id): row for row in RollupSheet.objects.filter(starts_on=span[0], ends_on=span[1])}
        by_day: dict[dt.date, list[Area]] = defaultdict(list)
        for aged_on in {row.aged_on for row in known.values()}:
            for area in places.areas(aged_on):
                row = known.get(area.key)
                if row is None or row.aged_on != aged_on:
                    continue
                if touched.touches(area, span) or row.basis != area.basis(groups):
                    found.stale += 1
                else:
                    by_day[aged_on].append(area)
        for aged_on, areas in by_day.items():
            bodies = work_out(span, aged_on, areas, groups, people)
            for area in areas:
                _compare(found, known[area.key], bodies.get(area.key, Body()))
        if say:
            say(f"{span[0]:%d/%m/%Y}–{span[1]:%d/%m/%Y}: {len(known)}")
    cells, stale, different = check_uses(touched)
    found.cells += cells
    found.stale += stale
    found.different += [
        Different("c3", unit_id, plan_year_of(day).starts_on, day, "c3", figure, kept, counted)
        for unit_id, day, figure, kept, counted in different
    ]
    return found


def _flat(body: Body) -> dict[tuple[str, str], int]:
    cells = {
        (f"{centre or '*'}/{topic or '*'}", name): count
        for (centre, topic), line in body.lines.items()
        for name, count in line.items()
    }
    for group, counts in body.groups.items():
        cells |= {(f"group {group or '-'}", name): n for name, n in zip(GROUP_NAMES, counts, strict=True)}
    return cells


GROUP_NAMES = ("classes", "learners", "women")


def _compare(found: Checked, sheet: RollupSheet, body: Body) -> None:
    """Compare the columns (the total) and every line."""
    try:
        kept = _flat(unpack(sheet.body))
    except (ValueError, KeyError, TypeError):
        kept = {}
    counted = _flat(body)
    columns: dict[tuple[str, str], Any] = {("total", name): getattr(sheet, name) for name in NAMES}
    kept |= columns
    counted |= {("total", name): counted.get(("*/*", name), 0) for name in NAMES}
    found.cells += len(kept.keys() | counted.keys())
    for cell in sorted(kept.keys() | counted.keys()):
        if kept.get(cell) != counted.get(cell):
            found.different.append(
                Different(
                    sheet.area, sheet.area_id, sheet.starts_on, sheet.ends_on, *cell, kept.get(cell), counted.get(cell)
                )
            )
