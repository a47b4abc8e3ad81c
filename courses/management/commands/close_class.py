"""Close a class: ``close_class CODE --by USER [--accept-exceptions] [--on DATE] [--json]``."""

from typing import Any

from django.core.management.base import CommandParser

from accounts.selectors import find_user
from core.commands import OperatorCommand, day
from core.errors import InvalidInput, OutOfScope
from courses.models import ClassGroup
from courses.selectors import ClosingException
from courses.selectors.closing import UNKNOWN_IDENTITY
from courses.services import close_class


class Command(OperatorCommand):
    """Closes by the completion rule of the course and says how many passed and failed.

    Exceptions that change who passes (sessions without attendance or still to come, results missing, no session, nobody
    enrolled) refuse with exit code 1 and nothing is changed; the list is in the JSON all the same.
    ``--accept-exceptions`` closes in spite of them. An unknown identity is listed but never refuses: a person may lack
    papers for good.
    """

    help = "Close a class by the completion rule of its course."

    def arguments(self, parser: CommandParser) -> None:
        """Class, person, and what to accept."""
        parser.add_argument("code", help="Code of the class.")
        parser.add_argument("--by", required=True, metavar="USER", help="Who closes it.")
        parser.add_argument("--on", type=day, metavar="DATE", help="Day of closing (default: today).")
        parser.add_argument("--accept-exceptions", action="store_true", help="Close although something is missing.")

    def perform(self, **options: Any) -> dict[str, Any]:
        """Return ``passed`` and ``failed`` (numbers of people) and ``exceptions`` (code, learner, session, message)."""
        by = find_user(options["by"])
        class_group = ClassGroup.objects.visible_to(by).filter(code__iexact=options["code"]).first()
        if class_group is None:
            raise OutOfScope("unknown_class", f"Không có lớp mã {options['code']} trong phạm vi của {by.username}.")
        try:
            report = close_class(
                class_group=class_group,
                by=by,
                closed_on=options["on"],
                accept_exceptions=options["accept_exceptions"],
                accept_codes={UNKNOWN_IDENTITY},
            )
        except InvalidInput as refusal:
            exceptions: list[ClosingException] = refusal.data.get("exceptions", [])
            for row in exceptions:
                self.say(f"- {row.message}")
            refusal.data["payload"] = {"passed": 0, "failed": 0, "exceptions": [row.as_dict() for row in exceptions]}
            raise
        return {
            "passed": len(report.passed),
            "failed": len(report.failed),
            "exceptions": [row.as_dict() for row in report.exceptions],
        }

    def describe(self, result: dict[str, Any]) -> str:
        """Two numbers and the exceptions, for people."""
        lines = [f"Hoàn thành: {result['passed']}, chưa hoàn thành: {result['failed']}"]
        return "\n".join(lines + [f"- {row['message']}" for row in result["exceptions"]])
