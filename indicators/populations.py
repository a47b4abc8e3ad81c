"""Which number of people a share of a unit is a share of."""

import datetime as dt

from centres.models import AdminUnit
from indicators.choices import PopulationGroup
from indicators.models import Population

# Ages as the proxies count them (indicators/proxies.py); D1 speaks of citizens, here adults, as D2 does.
GROUP_OF: dict[str, PopulationGroup] = {
    "B3": PopulationGroup.WORKING_AGE,
    "B4": PopulationGroup.WORKING_AGE,
    "D1": PopulationGroup.ADULTS,
    "D2": PopulationGroup.ADULTS,
}


def population_on(*, unit: AdminUnit, code: str, day: dt.date) -> Population | None:
    """Return the latest population of the line's age that was counted by a day; None where nobody said one.

    One query. Raises KeyError for a line that is no share of people.
    """
    rows = Population.objects.filter(unit=unit, group=GROUP_OF[code], counted_on__lte=day)
    return rows.order_by("-counted_on", "-version").first()
