"""Falling back into illiteracy, and coming out of it again."""

import datetime as dt
from collections.abc import Collection

from courses.hooks import completion_lost
from literacy.choices import HOLDING, LEAVING
from literacy.models import FollowUp, LiteracyCheck, Relapse


@completion_lost
def relapsed_since(learner_ids: Collection[int]) -> dict[int, dt.date]:
    """Return since when the people are in an open relapse: they learn again from the term they need now."""
    cases = Relapse.objects.filter(learner_id__in=learner_ids, recovered_on__isnull=True)
    return dict(cases.values_list("learner_id", "opened_on"))


def open_case(check: LiteracyCheck) -> None:
    """Open a relapse for the person of a check, unless one is open already, and call off the rest of the plan.

    One that a survey had said is confirmed by the check: it stays the same case.

    A check that is entered late, when a later one found the person literate, makes a case that ended on that later day;
    the plan goes on.
    """
    known = Relapse.objects.filter(learner_id=check.learner_id, recovered_on__isnull=True).first()
    if known and known.found_by_check_id:
        return
    later = LiteracyCheck.objects.filter(award_id=check.award_id, outcome__in=HOLDING, checked_on__gt=check.checked_on)
    recovered_on = later.order_by("checked_on").values_list("checked_on", flat=True).first()
    if known is None:
        Relapse.objects.create(
            learner_id=check.learner_id,
            centre_id=check.centre_id,
            found_by_check=check,
            opened_on=check.checked_on,
            recovered_on=recovered_on,
        )
    elif recovered_on is None:
        known.found_by_check, known.opened_on = check, min(known.opened_on, check.checked_on)
        known.save(update_fields=["found_by_check", "opened_on", "updated_at"])
    if recovered_on is None:
        FollowUp.objects.open().filter(award_id=check.award_id).update(called_off_on=check.checked_on)


def recover(learner_ids: Collection[int], *, day: dt.date, opened_until: dt.date | None = None) -> int:
    """End the relapses opened until a day (``day`` by default), and take up the follow-up plan where it goes on.

    Who can read again is looked after again: checks that the relapse called off and that are due after ``day`` reopen.
    Checks that fell into the relapse stay called off. Returns how many cases ended.
    """
    cases = Relapse.objects.filter(
        learner_id__in=learner_ids, recovered_on__isnull=True, opened_on__lte=opened_until or day
    )
    people = list(cases.values_list("learner_id", flat=True))
    if not people:
        return 0
    cases.update(recovered_on=day)
    FollowUp.objects.filter(learner_id__in=people, called_off_on__isnull=False, due_on__gt=day).exclude(
        award__checks__outcome__in=LEAVING
    ).update(called_off_on=None)
    return len(people)
