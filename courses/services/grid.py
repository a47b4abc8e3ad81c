"""Attendance of many sessions at once, for catching up from paper (docs/adr/0022, 0026)."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from centres.choices import Verb
from core import audit
from core.errors import InvalidInput
from courses.choices import AttendanceStatus, EnrolmentStatus, SessionStatus
from courses.models import Attendance, AttendanceVersion, ClassGroup, Enrolment, Session
from courses.permissions import take_class


@dataclass(frozen=True, slots=True)
class GridColumn:
    """One session as it was filled in: the version that was seen, and the marks of those who are not simply present."""

    session: int
    seen_version: int
    marks: dict[int, str]
    nonce: uuid.UUID | None = None


@dataclass(slots=True)
class GridSaved:
    """What became of the columns: saved, unchanged, and those somebody else saved meanwhile (session and who)."""

    saved: list[Session] = field(default_factory=list)
    unchanged: int = 0
    taken: list[Session] = field(default_factory=list)


def column_name(nonce: uuid.UUID, session: int) -> uuid.UUID:
    """Name of one column's sending, from the name of the whole grid's."""
    return uuid.uuid5(nonce, str(session))


@transaction.atomic
def send_grid(*, class_group: ClassGroup, columns: list[GridColumn], by: Any) -> GridSaved:
    """Save whole columns; whoever is not named in ``marks`` was present. The number of queries is fixed.

    A column that somebody saved after ``seen_version`` is left as it is and named in ``taken``; the others are saved.
    Sending the same ``nonce`` again changes nothing. Raises InvalidInput ``session_in_future``, ``session_cancelled``,
    ``session_unknown``, ``not_in_class``, ``mark_unknown`` or ``nobody_enrolled``, and then nothing is saved; also what
    ``take_class`` raises.
    """
    fresh = take_class(by, Verb.TEACH, class_group)
    wanted = {column.session: column for column in columns}
    rows = Session.objects.select_for_update(of=("self",)).filter(class_group=fresh, pk__in=wanted)
    sessions = {row.pk: row for row in rows.select_related("marked_by", "class_group").order_by("number")}
    active = set(
        Enrolment.objects.filter(class_group=fresh, status=EnrolmentStatus.ACTIVE).values_list("pk", flat=True)
    )
    _check(wanted, sessions, active)
    arrived = set(
        AttendanceVersion.objects.filter(nonce__in=[column.nonce for column in columns if column.nonce])
        .values_list("nonce", flat=True)
    )  # fmt: skip
    before: dict[int, dict[int, str]] = {pk: {} for pk in sessions}
    for session, enrolment, status in Attendance.objects.filter(session__in=sessions).values_list(
        "session_id", "enrolment_id", "status"
    ):
        before[session][enrolment] = status
    result = GridSaved()
    versions: list[AttendanceVersion] = []
    marks: list[Attendance] = []
    deeds: dict[str, list[tuple[Session, dict[str, Any]]]] = {}
    now = timezone.now()
    for pk, row in sessions.items():
        column, had = wanted[pk], before[pk]
        now_said = {key: column.marks.get(key, AttendanceStatus.PRESENT.value) for key in active}
        changed = {key: status for key, status in now_said.items() if had.get(key) != status}
        if column.nonce in arrived or (row.status == SessionStatus.HELD and not changed):
            result.unchanged += 1
            continue
        if row.marks_version != column.seen_version:
            result.taken.append(row)
            continue
        if had and not row.marks_version:  # marks from before versions were kept
            versions.append(_version(row, had, by=row.marked_by, at=row.marked_at or now))
        marks += [Attendance(session=row, enrolment_id=key, status=status) for key, status in changed.items()]
        corrected = row.status == SessionStatus.HELD
        row.status, row.marked_at, row.marked_by, row.updated_at = SessionStatus.HELD, now, by, now
        row.marks_version += 1
        versions.append(_version(row, had | now_said, by=by, at=now, nonce=column.nonce))
        said = list(now_said.values())
        data: dict[str, Any] = {
            "number": row.number, "counts": {status: said.count(status) for status in AttendanceStatus.values},
            "grid": True,
        }  # fmt: skip
        if corrected:
            data["changes"] = [[key, had.get(key, ""), status] for key, status in sorted(changed.items())]
        deeds.setdefault("courses.correct_attendance" if corrected else "courses.mark_attendance", []).append(
            (row, data)
        )
        result.saved.append(row)
    Attendance.objects.bulk_create(
        marks, update_conflicts=True, unique_fields=["session", "enrolment"], update_fields=["status"]
    )
    Session.objects.bulk_update(result.saved, ["status", "marked_at", "marked_by", "marks_version", "updated_at"])
    AttendanceVersion.objects.bulk_create(versions)
    for verb, done in deeds.items():
        audit.record_many(verb, done, by=by, centre_id=fresh.centre_id)
    return result


def _check(wanted: dict[int, GridColumn], sessions: dict[int, Session], active: set[int]) -> None:
    if set(wanted) - set(sessions):
        raise InvalidInput("session_unknown", _("Có buổi không còn trong lịch. Hãy tải lại trang."))
    if not active:
        raise InvalidInput("nobody_enrolled", _("Lớp chưa có người học. Hãy thêm người trước khi điểm danh."))
    today = timezone.localdate()
    for pk, column in wanted.items():
        words = {"number": sessions[pk].number}
        if sessions[pk].status == SessionStatus.CANCELLED:
            message = _("Buổi %(number)s đã báo nghỉ, không điểm danh được.") % words
            raise InvalidInput("session_cancelled", message)
        if sessions[pk].held_on > today:
            raise InvalidInput("session_in_future", _("Buổi %(number)s chưa đến ngày học.") % words)
        if any(status not in AttendanceStatus.values for status in column.marks.values()):
            raise InvalidInput("mark_unknown", _("Điểm danh chỉ có: có mặt, vắng, vắng có phép."))
        if set(column.marks) - active:
            raise InvalidInput("not_in_class", _("Có người không còn trong lớp. Hãy tải lại trang."))


def _version(
    row: Session, marks: dict[int, str], *, by: Any, at: Any, nonce: uuid.UUID | None = None
) -> AttendanceVersion:
    said = {str(key): status for key, status in marks.items()}
    return AttendanceVersion(session=row, version=row.marks_version, marks=said, nonce=nonce, saved_by=by, saved_at=at)
