"""In which months somebody of a centre signed in: what C3 asks of every centre for every month of a year.

One look into the index for each person and month, so that it takes the same time however often people sign in.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import SignIn
from centres.models import Membership

Month = tuple[int, int]


class _Part(NamedTuple):
    """The days of a month that lie in a period."""

    month: Month
    first: dt.date
    last: dt.date


def midnight(day: dt.date) -> dt.datetime:
    """Return the instant at which a day begins here: an instant compared with it can use an index, its date cannot."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def _parts(starts_on: dt.date, ends_on: dt.date) -> list[_Part]:
    found = []
    first = starts_on
    while first <= ends_on:
        following = (first.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        found.append(_Part((first.year, first.month), first, min(ends_on, following - dt.timedelta(days=1))))
        first = following
    return found


def months_used(ids: Collection[int], starts_on: dt.date, ends_on: dt.date) -> dict[int, set[Month]]:
    """Return, by centre, the months in which somebody signed in while a member of it. Two queries."""
    parts = _parts(starts_on, ends_on)
    there = {
        f"part_{at}": Exists(
            SignIn.objects.filter(
                user=OuterRef("user_id"),
                at__gte=midnight(part.first),
                at__lt=midnight(part.last + dt.timedelta(days=1)),
            ).order_by()
        )
        for at, part in enumerate(parts)
    }
    rows = (
        Membership.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=starts_on), centre_id__in=ids, valid_from__lte=ends_on
        )
        .order_by()
        .annotate(**there)
        .values_list("centre_id", "user_id", "valid_from", "valid_to", *there)
    )
    found: dict[int, set[Month]] = defaultdict(set)
    # Memberships that hold in some days only of a month somebody signed in: by person, centre and days.
    unsure: dict[int, list[tuple[int, dt.date, dt.date, Month]]] = defaultdict(list)
    for centre_id, user_id, valid_from, valid_to, *flags in rows:
        for part, signed_in in zip(parts, flags, strict=True):
            begins, ends = max(valid_from, part.first), min(valid_to or part.last, part.last)
            if not signed_in or begins > ends:
                continue
            if (begins, ends) == (part.first, part.last):
                found[centre_id].add(part.month)
            else:
                unsure[user_id].append((centre_id, begins, ends, part.month))
    _look_closely(unsure, found)
    return found


def _look_closely(unsure: dict[int, list[tuple[int, dt.date, dt.date, Month]]], found: dict[int, set[Month]]) -> None:
    """Compare days one by one where a membership began or ended within a month."""
    if not unsure:
        return
    first = min(begins for days in unsure.values() for _centre, begins, _ends, _month in days)
    last = max(ends for days in unsure.values() for _centre, _begins, ends, _month in days)
    at = SignIn.objects.filter(
        user_id__in=unsure, at__gte=midnight(first), at__lt=midnight(last + dt.timedelta(days=1))
    ).order_by()
    for user_id, moment in at.values_list("user_id", "at").iterator(chunk_size=5000):
        day = timezone.localdate(moment)
        for centre_id, begins, ends, month in unsure[user_id]:
            if begins <= day <= ends:
                found[centre_id].add(month)
