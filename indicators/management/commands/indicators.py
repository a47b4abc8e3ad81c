"""Print the plan's lines with today's figures."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from centres.selectors import find_unit
from core.commands import OperatorCommand, day
from indicators.selectors import as_row, find_plan, plan_lines


class Command(OperatorCommand):
    """Computed lines are computed live; the others show what was reported by that day."""

    help = "All lines of a plan for a unit on a day."

    def arguments(self, parser: CommandParser) -> None:
        """Add unit, day and plan."""
        parser.add_argument("--unit", required=True)
        parser.add_argument("--as-of", type=day, default=None)
        parser.add_argument("--plan", default="", metavar="CODE", help="The plan in force today when none is named.")

    def perform(self, **options: Any) -> dict[str, Any]:
        """Return the figures."""
        as_of = options["as_of"] or timezone.localdate()
        unit = find_unit(options["unit"], as_of)
        plan = find_plan(options["plan"])
        lines = plan_lines(unit=unit, as_of=as_of, plan=plan)
        return {"plan": plan.code, "figures": [as_row(line) for line in lines]}
