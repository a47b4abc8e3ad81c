"""Programmes, courses, classes, sessions, enrolments, attendance, roster imports."""

from courses.models.catalogue import Course, Programme, Topic
from courses.models.classes import ClassGroup, GuestSpeaker, Session
from courses.models.closing import ClosingReason
from courses.models.enrolments import Attendance, AttendanceVersion, Enrolment
from courses.models.materials import CourseMaterial, Material
from courses.models.planning import (
    NeedsSurvey,
    PlanLine,
    PlanRevision,
    SurveyIdea,
    SurveyNeed,
    SurveyVisit,
    YearPlan,
)
from courses.models.programme import (
    PeriodSplit,
    PlacementTest,
    ProgrammePhase,
    ProgrammeSubject,
    ProgrammeTerm,
    SubjectResult,
)
from courses.models.rooms import Room
from courses.models.rosters import RosterImport, RosterMapping, SheetImport
from courses.models.timetable import DayOff
from courses.models.waitlist import WaitlistEntry

__all__ = [
    "Attendance",
    "AttendanceVersion",
    "ClassGroup",
    "ClosingReason",
    "Course",
    "CourseMaterial",
    "DayOff",
    "Enrolment",
    "GuestSpeaker",
    "Material",
    "NeedsSurvey",
    "PeriodSplit",
    "PlacementTest",
    "PlanLine",
    "PlanRevision",
    "Programme",
    "ProgrammePhase",
    "ProgrammeSubject",
    "ProgrammeTerm",
    "Room",
    "RosterImport",
    "RosterMapping",
    "Session",
    "SheetImport",
    "SubjectResult",
    "SurveyIdea",
    "SurveyNeed",
    "SurveyVisit",
    "Topic",
    "WaitlistEntry",
    "YearPlan",
]
