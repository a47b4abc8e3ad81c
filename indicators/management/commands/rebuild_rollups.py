"""Work kept statistics out."""

import dataclasses
from typing import Any

from django.core.management.base import CommandParser

from core.commands import OperatorCommand
from indicators.rollups.rebuilding import rebuild


class Command(OperatorCommand):
    """What changed since the last time; with --whole everything."""

    help = "Work out kept statistics that are stale or missing."

    def arguments(self, parser: CommandParser) -> None:
        """Add --whole."""
        parser.add_argument("--whole", action="store_true", help="Everything, whether it is stale or not.")

    def perform(self, **options: Any) -> dict[str, Any]:
        """Return what was done: marks taken in, periods and sheets written."""
        return dataclasses.asdict(rebuild(whole=options["whole"], say=None if options["as_json"] else self.say))
