"""Let the published log say nothing more of a person."""

import getpass
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from accounts.selectors import find_user
from certificates.models import Certificate
from certificates.services import Decision, Second, erase_from_log
from core.commands import OperatorCommand, day
from core.errors import InvalidInput


class Command(OperatorCommand):
    """One entry a call: it cannot be taken back."""

    help = "Delete the salt that ties an entry of the register to the published log. Cannot be undone."

    def arguments(self, parser: CommandParser) -> None:
        """Add number, centre, who and why."""
        parser.add_argument("register_number")
        parser.add_argument("--centre", required=True)
        parser.add_argument("--by", required=True)
        parser.add_argument("--reason", required=True)
        parser.add_argument("--second", default="", help="user name of the second person; without it, who runs this")
        parser.add_argument("--decision-number", default="")
        parser.add_argument("--decided-on", type=day, default=None, help="2026-11-23")
        parser.add_argument("--signer", default="", help="who signed the decision")

    def perform(self, **options: Any) -> dict[str, Any]:
        """Erase, and return what was done."""
        by = find_user(options["by"])
        row = (
            Certificate.objects.visible_to(by)
            .filter(register_number=options["register_number"], centre__code=options["centre"])
            .first()
        )
        if row is None:
            words = _("Sổ gốc của trung tâm %(centre)s không có số %(number)s.")
            data = {"centre": options["centre"], "number": options["register_number"]}
            raise InvalidInput("unknown_certificate", words % data)
        second = Second(user=find_user(options["second"])) if options["second"] else Second(operator=getpass.getuser())
        decision = Decision(options["reason"], options["decision_number"], options["decided_on"], options["signer"])
        event = erase_from_log(certificate=row, by=by, second=second, decision=decision)
        return {"register_number": row.register_number, "centre": options["centre"], "erased_at": event.at.isoformat()}

    def describe(self, result: dict[str, Any]) -> str:
        """One line."""
        words = _("%(centre)s %(register_number)s: nhật ký công khai không còn gắn được với người học này.")
        return words % result
