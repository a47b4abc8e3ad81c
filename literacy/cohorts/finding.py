"""Finding the people behind a number, and those of them who live in a unit."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, QuerySet
from django.db.models.functions import ExtractYear

from accounts.models import User
from centres.models import AdminUnit
from centres.selectors import subtree_ids
from learners.models import Learner
from literacy.cohorts.facts import Plan, cohort_awards, placements
from literacy.cohorts.people import CohortMember, members
from literacy.cohorts.periods import CohortPeriod
from literacy.cohorts.selectors import SPLITS, UNKNOWN
from literacy.cohorts.shown import PARTS, STATES
from literacy.models import LiteracyAward
from literacy.rules import STATE_OF, Placement


@dataclass(frozen=True)
class Found:
    """Keys of the certificates behind a number, newest first; ``unseen``: people there whom the reader may not see."""

    pks: Sequence[int]
    unseen: int = 0


def counted_under(key: str, placement: Placement) -> bool:
    """Whether people placed there are counted in the column of a table; ``certified`` (and "") holds everybody."""
    if key in STATES:
        return STATE_OF[placement] == STATES[key]
    return placement == PARTS[key] if key in PARTS else True


def of_group(awards: QuerySet[LiteracyAward], split: str, group: str) -> QuerySet[LiteracyAward]:
    """Keep the people of one group of a split, by its key."""
    column = SPLITS[split]
    if split == "age" and group != UNKNOWN:
        low, _dash, high = group.partition("-")
        if not (low.isdecimal() and high.isdecimal()):
            return awards.none()
        rows = awards.annotate(age=ExtractYear("certified_on") - F("learner__birth_year"))
        return rows.filter(age__gte=int(low), age__lte=int(high))
    if split in ("centre", "class") and group != UNKNOWN:
        return awards.filter(**{column: int(group)}) if group.isdecimal() and len(group) < 12 else awards.none()
    if group == UNKNOWN and split in ("age", "class"):
        return awards.filter(**{f"{column}__isnull": True})
    return awards.filter(**{column: group})


def behind(awards: QuerySet[LiteracyAward], plan: Plan, column: str, user: User) -> Found:
    """Find the people counted in a column, of those the user may see: two queries."""
    visible = LiteracyAward.objects.visible_to(user).filter(pk__in=awards.order_by().values("pk"))
    pks = [pk for pk, _day, placement in placements(visible, plan) if counted_under(column, placement)]
    return Found(pks)


def living_in(unit: AdminUnit, plan: Plan, user: User, period: CohortPeriod | None = None) -> Found:
    """Find the newly literate who live in a unit today, wherever they were certified; those the user may see."""
    awards = cohort_awards(as_of=plan.as_of, period=period)
    units = subtree_ids(unit)
    if units is not None:
        awards = awards.filter(learner__unit_id__in=units)
    seen = awards.filter(learner__in=Learner.objects.visible_to(user).values("pk"))
    pks = list(seen.order_by("-certified_on", "pk").values_list("pk", flat=True))
    return Found(pks, awards.count() - len(pks))


def page_of(pks: Sequence[int], plan: Plan) -> list[CohortMember]:
    """Judge the people of one page of a list, in its order."""
    rows = LiteracyAward.objects.select_related("learner__unit", "centre", "unit", "enrolment__class_group")
    found = rows.in_bulk(list(pks))
    return members([found[pk] for pk in pks], plan)
