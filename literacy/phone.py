"""What a telephone takes along to visit people without a network (docs/adr/0040)."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Min, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from core.dates import add_months
from literacy.models import FollowUp, Instrument

MOST_TAKEN = 60


def visitable(user: User, day: dt.date) -> QuerySet[FollowUp]:
    """Checks that the user may record and that are due within a month of a day, with their people."""
    rows = FollowUp.objects.visible_to(user).filter(scope_of(user).centre_q(verb=Verb.FOLLOW_UP))
    soon = Q(due_on__gt=day, due_on__lte=add_months(day, 1), done_on__isnull=True, called_off_on__isnull=True)
    due = rows.due(day).values("pk")
    return rows.filter(Q(pk__in=due) | soon).select_related("learner__neighbourhood", "award")


def people_to_take(user: User, ids: Sequence[int], day: dt.date) -> list[dict[str, Any]]:
    """Return what a telephone needs of each person, and no more: JSON-ready, in the order of the days they are due.

    Who is not to be visited any more, or is out of the user's scope, is left out.
    """
    following = FollowUp.objects.open().filter(award_id=OuterRef("award_id"), due_on__gt=OuterRef("due_on"))
    rows = (
        visitable(user, day)
        .filter(pk__in=list(ids)[:MOST_TAKEN])
        .annotate(next_on=Subquery(following.order_by().values("award_id").annotate(on=Min("due_on")).values("on")))
        .order_by("due_on", "pk")
    )
    return [
        {
            "follow_up": row.pk,
            "name": row.learner.full_name,
            "born": str(row.learner.birth) if row.learner.birth_year else "",
            "place": row.learner.neighbourhood.name if row.learner.neighbourhood else "",
            "phone": row.learner.phone,
            "months": row.months,
            "due_on": row.due_on.isoformat(),
            "since": row.award.certified_on.isoformat(),
            "next_on": row.next_on.isoformat() if row.next_on else "",
            "attempts": row.attempts,
        }
        for row in rows
    ]


def instrument_to_take(day: dt.date) -> dict[str, Any] | None:
    """Return the version that holds on a day, JSON-ready; None where none was laid down."""
    held = Instrument.objects.on(day)
    return {"version": held.version, "title": held.title, **held.content} if held else None
