"""Taking back a slip of a moment ago: who did it may, within minutes, as long as nothing was built on it."""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from centres.choices import Verb
from core import audit
from core.errors import Conflict
from core.models import AuditEvent
from core.undo import own_deed
from courses.choices import EnrolmentStatus, SessionStatus
from courses.models import Attendance, AttendanceVersion, ClassGroup, Enrolment, Session
from courses.permissions import take_class
from courses.services.attendance import keep_version
from courses.services.grid import column_name
from courses.services.places import has_free_place


@transaction.atomic
def undo_withdraw(*, enrolment: Enrolment, by: Any) -> Enrolment:
    """Put somebody back into the class as if they had not left. Marks taken without them meanwhile stay without them.

    Raises Conflict ``undo_too_late``, ``undo_done``, ``undo_built_on`` or ``undo_place_taken``; also what
    ``take_class`` raises.
    """
    fresh = take_class(by, Verb.ENROL, enrolment.class_group)
    deed = own_deed("courses.withdraw", enrolment, by)
    row = Enrolment.objects.select_related("learner").get(pk=enrolment.pk)
    if row.status != EnrolmentStatus.WITHDRAWN:
        raise Conflict("undo_done", _("Người này đã ở trong lớp."))
    if row.transferred_to.exclude(status=EnrolmentStatus.WITHDRAWN).exists():
        raise Conflict("undo_built_on", _("Người này đã chuyển sang lớp khác. Hãy chuyển về từ lớp đó."))
    if not has_free_place(fresh):
        raise Conflict("undo_place_taken", _("Chỗ này đã có người khác. Hãy ghi vào danh sách chờ."))
    row.status, row.withdrawn_on, row.withdraw_reason = EnrolmentStatus.ACTIVE, None, ""
    row.save(update_fields=["status", "withdrawn_on", "withdraw_reason", "updated_at"])
    data = {"class": fresh.code, "learner": row.learner.code, "deed": deed.pk}
    audit.record("courses.undo_withdraw", row, by=by, centre_id=fresh.centre_id, data=data)
    return row


@transaction.atomic
def undo_cancel_session(*, session: Session, by: Any) -> Session:
    """Let a session take place after all, with the marks it had.

    Raises Conflict ``undo_too_late`` or ``undo_done``; also what ``take_class`` raises.
    """
    fresh = take_class(by, Verb.TEACH, session.class_group)
    deed = own_deed("courses.cancel_session", session, by)
    row = Session.objects.select_for_update(of=("self",)).get(pk=session.pk)
    if row.status != SessionStatus.CANCELLED:
        raise Conflict("undo_done", _("Buổi này không còn báo nghỉ."))
    marks = {int(pk): mark for pk, mark in deed.data["marks_removed"].items()}
    here = set(Enrolment.objects.filter(class_group=fresh, pk__in=marks).values_list("pk", flat=True))
    Attendance.objects.bulk_create(
        [Attendance(session=row, enrolment_id=pk, status=mark) for pk, mark in marks.items() if pk in here]
    )
    marked_at = deed.data.get("was_marked_at")
    row.status, row.cancel_reason = deed.data.get("was", SessionStatus.PLANNED), ""
    row.marked_at = dt.datetime.fromisoformat(marked_at) if marked_at else None
    row.marked_by_id = deed.data.get("was_marked_by")
    row.save(update_fields=["status", "cancel_reason", "marked_at", "marked_by", "updated_at"])
    data = {"number": row.number, "marks_restored": len(here), "deed": deed.pk}
    audit.record("courses.undo_cancel_session", row, by=by, centre_id=fresh.centre_id, data=data)
    return row


@transaction.atomic
def undo_marks(*, session: Session, by: Any) -> Session:
    """Take back the last saving of attendance: the marks of the saving before stand again, or none and no held session.

    It is a saving of its own, so that a device which saw the marks taken back is not joined with them unawares.
    Raises Conflict ``undo_too_late`` (also when somebody saved after) or ``undo_done``; and what ``take_class`` raises.
    """
    fresh = take_class(by, Verb.TEACH, session.class_group)
    row = Session.objects.select_for_update(of=("self",)).get(pk=session.pk)
    if row.status != SessionStatus.HELD:
        raise Conflict("undo_done", _("Lần lưu này đã được hoàn tác, hoặc buổi đã báo nghỉ."))
    earlier = AttendanceVersion.objects.filter(session=row, version__lt=row.marks_version).order_by("version").last()
    began = {int(pk): mark for pk, mark in earlier.marks.items()} if earlier else {}
    deed = own_deed("courses.correct_attendance" if began else "courses.mark_attendance", row, by)
    undone = AuditEvent.objects.filter(
        verb="courses.undo_marks", object_type=row._meta.label_lower, object_id=str(row.pk), data__deed=deed.pk
    )
    if undone.exists():
        raise Conflict("undo_done", _("Lần lưu này đã được hoàn tác, hoặc buổi đã báo nghỉ."))
    here = set(Enrolment.objects.filter(class_group=fresh, pk__in=began).values_list("pk", flat=True))
    marks = {pk: mark for pk, mark in began.items() if pk in here}
    row.marks.all().delete()
    Attendance.objects.bulk_create([Attendance(session=row, enrolment_id=pk, status=marks[pk]) for pk in marks])
    row.marks_version += 1
    row.status = SessionStatus.HELD if marks else SessionStatus.PLANNED
    row.marked_at, row.marked_by = (earlier.saved_at, earlier.saved_by) if earlier and marks else (None, None)
    row.save(update_fields=["status", "marked_at", "marked_by", "marks_version", "updated_at"])
    keep_version(row, marks, by=by, at=timezone.now())
    data = {"number": row.number, "marks_restored": len(marks), "deed": deed.pk}
    audit.record("courses.undo_marks", row, by=by, centre_id=fresh.centre_id, data=data)
    return row


@dataclass(slots=True)
class GridUndone:
    """What became of a saving that is taken back: sessions as they were before it, and those left as they are."""

    back: list[Session] = field(default_factory=list)
    left: list[Session] = field(default_factory=list)


@transaction.atomic
def undo_grid(*, class_group: ClassGroup, nonce: uuid.UUID, by: Any) -> GridUndone:
    """Take back one saving of the whole-class grid, named by its ``nonce``: each session as ``undo_marks`` does.

    A session that was saved again since, by whomever, is left as it is. Raises Conflict ``undo_done`` when nothing of
    the saving stands any more, or what the first session was refused with; also what ``take_class`` raises.
    """
    fresh = take_class(by, Verb.TEACH, class_group)
    sessions = {column_name(nonce, row.pk): row for row in Session.objects.filter(class_group=fresh).order_by("number")}
    saved = dict(AttendanceVersion.objects.filter(nonce__in=sessions).values_list("nonce", "version"))
    result, refused = GridUndone(), None
    for name, row in sessions.items():
        if name not in saved:
            continue
        try:
            if row.marks_version != saved[name]:
                raise Conflict("undo_done", _("Lần lưu này đã được hoàn tác, hoặc đã có lần ghi sau."))
            result.back.append(undo_marks(session=row, by=by))
        except Conflict as error:
            refused = refused or error
            result.left.append(row)
    if not result.back:
        raise refused or Conflict("undo_done", _("Lần lưu này đã được hoàn tác, hoặc đã có lần ghi sau."))
    return result
