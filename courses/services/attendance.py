"""Attendance and results."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from centres.choices import Verb
from core import audit
from core.errors import Conflict, InvalidInput
from core.text import clean
from courses.choices import AttendanceStatus, EnrolmentStatus, Result, SessionStatus
from courses.models import Attendance, ClassGroup, Enrolment, Session
from courses.permissions import take_class


@transaction.atomic
def mark_attendance(*, session: Session, marks: dict[int, str], by: Any) -> Session:
    """Take attendance of one session, everybody at once; again to correct it until the class is closed.

    ``marks`` maps the key of every active enrolment to present, absent or excused; people who withdrew keep the marks
    they have. The first time makes the session held; a correction names the changed marks in its audit row.
    Raises InvalidInput ``mark_missing``, ``mark_unknown``, ``not_in_class``, ``session_in_future``; Conflict
    ``session_cancelled``, ``class_closed``, ``class_cancelled``.
    """
    fresh = take_class(by, Verb.TEACH, session.class_group)
    session = Session.objects.select_for_update(of=("self",)).select_related("class_group").get(pk=session.pk)
    if session.status == SessionStatus.CANCELLED:
        raise Conflict("session_cancelled", _("Buổi này đã báo nghỉ, không điểm danh được."))
    if session.held_on > timezone.localdate():
        raise InvalidInput("session_in_future", _("Buổi này chưa đến ngày học."))
    _check_marks(fresh, marks)
    before = dict(session.marks.values_list("enrolment_id", "status"))
    changed = {pk: status for pk, status in marks.items() if before.get(pk) != status}
    Attendance.objects.bulk_create(
        [Attendance(session=session, enrolment_id=pk, status=status) for pk, status in changed.items()],
        update_conflicts=True,
        unique_fields=["session", "enrolment"],
        update_fields=["status"],
    )
    corrected = session.status == SessionStatus.HELD
    session.status = SessionStatus.HELD
    session.marked_at = timezone.now()
    session.marked_by = by
    session.save(update_fields=["status", "marked_at", "marked_by", "updated_at"])
    data: dict[str, Any] = {"number": session.number, "counts": _counts(marks.values())}
    if corrected:
        data["changes"] = [[pk, before.get(pk, ""), status] for pk, status in sorted(changed.items())]
    verb = "courses.correct_attendance" if corrected else "courses.mark_attendance"
    audit.record(verb, session, by=by, centre_id=fresh.centre_id, data=data)
    return session


@transaction.atomic
def record_results(*, class_group: ClassGroup, results: dict[int, tuple[str, str]], by: Any) -> list[Enrolment]:
    """Record the assessment of people in a class: enrolment key → (good, pass, fail or empty for unknown, note).

    Returns the enrolments that changed. Raises InvalidInput ``result_unknown`` or ``not_in_class``, Conflict
    ``class_closed``, ``class_cancelled``.
    """
    fresh = take_class(by, Verb.TEACH, class_group)
    if any(value not in Result.values for value, _note in results.values()):
        raise InvalidInput("result_unknown", _("Kết quả chỉ có: hoàn thành tốt, hoàn thành, chưa hoàn thành."))
    rows = {row.pk: row for row in _active(fresh).filter(pk__in=results).select_for_update()}
    if set(results) - set(rows):
        raise InvalidInput("not_in_class", _("Có người không còn trong lớp. Hãy tải lại trang."))
    changes = []
    changed = []
    now = timezone.now()
    for pk, (value, note) in results.items():
        row = rows[pk]
        wanted = (value, clean(note)[:200])
        if (row.result, row.result_note) == wanted:
            continue
        changes.append([pk, row.result, value])
        row.result, row.result_note = wanted
        row.updated_at = now
        changed.append(row)
    Enrolment.objects.bulk_update(changed, ["result", "result_note", "updated_at"], batch_size=200)
    if changed:
        audit.record("courses.record_results", fresh, by=by, data={"changes": changes})
    return changed


def _active(class_group: ClassGroup) -> Any:
    return Enrolment.objects.filter(class_group=class_group, status=EnrolmentStatus.ACTIVE)


def _check_marks(class_group: ClassGroup, marks: dict[int, str]) -> None:
    if any(status not in AttendanceStatus.values for status in marks.values()):
        raise InvalidInput("mark_unknown", _("Điểm danh chỉ có: có mặt, vắng, vắng có phép."))
    active = dict(_active(class_group).values_list("pk", "learner__full_name"))
    if set(marks) - set(active):
        raise InvalidInput("not_in_class", _("Có người không còn trong lớp. Hãy tải lại trang."))
    if not active:
        raise InvalidInput("nobody_enrolled", _("Lớp chưa có người học. Hãy thêm người trước khi điểm danh."))
    if missing := [name for pk, name in active.items() if pk not in marks]:
        raise InvalidInput("mark_missing", _("Chưa điểm danh: %(names)s.") % {"names": ", ".join(missing)})


def _counts(statuses: Any) -> dict[str, int]:
    listed = list(statuses)
    return {status: listed.count(status) for status in AttendanceStatus.values}
