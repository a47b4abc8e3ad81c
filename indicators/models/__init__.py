"""The plan, its indicators and targets; figures with their evidence; how they are approved, locked and due."""

from indicators.models.boundaries import NeighbourhoodPlace, Weight, WeightTable
from indicators.models.deadlines import Deadline, DeadlineDay, Reminder, ReminderChoice
from indicators.models.definitions import FigureDefinition
from indicators.models.exchange import FigureImport
from indicators.models.figures import CentreDeclaration, Figure, FigureDecision
from indicators.models.locks import LockException, PeriodLock
from indicators.models.plan import Indicator, Plan, Target
from indicators.models.populations import Population
from indicators.models.reports import ReportRun
from indicators.models.reviews import FigureDraft, ReviewGroup
from indicators.models.titles import CitizenTitle

__all__ = [
    "CentreDeclaration",
    "CitizenTitle",
    "Deadline",
    "DeadlineDay",
    "Figure",
    "FigureDecision",
    "FigureDefinition",
    "FigureDraft",
    "FigureImport",
    "Indicator",
    "LockException",
    "NeighbourhoodPlace",
    "PeriodLock",
    "Plan",
    "Population",
    "Reminder",
    "ReminderChoice",
    "ReportRun",
    "ReviewGroup",
    "Target",
    "Weight",
    "WeightTable",
]
