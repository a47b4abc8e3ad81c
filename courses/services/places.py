"""Places in a class: entering, moving up, ending the waitlist. Steps of services, called with the class taken."""

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.errors import Conflict
from core.text import clean
from courses.choices import EnrolmentStatus, SessionStatus, WaitStatus
from courses.models import ClassGroup, Enrolment, RosterImport, Session, WaitlistEntry
from courses.selectors import lacking_prerequisite, prerequisite_words, taken_places
from learners.models import Learner, LearnerCentre


def refuse_without_prerequisite(class_group: ClassGroup, learner: Learner, waiver: str) -> str:
    """Return the waiver when it is needed, "" when not. Raises Conflict ``prerequisite_missing`` without either."""
    if not lacking_prerequisite(class_group.course, [learner.pk]):
        return ""
    waiver = clean(waiver)[:200]
    if not waiver:
        message = _("%(rule)s Nếu người này đã học ở nơi khác, hãy ghi lý do miễn điều kiện.")
        words = message % {"rule": prerequisite_words(class_group.course)}
        raise Conflict("prerequisite_missing", words, fields={"waiver": [words]})
    return waiver


def enter(
    class_group: ClassGroup,
    learner: Learner,
    *,
    by: Any,
    day: dt.date,
    roster_import: RosterImport | None = None,
    waiver: str = "",
    more: dict[str, Any] | None = None,
) -> Enrolment:
    """Write the enrolment of somebody who may come in: the class is taken, places and rules were looked at."""
    _link, linked = LearnerCentre.objects.get_or_create(
        learner=learner, centre_id=class_group.centre_id, defaults={"since": day}
    )
    data: dict[str, Any] = {"class": class_group.code, "learner": learner.code, **(more or {})}
    if waiver:
        data["waiver"] = waiver
    if linked:
        data["linked"] = True  # taking the enrolment back takes this back too
    known = Enrolment.objects.filter(class_group=class_group, learner=learner).first()
    if known:
        data |= {"again": True, "was_withdrawn_on": str(known.withdrawn_on), "reason_then": known.withdraw_reason}
        known.status = EnrolmentStatus.ACTIVE
        known.withdrawn_on = None
        known.withdraw_reason = ""
        known.waiver = waiver or known.waiver
        known.save(update_fields=["status", "withdrawn_on", "withdraw_reason", "waiver", "updated_at"])
        enrolment = known
    else:
        enrolment = Enrolment.objects.create(
            class_group=class_group,
            learner=learner,
            enrolled_on=day,
            neighbourhood_id=learner.neighbourhood_id,
            roster_import=roster_import,
            waiver=waiver,
        )
    audit.record("courses.enrol", enrolment, by=by, centre_id=class_group.centre_id, data=data)
    return enrolment


def has_free_place(class_group: ClassGroup) -> bool:
    """Whether one more may come in."""
    return class_group.capacity is None or taken_places(class_group) < class_group.capacity


def moves_up_by_itself(class_group: ClassGroup) -> bool:
    """Whether a free place goes to the first who waits without anybody asking: until the first session was held.

    Later somebody has to decide whether it still makes sense to begin (and ask the person): ``place``.
    """
    return not Session.objects.filter(class_group=class_group, status=SessionStatus.HELD).exists()


def move_up(class_group: ClassGroup, *, by: Any) -> list[Enrolment]:
    """Give free places to those who wait, in order. Call with the class taken, inside the transaction that freed them.

    Does nothing once the class has begun.
    """
    free = None if class_group.capacity is None else class_group.capacity - taken_places(class_group)
    if (free is not None and free <= 0) or not moves_up_by_itself(class_group):
        return []
    waiting = WaitlistEntry.objects.waiting().filter(class_group=class_group).select_related("learner")
    return [give_place(entry, class_group, by) for entry in waiting[:free]]


def give_place(entry: WaitlistEntry, class_group: ClassGroup, by: Any) -> Enrolment:
    """Put somebody who waits into the class; the entry keeps where they came from."""
    enrolment = enter(
        class_group, entry.learner, by=by, day=timezone.localdate(), more={"from_waitlist": entry.position}
    )
    entry.status, entry.settled_at, entry.enrolment = WaitStatus.PLACED, timezone.now(), enrolment
    entry.save(update_fields=["status", "settled_at", "enrolment", "updated_at"])
    return enrolment


def dissolve_waitlist(class_group: ClassGroup, *, reason: str) -> int:
    """End all waiting because the class is over; returns how many waited. The caller's audit row speaks of it."""
    return WaitlistEntry.objects.filter(class_group=class_group, status=WaitStatus.WAITING).update(
        status=WaitStatus.LEFT, settled_at=timezone.now(), left_reason=reason[:200], updated_at=timezone.now()
    )
