"""Keeping the projection of where people stand in step with the facts."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import batched

from django.db import transaction
from django.utils import timezone

from core.bulk import OneOf
from learners.models import Learner
from literacy.choices import TELLING
from literacy.models import LevelStanding, LevelStatement, LiteracyAward, LiteracyCheck, Relapse
from literacy.services.stated_relapse import follow_stated
from literacy.standing import UNKNOWN, AwardFact, CheckFact, Facts, RelapseFact, StatementFact, standing_of

BATCH = 2000


def facts_of(learner_ids: Collection[int]) -> Mapping[int, Facts]:
    """Collect what is known of people's literacy: four queries. People without any fact are not in the answer."""
    awards: dict[int, list[AwardFact]] = defaultdict(list)
    statements: dict[int, list[StatementFact]] = defaultdict(list)
    checks: dict[int, list[CheckFact]] = defaultdict(list)
    relapses: dict[int, list[RelapseFact]] = defaultdict(list)
    theirs = OneOf("learner_id", learner_ids)
    columns: tuple[str, ...] = ("learner_id", "level", "proof", "certified_on")
    for pk, *values in LiteracyAward.objects.filter(theirs).order_by("pk").values_list(*columns):
        awards[pk].append(AwardFact(*values))
    columns = ("learner_id", "level", "proof", "stated_on", "since_on", "relapsed_from")
    for pk, *values in LevelStatement.objects.filter(theirs).order_by("pk").values_list(*columns):
        statements[pk].append(StatementFact(*values))
    rows = LiteracyCheck.objects.filter(theirs, outcome__in=TELLING).order_by("pk")
    for pk, *values in rows.values_list("learner_id", "outcome", "checked_on"):
        checks[pk].append(CheckFact(*values))
    columns = ("learner_id", "opened_on", "recovered_on")
    # A case that only follows from what a survey said is no fact of its own.
    cases = Relapse.objects.filter(theirs, found_by_check__isnull=False)
    for pk, *values in cases.order_by("pk").values_list(*columns):
        relapses[pk].append(RelapseFact(*values))
    return {
        pk: Facts(tuple(awards[pk]), tuple(statements[pk]), tuple(checks[pk]), tuple(relapses[pk]))
        for pk in {*awards, *statements, *checks, *relapses}
    }


@transaction.atomic
def restate(learner_ids: Iterable[int]) -> int:
    """Work out anew where people stand, and write it; return how many of them anything is known of.

    Call it in the transaction of whatever wrote an award, a statement, a check or a relapse, after the last write.
    Facts do not lie in the future, so what is written holds until another fact comes. Ten queries for each 2000.
    """
    return sum(_restate(people) for people in batched(sorted(set(learner_ids)), BATCH))


def _restate(people: tuple[int, ...]) -> int:
    found, today = facts_of(people), timezone.localdate()
    merged = Learner.objects.filter(OneOf("id", people), merged_into__isnull=False).values_list("pk", flat=True)
    gone = set(merged) if people else set()
    stands = {
        pk: standing_of(facts, max(today, _last_day(facts))) for pk, facts in sorted(found.items()) if pk not in gone
    }
    rows = [
        LevelStanding(
            learner_id=pk,
            level=now_is.level,
            proof=now_is.proof,
            since_on=now_is.since_on,
            relapsed=now_is.relapsed,
        )
        for pk, now_is in stands.items()
        if now_is != UNKNOWN
    ]
    nothing = sorted(set(people) - {row.learner_id for row in rows})
    LevelStanding.objects.filter(OneOf("learner_id", nothing)).delete()
    LevelStanding.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["learner"],
        update_fields=["level", "proof", "since_on", "relapsed"],
    )
    relapsed = {pk for pk, now_is in stands.items() if now_is.relapsed}
    follow_stated(relapsed, {pk: found[pk] for pk in stands.keys() - relapsed})
    return len(rows)


def _last_day(facts: Facts) -> dt.date:
    """The day of the latest fact: a clock that is set back must not hide what is recorded."""
    return max(_days(facts), default=dt.date.min)


def _days(facts: Facts) -> Iterator[dt.date]:
    yield from (row.certified_on for row in facts.awards)
    yield from (row.stated_on for row in facts.statements)
    yield from (row.checked_on for row in facts.checks)
    yield from (row.opened_on for row in facts.relapses)
    yield from (row.recovered_on for row in facts.relapses if row.recovered_on)


def restate_everybody() -> int:
    """Work out where everybody stands of whom there is a fact; return how many. Running it again changes nothing."""
    tables = (LiteracyAward, LevelStatement, LiteracyCheck, Relapse, LevelStanding)
    people: set[int] = set()
    for table in tables:
        rows = table._default_manager.order_by().values_list("learner_id", flat=True)
        people.update(rows.iterator(chunk_size=5000))
    return restate(people)
