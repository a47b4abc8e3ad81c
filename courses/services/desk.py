"""Verbs of the enrolment desk: a new person in one save, a form sent twice, a slip taken back."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from centres.choices import Verb
from core import audit
from core.errors import Conflict, InvalidInput, OutOfScope
from core.models import AuditEvent
from core.text import split_name
from core.undo import UNDO_WITHIN
from courses.choices import EnrolmentStatus
from courses.models import ClassGroup, Enrolment, WaitlistEntry
from courses.permissions import require_on_class, take_class
from courses.selectors.desk import desk_lookalikes, person_by_number
from courses.services.enrolments import enrol_new_person
from courses.services.places import move_up
from courses.services.waitlist import sign_up_new_person
from learners.matching import CERTAIN
from learners.models import Learner, LearnerCentre, personal_id_index

# A form whose answer was lost is sent again within this time, or not at all.
SENT_TWICE_WITHIN = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class DeskAnswer:
    """The enrolment or the place in the waitlist, and whether it was there already: the same form came twice."""

    row: Enrolment | WaitlistEntry
    sent_twice: bool


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo took back and set off: the person registered for it, and who moved up into the free place."""

    person_too: bool
    moved_up: list[Enrolment]


@transaction.atomic
def person_at_desk(*, class_group: ClassGroup, by: Any, key: str, text: str) -> Learner:
    """Return the person chosen at the desk: in scope by key, or of another centre by the whole identity number.

    Opening somebody of another centre leaves a trace. Raises OutOfScope.
    """
    require_on_class(by, Verb.ENROL, class_group)
    pk = int(key) if key.isascii() and key.isdecimal() and len(key) < 18 else 0
    found: Learner | None = Learner.objects.visible_to(by).filter(pk=pk).select_related("neighbourhood", "unit").first()
    if found:
        return found
    stranger = person_by_number(text)
    if stranger is None or stranger.pk != pk:
        raise OutOfScope("not_found", _("Không tìm thấy."))
    audit.record("learners.find_by_number", stranger, by=by, centre_id=class_group.centre_id)
    return stranger


@transaction.atomic
def enrol_at_desk(
    *, class_group: ClassGroup, by: Any, seen: Collection[int] = (), wait: bool = False, waiver: str = "", **person: Any
) -> DeskAnswer:
    """Register a person and enrol them, unless they may be somebody known who was not shown yet (``seen``: keys).

    With ``wait`` they go to the waitlist when no place is free. The class is taken first, so that the second of two
    forms sent at once sees what the first has written. Raises InvalidInput ``looks_like_somebody`` with
    ``lookalikes``, and what ``enrol_new_person`` raises.
    """
    fresh = take_class(by, Verb.ENROL, class_group)
    before = _just_made(fresh, by, person)
    if before and before.learner_id not in seen:
        return DeskAnswer(before, sent_twice=True)
    lookalikes = desk_lookalikes(user=by, class_group=fresh, person=person)
    if any(row.score >= CERTAIN or row.learner.pk not in seen for row in lookalikes):
        words = _("Chưa lưu. Có thể người này đã có.")
        raise InvalidInput("looks_like_somebody", words, lookalikes=lookalikes)
    unlike = [row.learner for row in lookalikes]
    # Waiting is chosen, never slipped into: who pressed "enrol" is told that the last place has gone.
    if wait:
        waiting = sign_up_new_person(class_group=fresh, by=by, unlike=unlike, waiver=waiver, **person)
        return DeskAnswer(waiting, sent_twice=False)
    enrolment = enrol_new_person(class_group=fresh, by=by, unlike=unlike, waiver=waiver, **person)
    return DeskAnswer(enrolment, sent_twice=False)


def _just_made(class_group: ClassGroup, by: Any, person: dict[str, Any]) -> Enrolment | WaitlistEntry | None:
    """What the very same form made moments ago."""
    since, birth = timezone.now() - SENT_TWICE_WITHIN, person.get("birth")
    try:
        full_name = split_name(person.get("full_name", "")).full
    except ValueError:
        return None
    number = person.get("personal_id")
    same = Learner.objects.filter(
        created_at__gte=since,
        full_name=full_name,
        birth_year=birth.year if birth else None,
        birth_month=birth.month if birth else None,
        birth_day=birth.day if birth else None,
        sex=person.get("sex", ""),
        phone=person.get("phone", ""),
        personal_id_index=personal_id_index(number) if number else None,
    ).values("pk")
    rows = Enrolment.objects.filter(class_group=class_group, created_at__gte=since, learner__in=same)
    for row in rows.exclude(status=EnrolmentStatus.WITHDRAWN).select_related("learner"):
        if _made_by(row, by):
            return row
    waiting = WaitlistEntry.objects.waiting().filter(class_group=class_group, added_by=by, learner__in=same)
    found: WaitlistEntry | None = waiting.select_related("learner").first()
    return found


def _made_by(enrolment: Enrolment, by: Any) -> AuditEvent | None:
    """How the enrolment came to be, when it was this user who made it."""
    trail = AuditEvent.objects.filter(object_type=enrolment._meta.label_lower, object_id=str(enrolment.pk))
    event: AuditEvent | None = trail.filter(verb="courses.enrol").order_by("-at", "-pk").first()
    return event if event is not None and event.actor_id == by.pk else None


@transaction.atomic
def undo_enrolment(*, enrolment: Enrolment, by: Any) -> Undone:
    """Take back an enrolment one made oneself a moment ago; the first who waits moves up.

    Whoever had withdrawn before is withdrawn again, as recorded then. Raises Conflict ``undo_too_late`` or
    ``undo_built_on``; also what ``take_class`` raises.
    """
    fresh = take_class(by, Verb.ENROL, enrolment.class_group)
    row = Enrolment.objects.filter(pk=enrolment.pk).select_related("learner").first()
    made = _made_by(row, by) if row else None
    if row is None or made is None or made.at < timezone.now() - UNDO_WITHIN:
        raise Conflict("undo_too_late", _("Không hoàn tác được nữa. Hãy ghi thôi học, với lý do."))
    if row.status != EnrolmentStatus.ACTIVE or row.result or row.marks.exists():
        raise Conflict("undo_built_on", _("Người này đã được điểm danh hoặc có kết quả. Hãy ghi thôi học, với lý do."))
    if row.transferred_from_id:
        raise Conflict("undo_built_on", _("Người này chuyển từ lớp khác sang. Hãy chuyển về, hoặc ghi thôi học."))
    if WaitlistEntry.objects.filter(enrolment=row).exists():
        raise Conflict("undo_built_on", _("Người này lên từ danh sách chờ. Hãy ghi thôi học, với lý do."))
    learner = row.learner
    data = {"class": fresh.code, "learner": learner.code}
    audit.record("courses.undo_enrol", row, by=by, centre_id=fresh.centre_id, data=data)
    person_too = False
    if made.data.get("again"):
        row.status = EnrolmentStatus.WITHDRAWN
        row.withdrawn_on = dt.date.fromisoformat(made.data["was_withdrawn_on"])
        row.withdraw_reason = made.data["reason_then"]
        row.save(update_fields=["status", "withdrawn_on", "withdraw_reason", "updated_at"])
    else:
        row.delete()
        if made.data.get("linked"):
            _unlink(learner, fresh)
        person_too = bool(made.data.get("new_person")) and _forget(learner, by=by, centre_id=fresh.centre_id)
    return Undone(person_too, move_up(fresh, by=by))


def _unlink(learner: Learner, class_group: ClassGroup) -> None:
    """The centre knew the person by this enrolment alone: then it does not any more."""
    if not learner.enrolments.filter(class_group__centre_id=class_group.centre_id).exists():
        LearnerCentre.objects.filter(learner=learner, centre_id=class_group.centre_id).delete()


def _forget(learner: Learner, *, by: Any, centre_id: int) -> bool:
    """Remove a person who was registered together with the enrolment, when nothing else was done with them."""
    trail = AuditEvent.objects.filter(object_type=learner._meta.label_lower, object_id=str(learner.pk))
    touched = trail.exclude(verb__in=["learners.register_learner", "learners.declare_different"]).exists()
    if touched or learner.enrolments.exists() or learner.centre_links.exclude(centre_id=centre_id).exists():
        return False
    audit.record("learners.undo_register", learner, by=by, centre_id=centre_id, data={"code": learner.code})
    try:
        with transaction.atomic():
            learner.delete()
    except ProtectedError:  # an app above holds something of the person: they stay, without this class
        return False
    return True
