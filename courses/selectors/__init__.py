"""Reads that span models."""

from courses.selectors.classes import (
    Allowed,
    Step,
    allowed,
    candidates,
    class_people,
    class_sessions,
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
    "Outcome",
    "Step",
    "allowed",
    "attendance_enough",
    "candidates",
    "class_people",
    "class_sessions",
    "closing_exceptions",
    "closing_outcomes",
    "next_step",
    "plan_days",
    "units_on",
]
