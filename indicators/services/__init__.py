"""Verbs on the plan's figures. Each is one transaction and writes its audit row."""

from indicators.services.approval import approve_figure, return_figure
from indicators.services.figures import compute_figure, declare, report_figure
from indicators.services.reference import load_reference

__all__ = ["approve_figure", "compute_figure", "declare", "load_reference", "report_figure", "return_figure"]
