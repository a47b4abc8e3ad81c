"""Load reference data: units, topics, programmes, dated settings, the plan."""

from typing import Any

from centres.services import load_units
from clc_manager.reference import load_apps
from core.commands import OperatorCommand


class Command(OperatorCommand):
    """Idempotent; ``./run`` calls it at every start."""

    help = "Load units, topics, programmes, dated settings and the plan (safe to repeat)."

    def perform(self, **options: Any) -> dict[str, Any]:
        """Return how many rows were added."""
        return load_units() | load_apps()
