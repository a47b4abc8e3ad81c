"""Make a centre in a commune."""

from typing import Any

from django.core.management.base import CommandParser

from accounts.selectors import find_user
from centres.selectors import find_unit
from centres.services import create_centre
from core.commands import OperatorCommand, day


class Command(OperatorCommand):
    """``create_centre HN-BAVI --name "Trung tâm …" --unit commune:09700 --established-on 2008-09-05 --by tuan``."""

    help = "Create a centre with its first location."

    def arguments(self, parser: CommandParser) -> None:
        """Where it lies and since when."""
        parser.add_argument("code")
        parser.add_argument("--name", required=True)
        parser.add_argument("--unit", required=True, metavar="CODE", help="Commune, on the day of founding.")
        parser.add_argument("--established-on", required=True, type=day, metavar="YYYY-MM-DD")
        parser.add_argument("--address", default="")
        parser.add_argument("--by", metavar="USER", help="Who does it; without it the system itself.")

    def perform(self, **options: Any) -> dict[str, Any]:
        """Return the centre. Raises InvalidInput when the unit is no commune or the code is taken."""
        centre = create_centre(
            code=options["code"],
            name=options["name"],
            unit=find_unit(options["unit"], options["established_on"]),
            established_on=options["established_on"],
            address=options["address"],
            by=find_user(options["by"]) if options["by"] else None,
        )
        return {"code": centre.code, "name": centre.name}
