"""Keeping the worklist true: how pressing each person is, and who has to be told (docs/adr/0041)."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import batched
from typing import Any

from django.db import transaction
from django.db.models import Max, Min, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import User
from centres.models import Centre
from core import audit
from core.models import setting_on
from courses.hooks import after_closing
from courses.models import ClassGroup, Enrolment
from learners.hooks import around_merging
from literacy.choices import EscalatedTo, LiteracyLevel
from literacy.models import Escalation, FollowUp, LiteracyAward, LiteracyCheck
from literacy.risk import Risk, assess
from literacy.risk_facts import facts_of, rule_on
from literacy.services.restating import restate
from literacy.services.stated_relapse import without_case

_BATCH = 2000
SETTING_OF = {
    EscalatedTo.DIRECTOR: "literacy.escalate_director_days",
    EscalatedTo.COMMUNE: "literacy.escalate_commune_days",
}


def stale(award_ids: Sequence[int], *, day: dt.date) -> list[FollowUp]:
    """Return the follow-ups of awards whose stored risk is not what the rule says, with the right one put on them."""
    rule = rule_on(day)
    risks = {pk: assess(facts, rule, year=day.year) for pk, facts in facts_of(award_ids, day=day).items()}
    rows = FollowUp.objects.filter(award_id__in=award_ids).only("pk", "award_id", "risk", "reasons")
    return [row for row in rows if _differs(row, risks[row.award_id])]


def _differs(row: FollowUp, risk: Risk) -> bool:
    reasons = [list(reason) for reason in risk.reasons]
    if (row.risk, row.reasons) == (risk.points, reasons):
        return False
    row.risk, row.reasons = risk.points, reasons
    return True


def refresh_risk(award_ids: Collection[int], *, day: dt.date | None = None) -> int:
    """Work out anew how pressing the people of some awards are; returns how many follow-ups changed.

    Every writer of this app calls it for the people it touched, in its own transaction.
    """
    day = day or timezone.localdate()
    changed = 0
    for ids in batched(sorted(award_ids), _BATCH):
        rows = stale(ids, day=day)
        FollowUp.objects.bulk_update(rows, ["risk", "reasons"], batch_size=500)
        changed += len(rows)
    return changed


def refresh_people(learner_ids: Collection[int]) -> int:
    """Refresh the risk of people by their own keys; who never became literate here has none."""
    awards = LiteracyAward.objects.filter(level=LiteracyLevel.LEVEL_1, learner_id__in=learner_ids)
    ids = list(awards.values_list("pk", flat=True))
    return refresh_risk(ids) if ids else 0


def awards_looked_after() -> QuerySet[LiteracyAward]:
    """Awards whose people are on the worklist in some part of it: a check to come, or a relapse that is open."""
    planned = FollowUp.objects.open().values("award_id")
    again = FollowUp.objects.relapsed().values("award_id")
    return LiteracyAward.objects.filter(Q(pk__in=planned) | Q(pk__in=again)).order_by("pk")


def _batches() -> Iterator[tuple[int, ...]]:
    ids = awards_looked_after().values_list("pk", flat=True)
    yield from batched(list(ids), _BATCH)


def refresh_everybody(*, day: dt.date | None = None) -> int:
    """Refresh the risk of everybody on the worklist, in transactions of a few thousand; what other apps changed
    meanwhile (an address, attendance, a setting, another year of age) is taken up here."""
    changed = 0
    for ids in _batches():
        with transaction.atomic():
            changed += refresh_risk(ids, day=day)
    return changed


def count_stale(*, day: dt.date | None = None) -> int:
    """Return how many follow-ups of the worklist hold another risk than the rule gives; nothing is written."""
    day = day or timezone.localdate()
    return sum(len(stale(ids, day=day)) for ids in _batches())


@after_closing
def refresh_after_closing(*, class_group: ClassGroup, passed: list[Enrolment], by: User) -> None:
    """A class that was attended to its threshold is learning, whatever its result: look at everybody in it again."""
    refresh_people(list(class_group.enrolments.values_list("learner_id", flat=True)))


@around_merging
@contextmanager
def refresh_after_merging(people: list[int], by: Any, notes: list[str]) -> Iterator[None]:
    """What was known of two records is known of one person from now on, and the other way round when it is undone."""
    yield
    refresh_people(people)


def neglected(day: dt.date) -> list[tuple[int, int, dt.date]]:
    """Return (award, centre, since when nobody recorded anything) of everybody whose check is due on a day.

    Since the first check that is due, or since something was recorded. A visit in vain that was recorded counts:
    somebody went there. Being given to a volunteer does not.
    """
    first = FollowUp.objects.open().filter(award_id=OuterRef("award_id"), due_on__lte=day).order_by()
    last = LiteracyCheck.objects.filter(award_id=OuterRef("award_id")).order_by()
    due = FollowUp.objects.due(day).annotate(
        first=Subquery(first.values("award_id").annotate(first=Min("due_on")).values("first")),
        touched=Subquery(last.values("award_id").annotate(last=Max("created_at")).values("last")),
    )
    return [
        (award_id, centre_id, max(first_on, timezone.localdate(touched)) if touched else first_on)
        for award_id, centre_id, first_on, touched in due.order_by("pk").values_list(
            "award_id", "centre_id", "first", "touched"
        )
    ]


@transaction.atomic
def escalate(*, day: dt.date | None = None) -> dict[str, int]:
    """Tell the director, and later the commune, of people nobody looked after for a set time.

    Each stretch of neglect is told once to each (a row of ``Escalation``, and one line in the audit trail per centre);
    running it again tells nobody twice. Returns how many people were told of, by whom it was told to.
    """
    day = day or timezone.localdate()
    everybody = neglected(day)
    told = {}
    for whom, key in SETTING_OF.items():
        limit = day - dt.timedelta(days=int(setting_on(key, day)))
        rows = [row for row in everybody if row[2] <= limit]
        before = Escalation.objects.filter(told=whom, since_on__gte=min((row[2] for row in rows), default=day))
        known = set(before.values_list("award_id", "since_on"))
        new = [row for row in rows if (row[0], row[2]) not in known]
        Escalation.objects.bulk_create(
            [
                Escalation(award_id=award_id, centre_id=centre_id, told=whom, since_on=since_on, raised_on=day)
                for award_id, centre_id, since_on in new
            ],
            batch_size=500,
            ignore_conflicts=True,
        )
        centres = Centre.objects.in_bulk({row[1] for row in new})
        for centre_id, people in sorted(Counter(row[1] for row in new).items()):
            data = {"told": str(whom), "people": people, "on": str(day)}
            audit.record("literacy.escalate", centres[centre_id], by=None, centre_id=centre_id, data=data)
        told[str(whom)] = len(new)
    return told


def keep_worklist(*, day: dt.date | None = None) -> dict[str, Any]:
    """Do what the worklist needs every day: renew the order, then tell of people nobody looks after.

    Whoever a survey says fell back has a case, also from before there were cases for them.
    """
    day = day or timezone.localdate()
    restate(without_case())
    return {"as_of": str(day), "changed": refresh_everybody(day=day), "told": escalate(day=day)}
