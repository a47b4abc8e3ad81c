"""Waitlists: signing up, moving up, leaving. Order of arrival is the order of places (docs/adr/0018)."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from centres.choices import Verb
from core import audit
from core.errors import Conflict
from core.text import clean
from courses.choices import EnrolmentStatus, WaitStatus
from courses.models import ClassGroup, Enrolment, WaitlistEntry
from courses.permissions import take_class
from courses.services.enrolments import enrol
from courses.services.places import give_place, has_free_place, refuse_without_prerequisite
from learners.models import Learner, LearnerCentre
from learners.services import register_learner


@transaction.atomic
def sign_up(
    *, class_group: ClassGroup, learner: Learner, by: Any, enrolled_on: dt.date | None = None, waiver: str = ""
) -> Enrolment | WaitlistEntry:
    """Enrol a person, or put them at the end of the waitlist when no place is free or others wait already.

    Raises what ``enrol`` raises but ``class_full``, and Conflict ``waiting_already``.
    """
    fresh = take_class(by, Verb.ENROL, class_group)
    if has_free_place(fresh) and not WaitlistEntry.objects.waiting().filter(class_group=fresh).exists():
        return enrol(class_group=fresh, learner=learner, by=by, enrolled_on=enrolled_on, waiver=waiver)
    refuse_without_prerequisite(fresh, learner, waiver)
    if Enrolment.objects.filter(class_group=fresh, learner=learner).exclude(status=EnrolmentStatus.WITHDRAWN).exists():
        raise Conflict("enrolled_already", _("%(name)s đã có trong lớp này.") % {"name": learner.full_name})
    if WaitlistEntry.objects.waiting().filter(class_group=fresh, learner=learner).exists():
        raise Conflict("waiting_already", _("%(name)s đã ở danh sách chờ.") % {"name": learner.full_name})
    last = WaitlistEntry.objects.filter(class_group=fresh).aggregate(last=Max("position"))["last"] or 0
    entry = WaitlistEntry.objects.create(class_group=fresh, learner=learner, position=last + 1, added_by=by)
    # Whoever waits is known to the centre from now on, or its own staff could not find them again.
    LearnerCentre.objects.get_or_create(learner=learner, centre_id=fresh.centre_id)
    data = {"class": fresh.code, "learner": learner.code, "position": entry.position}
    audit.record("courses.wait", entry, by=by, centre_id=fresh.centre_id, data=data)
    return entry


@transaction.atomic
def sign_up_new_person(
    *, class_group: ClassGroup, by: Any, waiver: str = "", **person: Any
) -> Enrolment | WaitlistEntry:
    """Register a person and sign them up, both or neither; ``person`` is what ``register_learner`` takes."""
    fresh = take_class(by, Verb.ENROL, class_group)
    learner = register_learner(centre=fresh.centre, by=by, **person)
    return sign_up(class_group=fresh, learner=learner, by=by, waiver=waiver)


@transaction.atomic
def place(*, entry: WaitlistEntry, by: Any) -> Enrolment:
    """Give a free place to somebody who waits, after the class has begun and whoever the staff could reach.

    Raises Conflict ``class_full`` when there is no place, ``not_waiting`` when the person waits no longer.
    """
    fresh = take_class(by, Verb.ENROL, entry.class_group)
    entry = _waiting_or_refuse(entry)
    if not has_free_place(fresh):
        raise Conflict("class_full", _("Lớp đã đủ %(count)s chỗ.") % {"count": fresh.capacity})
    return give_place(entry, fresh, by)


@transaction.atomic
def leave_waitlist(*, entry: WaitlistEntry, by: Any, reason: str = "") -> WaitlistEntry:
    """Take somebody off the waitlist; nobody else's number changes. Raises Conflict ``not_waiting``."""
    fresh = take_class(by, Verb.ENROL, entry.class_group)
    entry = _waiting_or_refuse(entry)
    entry.status, entry.settled_at, entry.left_reason = WaitStatus.LEFT, timezone.now(), clean(reason)[:200]
    entry.save(update_fields=["status", "settled_at", "left_reason", "updated_at"])
    data = {"class": fresh.code, "learner": entry.learner.code, "position": entry.position, "reason": entry.left_reason}
    audit.record("courses.leave_waitlist", entry, by=by, centre_id=fresh.centre_id, data=data)
    return entry


def _waiting_or_refuse(entry: WaitlistEntry) -> WaitlistEntry:
    fresh = WaitlistEntry.objects.select_related("learner").get(pk=entry.pk)
    if fresh.status != WaitStatus.WAITING:
        raise Conflict("not_waiting", _("%(name)s không còn ở danh sách chờ.") % {"name": fresh.learner.full_name})
    return fresh
