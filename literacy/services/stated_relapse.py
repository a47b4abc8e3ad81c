"""A case for whoever a survey says fell back, so that somebody looks after them (docs/adr/0038).

The case follows where the person stands: it opens when a survey's word makes them relapsed, and ends with what shows
that they can read again. The survey's word calls no check off: the next one says whether it was right.
"""

import datetime as dt
from collections.abc import Collection, Mapping

from django.utils import timezone

from core.bulk import OneOf
from literacy.choices import HOLDING, LiteracyLevel
from literacy.models import LevelStanding, LevelStatement, LiteracyAward, Relapse
from literacy.standing import Facts


def follow_stated(relapsed: Collection[int], others: Mapping[int, Facts]) -> None:
    """Open a case for everybody in ``relapsed`` who has none, and end the stated cases of the ``others``.

    Two queries where nothing has to change. Cases that a check found are not touched.
    """
    people = [*relapsed, *others]
    if not people:
        return
    cases = {row.learner_id: row for row in Relapse.objects.filter(OneOf("learner_id", people), recovered_on=None)}
    for pk, case in cases.items():
        if pk in others and case.found_by_check_id is None:
            case.recovered_on = _shown_again(others[pk], case.opened_on)
            case.save(update_fields=["recovered_on", "updated_at"])
    if lacking := set(relapsed) - set(cases):
        _open(lacking)


def _open(people: Collection[int]) -> None:
    said = LevelStatement.objects.filter(OneOf("learner_id", people), relapsed_from__isnull=False)
    last = {row.learner_id: row for row in said.order_by("stated_on", "pk")}
    awards = LiteracyAward.objects.filter(OneOf("learner_id", people), level=LiteracyLevel.LEVEL_1)
    # Who follows the person up looks after them; whoever was never in a class belongs to the centre of the survey.
    centres = dict(awards.values_list("learner_id", "centre_id"))
    before = {row.found_by_statement_id: row for row in Relapse.objects.filter(found_by_statement__in=last.values())}
    for case in before.values():  # what ended it was taken back
        case.recovered_on = None
        case.save(update_fields=["recovered_on", "updated_at"])
    Relapse.objects.bulk_create(
        [
            Relapse(
                learner_id=pk,
                centre_id=centres.get(pk, row.centre_id),
                found_by_statement=row,
                opened_on=row.stated_on,
            )
            for pk, row in sorted(last.items())
            if row.pk not in before
        ],
        batch_size=500,
    )


def _shown_again(facts: Facts, since: dt.date) -> dt.date:
    """The first day after which the person was known to read again; today where no fact says it."""
    days = [
        *(row.checked_on for row in facts.checks if row.outcome in HOLDING),
        *(row.certified_on for row in facts.awards),
        *(row.stated_on for row in facts.statements if row.relapsed_from is None),
    ]
    return min((day for day in days if day >= since), default=timezone.localdate())


def without_case() -> list[int]:
    """Return who a survey says fell back and of whom there is no open case: from before there were cases for them."""
    rows = LevelStanding.objects.filter(relapsed=True).exclude(
        learner__in=Relapse.objects.filter(recovered_on=None).values("learner_id")
    )
    return list(rows.values_list("learner_id", flat=True))
