"""What bodies contributed to the report on a plan, and who has not sent anything yet."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from centres.models import AdminUnit, Body
from core.dates import Period
from indicators.choices import ContributionState
from indicators.models import Contribution, Plan


def contributions(plan: Plan, year: int) -> list[Contribution]:
    """Return what was accepted for the annual report of a plan year, in the plan's order of bodies, then by unit.

    Each has ``whose`` (the body's name or the unit's) and the four texts ``done``, ``figures``, ``difficulties``,
    ``proposals`` as plain paragraphs. One query. What was only sent is not in it: the city has not accepted it.
    """
    rows = Contribution.objects.filter(plan=plan, year=year, state=ContributionState.ACCEPTED)
    return list(rows.select_related("body", "unit").order_by("body__order", "body__code", "unit__sort_key", "pk"))


def addressees(plan: Plan) -> QuerySet[Body]:
    """Return the bodies a plan gives tasks or lines to, in order: one query."""
    given = Q(pk__in=plan.tasks.values("body")) | Q(pk__in=plan.indicators.values("responsible"))
    return Body.objects.filter(given)


def reporting_units(year: int) -> list[AdminUnit]:
    """Return the units that answer for themselves in a plan year: districts while there were any, communes since.

    As they stood on 30 November of the year, or stand today when it is not over.
    """
    day = min(Period.plan_year(year).ends_on, timezone.localdate())
    there = AdminUnit.objects.on(day)
    return list(there.districts().order_by("sort_key")) or list(there.communes().order_by("sort_key", "code"))


@dataclass(frozen=True, slots=True)
class Standing:
    """One who is asked to contribute, and how far that is; None: nothing begun. Another's draft is not shown."""

    body: Body
    unit: AdminUnit | None
    contribution: Contribution | None
    is_own: bool

    @property
    def name(self) -> str:
        """The unit's name, else the body's."""
        return str(self.unit or self.body)

    @property
    def state(self) -> str:
        """The state; a draft of others counts as nothing sent."""
        return self.contribution.state if self.contribution else ""

    @property
    def is_in(self) -> bool:
        """Whether it is with the city."""
        return self.state in (ContributionState.SENT, ContributionState.ACCEPTED)

    @property
    def tone(self) -> str:
        """How the state looks."""
        tones = {"accepted": "ok", "sent": "info", "returned": "bad", "draft": "warn"}
        return tones.get(self.state, "plain")


def standings(plan: Plan, year: int, user: User) -> list[Standing]:
    """Return everybody asked to contribute for a plan year, own ones first: four queries."""
    scope = scope_of(user)
    writes = scope.may(Verb.CONTRIBUTE)
    rows = Contribution.objects.visible_to(user).filter(plan=plan, year=year).select_related("sent_by")
    known = {(row.body_id, row.unit_id): row for row in rows}
    found = []
    for body in addressees(plan):
        units: Sequence[AdminUnit | None] = reporting_units(year) if body.is_units else [None]
        for unit in units:
            own = unit.pk in scope.unit_ids if unit else body.pk in scope.body_ids
            row = known.get((body.pk, unit.pk if unit else None))
            found.append(Standing(body, unit, row, writes and own))
    return sorted(found, key=lambda item: not item.is_own)
