"""What commands about one entry of the register share: which entry, who decided, who stands for it with them."""

import getpass
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.selectors import find_user
from certificates.models import Certificate
from certificates.services import Decision, Second
from core.commands import OperatorCommand, day
from core.errors import InvalidInput


class DecisionCommand(OperatorCommand):
    """A decision on one entry. The register number is unique within a centre only, so the centre is named too."""

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

    def asked(self, options: dict[str, Any]) -> tuple[Certificate, User, Second, Decision]:
        """Return the entry, who decides, the second person and the decision. Raises InvalidInput for no such entry.

        Two people stand for it: the director named, and a second user or whoever works at the server.
        """
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
        return row, by, second, decision
