"""Export statistics of a unit for a period."""

import io
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from accounts.selectors import find_user
from centres.selectors import find_unit
from core.commands import OperatorCommand, day
from core.errors import InvalidInput, OutOfScope
from indicators.statistics.services import export_statistics


class Command(OperatorCommand):
    """The same figures as the page and the file the page hands out."""

    help = "Export statistics as XLSX or CSV."

    def arguments(self, parser: CommandParser) -> None:
        """Add unit, period, format, file and who does it."""
        parser.add_argument("--unit", required=True)
        parser.add_argument("--from", dest="starts_on", type=day, required=True)
        parser.add_argument("--to", dest="ends_on", type=day, required=True)
        parser.add_argument("--format", choices=("xlsx", "csv"), required=True)
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--by", required=True)

    def perform(self, **options: Any) -> dict[str, Any]:
        """Write the file; nothing is left behind when it is refused."""
        buffer = io.BytesIO()
        by = find_user(options["by"])
        try:
            run = export_statistics(
                by=by,
                unit=find_unit(options["unit"], options["ends_on"]),
                starts_on=options["starts_on"],
                ends_on=options["ends_on"],
                kind=options["format"],
                out=buffer,
            )
        except OutOfScope as error:
            words = _("Đơn vị %(unit)s nằm ngoài phạm vi của %(user)s.")
            raise OutOfScope(error.code, words % {"unit": options["unit"], "user": by.username}) from error
        target: Path = options["out"]
        try:
            target.write_bytes(buffer.getvalue())
        except OSError as error:
            raise InvalidInput("cannot_write", _("Không ghi được tệp %(file)s.") % {"file": target}) from error
        return {"file": str(target), "rows": run.rows, "totals": run.totals}
