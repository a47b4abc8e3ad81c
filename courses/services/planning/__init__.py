"""Verbs on surveys of learning needs and plans of the year."""

from courses.services.planning.plans import add_line, approve_plan, change_line, drop_line, plan_from_survey, start_plan
from courses.services.planning.surveys import (
    add_idea,
    add_neighbourhood,
    close_survey,
    drop_idea,
    open_survey,
    record_needs,
    reopen_survey,
)

__all__ = [
    "add_idea",
    "add_line",
    "add_neighbourhood",
    "approve_plan",
    "change_line",
    "close_survey",
    "drop_idea",
    "drop_line",
    "open_survey",
    "plan_from_survey",
    "record_needs",
    "reopen_survey",
    "start_plan",
]
