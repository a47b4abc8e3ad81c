"""Reads that span models."""

from courses.selectors.checks import (
    EnrolmentCheck,
    enrolment_checks,
    lacking_prerequisite,
    prerequisite_words,
    taken_places,
)
from courses.selectors.classes import (
    Allowed,
    Step,
    allowed,
    class_people,
    class_sessions,
    class_waiting,
    next_step,
)
from courses.selectors.closing import (
    BLOCKING,
    ClosingException,
    Outcome,
    attendance_enough,
    closing_exceptions,
    closing_outcomes,
)
from courses.selectors.desk import DeskPerson, JustEnrolled, desk_classes, desk_lookalikes, desk_people, just_enrolled
from courses.selectors.schedule import plan_days, units_on

__all__ = [
    "BLOCKING",
    "Allowed",
    "ClosingException",
    "DeskPerson",
    "EnrolmentCheck",
    "JustEnrolled",
    "Outcome",
    "Step",
    "allowed",
    "attendance_enough",
    "class_people",
    "class_sessions",
    "class_waiting",
    "closing_exceptions",
    "closing_outcomes",
    "desk_classes",
    "desk_lookalikes",
    "desk_people",
    "enrolment_checks",
    "just_enrolled",
    "lacking_prerequisite",
    "next_step",
    "plan_days",
    "prerequisite_words",
    "taken_places",
    "units_on",
]
