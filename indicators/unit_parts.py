"""A line's targets broken down to units, year by year, and whether they come to the city's."""

from dataclasses import dataclass

from indicators.breakdown import Part, Sum, put_together
from indicators.choices import Measure
from indicators.contributions import reporting_units
from indicators.models import Indicator, UnitTarget
from indicators.rules import Goal
from indicators.selectors import trajectory_of


@dataclass(frozen=True)
class YearParts:
    """The units' targets of one year and what they come to."""

    year: int
    rows: list[UnitTarget]
    together: Sum
    goal: Goal | None
    units: int


def years_of(line: Indicator) -> list[int]:
    """Return the years units were given targets for: one query."""
    return sorted(set(line.unit_targets.order_by().values_list("year", flat=True)))


def parts_of(line: Indicator, year: int) -> YearParts:
    """Return the parts of a year: three queries."""
    rows = list(line.unit_targets.filter(year=year).select_related("unit").order_by("unit__sort_key", "pk"))
    trajectory = trajectory_of(line)
    # Units of the level that was used: districts given targets are not put against communes.
    level = {row.unit.level for row in rows}
    there = [unit for unit in reporting_units(year) if unit.level in level] if rows else reporting_units(year)
    goal = trajectory.goals.get(year)
    together = put_together(
        [Part(row.value, row.weight) for row in rows], is_share=line.measure == Measure.PERCENT, units=len(there),
        goal=goal, needed=trajectory.required_in(year),
    )  # fmt: skip
    return YearParts(year, rows, together, goal, len(there))
