"""Approved figures for everybody: what the plan asks, where each area stands, nothing that tells of a few people.

Reported figures are shown as they were approved. What was computed from people is shown as docs/adr/0042 has it for
who may not see them: counts in tens, none below five, shares in whole percent and only of a hundred people or more.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from indicators.choices import FigureSource, Formula
from indicators.exchange.observations import APPROVED, Observation, observations
from indicators.models import Figure, Plan, Target
from indicators.selectors import goal_of
from literacy.cohorts.publishing import published, published_share

# What counts centres and communes, not people.
NOT_OF_PEOPLE = frozenset({Formula.A1, Formula.C3})


@dataclass(frozen=True, slots=True)
class OpenFigure:
    """One published figure; ``value`` is None where it would tell of a few people, ``status`` the words of a status."""

    observation: Observation
    value: Decimal | None
    numerator: int | None
    denominator: int | None
    is_rounded: bool

    @property
    def figure(self) -> Figure:
        """The figure itself; not all of it may be shown."""
        return self.observation.figure

    @property
    def is_hidden(self) -> bool:
        """Whether the number is kept back."""
        return self.value is None and not self.figure.status_value

    def as_dict(self) -> dict[str, Any]:
        """Return the published parts as plain values."""
        row = self.figure
        return {
            "code": row.indicator.code,
            "name": row.indicator.name,
            "area": self.observation.area,
            "area_name": row.unit.name,
            "year": self.observation.year,
            "ends_on": row.ends_on.isoformat(),
            "source": row.source,
            "value": None if self.value is None else float(self.value),
            "status": row.status_value or None,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "rounded": self.is_rounded,
            "source_name": row.source_name,
            "document": row.document,
        }


def publish(observation: Observation) -> OpenFigure:
    """Return what may be published of a figure."""
    row = observation.figure
    of_people = row.source == FigureSource.COMPUTED and row.indicator.formula not in NOT_OF_PEOPLE
    if not of_people:
        return OpenFigure(observation, row.value, row.numerator, row.denominator, False)
    part = published(row.numerator) if row.numerator is not None else None
    whole = published(row.denominator) if row.denominator is not None else None
    return OpenFigure(observation, published_share(part, whole), part, whole, True)


def open_figures(*, plan: Plan, year: int) -> list[OpenFigure]:
    """Return the approved figures of a year, in the plan's order: two queries."""
    return [publish(item) for item in observations(plan=plan, year=year, only_approved=True)]


def open_years(plan: Plan) -> list[int]:
    """Return the years of which something was approved, newest first: one query."""
    rows = Figure.objects.filter(indicator__plan=plan, state__in=APPROVED)
    known = rows.order_by().values_list("period_kind", "ends_on").distinct()
    return sorted({Figure(period_kind=kind, ends_on=day).year for kind, day in known}, reverse=True)


def targets_of(plan: Plan) -> dict[int, list[tuple[int, str]]]:
    """Return (year, words) of every indicator's targets, by indicator id: one query."""
    found: dict[int, list[tuple[int, str]]] = {}
    for target in Target.objects.filter(indicator__plan=plan).select_related("indicator").order_by("year"):
        found.setdefault(target.indicator_id, []).append((target.year, goal_of(target).words()))
    return found
