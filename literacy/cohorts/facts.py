"""The facts of every person of a cohort, collected by the database; ``literacy.rules.decide`` decides on them.

One query brings all of a million people together by what they have in common (docs/adr/0042): who was certified on the
same day, was found the same way, and learned on or not. The rule is then asked once for each such group.
"""

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from centres.models import AdminUnit, Centre
from centres.selectors import subtree_ids
from core.functions import AddMonths
from core.models import DatedSetting, setting_known
from literacy.choices import HOLDING, LEAVING, NEWLY, TELLING, CheckOutcome, LiteracyLevel
from literacy.cohorts.periods import CohortPeriod
from literacy.events import learned_by
from literacy.models import LiteracyAward, LiteracyCheck
from literacy.rules import Placement, decide, follow_up_dates


class Plan:
    """The months of the dated settings that a day is judged by: two queries."""

    def __init__(self, as_of: dt.date) -> None:
        self.as_of = as_of
        self.window_months = int(setting_known("literacy.continuing_months", as_of))
        rows = DatedSetting.objects.filter(key="literacy.follow_up_months").order_by("valid_from")
        known = [(row.valid_from, sorted(int(month) for month in row.value)) for row in rows]
        self._days = [day for day, _months in known]
        self._months = [months for _day, months in known]
        # Worked out once for each day and kind of facts: a city has tens of thousands of groups, and few days.
        self._dues: dict[dt.date, list[tuple[int, dt.date]]] = {}
        self._decided: dict[tuple[dt.date, bool, str, bool], Placement] = {}

    def check_months(self, certified_on: dt.date) -> list[int]:
        """When checks fall due for somebody certified on a day, as planned then; before records, as first known."""
        return self._months[max(0, bisect_right(self._days, certified_on) - 1)]

    def dues(self, certified_on: dt.date) -> list[tuple[int, dt.date]]:
        """When each check falls due for somebody certified on a day: (months, day), the earliest first."""
        if certified_on not in self._dues:
            self._dues[certified_on] = follow_up_dates(certified_on, self.check_months(certified_on))
        return self._dues[certified_on]

    def decide(self, certified_on: dt.date, gone: bool, telling: str, learned: bool) -> Placement:
        """Ask the rule where people are counted of whom all this is the same."""
        asked = (certified_on, gone, telling, learned)
        if asked not in self._decided:
            self._decided[asked] = decide(
                certified_on=certified_on,
                left=gone,
                telling=telling,
                learned=learned,
                as_of=self.as_of,
                window_months=self.window_months,
                first_months=self.check_months(certified_on)[0],
            )
        return self._decided[asked]


@dataclass(frozen=True, slots=True)
class Group:
    """People who have everything in common that matters: how many, where the rule counts them, when they were seen.

    ``relapse_at``: the check (in months) that first found a relapse; ``held_at``: the last one that found them literate
    (0: none). ``split``: what the table is split by, as the database has it.
    """

    certified_on: dt.date
    placement: Placement
    relapse_at: int | None
    held_at: int
    split: tuple[Any, ...]
    people: int


def cohort_awards(
    *, as_of: dt.date, unit: AdminUnit | None = None, centre: Centre | None = None, period: CohortPeriod | None = None,
) -> QuerySet[LiteracyAward]:  # fmt: skip
    """Return what made people newly literate by a day, in a unit (of the day of certification) or centre."""
    rows = LiteracyAward.objects.filter(
        level=LiteracyLevel.LEVEL_1, proof__in=NEWLY, certified_on__lte=as_of, learner__merged_into__isnull=True
    )
    if period is not None:
        rows = rows.filter(certified_on__range=(period.starts_on, period.ends_on))
    if centre is not None:
        rows = rows.filter(centre=centre)
    if unit is not None and (units := subtree_ids(unit)) is not None:
        rows = rows.filter(unit_id__in=units)
    return rows


def with_facts(awards: QuerySet[LiteracyAward], plan: Plan) -> QuerySet[Any, Any]:
    """Add what the rule asks of each person: ``gone``, ``telling`` ("" for nothing) and ``learned``."""
    checks = _checks(plan)
    latest = checks.filter(outcome__in=TELLING).order_by("-checked_on", "-pk").values("outcome")[:1]
    rows = awards.annotate(window_end=AddMonths(F("certified_on"), plan.window_months))
    return rows.annotate(
        gone=Exists(checks.filter(outcome__in=LEAVING)),
        telling=Coalesce(Subquery(latest), Value("")),
        learned=learned_by(plan.as_of, after="certified_on", until="window_end"),
    )


def with_times(rows: QuerySet[Any, Any], plan: Plan) -> QuerySet[Any, Any]:
    """Add when each person was seen, in checks of the plan: ``relapse_at`` (None: never found) and ``held_at``.

    A check belongs to the follow-up it was recorded for. One outside the plan tells of no time.
    """
    relapses = _checks(plan).filter(outcome=CheckOutcome.RELAPSED).order_by("checked_on", "pk")
    held = _checks(plan).filter(outcome__in=HOLDING).values("award_id").annotate(last=Max("follow_up__months"))
    return rows.annotate(
        relapse_at=Subquery(relapses.values("follow_up__months")[:1]),
        held_at=Coalesce(Subquery(held.values("last")), Value(0)),
    )


def _checks(plan: Plan) -> QuerySet[LiteracyCheck]:
    return LiteracyCheck.objects.filter(award_id=OuterRef("pk"), checked_on__lte=plan.as_of).order_by()


def groups(awards: QuerySet[LiteracyAward], plan: Plan, *split: str) -> Iterator[Group]:
    """Yield everybody, brought together by what they have in common: one query, whatever the number of people.

    ``split``: columns to keep apart, such as ``learner__sex``.
    """
    keys = ("certified_on", "gone", "telling", "learned", "relapse_at", "held_at")
    rows = with_times(with_facts(awards.order_by(), plan), plan).values(*keys, *split).annotate(people=Count("pk"))
    for row in rows.values_list(*keys, *split, "people").iterator(chunk_size=5000):
        certified_on, gone, telling, learned, relapse_at, held_at, *rest = row
        yield Group(
            certified_on,
            plan.decide(certified_on, gone, telling, learned),
            relapse_at,
            held_at,
            tuple(rest[:-1]),
            rest[-1],
        )


def placements(awards: QuerySet[LiteracyAward], plan: Plan) -> Iterator[tuple[int, dt.date, Placement]]:
    """Yield (key of the certificate, its day, where the rule counts the person), newest first: one query."""
    keys = ("pk", "certified_on", "gone", "telling", "learned")
    rows = with_facts(awards, plan).order_by("-certified_on", "pk").values_list(*keys)
    for pk, certified_on, gone, telling, learned in rows.iterator(chunk_size=5000):
        yield pk, certified_on, plan.decide(certified_on, gone, telling, learned)
