"""Reads that span models."""

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
    "ClosingException",
    "Outcome",
    "attendance_enough",
    "closing_exceptions",
    "closing_outcomes",
    "plan_days",
    "units_on",
]
