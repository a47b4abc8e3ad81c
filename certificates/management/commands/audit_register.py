"""Hold the register to its published log."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from certificates.models import Certificate
from certificates.services.auditing import audit_register
from core.commands import OperatorCommand
from core.errors import InvalidInput


class Command(OperatorCommand):
    """Exit code 1 when something was found: a job of the system's calendar then says so by itself."""

    help = "Find register rows that were edited, deleted, inserted or dated back, whoever did it and how."

    def arguments(self, parser: CommandParser) -> None:
        """Add a checkpoint from elsewhere."""
        parser.add_argument(
            "--kept", type=Path, help="A checkpoint that a witness kept: the log must still begin with its tree."
        )

    def perform(self, **options: Any) -> dict[str, Any]:
        """Look at everything."""
        try:
            kept = options["kept"].read_bytes() if options["kept"] else None
        except OSError as error:
            words = _("Không đọc được tệp %(file)s: %(why)s")
            raise InvalidInput("bad_file", words % {"file": options["kept"], "why": error}) from error
        audit = audit_register(kept=kept)
        found = audit.findings
        self.found = bool(found)
        for finding in found:
            self.say(f"{finding.centre or '-'} {finding.register_number or '-'} {finding.kind}: {finding.words}")
        return {
            "entries": Certificate.objects.count(), "ok": not found,
            "findings": [finding.as_dict() for finding in found], "erased": audit.erased,
        }  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer as every command does, then end with 1 when something was found."""
        self.found = False
        super().handle(*args, **options)
        if self.found:
            sys.exit(1)

    def describe(self, result: dict[str, Any]) -> str:
        """One line, after the findings."""
        words = _("Sổ gốc KHÔNG khớp với nhật ký công khai: %(n)s điểm sai trong %(entries)s mục (xem ở trên).")
        if result["ok"]:
            words = _("Sổ gốc khớp với nhật ký công khai: %(entries)s mục, không có gì sai.")
        lines = [words % {"n": len(result["findings"]), "entries": result["entries"]}]
        if result["erased"]:
            said = _(
                "%(n)s mục đã xóa liên kết theo yêu cầu của người học: tên và nội dung của các mục này không còn "
                "đối chiếu được."
            )
            lines.append(said % {"n": result["erased"]})
        return "\n".join(lines)
