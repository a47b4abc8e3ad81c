"""Verbs on enrolments."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from centres.choices import Verb
from core import audit
from core.errors import Conflict, InvalidInput
from core.text import clean
from courses.choices import EnrolmentStatus, WaitStatus
from courses.models import ClassGroup, Enrolment, RosterImport, WaitlistEntry
from courses.permissions import refuse_ended, take_class
from courses.services.places import enter, has_free_place, move_up, refuse_without_prerequisite
from learners.models import Learner
from learners.services import register_learner


@transaction.atomic
def enrol(
    *,
    class_group: ClassGroup,
    learner: Learner,
    by: Any,
    enrolled_on: dt.date | None = None,
    roster_import: RosterImport | None = None,
    waiver: str = "",
    new_person: bool = False,
) -> Enrolment:
    """Put a person into a class (one participation) and make the centre know the person.

    Whoever withdrew comes back into the same row; whoever waited waits no longer. ``waiver`` says why somebody comes in
    without the course's prerequisite; ``new_person`` says in the trail that the person was registered for it, so that
    both can be undone together. Raises Conflict ``enrolled_already``, ``class_full``, ``prerequisite_missing``,
    ``class_closed`` or ``class_cancelled``.
    """
    fresh = take_class(by, Verb.ENROL, class_group)
    known = Enrolment.objects.filter(class_group=fresh, learner=learner).first()
    if known and known.status != EnrolmentStatus.WITHDRAWN:
        words = {"name": learner.full_name}
        raise Conflict("enrolled_already", _("%(name)s đã có trong lớp này.") % words, enrolment=known)
    if not has_free_place(fresh):
        raise Conflict("class_full", _("Lớp đã đủ %(count)s chỗ.") % {"count": fresh.capacity})
    waived = refuse_without_prerequisite(fresh, learner, waiver)
    day = enrolled_on or timezone.localdate()
    more = {"new_person": True} if new_person else {}
    enrolment = enter(fresh, learner, by=by, day=day, roster_import=roster_import, waiver=waived, more=more)
    WaitlistEntry.objects.filter(class_group=fresh, learner=learner, status=WaitStatus.WAITING).update(
        status=WaitStatus.PLACED, settled_at=timezone.now(), enrolment=enrolment, updated_at=timezone.now()
    )
    return enrolment


@transaction.atomic
def enrol_new_person(*, class_group: ClassGroup, by: Any, waiver: str = "", **person: Any) -> Enrolment:
    """Register a person and enrol them, both or neither; ``person`` is what ``register_learner`` takes.

    Raises what ``register_learner`` and ``enrol`` raise.
    """
    fresh = take_class(by, Verb.ENROL, class_group)
    learner = register_learner(centre=fresh.centre, by=by, **person)
    return enrol(class_group=fresh, learner=learner, by=by, waiver=waiver, new_person=True)


@transaction.atomic
def withdraw(*, enrolment: Enrolment, by: Any, reason: str, withdrawn_on: dt.date | None = None) -> Enrolment:
    """Record that a person left the class; marks so far stay, and the first who waits moves up.

    Raises InvalidInput without a reason, or for a day before the enrolment or in the future; Conflict ``not_active``
    when the person is not in the class any more, ``class_closed`` or ``class_cancelled``.
    """
    reason = clean(reason)
    if not reason:
        raise InvalidInput("reason_missing", _("Hãy ghi lý do thôi học."), fields={"reason": [_("Hãy ghi lý do.")]})
    fresh = take_class(by, Verb.ENROL, enrolment.class_group)
    day = withdrawn_on or timezone.localdate()
    if day < enrolment.enrolled_on:
        message = _("Ngày thôi học phải từ ngày ghi danh trở đi.")
        raise InvalidInput("withdrawn_too_early", message, fields={"withdrawn_on": [message]})
    if day > timezone.localdate():
        message = _("Ngày thôi học không thể ở tương lai.")
        raise InvalidInput("withdrawn_in_future", message, fields={"withdrawn_on": [message]})
    changed = Enrolment.objects.filter(pk=enrolment.pk, status=EnrolmentStatus.ACTIVE).update(
        status=EnrolmentStatus.WITHDRAWN, withdrawn_on=day, withdraw_reason=reason[:200], updated_at=timezone.now()
    )
    if not changed:
        refuse_ended(fresh)
        raise Conflict("not_active", _("Người này không còn học trong lớp."))
    enrolment.refresh_from_db()
    audit.record(
        "courses.withdraw",
        enrolment,
        by=by,
        centre_id=fresh.centre_id,
        data={"class": fresh.code, "learner": enrolment.learner.code, "reason": reason, "on": str(day)},
    )
    move_up(fresh, by=by)
    return enrolment
