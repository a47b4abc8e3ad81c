"""Revoke a certificate."""

import getpass
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from accounts.selectors import find_user
from certificates.models import Certificate
from certificates.services import Decision, Second, revoke_certificate
from core.commands import OperatorCommand, day
from core.errors import InvalidInput


class Command(OperatorCommand):
    """The register number is unique within a centre only, so the centre is named too."""

    help = "Revoke an issued certificate, with a reason that stays in the register."

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
        """Revoke and return the new state."""
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
        # Two people stand for a revocation: the director named, and a second user or whoever works at the server.
        second = Second(user=find_user(options["second"])) if options["second"] else Second(operator=getpass.getuser())
        decision = Decision(options["reason"], options["decision_number"], options["decided_on"], options["signer"])
        revoke_certificate(certificate=row, by=by, second=second, decision=decision)
        return {"register_number": row.register_number, "centre": options["centre"], "status": row.state}
