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
    candidates,
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
from courses.selectors.schedule import plan_days, units_on

__all__ = [
    "BLOCKING",
    "Allowed",
    "ClosingException",
    "EnrolmentCheck",
    "Outcome",
    "Step",
    "allowed",
    "attendance_enough",
    "candidates",
    "class_people",
    "class_sessions",
    "class_waiting",
    "closing_exceptions",
    "closing_outcomes",
    "enrolment_checks",
    "lacking_prerequisite",
    "next_step",
    "plan_days",
    "prerequisite_words",
    "taken_places",
    "units_on",
]
