"""Export statistics of a unit for a period."""

import datetime as dt
import io
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from accounts.selectors import find_user
from centres.selectors import find_unit
from core.commands import OperatorCommand, day, write_file
from core.errors import OutOfScope
from indicators.choices import Boundaries
from indicators.statistics.boundaries import day_of
from indicators.statistics.services import KINDS, export_statistics


class Command(OperatorCommand):
    """The same figures as the page and the file the page hands out."""

    help = "Export statistics as XLSX, CSV, PDF or JSON, on the map of the day, the old or the new one."

    def arguments(self, parser: CommandParser) -> None:
        """Add unit, period, format, file and who does it."""
        parser.add_argument("--unit", required=True)
        parser.add_argument("--from", dest="starts_on", type=day, required=True)
        parser.add_argument("--to", dest="ends_on", type=day, required=True)
        parser.add_argument("--format", choices=tuple(KINDS), required=True)
        parser.add_argument("--boundaries", choices=Boundaries.values, default=Boundaries.THEN)
        parser.add_argument("--by-unit", action="store_true", help="Lines of units, not of centres and topics.")
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--by", required=True)

    def perform(self, **options: Any) -> dict[str, Any]:
        """Write the file; nothing is left behind when it is refused."""
        buffer = io.BytesIO()
        by = find_user(options["by"])
        try:
            run = export_statistics(
                by=by,
                unit=find_unit(options["unit"], _day_of(options)),
                starts_on=options["starts_on"],
                ends_on=options["ends_on"],
                kind=options["format"],
                out=buffer,
                boundaries=options["boundaries"],
                by_unit=options["by_unit"],
            )
        except OutOfScope as error:
            words = _("Đơn vị %(unit)s nằm ngoài phạm vi của %(user)s.")
            raise OutOfScope(error.code, words % {"unit": options["unit"], "user": by.username}) from error
        target: Path = options["out"]
        write_file(target, buffer.getvalue())
        return {"file": str(target), "rows": run.rows, "totals": run.totals, "token": run.token}


def _day_of(options: dict[str, Any]) -> dt.date:
    """A code means the unit of the last day, or on another map the unit of that map."""
    drawn: str = options["boundaries"]
    ends_on: dt.date = options["ends_on"]
    return ends_on if drawn == Boundaries.THEN else day_of(drawn)
