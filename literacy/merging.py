"""Two records of one person with the same literacy level (docs/adr/0013).

The first award counts, the second stays with the record that goes. What checks found under it is known of the person
all the same: they come along and are counted with the award that counts. Otherwise somebody who was found to have
fallen back would be "not reached", and their case would lie with a record nobody looks at.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Conflict
from learners.hooks import Change, around_merging, on_collision
from literacy.choices import HOLDING, LEAVING, CheckOutcome, LiteracyLevel
from literacy.models import FollowUp, LiteracyAward, LiteracyCheck, Relapse
from literacy.services import restate
from literacy.services.mobilising import settle_calls


@on_collision("literacy.literacyaward")
def one_award_of_a_level(kept: LiteracyAward, other: LiteracyAward) -> list[Change]:
    """The first award counts, so its record has to be kept; the second one's checks join its plan."""
    if other.certified_on < kept.certified_on:
        words = _("Hồ sơ %(code)s được công nhận biết chữ mức %(level)s sớm hơn. Hãy giữ hồ sơ đó lại.")
        raise Conflict("keep_other", words % {"code": other.learner.code, "level": other.level})
    today = timezone.localdate()
    changes = [Change(row, {"called_off_on": today}) for row in other.follow_ups.open()]
    return [*changes, *_one_plan(kept, other)] if kept.level == LiteracyLevel.LEVEL_1 else changes


def _one_plan(kept: LiteracyAward, other: LiteracyAward) -> Iterator[Change]:
    """Move the checks of the second award to the plan of the first, with what follows from all of them together."""
    theirs = list(other.checks.order_by("checked_on", "pk"))
    every = [*kept.checks.all(), *theirs]
    held = sorted(check.checked_on for check in every if check.outcome in HOLDING)
    cases = list(Relapse.objects.filter(learner__in=[kept.learner_id, other.learner_id], recovered_on__isnull=True))
    ended = {case.pk: day for case in cases if (day := next((day for day in held if day > case.opened_on), None))}
    for case in cases:
        if case.pk in ended:
            yield Change(case, {"recovered_on": ended[case.pk]})
    still = [case for case in cases if case.pk not in ended]
    # Both records have an open case: it is one episode, and the other's stays behind with the check that found it.
    twice = {case.found_by_check_id for case in still if len(still) > 1 and case.learner_id == other.learner_id}
    plan = list(kept.follow_ups.order_by("due_on", "months"))
    ends = {row.pk: _End(row.done_on, row.called_off_on, row.attempts) for row in plan}
    for check in theirs:
        if check.pk in twice:
            continue
        answered = _answered(plan, check.checked_on)
        place = {"follow_up_id": answered.pk} if answered else {}
        yield Change(check, {"learner_id": kept.learner_id, "award_id": kept.pk, **place})
        if answered:
            ends[answered.pk].take(check)
    gone = min((check.checked_on for check in every if check.outcome in LEAVING), default=None)
    off = gone or min((case.opened_on for case in still), default=None)
    again = max(ended.values(), default=None)
    for row in plan:
        ends[row.pk].settle(row.due_on, off=off, again=again)
        yield Change(row, vars(ends[row.pk]))


@dataclass
class _End:
    """How a check of a plan ended, if it did."""

    done_on: dt.date | None
    called_off_on: dt.date | None
    attempts: int

    def take(self, check: LiteracyCheck) -> None:
        """Write down what a check came to, as recording it does; the first result keeps its day."""
        if self.done_on:
            return
        if check.outcome == CheckOutcome.NOT_REACHED:
            self.attempts += 1
        else:
            self.done_on, self.called_off_on = check.checked_on, None

    def settle(self, due_on: dt.date, *, off: dt.date | None, again: dt.date | None) -> None:
        """Call off what is still to come on ``off``; or take up what is due after ``again``, a check that held."""
        if self.done_on:
            return
        if off:
            self.called_off_on = self.called_off_on or off
        elif again and due_on > again:
            self.called_off_on = None


def _answered(plan: list[FollowUp], day: dt.date) -> FollowUp | None:
    """The check of a plan that was due last on a day; before the first is due, the first."""
    due = [row for row in plan if row.due_on <= day]
    return due[-1] if due else next(iter(plan), None)


@around_merging
@contextmanager
def standing_restated(people: list[int], _by: User, _notes: list[str]) -> Iterator[None]:
    """Once the facts are one person's, or two people's again, work out where they stand, and what came of calling."""
    yield
    restate(people)
    settle_calls(people)
