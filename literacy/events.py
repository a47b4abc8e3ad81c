"""What counts as going on learning after becoming literate: the one rule (docs/adr/0009, docs/adr/0039).

The plan's words are "tiếp tục tham gia học tập với nhiều hình thức khác nhau", so any form counts that can be shown:

- a class attended to its threshold, whatever the result (from its first day; known once the class is closed),
- a class of term 4, term 5 or phase 2 (from the first session attended),
- level 2 by a test or primary school (from the day of certification),
- learning at another place, with its paper (from its first day; known once its last proven day has come).

A place on a list is not learning, and a survey only notices what was there before.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Exists, F, IntegerField, Min, OuterRef, Q, Subquery
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext as _

from courses.choices import AttendanceStatus, EnrolmentStatus
from courses.models import Attendance, Enrolment
from courses.selectors import attendance_enough
from literacy.choices import NEWLY, EventKind, LiteracyLevel
from literacy.models import LiteracyAward, OutsideLearning
from literacy.rules import counted_until

BATCH = 5000
PHASE_2_TERMS = (4, 5)


@dataclass(frozen=True, slots=True)
class LearningEvent:
    """One event: the day on which it began, and what is needed to say it in words.

    ``source``: the key of the enrolment, award or outside learning, by ``kind``. ``centre_id``: whose row it is.
    ``name``: the class, or what was learned; ``note``: attendance, or the paper.
    """

    day: dt.date
    kind: EventKind
    learner_id: int
    source: int
    centre_id: int
    name: str = ""
    note: str = ""


def learning_events(learner_ids: Sequence[int], as_of: dt.date) -> dict[int, list[LearningEvent]]:
    """Return everybody's events known by ``as_of``, the earliest first: four queries for each 5000 people."""
    found: dict[int, list[LearningEvent]] = defaultdict(list)
    for start in range(0, len(learner_ids), BATCH):
        people = learner_ids[start : start + BATCH]
        for source in (_attended, _phase_2, _level_2, _outside):
            for event in source(people, as_of):
                found[event.learner_id].append(event)
    for events in found.values():
        events.sort(key=lambda event: (event.day, event.kind, event.source))
    return found


def event_days(learner_ids: Sequence[int], as_of: dt.date) -> dict[int, list[dt.date]]:
    """Return the days on which everybody's events began, known by ``as_of``: what ``literacy.rules.place`` needs."""
    found: dict[int, list[dt.date]] = defaultdict(list)
    for learner_id, events in learning_events(learner_ids, as_of).items():
        found[learner_id] = [event.day for event in events]
    return found


def counting_event(
    events: Sequence[LearningEvent], *, certified_on: dt.date, as_of: dt.date, window_months: int
) -> LearningEvent | None:
    """Return the event that makes a person continue, the same ``place`` counts: the first one inside the window."""
    until = counted_until(certified_on, as_of=as_of, window_months=window_months)
    return next((event for event in events if certified_on < event.day <= until), None)


def event_words(event: LearningEvent, *, own: bool) -> str:
    """Say an event in words; of a row the reader does not see (``own`` is False) no more than its kind is told."""
    words = {"day": f"{event.day:%d/%m/%Y}", "name": event.name, "note": event.note}
    if not own:
        return _("Từ %(day)s: %(kind)s, ghi ở trung tâm khác") % (words | {"kind": event.kind.label})
    if event.kind == EventKind.ATTENDED:
        return _("Từ %(day)s: lớp %(name)s, dự đủ số buổi (%(note)s)") % words
    if event.kind == EventKind.PHASE_2:
        return _("Từ %(day)s: lớp %(name)s, đã đi học") % words
    if event.kind == EventKind.LEVEL_2:
        return _("Ngày %(day)s: được công nhận mức độ 2 (%(note)s)") % words
    return _("Từ %(day)s: %(name)s, có %(note)s") % words


def _attended(people: Collection[int], as_of: dt.date) -> Iterator[LearningEvent]:
    rows = Enrolment.objects.filter(
        learner_id__in=people,
        status__in=(EnrolmentStatus.PASSED, EnrolmentStatus.FAILED),
        class_group__closed_on__lte=as_of,
    ).values_list(
        "learner_id",
        "pk",
        "class_group__starts_on",
        "class_group__centre_id",
        "class_group__name",
        "sessions_held",
        "sessions_attended",
        "class_group__course__min_attendance_percent",
    )
    for learner_id, pk, day, centre_id, name, held, came, percent in rows.order_by():
        if attendance_enough(attended=came or 0, held=held or 0, percent=percent):
            yield LearningEvent(day, EventKind.ATTENDED, learner_id, pk, centre_id, name, f"{came}/{held}")


def _phase_2(people: Collection[int], as_of: dt.date) -> Iterator[LearningEvent]:
    keys = (
        "enrolment_id",
        "enrolment__learner_id",
        "enrolment__class_group__centre_id",
        "enrolment__class_group__name",
    )
    rows = (
        Attendance.objects.filter(
            Q(enrolment__class_group__course__term__in=PHASE_2_TERMS)
            | Q(enrolment__class_group__course__completes_phase=2),
            enrolment__learner_id__in=people,
            status=AttendanceStatus.PRESENT,
            session__held_on__lte=as_of,
        )
        .order_by()
        .values(*keys)
        .annotate(first=Min("session__held_on"))
        .values_list(*keys, "first")
    )
    for pk, learner_id, centre_id, name, day in rows:
        yield LearningEvent(day, EventKind.PHASE_2, learner_id, pk, centre_id, name)


def _level_2(people: Collection[int], as_of: dt.date) -> Iterator[LearningEvent]:
    rows = LiteracyAward.objects.filter(
        learner_id__in=people, level=LiteracyLevel.LEVEL_2, proof__in=NEWLY, certified_on__lte=as_of
    ).order_by()
    for award in rows.only("learner_id", "certified_on", "centre_id", "proof"):
        note = str(award.get_proof_display())
        yield LearningEvent(
            award.certified_on, EventKind.LEVEL_2, award.learner_id, award.pk, award.centre_id, note=note
        )


def _outside(people: Collection[int], as_of: dt.date) -> Iterator[LearningEvent]:
    rows = OutsideLearning.objects.standing().filter(learner_id__in=people, ends_on__lte=as_of).order_by()
    for row in rows:
        name = _("%(what)s tại %(place)s") % {"what": row.what, "place": row.place}
        note = f"{row.paper} {row.paper_number}".strip()
        yield LearningEvent(row.starts_on, EventKind.OUTSIDE, row.learner_id, row.pk, row.centre_id, name, note)


def learned_by(as_of: dt.date, *, after: str, until: str, learner: str = "learner_id") -> Q:
    """Return the same rule as a condition of a query: an event known by ``as_of`` began after a day, until another.

    The three are names of columns or annotations of that query. Kept beside the rows above: what counts is decided in
    this module only, and ``tests/literacy/test_cohort_facts.py`` compares both.
    """
    person, first, last = OuterRef(learner), OuterRef(after), OuterRef(until)
    attended = Enrolment.objects.filter(
        learner_id=person,
        status__in=(EnrolmentStatus.PASSED, EnrolmentStatus.FAILED),
        class_group__closed_on__lte=as_of,
        class_group__starts_on__gt=first,
        class_group__starts_on__lte=last,
        sessions_held__gt=0,
    ).filter(class_group__starts_on__lte=as_of)
    # attendance_enough; as whole numbers that do not overflow where columns are small
    held, came = Cast("sessions_held", IntegerField()), Cast(Coalesce("sessions_attended", 0), IntegerField())
    attended = attended.alias(came=came * 100).filter(came__gte=held * F("class_group__course__min_attendance_percent"))
    present = Attendance.objects.filter(
        enrolment_id=OuterRef("pk"), status=AttendanceStatus.PRESENT, session__held_on__lte=as_of
    )
    phase_2 = (
        Enrolment.objects.filter(
            Q(class_group__course__term__in=PHASE_2_TERMS) | Q(class_group__course__completes_phase=2),
            learner_id=person,
        )
        .annotate(first_came_on=Subquery(present.order_by("session__held_on").values("session__held_on")[:1]))
        .filter(first_came_on__gt=first, first_came_on__lte=last)
    )
    level_2 = LiteracyAward.objects.filter(
        learner_id=person, level=LiteracyLevel.LEVEL_2, proof__in=NEWLY, certified_on__lte=as_of,
        certified_on__gt=first,
    ).filter(certified_on__lte=last)  # fmt: skip
    outside = OutsideLearning.objects.standing().filter(
        learner_id=person, ends_on__lte=as_of, starts_on__gt=first, starts_on__lte=last
    )
    return Exists(attended) | Exists(phase_2) | Exists(level_2) | Exists(outside)
