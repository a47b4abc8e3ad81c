"""Revoke a certificate."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from accounts.selectors import find_user
from certificates.models import Certificate
from certificates.services import revoke_certificate
from core.commands import OperatorCommand
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
        revoke_certificate(certificate=row, by=by, reason=options["reason"])
        return {"register_number": row.register_number, "centre": options["centre"], "status": row.state}
