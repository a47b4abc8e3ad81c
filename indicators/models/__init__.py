"""The plan, its indicators and targets; figures with their evidence; declarations and produced reports."""

from indicators.models.figures import CentreDeclaration, Figure, FigureDecision
from indicators.models.plan import Indicator, Plan, Target
from indicators.models.reports import ReportRun

__all__ = ["CentreDeclaration", "Figure", "FigureDecision", "Indicator", "Plan", "ReportRun", "Target"]
