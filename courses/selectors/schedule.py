"""Days of a timetable, and where the centre lay on them."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from itertools import islice
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from centres.models import AdminUnit, CentreLocation
from core.errors import InvalidInput
from courses.models import DayOff

MAX_SESSIONS = 400  # phase 1 of the literacy programme in one class is about 335 sessions


def plan_days(
    *, weekdays: Collection[int], first_on: dt.date, count: int, off: Mapping[dt.date, Any] | None = None
) -> list[dt.date]:
    """Return ``count`` days from ``first_on`` on (itself included) on the weekdays (0 is Monday), none on ``off``.

    Raises InvalidInput with the field at fault: no weekday, a weekday outside 0–6, a count outside 1–400.
    """
    if not weekdays or not all(0 <= day <= 6 for day in weekdays):
        message = _("Hãy chọn ít nhất một ngày trong tuần.")
        raise InvalidInput("no_weekday", message, fields={"weekdays": [message]})
    if not 1 <= count <= MAX_SESSIONS:
        message = _("Số buổi phải từ 1 đến %(max)s.") % {"max": MAX_SESSIONS}
        raise InvalidInput("bad_count", message, fields={"count": [message]})
    wanted, skipped = set(weekdays), off or {}
    days = (first_on + dt.timedelta(days=step) for step in range(7 * (count + len(skipped)) + 7))
    return list(islice((day for day in days if day.weekday() in wanted and day not in skipped), count))


def days_off(centre_id: int, first_on: dt.date) -> dict[dt.date, DayOff]:
    """Return public holidays and the centre's own days off from a day on; a public holiday names the day first."""
    rows = (
        DayOff.objects.for_centre(centre_id)
        .filter(falls_on__gte=first_on)
        .order_by("falls_on", F("centre").asc(nulls_last=True))
    )
    # Later rows win, and public holidays (no centre) come last.
    return {row.falls_on: row for row in rows}


def skipped_days(
    *, weekdays: Collection[int], first_on: dt.date, days: Collection[dt.date], off: Mapping[dt.date, DayOff]
) -> list[DayOff]:
    """Return the days off that a timetable of ``days`` passed over, by day."""
    last = max(days)
    return [row for day, row in sorted(off.items()) if first_on <= day <= last and day.weekday() in set(weekdays)]


def units_on(centre_id: int, days: Iterable[dt.date]) -> dict[dt.date, AdminUnit]:
    """Return the commune of the centre on each day, with one query (``unit_of_centre`` for many days).

    A day before the first location belongs to the first one. Raises InvalidInput when there is no location at all.
    """
    locations = list(CentreLocation.objects.filter(centre_id=centre_id).select_related("unit").order_by("valid_from"))
    if not locations:
        raise InvalidInput(
            "centre_without_location", _("Trung tâm chưa có địa điểm. Hãy ghi phường, xã của trung tâm.")
        )
    found: dict[dt.date, AdminUnit] = {}
    for day in days:
        on_day = [row for row in locations if row.valid_from <= day and (row.valid_to is None or row.valid_to >= day)]
        found[day] = (on_day[-1] if on_day else locations[0]).unit
    return found
