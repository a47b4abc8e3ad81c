"""Build the demo city."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from clc_manager.demo.build import build_small
from clc_manager.demo.scale import build_city
from core.commands import OperatorCommand, day


class Command(OperatorCommand):
    """``small`` goes through every service; ``city`` writes rows in bulk and keeps every rule."""

    help = "Build a believable Hanoi to try the product on. Refuses on production settings and on a filled database."

    def arguments(self, parser: CommandParser) -> None:
        """Add --scale and --today."""
        parser.add_argument("--scale", choices=("small", "city"), default="small")
        parser.add_argument("--today", type=day, default=None, help="The day the demo is seen on.")

    def perform(self, **options: Any) -> dict[str, Any]:
        """Build and describe."""
        today = options["today"] or timezone.localdate()
        build = build_city if options["scale"] == "city" else build_small
        return build(today=today, say=self.say)

    def describe(self, result: dict[str, Any]) -> str:
        """Print the sign-ins and the counts."""
        users = [
            f"  {row['username']:<6} {row['password']:<20} {row['role']:<14} {row['scope']}" for row in result["users"]
        ]
        counts = [f"  {name:<16} {count}" for name, count in result["counts"].items()]
        return "\n".join(["Đăng nhập:", *users, "Dữ liệu:", *counts])
