"""List what made a figure."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from centres.selectors import find_unit
from core.commands import OperatorCommand, day
from indicators.evidence import evidence_of
from indicators.models import FigureDefinition


class Command(OperatorCommand):
    """Every row behind a computed figure or a proxy, and the hash that can be taken of them again.

    The hash is SHA-256 of the header and the rows as JSON with sorted keys; ``definition`` says in ``hashed`` which of
    the facts go in, and in which order.
    """

    help = "List the rows, numerator, denominator, definition and hash of a figure of a unit on a day."

    def arguments(self, parser: CommandParser) -> None:
        """Add the line, unit and day."""
        parser.add_argument("code")
        parser.add_argument("--unit", required=True)
        parser.add_argument("--as-of", type=day, default=None)

    def perform(self, **options: Any) -> dict[str, Any]:
        """Return the evidence."""
        as_of = options["as_of"] or timezone.localdate()
        found = evidence_of(code=options["code"], unit=find_unit(options["unit"], as_of), as_of=as_of)
        result = found.as_dict()
        known = FigureDefinition.objects.filter(version=found.definition, code=found.code).first()
        if known is not None:
            result["definition_words"] = {
                "numerator": known.numerator, "denominator": known.denominator, "words": known.words,
                "hashed": known.hashed,
            }  # fmt: skip
        return result

    def describe(self, result: dict[str, Any]) -> str:
        """A line for each row, then the figure."""
        lines = []
        for row in result["rows"]:
            facts = ", ".join(f"{name}={value}" for name, value in row["facts"].items())
            counted = row["counts"]["numerator"]
            lines.append(f"{row['kind']} {row['code']} [{'?' if counted is None else counted}] {facts}")
        share = result["value"]
        lines.append(f"{result['code']} {result['unit']} {result['as_of']}: {share} "
                     f"= {result['numerator']}/{result['denominator']} ({result['definition']})")  # fmt: skip
        lines.append(_("Băm SHA-256: %(hash)s") % {"hash": result["hash"]})
        return "\n".join(lines)
