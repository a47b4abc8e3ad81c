"""Who has completed a class and why, and what is still missing before it can be closed."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.choices import AttendanceStatus, EnrolmentStatus, Result, SessionStatus
from courses.models import ClassGroup, ClosingReason, Course, Enrolment, Session

NO_SESSION = "no_session_held"
NOBODY = "nobody_enrolled"
MISSING_ATTENDANCE = "missing_attendance"
SESSIONS_TO_COME = "sessions_to_come"
MISSING_RESULT = "missing_result"
UNKNOWN_IDENTITY = "unknown_identity"
# An unknown identity is worth a look, but a person may lack papers for good; the others change who passes.
BLOCKING = frozenset({NO_SESSION, NOBODY, MISSING_ATTENDANCE, SESSIONS_TO_COME, MISSING_RESULT})


@dataclass(frozen=True, slots=True)
class ClosingException:
    """Something unusual that is mended or given a reason before the class is closed, with the row it is about."""

    code: str
    enrolment: Enrolment | None
    session: Session | None
    message: str
    reason: str = ""

    @property
    def subject(self) -> str:
        """What a reason is kept under; sessions to come are one thing, however many are left."""
        if self.enrolment:
            return f"enrolment:{self.enrolment.pk}"
        return f"session:{self.session.pk}" if self.session and self.code == MISSING_ATTENDANCE else ""

    @property
    def blocks(self) -> bool:
        """Whether it changes who passes (the operator command refuses on these)."""
        return self.code in BLOCKING

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready: ``code``, ``learner`` (its code or None), ``session`` (its number or None), ``message``.

        With ``reason`` where one was given.
        """
        found = {
            "code": self.code,
            "learner": self.enrolment.learner.code if self.enrolment else None,
            "session": self.session.number if self.session else None,
            "message": self.message,
        }
        return found | ({"reason": self.reason} if self.reason else {})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What closing decides for one person, with the evidence it is made from."""

    enrolment: Enrolment
    held: int
    attended: int
    passed: bool
    reasons: tuple[str, ...]

    @property
    def percent(self) -> int:
        """Attended sessions of a hundred held, rounded down (the decision itself is made without rounding)."""
        return self.attended * 100 // self.held if self.held else 0


def attendance_enough(*, attended: int, held: int, percent: int) -> bool:
    """Whether ``attended`` of ``held`` sessions reach the percentage.

    Compared in whole numbers, ``attended × 100 ≥ percent × held``: 4 of 5 reach 80 %, 79.9 % does not become 80.
    Without any session held nobody has attended enough. Excused absence is absence.
    """
    return held > 0 and attended * 100 >= percent * held


def decide(*, course: Course, held: int, attended: int, result: str) -> tuple[bool, tuple[str, ...]]:
    """Apply the course's completion rule: (passed, reasons why not).

    Enough attendance and, when the course asks for it, a result of "hoàn thành tốt" or "hoàn thành" (Circular 10/2022).
    An unknown result is not a pass.
    """
    reasons = []
    if not held:
        reasons.append(_("Lớp chưa học buổi nào"))
    elif not attendance_enough(attended=attended, held=held, percent=course.min_attendance_percent):
        reasons.append(
            _("Dự %(attended)s trên %(held)s buổi, cần ít nhất %(percent)s%%")
            % {"attended": attended, "held": held, "percent": course.min_attendance_percent}
        )
    if course.needs_result and result == Result.UNKNOWN:
        reasons.append(_("Chưa có kết quả đánh giá"))
    elif course.needs_result and result == Result.FAIL:
        reasons.append(_("Kết quả: chưa hoàn thành"))
    return not reasons, tuple(reasons)


def closing_outcomes(class_group: ClassGroup) -> list[Outcome]:
    """Apply the rule to everybody who has not withdrawn, in Vietnamese order. Two queries."""
    held = Session.objects.filter(class_group=class_group, status=SessionStatus.HELD).count()
    present = Q(marks__status=AttendanceStatus.PRESENT, marks__session__status=SessionStatus.HELD)
    rows = (
        Enrolment.objects.filter(class_group=class_group)
        .exclude(status=EnrolmentStatus.WITHDRAWN)
        .select_related("learner")
        .annotate(present_count=Count("marks", filter=present))
        .order_by("learner__sort_key", "pk")
    )
    found = []
    for row in rows:
        attended = row.present_count
        passed, reasons = decide(course=class_group.course, held=held, attended=attended, result=row.result)
        found.append(Outcome(row, held, attended, passed, reasons))
    return found


def closing_exceptions(class_group: ClassGroup, on: dt.date | None = None) -> list[ClosingException]:
    """Return what is unusual about closing the class on a day (today), the gravest first.

    No session held, nobody enrolled, sessions up to the day without attendance, sessions still to come, results missing
    where the course needs them, people with neither birth year nor identity number. Each with the reason it was given.
    """
    day = on or timezone.localdate()
    sessions = list(Session.objects.filter(class_group=class_group).order_by("held_on", "number"))
    people = list(
        Enrolment.objects.filter(class_group=class_group)
        .exclude(status=EnrolmentStatus.WITHDRAWN)
        .select_related("learner")
        .order_by("learner__sort_key", "pk")
    )
    found: list[ClosingException] = []
    if not any(row.status == SessionStatus.HELD for row in sessions):
        found.append(ClosingException(NO_SESSION, None, None, _("Lớp chưa học buổi nào.")))
    if not people:
        found.append(ClosingException(NOBODY, None, None, _("Lớp không có người học.")))
    planned = [row for row in sessions if row.status == SessionStatus.PLANNED]
    for row in (row for row in planned if row.held_on <= day):
        words = {"number": row.number, "day": f"{row.held_on:%d/%m/%Y}"}
        found.append(
            ClosingException(MISSING_ATTENDANCE, None, row, _("Buổi %(number)s ngày %(day)s chưa điểm danh.") % words)
        )
    if to_come := [row for row in planned if row.held_on > day]:
        message = _("Còn %(count)s buổi chưa đến ngày học.") % {"count": len(to_come)}
        found.append(ClosingException(SESSIONS_TO_COME, None, to_come[0], message))
    if class_group.course.needs_result:
        found += [
            ClosingException(
                MISSING_RESULT, row, None, _("%(name)s chưa có kết quả.") % {"name": row.learner.full_name}
            )
            for row in people
            if row.result == Result.UNKNOWN
        ]
    found += [
        ClosingException(
            UNKNOWN_IDENTITY,
            row,
            None,
            _("%(name)s chưa rõ năm sinh và chưa có số định danh.") % {"name": row.learner.full_name},
        )
        for row in people
        if row.learner.birth_year is None and not row.learner.personal_id_index
    ]
    given = {
        (row.code, row.subject): row.reason for row in ClosingReason.objects.filter(class_group=class_group).order_by()
    }
    return [replace(row, reason=given.get((row.code, row.subject), "")) for row in found]


def closing_steps() -> list[str]:
    """Return the names of the three screens; the third is the issuing page of the certificates."""
    return [_("Những gì còn thiếu"), _("Ai hoàn thành"), _("Cấp chứng nhận")]
