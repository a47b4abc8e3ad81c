"""What the queue's calendar does every night for the worklist, by hand; or a check of it."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from core.commands import OperatorCommand, day
from core.errors import Conflict
from literacy.services import count_stale, keep_worklist


class Command(OperatorCommand):
    """Safe to repeat: the second run changes nothing and tells nobody twice."""

    help = "Renew the order of the literacy worklist and tell of people nobody looked after (docs/adr/0041)."

    def arguments(self, parser: CommandParser) -> None:
        """Add the day, and the choice to look only."""
        parser.add_argument("--as-of", type=day, metavar="DATE", help="As if today were this day.")
        parser.add_argument(
            "--check",
            action="store_true",
            help="Write nothing; exit code 1 when a stored risk is not what the rule gives.",
        )

    def perform(self, **options: Any) -> dict[str, Any]:
        """Do it, or compare."""
        on = options["as_of"] or timezone.localdate()
        if not options["check"]:
            return keep_worklist(day=on)
        result = {"as_of": str(on), "stale": count_stale(day=on)}
        if result["stale"]:
            words = _("%(n)s lần theo dõi có điểm nguy cơ đã cũ. Chạy lại lệnh này không có --check để làm mới.")
            raise Conflict("worklist_stale", words % {"n": result["stale"]}, payload=result)
        return result

    def describe(self, result: dict[str, Any]) -> str:
        """Say what was done."""
        if "stale" in result:
            return _("Điểm nguy cơ của danh sách theo dõi đều đúng.")
        words = _(
            "%(changed)s lần theo dõi có điểm nguy cơ mới; báo giám đốc %(director)s người, phường, xã %(commune)s."
        )
        return words % {"changed": result["changed"], **result["told"]}
