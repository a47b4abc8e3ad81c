"""Hand the figures of a year to another program."""

import io
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from core.commands import OperatorCommand, write_file
from core.errors import InvalidInput
from indicators.exchange.services import export_exchange
from indicators.exchange.writers import WRITERS
from indicators.models import Plan
from indicators.services.reference import PLAN_CODE


class Command(OperatorCommand):
    """The same file as the page hands out."""

    help = "Write figures as DHIS2 dataValueSets JSON, ADX or SDMX-CSV."

    def arguments(self, parser: CommandParser) -> None:
        """Add format, year, plan and file."""
        parser.add_argument("--format", choices=tuple(WRITERS), required=True)
        parser.add_argument("--period", type=int, required=True, help="The year, for example 2026.")
        parser.add_argument("--plan", default=PLAN_CODE, help="Code of the plan.")
        parser.add_argument("--out", type=Path, required=True)

    def perform(self, **options: Any) -> dict[str, Any]:
        """Write the file; nothing is left behind when it is refused."""
        plan = Plan.objects.filter(code=options["plan"]).first()
        if plan is None:
            raise InvalidInput("unknown_plan", _("Không có kế hoạch mã %(code)s.") % {"code": options["plan"]})
        buffer = io.BytesIO()
        values = export_exchange(plan=plan, year=options["period"], kind=options["format"], out=buffer, by=None)
        target: Path = options["out"]
        write_file(target, buffer.getvalue())
        return {"file": str(target), "format": options["format"], "period": options["period"], "values": values}
