"""Reads about literacy: due follow-ups and the cohort behind A3."""

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from centres.models import AdminUnit, Centre
from centres.selectors import subtree_ids
from core.dates import add_months
from core.models import setting_known
from literacy.choices import NEWLY, LiteracyLevel
from literacy.events import event_days
from literacy.models import Escalation, FollowUp, LiteracyAward, LiteracyCheck, Mobilisation, Volunteer
from literacy.rules import DEFINITION, Basis, Member, Placement, Share, place, share, words

COHORT_MONTHS = 12


@dataclass(frozen=True)
class Evidence:
    """One person behind the figure."""

    learner_id: int
    code: str
    certified_on: dt.date
    placement: Placement
    basis: Basis

    @property
    def rule(self) -> str:
        """Why, in words."""
        return words(self.placement, self.basis)


@dataclass(frozen=True)
class A3:
    """The figure, its people, the cohort's window, the months it was observed, and the hash of the facts behind it."""

    share: Share
    evidence: list[Evidence]
    window: tuple[dt.date, dt.date]
    months: int
    definition: str
    hash: str


def accounts_of(centre: Centre) -> QuerySet[User]:
    """Return who may sign in for a centre today."""
    today = timezone.localdate()
    in_force = Q(memberships__valid_to__isnull=True) | Q(memberships__valid_to__gte=today)
    rows = User.objects.filter(in_force, memberships__centre=centre, memberships__valid_from__lte=today, is_active=True)
    return rows.distinct()


def people_of(volunteer: Volunteer) -> QuerySet[FollowUp]:
    """Return the checks of a volunteer's people that are not made yet, and the relapses to look at again."""
    open_or_off = FollowUp.objects.filter(volunteer=volunteer, done_on__isnull=True)
    again = FollowUp.objects.relapsed().filter(volunteer=volunteer)
    return FollowUp.objects.filter(Q(pk__in=open_or_off.values("pk")) | Q(pk__in=again.values("pk")))


def people_called_on(volunteer: Volunteer) -> set[int]:
    """Return the people a volunteer calls on, to check what they still know or to win them for a class: two queries."""
    found = set(people_of(volunteer).values_list("learner_id", flat=True))
    return found | set(Mobilisation.objects.filter(volunteer=volunteer).values_list("learner_id", flat=True))


def told_of(award_ids: Collection[int]) -> dict[int, list[Escalation]]:
    """Return what those above were told of people and still stands, by award, the longest neglect first: one query."""
    found: dict[int, list[Escalation]] = defaultdict(list)
    standing = Escalation.objects.filter(award_id__in=award_ids).standing()
    for escalation in standing.order_by("since_on", "pk"):
        found[escalation.award_id].append(escalation)
    return found


def cohort_window(as_of: dt.date, observed_months: int) -> tuple[dt.date, dt.date]:
    """Return the days of certification of the cohort: one year, observed whole for ``observed_months``."""
    last = add_months(as_of, -observed_months)
    return add_months(last, -COHORT_MONTHS) + dt.timedelta(days=1), last


def a3_figure(*, unit: AdminUnit, as_of: dt.date) -> A3:
    """Compute A3 for a unit on a day from what had happened by then: a fixed number of queries for each 5000 people."""
    months = int(setting_known("literacy.continuing_months", as_of))
    window = cohort_window(as_of, months)
    awards = LiteracyAward.objects.filter(
        level=LiteracyLevel.LEVEL_1, proof__in=NEWLY, certified_on__range=window, learner__merged_into__isnull=True
    )
    units = subtree_ids(unit)
    if units is not None:
        awards = awards.filter(unit_id__in=units)
    rows = list(awards.order_by("certified_on", "pk").values_list("pk", "learner_id", "learner__code", "certified_on"))
    learners = [row[1] for row in rows]
    checks = _checks([row[0] for row in rows])
    events = event_days(learners, as_of)
    evidence = []
    for award_id, learner_id, code, certified_on in rows:
        member = Member(learner_id, code, certified_on, tuple(checks[award_id]), tuple(events[learner_id]))
        # Everybody here has been observed for the whole window: the first check was due, at the latest by its end.
        placement, basis = place(member, as_of=as_of, window_months=months, first_months=months)
        evidence.append(Evidence(learner_id, code, certified_on, placement, basis))
    return A3(
        share(row.placement for row in evidence),
        evidence,
        window,
        months,
        DEFINITION,
        _digest(evidence, window, months),
    )


def _digest(evidence: list[Evidence], window: tuple[dt.date, dt.date], months: int) -> str:
    """SHA-256 over the canonical rows: the same people and facts give the same hash in any language."""
    rows = sorted(
        [row.code, str(row.certified_on), row.placement.value, row.basis.outcome, str(row.basis.checked_on),
         str(row.basis.event_on)]
        for row in evidence
    )  # fmt: skip
    body = {"definition": DEFINITION, "window": [str(day) for day in window], "months": months, "rows": rows}
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


_BATCH = 5000


def _checks(award_ids: list[int]) -> dict[int, list[tuple[dt.date, str]]]:
    found: dict[int, list[tuple[dt.date, str]]] = defaultdict(list)
    for start in range(0, len(award_ids), _BATCH):
        rows = LiteracyCheck.objects.filter(award_id__in=award_ids[start : start + _BATCH])
        for award_id, day, outcome in rows.order_by("checked_on", "pk").values_list(
            "award_id", "checked_on", "outcome"
        ):
            found[award_id].append((day, outcome))
    return found
