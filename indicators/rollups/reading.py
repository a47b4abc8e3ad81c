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
    """What is kept for a question. ``is_fresh``: it is what the rows say at this moment."""

    body: Body
    built_at: dt.datetime
    is_fresh: bool


def _area(user: object, unit: AdminUnit | None, centre: Centre | None, ends_on: dt.date) -> Area | None:
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


def _happens_later(today: dt.date, ends_on: dt.date) -> bool:
    """Whether anything counts in the rest of a running period, which an answer until today must leave out."""
    rest = (today + dt.timedelta(days=1), ends_on)
    return (
        Session.objects.filter(status=SessionStatus.HELD, held_on__range=rest).exists()
        or Certificate.objects.filter(issued_on__range=rest).exists()
    )


def kept(
    *,
    user: object,
    starts_on: dt.date,
    ends_on: dt.date,
    unit: AdminUnit | None,
    centre: Centre | None,
    may_lag: bool = False,
    to_the_day: bool = False,
) -> Kept | None:
    """Return what is kept for a question of ``statistics``; None when it has to be counted.

    The scope must have been checked. Fresh unless ``may_lag``: then also what stood at ``built_at``, where counting
    would take longer than anybody waits. ``to_the_day``: ages of target groups go by day, those of lines by year.
    """
    today = timezone.localdate()
    span = standard_span(starts_on, ends_on, today)
    area = _area(user, unit, centre, ends_on) if span else None
    if span is None or area is None:
        return None
    sheets = RollupSheet.objects.filter(area=area.key[0], area_id=area.key[1], starts_on=span[0], ends_on=span[1])
    if not sheets.exists():
        return None
    # Marks first, the sheet afterwards: one that is written in between is newer than what they say.
    touched = recent()
    row = sheets.first()
    if row is None or row.basis != area.basis(target_groups()):
        return None
    body = unpack(row.body)
    if not _may_see(user, area, body):
        return None
    is_fresh = (
        (row.aged_on == ends_on if to_the_day else row.aged_on.year == ends_on.year)
        and not touched.touches(area, span)
        and not missing(connection)
        and (ends_on == span[1] or not _happens_later(today, span[1]))
    )
    lags = may_lag and row.build_ms >= WORTH_WAITING_MS and timezone.now() - row.built_at < OLDEST
    if not (is_fresh or lags):
        return None
    if area.key[0] == RollupArea.CENTRE:
        body = Body(seen_from_a_centre(area.key[1], body.lines), body.groups)
    return Kept(body, row.built_at, is_fresh)


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
