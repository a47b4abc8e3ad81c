"""Let the published log say nothing more of a person."""

from typing import Any

from django.utils.translation import gettext as _

from certificates.management.decisions import DecisionCommand
from certificates.services import erase_from_log


class Command(DecisionCommand):
    """One entry a call: it cannot be taken back."""

    help = "Delete the salt that ties an entry of the register to the published log. Cannot be undone."

    def perform(self, **options: Any) -> dict[str, Any]:
        """Erase, and return what was done."""
        row, by, second, decision = self.asked(options)
        event = erase_from_log(certificate=row, by=by, second=second, decision=decision)
        return {"register_number": row.register_number, "centre": options["centre"], "erased_at": event.at.isoformat()}

    def describe(self, result: dict[str, Any]) -> str:
        """One line."""
        words = _("%(centre)s %(register_number)s: nhật ký công khai không còn gắn được với người học này.")
        return words % result
