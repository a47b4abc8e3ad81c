"""Plans with indicators, targets, tasks and contributions; figures with evidence; how they are approved and due."""

from indicators.models.annual import AnnualReport, ReportSection, ReportVersion, SectionText, VersionSending
from indicators.models.boundaries import NeighbourhoodPlace, Weight, WeightTable
from indicators.models.communities import CommunityTitle, CommunityTitleEnd
from indicators.models.contributions import Contribution, ContributionEvent
from indicators.models.deadlines import Deadline, DeadlineDay, Reminder, ReminderChoice
from indicators.models.definitions import FigureDefinition
from indicators.models.evaluations import Evaluation, EvaluationEvent, EvaluationPaper, EvaluationScore
from indicators.models.exchange import FigureImport
from indicators.models.figures import CentreDeclaration, Figure, FigureDecision
from indicators.models.histories import HistoryPaper
from indicators.models.locks import LockException, PeriodLock
from indicators.models.plan import Block, Indicator, Plan
from indicators.models.populations import Population
from indicators.models.quality import QualityAnswer, QualityResult
from indicators.models.report_forms import ReportForm
from indicators.models.reports import ReportRun
from indicators.models.resources import CentreYear
from indicators.models.reviews import FigureDraft, ReviewGroup
from indicators.models.rollups import RollupMark, RollupRevision, RollupSheet, RollupState, RollupUse
from indicators.models.rubrics import Criterion, CriterionLevel, Rubric, RubricArea, RubricBand
from indicators.models.schedules import ScheduledExport, ScheduledFile
from indicators.models.targets import Target, TrajectoryStep, UnitTarget
from indicators.models.tasks import PlanTask, TaskUpdate
from indicators.models.titles import CitizenTitle

__all__ = [
    "AnnualReport",
    "Block",
    "CentreDeclaration",
    "CentreYear",
    "CitizenTitle",
    "CommunityTitle",
    "CommunityTitleEnd",
    "Contribution",
    "ContributionEvent",
    "Criterion",
    "CriterionLevel",
    "Deadline",
    "DeadlineDay",
    "Evaluation",
    "EvaluationEvent",
    "EvaluationPaper",
    "EvaluationScore",
    "Figure",
    "FigureDecision",
    "FigureDefinition",
    "FigureDraft",
    "FigureImport",
    "HistoryPaper",
    "Indicator",
    "LockException",
    "NeighbourhoodPlace",
    "PeriodLock",
    "Plan",
    "PlanTask",
    "Population",
    "QualityAnswer",
    "QualityResult",
    "Reminder",
    "ReminderChoice",
    "ReportForm",
    "ReportRun",
    "ReportSection",
    "ReportVersion",
    "ReviewGroup",
    "RollupMark",
    "RollupRevision",
    "RollupSheet",
    "RollupState",
    "RollupUse",
    "Rubric",
    "RubricArea",
    "RubricBand",
    "ScheduledExport",
    "ScheduledFile",
    "SectionText",
    "Target",
    "TaskUpdate",
    "TrajectoryStep",
    "UnitTarget",
    "VersionSending",
    "Weight",
    "WeightTable",
]
