"""Remind by e-mail of what is due."""

from typing import Any

from django.core.management.base import CommandParser

from core.commands import OperatorCommand, day
from indicators.services.deadlines import send_reminders


class Command(OperatorCommand):
    """The job worker does the same every morning; by hand it does no harm: nobody gets a message twice."""

    help = "Write to those who have not handed in what is due. Prints how many messages went out."

    def arguments(self, parser: CommandParser) -> None:
        """Add the day."""
        parser.add_argument("--as-of", type=day, default=None)

    def perform(self, **options: Any) -> dict[str, Any]:
        """Send and count."""
        return dict(send_reminders(today=options["as_of"]))
