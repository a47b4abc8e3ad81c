"""Reads about one person: what they went on learning, and which of it counts."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from centres.access import scope_of
from centres.choices import Verb
from core.dates import add_months
from core.models import setting_known
from learners.models import Learner
from literacy.choices import NEWLY, LiteracyLevel
from literacy.events import LearningEvent, counting_event, event_words, learning_events
from literacy.models import LiteracyAward, OutsideLearning


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event in words, whether it is the one that counts, and whether it began too late to."""

    words: str
    counts: bool
    too_late: bool


@dataclass(frozen=True, slots=True)
class Continuing:
    """What a person learned since becoming literate; everything known when that day is not.

    ``award``: the level 1 that made them newly literate, if the reader sees it; ``until``: the last day on which an
    event can begin to count; ``is_over``: whether that day has passed. ``outside``: records of other places, with those
    taken back.
    """

    award: LiteracyAward | None
    until: dt.date | None
    is_over: bool
    lines: list[EventLine]
    outside: list[OutsideLearning]

    @property
    def counted(self) -> bool:
        """Whether one of the events counts."""
        return any(line.counts for line in self.lines)


def continuing_of(learner: Learner, user: Any, as_of: dt.date) -> Continuing:
    """Return what the person's page says of going on learning: at most eight queries."""
    awards = LiteracyAward.objects.visible_to(user).filter(learner=learner)
    award = awards.filter(level=LiteracyLevel.LEVEL_1, proof__in=NEWLY).first()
    events = learning_events([learner.pk], as_of).get(learner.pk, [])
    until, is_over, counted = None, False, None
    if award:
        months = int(setting_known("literacy.continuing_months", as_of))
        until = add_months(award.certified_on, months)
        is_over = until < as_of
        counted = counting_event(events, certified_on=award.certified_on, as_of=as_of, window_months=months)
    scope = scope_of(user)
    lines = [
        EventLine(
            event_words(event, own=scope.may(Verb.VIEW, event.centre_id)),
            event is counted,
            until is not None and event.day > until,
        )
        for event in _one_of_each(events, counted)
        if award is None or event.day > award.certified_on  # what led to the level is not going on
    ]
    outside = OutsideLearning.objects.visible_to(user).filter(learner=learner).select_related("taken_back_by")
    return Continuing(award, until, is_over, lines, list(outside))


def _one_of_each(events: list[LearningEvent], counted: LearningEvent | None) -> list[LearningEvent]:
    """A class of term 4 that was attended to its end is two events of one enrolment: one line says enough."""
    chosen: dict[tuple[str, int], LearningEvent] = {}
    for event in events:
        key = ("row" if event.kind in ("attended", "phase_2") else event.kind, event.source)
        if key not in chosen or event is counted:
            chosen[key] = event
    return list(chosen.values())
