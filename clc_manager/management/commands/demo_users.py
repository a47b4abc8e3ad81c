"""Print the demo sign-ins."""

from typing import Any

from clc_manager.demo.people import describe_users
from core.commands import OperatorCommand


class Command(OperatorCommand):
    """``./run`` prints these at every start; nothing when there is no demo city."""

    help = "Print the sign-ins of the demo city."

    def perform(self, **options: Any) -> dict[str, Any]:
        """Return the users."""
        return {"users": describe_users()}

    def describe(self, result: dict[str, Any]) -> str:
        """One line per user."""
        return "\n".join(
            f"  {row['username']:<6} {row['password']:<20} {row['role']:<14} {row['scope']}" for row in result["users"]
        )
