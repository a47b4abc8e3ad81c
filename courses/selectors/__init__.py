"""Reads that span models."""

from courses.selectors.checks import (
    EnrolmentCheck,
    enrolment_checks,
    lacking_prerequisite,
    prerequisite_words,
    taken_places,
)
from courses.selectors.clashes import Clash, clashes_of, class_clashes, fingerprint
from courses.selectors.classes import (
    Allowed,
    Step,
    allowed,
    class_people,
    class_sessions,
    class_waiting,
    next_step,
    transfer_targets,
)
from courses.selectors.closing import (
    BLOCKING,
    ClosingException,
    Outcome,
    attendance_enough,
    closing_exceptions,
    closing_outcomes,
    closing_steps,
)
from courses.selectors.desk import DeskPerson, JustEnrolled, desk_classes, desk_lookalikes, desk_people, just_enrolled
from courses.selectors.rosters import class_imports, import_job, remembered_layouts
from courses.selectors.schedule import days_off, plan_days, skipped_days, units_on

__all__ = [
    "BLOCKING",
    "Allowed",
    "Clash",
    "ClosingException",
    "DeskPerson",
    "EnrolmentCheck",
    "JustEnrolled",
    "Outcome",
    "Step",
    "allowed",
    "attendance_enough",
    "clashes_of",
    "class_clashes",
    "class_imports",
    "class_people",
    "class_sessions",
    "class_waiting",
    "closing_exceptions",
    "closing_outcomes",
    "closing_steps",
    "days_off",
    "desk_classes",
    "desk_lookalikes",
    "desk_people",
    "enrolment_checks",
    "fingerprint",
    "import_job",
    "just_enrolled",
    "lacking_prerequisite",
    "next_step",
    "plan_days",
    "prerequisite_words",
    "remembered_layouts",
    "skipped_days",
    "taken_places",
    "transfer_targets",
    "units_on",
]
