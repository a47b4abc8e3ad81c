"""Answering from kept sheets: only from those that nothing has touched since, or saying since when they stand."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from centres.access import scope_of
from centres.choices import UnitLevel, Verb
from centres.models import AdminUnit, Centre
from certificates.models import Certificate
from courses.choices import SessionStatus
from courses.models import Session
from indicators.choices import RollupArea
from indicators.models import RollupSheet
from indicators.rollups.areas import CITY, Area, centre_area, target_groups, unit_area
from indicators.rollups.body import Body, seen_from_a_centre, unpack
from indicators.rollups.footprint import recent
from indicators.rollups.periods import standard_span
from indicators.rollups.triggers import missing

# Below this, counting the rows themselves is what anybody can wait for, and nothing older is shown.
WORTH_WAITING_MS = 1000
# And nothing older than this is shown at all.
OLDEST = dt.timedelta(hours=36)


@dataclass(frozen=True)
class Kept:
    """What is kept for a question.

    ``is_fresh``: lines are what the rows say at this moment; ``has_fresh_groups``: the target groups too (their ages go
    by day, those of lines by year); ``may_lag``: what is not fresh may be shown with the time of its working out.
    """

    body: Body
    built_at: dt.datetime
    is_fresh: bool
    has_fresh_groups: bool
    may_lag: bool


def area_of(user: object, unit: AdminUnit | None, centre: Centre | None, ends_on: dt.date) -> Area | None:
    """Return the area a question means; None when the user's scope makes it something that is not kept."""
    scope = scope_of(user)
    if centre is not None:
        return centre_area(centre.pk)
    if unit is None or unit.level == UnitLevel.CITY:
        if Verb.VIEW_FIGURES in scope.city_verbs:
            return Area(CITY)
        mine = scope.centre_ids(Verb.VIEW_FIGURES)
        return centre_area(next(iter(mine))) if len(mine) == 1 else None
    return unit_area(unit, ends_on)


_LATER = (
    f"SELECT EXISTS(SELECT 1 FROM {Session._meta.db_table} WHERE status = %s AND held_on BETWEEN %s AND %s) "  # noqa: S608 - names of models
    f"OR EXISTS(SELECT 1 FROM {Certificate._meta.db_table} WHERE issued_on BETWEEN %s AND %s)"
)


def _happens_later(today: dt.date, ends_on: dt.date) -> bool:
    """Whether anything counts in the rest of a running period, which an answer until today must leave out."""
    rest = (today + dt.timedelta(days=1), ends_on)
    with connection.cursor() as cursor:
        cursor.execute(_LATER, [str(SessionStatus.HELD), *rest, *rest])
        return bool(cursor.fetchone()[0])


def kept(
    *,
    user: object,
    starts_on: dt.date,
    ends_on: dt.date,
    area: Area | None,
    may_lag: bool = False,
    groups: list[tuple[int, str]] | None = None,
) -> Kept | None:
    """Return what is kept of an area (``area_of``) in a period; None when it has to be counted.

    The scope must have been checked. Lines are fresh unless ``may_lag``: then also what stood at ``built_at``, where
    counting would take longer than anybody waits. ``groups`` saves a query where the caller has read them already.
    """
    today = timezone.localdate()
    span = standard_span(starts_on, ends_on, today)
    if span is None or area is None:
        return None
    # Marks first, the sheet afterwards: one that is written in between is newer than what they say.
    touched = recent()
    row = RollupSheet.objects.filter(
        area=area.key[0], area_id=area.key[1], starts_on=span[0], ends_on=span[1]
    ).values_list("basis", "body", "aged_on", "built_at", "build_ms").first()  # fmt: skip
    if row is None or row[0] != area.basis(target_groups() if groups is None else groups):
        return None
    body, (aged_on, built_at, build_ms) = unpack(row[1]), row[2:]
    if not _may_see(user, area, body):
        return None
    is_untouched = (
        not touched.touches(area, span)
        and not missing(connection)
        and (ends_on == span[1] or not _happens_later(today, span[1]))
    )
    is_fresh = is_untouched and aged_on.year == ends_on.year
    lags = may_lag and build_ms >= WORTH_WAITING_MS and timezone.now() - built_at < OLDEST
    if not (is_fresh or lags):
        return None
    if area.key[0] == RollupArea.CENTRE:
        body = Body(seen_from_a_centre(area.key[1], body.lines), body.groups)
    return Kept(body, built_at, is_fresh, is_untouched and aged_on == ends_on, lags)


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
    rows = sheets.filter(basis=centre_area(0).basis(target_groups())).values_list(
        "area_id", "classes_led", "classes_took_part"
    )
    return {
        centre_id: led + took_part
        for centre_id, led, took_part in rows
        if centre_id in ids and (touched.is_empty or not touched.touches(centre_area(centre_id), span))
    }


def _may_see(user: object, area: Area, body: Body) -> bool:
    """Sheets count all centres of an area; whoever does not see all of them is counted for alone."""
    scope = scope_of(user)
    if Verb.VIEW_FIGURES in scope.city_verbs:
        return True
    mine = scope.centre_ids(Verb.VIEW_FIGURES)
    if area.key[0] == RollupArea.CENTRE:
        return area.key[1] in mine
    return {centre for centre, _topic in body.lines if centre is not None} <= mine
