"""Revoke a certificate."""

from typing import Any

from certificates.management.decisions import DecisionCommand
from certificates.services import revoke_certificate


class Command(DecisionCommand):
    """One entry a call."""

    help = "Revoke an issued certificate, with a reason that stays in the register."

    def perform(self, **options: Any) -> dict[str, Any]:
        """Revoke and return the new state."""
        row, by, second, decision = self.asked(options)
        revoke_certificate(certificate=row, by=by, second=second, decision=decision)
        return {"register_number": row.register_number, "centre": options["centre"], "status": row.state}
