"""Answering from kept sheets: only from those that nothing has touched since, or saying since when they stand."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection
from django.utils import timezone

from centres.access import scope_of
from centres.choices import UnitLevel, Verb
from centres.models import AdminUnit, Centre
from certificates.models import Certificate
from courses.choices import SessionStatus
from courses.models import Session
from indicators.choices import RollupArea
from indicators.models import RollupMark, RollupSheet
from indicators.rollups.areas import CITY, Key, centre_area
from indicators.rollups.body import Rows, read_rows
from indicators.rollups.directory import VERSION, Directory, current
from indicators.rollups.footprint import Footprint, recent
from indicators.rollups.periods import Span, standard_span
from indicators.rollups.triggers import guards, missing

# Below this, counting the rows themselves is what anybody can wait for, and nothing older is shown.
WORTH_WAITING_MS = 1000
# And nothing older than this is shown at all.
OLDEST = dt.timedelta(hours=36)


@dataclass(frozen=True)
class Kept:
    """What is kept for a question, and the names to show it with.

    ``is_fresh``: lines are what the rows say at this moment; ``has_fresh_groups``: the target groups too (their ages go
    by day, those of lines by year); ``may_lag``: what is not fresh may be shown with the time of its working out.
    """

    key: Key
    rows: Rows
    directory: Directory
    built_at: dt.datetime
    is_fresh: bool
    has_fresh_groups: bool
    may_lag: bool


def key_of(user: object, unit: AdminUnit | None, centre: Centre | None, ends_on: dt.date) -> Key | None:
    """Return the area a question means; None when the user's scope makes it something that is not kept."""
    scope = scope_of(user)
    if centre is not None:
        return RollupArea.CENTRE, centre.pk
    if unit is None or unit.level == UnitLevel.CITY:
        if Verb.VIEW_FIGURES in scope.city_verbs:
            return CITY
        mine = scope.centre_ids(Verb.VIEW_FIGURES)
        return (RollupArea.CENTRE, next(iter(mine))) if len(mine) == 1 else None
    # A district that has ended by then counts by the centres that ever lay in it (``areas.unit_area``).
    ended = unit.level == UnitLevel.DISTRICT and unit.valid_to is not None and ends_on > unit.valid_to
    return RollupArea.FORMER if ended else RollupArea.UNIT, unit.pk


_LATER = (
    f"EXISTS(SELECT 1 FROM {Session._meta.db_table} WHERE status = %s AND held_on BETWEEN %s AND %s) "  # noqa: S608 - names of models
    f"OR EXISTS(SELECT 1 FROM {Certificate._meta.db_table} WHERE issued_on BETWEEN %s AND %s)"
)


def _rest(today: dt.date, ends_on: dt.date) -> list[Any]:
    """What ``_LATER`` asks: whether anything counts in the rest of a running period, which an answer until today must
    leave out."""
    rest = (today + dt.timedelta(days=1), ends_on)
    return [str(SessionStatus.HELD), *rest, *rest]


def _happens_later(today: dt.date, ends_on: dt.date) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_LATER}", _rest(today, ends_on))
        return bool(cursor.fetchone()[0])


@dataclass(frozen=True)
class _Seen:
    """A sheet with everything that says whether it holds, as they stood at one moment."""

    version: tuple[int, int]
    lacks_triggers: bool
    has_marks: bool
    has_later: bool
    sheet: tuple[Any, ...] | None  # basis, body, aged_on, built_at, build_ms


@cache
def _statement(vendor: str, is_running: bool) -> tuple[str, int, list[Any]]:
    """The statement that looks at a sheet, how many triggers it should find, and what they are asked with.

    One statement sees one moment: a rebuild that commits meanwhile is seen with sheet and marks, or not at all.
    """
    guard, expected, params = guards(vendor)
    later = _LATER if is_running else "1 = 0"
    return (
        f"SELECT v.*, ({guard}), EXISTS(SELECT 1 FROM {RollupMark._meta.db_table} WHERE user_id IS NULL), {later}, "  # noqa: S608
        "s.basis, s.body, s.aged_on, s.built_at, s.build_ms "
        f"FROM ({VERSION}) v LEFT JOIN {RollupSheet._meta.db_table} s "
        "ON s.starts_on = %s AND s.ends_on = %s AND s.area = %s AND s.area_id = %s",
        expected,
        params,
    )


def _look(key: Key, span: Span, ends_on: dt.date, today: dt.date) -> _Seen:
    is_running = ends_on != span[1]
    sql, expected, params = _statement(connection.vendor, is_running)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, *(_rest(today, span[1]) if is_running else ()), *span, str(key[0]), key[1]])
        count, total, found, marks, later, *sheet = cursor.fetchone()
    row = None if sheet[0] is None else (*sheet[:2], _day(sheet[2]), sheet[3], sheet[4])
    return _Seen((int(count), int(total)), found != expected, bool(marks), bool(later), row)


def _day(value: dt.date | str) -> dt.date:
    """What a driver makes of a date: SQLite's a text."""
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def _instant(value: dt.datetime | str) -> dt.datetime:
    found = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def kept(
    *,
    user: object,
    starts_on: dt.date,
    ends_on: dt.date,
    unit: AdminUnit | None = None,
    centre: Centre | None = None,
    may_lag: bool = False,
) -> Kept | None:
    """Return what is kept of a unit or centre in a period; None when it has to be counted.

    The scope must have been checked. Lines are fresh unless ``may_lag``: then also what stood at ``built_at``, where
    counting would take longer than anybody waits. One query when nothing waits to be taken in.
    """
    today = timezone.localdate()
    span, key = standard_span(starts_on, ends_on, today), key_of(user, unit, centre, ends_on)
    if span is None or key is None:
        return None
    touched = Footprint()
    seen = _look(key, span, ends_on, today)
    if seen.has_marks and seen.sheet:
        # Marks first, the sheet afterwards: one that is written in between is newer than what they say.
        touched = recent()
        seen = _look(key, span, ends_on, today)
    if seen.sheet is None:
        return None
    basis, body, aged_on, built, build_ms = seen.sheet
    directory = current(seen.version)
    if basis != directory.basis(key):
        return None
    is_untouched = not (seen.lacks_triggers or seen.has_later or touched.touches(directory.area(key), span))
    is_fresh = is_untouched and aged_on.year == ends_on.year
    built_at = _instant(built)
    lags = may_lag and build_ms >= WORTH_WAITING_MS and timezone.now() - built_at < OLDEST
    if not (is_fresh or lags):
        return None
    rows = read_rows(body)
    if not _may_see(user, key, rows):
        return None
    return Kept(key, rows, directory, built_at, is_fresh, is_untouched and aged_on == ends_on, lags)


def classes_taught(ids: Collection[int], starts_on: dt.date, ends_on: dt.date) -> dict[int, int]:
    """Return how many classes had a held session in a standard period, for the centres of which that is kept and fresh.

    Those that are missing have to be counted. The caller has checked that the centres may be seen.
    """
    today = timezone.localdate()
    span = standard_span(starts_on, ends_on, today)
    if span is None or not ids or missing(connection) or (ends_on != span[1] and _happens_later(today, span[1])):
        return {}
    sheets = RollupSheet.objects.filter(starts_on=span[0], ends_on=span[1], area=RollupArea.CENTRE)
    if not sheets.exists():
        return {}
    touched = recent()  # before the sheets, as above
    rows = sheets.filter(basis=current().basis((RollupArea.CENTRE, 0))).values_list(
        "area_id", "classes_led", "classes_took_part"
    )
    return {
        centre_id: led + took_part
        for centre_id, led, took_part in rows
        if centre_id in ids and (touched.is_empty or not touched.touches(centre_area(centre_id), span))
    }


def _may_see(user: object, key: Key, rows: Rows) -> bool:
    """Sheets count all centres of an area; whoever does not see all of them is counted for alone."""
    scope = scope_of(user)
    if Verb.VIEW_FIGURES in scope.city_verbs:
        return True
    mine = scope.centre_ids(Verb.VIEW_FIGURES)
    if key[0] == RollupArea.CENTRE:
        return key[1] in mine
    return {row[0] for row in rows.lines if row[0] is not None} <= mine
