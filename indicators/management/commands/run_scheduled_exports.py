"""Make the statistics files that are due."""

from typing import Any

from core.commands import OperatorCommand
from indicators.statistics.schedules import run_schedules


class Command(OperatorCommand):
    """What the queue's calendar does every hour, by hand."""

    help = "Make scheduled statistics files that are due and not there yet."

    def perform(self, **options: Any) -> dict[str, Any]:
        """Return how many were made and how many failed."""
        return dict(run_schedules())
