"""Build the demo city."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from clc_manager.demo.build import build_small
from clc_manager.demo.scale import build_city
from clc_manager.demo.scale_max import build_max
from core.commands import OperatorCommand, day

# A city of a million learners, to measure with; and a tenth of it.
SHARES = {"max": 1.0, "tenth": 0.1}


class Command(OperatorCommand):
    """``small`` goes through every service, ``city`` writes rows in bulk and keeps every rule, ``max`` measures."""

    help = "Build a believable Hanoi to try the product on. Refuses on production settings and on a filled database."

    def arguments(self, parser: CommandParser) -> None:
        """Add --scale and --today."""
        parser.add_argument("--scale", choices=("small", "city", "tenth", "max"), default="small")
        parser.add_argument("--today", type=day, default=None, help="The day the demo is seen on.")

    def perform(self, **options: Any) -> dict[str, Any]:
        """Build and describe."""
        today = options["today"] or timezone.localdate()
        if options["scale"] in SHARES:
            return build_max(today=today, say=self.say, share=SHARES[options["scale"]])
        build = build_city if options["scale"] == "city" else build_small
        return build(today=today, say=self.say)

    def describe(self, result: dict[str, Any]) -> str:
        """Print the sign-ins and the counts."""
        users = [
            f"  {row['username']:<6} {row['password']:<20} {row['role']:<14} {row['scope']}" for row in result["users"]
        ]
        counts = [f"  {name:<16} {count}" for name, count in result["counts"].items()]
        return "\n".join(["Đăng nhập:", *users, "Dữ liệu:", *counts])
