"""Say whether a certificate stands."""

from typing import Any

from django.core.management.base import CommandParser

from certificates.selectors import look_up
from core.commands import OperatorCommand


class Command(OperatorCommand):
    """Answers what the public page answers; an unknown code is an answer, not a refusal."""

    help = "Verify a certificate by its token or address."

    def arguments(self, parser: CommandParser) -> None:
        """Add the token or address."""
        parser.add_argument("token", metavar="TOKEN_OR_URL")

    def perform(self, **options: Any) -> dict[str, Any]:
        """Return the verdict."""
        verdict = look_up(options["token"])
        return {
            "status": verdict.status,
            "register_number": verdict.register_number,
            "kind": verdict.kind,
            "centre": verdict.centre,
            "issued_on": verdict.issued_on,
        }
