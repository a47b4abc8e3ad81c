"""Load Hanoi's administrative units and their lineage."""

from typing import Any

from centres.services import load_units
from core.commands import OperatorCommand


class Command(OperatorCommand):
    """Idempotent; ``./run`` calls it at every start."""

    help = "Load Hanoi's administrative units and lineage (safe to repeat)."

    def perform(self, **options: Any) -> dict[str, Any]:
        """Return how many rows were added."""
        return load_units()
