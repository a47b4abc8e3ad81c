"""Attendance and results."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from centres.choices import Verb
from core import audit
from core.errors import Conflict, InvalidInput
from core.text import clean
from courses.choices import AttendanceStatus, EnrolmentStatus, Result, SessionStatus
from courses.models import Attendance, AttendanceVersion, ClassGroup, Enrolment, Session
from courses.permissions import require_on_class, take_class


@transaction.atomic
def mark_attendance(*, session: Session, marks: dict[int, str], by: Any, nonce: uuid.UUID | None = None) -> Session:
    """Take attendance of one session, everybody at once; again to correct it until the class is closed.

    ``marks`` maps the key of every active enrolment to present, absent or excused; people who withdrew keep the marks
    they have. The first time makes the session held; a correction names the changed marks in its audit row. Each saving
    is kept as a version; ``nonce`` names the sending it came from.
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
    if before and not session.marks_version:  # marks from before versions were kept
        keep_version(session, before, by=session.marked_by, at=session.marked_at)
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
    session.marks_version += 1
    session.save(update_fields=["status", "marked_at", "marked_by", "marks_version", "updated_at"])
    keep_version(session, before | marks, by=by, at=session.marked_at, nonce=nonce)
    data: dict[str, Any] = {"number": session.number, "counts": _counts(marks.values())}
    if corrected:
        data["changes"] = [[pk, before.get(pk, ""), status] for pk, status in sorted(changed.items())]
    verb = "courses.correct_attendance" if corrected else "courses.mark_attendance"
    audit.record(verb, session, by=by, centre_id=fresh.centre_id, data=data)
    return session


@dataclass(frozen=True, slots=True)
class Difference:
    """One person whom two devices marked differently."""

    enrolment: Enrolment
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a sending: the session as it is now, whether it had come before, whose other mark was kept."""

    session: Session
    repeated: bool = False
    kept: tuple[Enrolment, ...] = ()


@transaction.atomic
def send_marks(
    *,
    session: Session,
    marks: dict[int, str],
    by: Any,
    seen_version: int,
    nonce: uuid.UUID | None = None,
    after: uuid.UUID | None = None,
) -> Sent:
    """Save what a device ticked, which may have been without a network for hours (docs/adr/0022).

    The same ``nonce`` again changes nothing. ``after`` names an earlier sending of this device whose answer it never
    saw: when that one had arrived, the device has seen its outcome, for it made it. When somebody else saved after
    ``seen_version``, both are joined: a mark that only one of the two changed is taken from that one.

    Raises Conflict ``attendance_conflict`` (``differences``) when both changed the same people differently; nothing is
    saved then, and sending again with the version of now decides. Raises what ``mark_attendance`` raises.
    """
    require_on_class(by, Verb.TEACH, session.class_group)
    if nonce and AttendanceVersion.objects.filter(nonce=nonce, session=session).exists():
        session.refresh_from_db()
        return Sent(session, repeated=True)
    fresh = take_class(by, Verb.TEACH, session.class_group)
    locked = Session.objects.select_for_update(of=("self",)).select_related("marked_by").get(pk=session.pk)
    people = {row.pk: row for row in Enrolment.objects.filter(class_group=fresh).select_related("learner")}
    # Whoever left the class meanwhile keeps the marks they have; a key of another class is refused further on.
    marks = {pk: mark for pk, mark in marks.items() if pk not in people or people[pk].status == EnrolmentStatus.ACTIVE}
    if after and (own := AttendanceVersion.objects.filter(nonce=after, session=locked).first()):
        seen_version = max(seen_version, own.version)
    joined, kept, differing = _join(locked, marks, seen_version)
    if differing:
        words = {"who": locked.marked_by or "–", "at": f"{timezone.localtime(locked.marked_at):%H:%M %d/%m/%Y}"}
        raise Conflict(
            "attendance_conflict",
            _("%(who)s đã điểm danh buổi này lúc %(at)s và ghi khác ở những người dưới đây. Hãy chọn rồi lưu.") % words,
            differences=[Difference(people[pk], mine, theirs) for pk, mine, theirs in differing],
        )
    # Who joined while the device was away, and was marked by somebody else.
    for pk, mark in locked.marks.values_list("enrolment_id", "status"):
        if pk in people and people[pk].status == EnrolmentStatus.ACTIVE:
            joined.setdefault(pk, mark)
    saved = mark_attendance(session=locked, marks=joined, by=by, nonce=nonce)
    return Sent(saved, kept=tuple(people[pk] for pk in kept))


def _join(
    session: Session, marks: dict[int, str], seen_version: int
) -> tuple[dict[int, str], list[int], list[tuple[int, str, str]]]:
    """Compare what is sent and what is there with what the device saw: marks, whose other mark is kept, differences.

    Before the first saving a device saw everybody present.
    """
    if seen_version >= session.marks_version:
        return dict(marks), [], []
    now = dict(session.marks.values_list("enrolment_id", "status"))
    seen = AttendanceVersion.objects.filter(session=session, version=seen_version).first()
    began = {int(pk): mark for pk, mark in seen.marks.items()} if seen else {}
    joined, kept, differing = dict(marks), [], []
    for pk, mine in marks.items():
        theirs, was = now.get(pk), began.get(pk, AttendanceStatus.PRESENT.value)
        if theirs is None or theirs in (mine, was):
            continue
        if mine == was:
            joined[pk] = theirs
            kept.append(pk)
        else:
            differing.append((pk, mine, theirs))
    return joined, kept, differing


def keep_version(
    session: Session, marks: dict[int, str], *, by: Any, at: dt.datetime | None, nonce: uuid.UUID | None = None
) -> None:
    """Keep what the marks of a session are now, under the number the session has."""
    AttendanceVersion.objects.create(
        session=session,
        version=session.marks_version,
        marks={str(pk): mark for pk, mark in marks.items()},
        nonce=nonce,
        saved_by=by,
        saved_at=at or timezone.now(),
    )


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
