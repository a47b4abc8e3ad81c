"""The people of a cohort, one by one, with the rule that put each where they are counted."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.dates import add_months
from literacy.cohorts.facts import Plan
from literacy.events import event_days
from literacy.models import LiteracyAward, LiteracyCheck
from literacy.rules import STATE_OF, Basis, Member, Placement, State, first_due_on, place, words

BATCH = 5000
STATE_WORDS = {
    State.LITERATE: _("Còn biết chữ"),
    State.RELAPSED: _("Tái mù chữ"),
    State.NOT_REACHED: _("Chưa gặp được"),
    State.NOT_DUE: _("Chưa đến hạn"),
    State.LEFT: _("Đã rời"),
}


@dataclass(frozen=True, slots=True)
class CohortMember:
    """One person of a cohort: the certificate, where the rule counts them, on which facts."""

    award: LiteracyAward
    placement: Placement
    basis: Basis
    due_on: dt.date
    until: dt.date

    @property
    def state(self) -> State:
        """What is known of the person."""
        return STATE_OF[self.placement]

    @property
    def rule(self) -> str:
        """Why, in words."""
        return words(self.placement, self.basis, due_on=self.due_on, until=self.until)

    @property
    def state_words(self) -> str:
        """What is known of the person, in words."""
        return str(STATE_WORDS[self.state])

    @property
    def tone(self) -> str:
        """How the words are coloured."""
        if self.placement == Placement.RETAINED:
            return "ok"
        return {State.RELAPSED: "bad", State.NOT_REACHED: "warn", State.LITERATE: "info"}.get(self.state, "plain")

    @property
    def lives_in(self) -> str:
        """The commune the person lives in today, as far as it is known."""
        unit = self.award.learner.unit
        return unit.name if unit else ""


def members(awards: Iterable[LiteracyAward], plan: Plan) -> list[CohortMember]:
    """Judge people one by one by the same rule: a fixed number of queries for each 5000 of them.

    ``awards`` come with ``learner`` and ``learner__unit`` selected, and keep their order.
    """
    rows = list(awards)
    checks = _checks([row.pk for row in rows], plan.as_of)
    events = event_days([row.learner_id for row in rows], plan.as_of)
    found = []
    for row in rows:
        first = plan.check_months(row.certified_on)[0]
        member = Member(
            row.learner_id, row.learner.code, row.certified_on, tuple(checks[row.pk]), tuple(events[row.learner_id])
        )
        placement, basis = place(member, as_of=plan.as_of, window_months=plan.window_months, first_months=first)
        due_on = first_due_on(row.certified_on, first_months=first, window_months=plan.window_months)
        found.append(CohortMember(row, placement, basis, due_on, add_months(row.certified_on, plan.window_months)))
    return found


def _checks(award_ids: Sequence[int], as_of: dt.date) -> dict[int, list[tuple[dt.date, str]]]:
    found: dict[int, list[tuple[dt.date, str]]] = defaultdict(list)
    for start in range(0, len(award_ids), BATCH):
        rows = LiteracyCheck.objects.filter(award_id__in=award_ids[start : start + BATCH], checked_on__lte=as_of)
        for award_id, day, outcome in rows.order_by("checked_on", "pk").values_list(
            "award_id", "checked_on", "outcome"
        ):
            found[award_id].append((day, outcome))
    return found
