"""Which quantities a set of criteria may name: those of a centre, or those of a commune."""

from indicators.models import Rubric
from indicators.rubric.commune_facts import COMMUNE_QUANTITIES
from indicators.rubric.quantities import QUANTITIES, Quantity


def quantities_of(rubric: Rubric) -> dict[str, Quantity]:
    """Return them by name."""
    return COMMUNE_QUANTITIES if rubric.is_levels else QUANTITIES
