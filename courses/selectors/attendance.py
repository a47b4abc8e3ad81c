"""Reads about attendance: the whole class at a glance."""

from dataclasses import dataclass

from courses.choices import SessionStatus
from courses.models import Attendance, ClassGroup, Enrolment, Session


@dataclass(frozen=True, slots=True)
class AttendanceTable:
    """People in Vietnamese order, sessions by day, and who was marked how: (enrolment, session) → status."""

    people: list[Enrolment]
    sessions: list[Session]
    marks: dict[tuple[int, int], str]


def attendance_table(class_group: ClassGroup, sessions: list[Session] | None = None) -> AttendanceTable:
    """Three queries, however many people and sessions there are; cancelled sessions are left out unless asked for."""
    if sessions is None:
        rows = Session.objects.filter(class_group=class_group).exclude(status=SessionStatus.CANCELLED)
        sessions = list(rows.order_by("held_on", "number"))
    people = Enrolment.objects.filter(class_group=class_group).select_related("learner")
    marks = Attendance.objects.filter(session__in=[row.pk for row in sessions])
    return AttendanceTable(
        people=list(people.order_by("learner__sort_key", "pk")),
        sessions=sessions,
        marks={(row[0], row[1]): row[2] for row in marks.values_list("enrolment_id", "session_id", "status")},
    )
