"""Learners of a period by the plan's target groups (parts III and V; docs/adr/0021, 0025).

The same people as in the statistics of the period: whoever has a participation there. One person may belong to several
groups, so the lines do not add up. Ages go by the last day of the period.
"""

import datetime as dt
from dataclasses import dataclass, replace

from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.models import User
from centres.models import AdminUnit, Centre
from core.bulk import OneOf
from core.errors import OutOfScope
from indicators.statistics.lines import Statistics
from indicators.statistics.selectors import Asked, answer, counted_enrolments, look_up, taught_classes
from learners.choices import Sex
from learners.models import Learner
from learners.querysets import LearnerQuerySet
from learners.target_groups import FollowsFrom, TargetGroup, members_q

# Of whom no group was recorded: unknown, which is not "in none".
NONE = "none"


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One group (None: nothing recorded) with the classes meant for it, and the people of it who learned."""

    group: TargetGroup | None
    classes: int
    learners: int
    women: int

    @property
    def code(self) -> str:
        """What the address of its people says."""
        return self.group.code if self.group else NONE


def _learned(asked: Asked) -> LearnerQuerySet:
    """Who learned, in two steps: PostgreSQL misjudges how many come out of the nested question and goes astray."""
    counted = counted_enrolments(asked)
    people = Learner.objects.all()
    return people.filter(OneOf("pk", list(counted.order_by().values_list("learner_id", flat=True).distinct())))


def by_target_group(
    *,
    user: User,
    starts_on: dt.date,
    ends_on: dt.date,
    unit: AdminUnit | None = None,
    centre: Centre | None = None,
    from_rows: bool = False,
) -> list[GroupLine]:
    """Count learners and women by group, in the order of the plan, with those of whom nothing is recorded at the end.

    Groups nobody is recorded for (people in custody) show their classes only. A fixed number of queries; what is kept
    is used as ``statistics`` does. Raises OutOfScope as ``statistics`` does.
    """
    asked = look_up(user=user, starts_on=starts_on, ends_on=ends_on, unit=unit, centre=centre, from_rows=from_rows)
    return _lines(asked)


def overview(
    *,
    user: User,
    starts_on: dt.date,
    ends_on: dt.date,
    unit: AdminUnit | None = None,
    centre: Centre | None = None,
    may_lag: bool = False,
    from_rows: bool = False,
) -> tuple[Statistics, list[GroupLine]]:
    """Return everything the page of a unit or centre shows: ``statistics`` and ``by_target_group``, looked up once.

    One query when both are kept and nothing waits. Raises OutOfScope as ``statistics`` does.
    """
    asked = look_up(
        user=user, starts_on=starts_on, ends_on=ends_on, unit=unit, centre=centre, may_lag=may_lag, from_rows=from_rows
    )
    found, lines = answer(asked), _lines(asked)
    if asked.kept and asked.kept.may_lag and not asked.kept.has_fresh_groups:
        found = replace(found, worked_out_at=asked.kept.built_at)
    return found, lines


def _lines(asked: Asked) -> list[GroupLine]:
    known = asked.kept
    if known and (known.has_fresh_groups or known.may_lag):
        counts_of = {row[0]: row[1:] for row in known.rows.groups}
        everyone = [*known.directory.groups, None]
        return [GroupLine(group, *counts_of[group.pk if group else None]) for group in everyone]
    groups = list(TargetGroup.objects.all())
    people = _learned(asked)
    women = Q(sex=Sex.FEMALE)
    # Groups that follow from what is known anyway, in one look at the people.
    follow = {
        group.pk: members_q(group, asked.ends_on) for group in groups if group.follows_from != FollowsFrom.NOTHING
    }
    parts = {f"all_{pk}": Count("pk", filter=rule) for pk, rule in follow.items()}
    parts |= {f"women_{pk}": Count("pk", filter=rule & women) for pk, rule in follow.items()}
    found = people.aggregate(**parts)
    counts = {pk: (found[f"all_{pk}"], found[f"women_{pk}"]) for pk in follow}
    said = (
        people.filter(target_groups__isnull=False)
        .order_by()
        .values_list("target_groups")
        .annotate(everybody=Count("pk"), women=Count("pk", filter=women))
    )
    counts = {pk: (everybody, female) for pk, everybody, female in said} | counts
    classes = taught_classes(asked).filter(target_groups__isnull=False).order_by()
    meant = dict(classes.values_list("target_groups").annotate(classes=Count("pk")))
    lines = [GroupLine(group, meant.get(group.pk, 0), *counts.get(group.pk, (0, 0))) for group in groups]
    rest = people.filter(target_groups__isnull=True).aggregate(everybody=Count("pk"), women=Count("pk", filter=women))
    return [*lines, GroupLine(None, 0, rest["everybody"], rest["women"])]


def people_of_group(
    *,
    user: User,
    code: str,
    starts_on: dt.date,
    ends_on: dt.date,
    unit: AdminUnit | None = None,
    centre: Centre | None = None,
) -> tuple[TargetGroup | None, models.QuerySet[Learner]]:
    """Return the people behind a line (code "": all who learned), those the user sees.

    Raises OutOfScope, for an unknown group too.
    """
    asked = look_up(user=user, starts_on=starts_on, ends_on=ends_on, unit=unit, centre=centre, from_rows=True)
    people = _learned(asked).visible_to(user)
    if code == NONE:
        return None, people.filter(target_groups__isnull=True)
    if not code:
        return None, people
    group = TargetGroup.objects.filter(code=code).first()
    if group is None:
        raise OutOfScope("not_found", _("Không tìm thấy."))
    return group, people.filter(members_q(group, ends_on))
