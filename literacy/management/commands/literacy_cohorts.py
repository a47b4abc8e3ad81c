"""Print the cohorts of the newly literate of a unit on a day."""

from decimal import Decimal
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from centres.selectors import find_unit
from core.commands import OperatorCommand, day
from literacy.cohorts.facts import Plan, cohort_awards
from literacy.cohorts.people import CohortMember, members
from literacy.cohorts.periods import BY, period_of
from literacy.cohorts.selectors import Cohort, cohort_report
from literacy.rules import Placement, State


class Command(OperatorCommand):
    """Counted by the same rule as the figure A3. Shows everything: whoever works at the server sees the database."""

    help = "Cohorts of the newly literate by quarter or year of first certification (docs/adr/0042)."

    def arguments(self, parser: CommandParser) -> None:
        """Add unit, day, how to cut, and whether people are listed."""
        parser.add_argument("--unit", required=True)
        parser.add_argument("--as-of", type=day, default=None)
        parser.add_argument("--by", choices=tuple(BY), required=True, help="year is the calendar year")
        parser.add_argument("--members", action="store_true", help="List the people and the rule that placed each.")

    def perform(self, **options: Any) -> dict[str, Any]:
        """Return the cohorts, oldest first, and the people when they are asked for."""
        as_of = options["as_of"] or timezone.localdate()
        unit = find_unit(options["unit"], as_of)
        report = cohort_report(as_of=as_of, by=options["by"], unit=unit)
        result: dict[str, Any] = {"cohorts": [as_row(cohort) for cohort in reversed(report.rows)]}
        if options["members"]:
            awards = cohort_awards(as_of=as_of, unit=unit).select_related("learner__unit")
            people = members(awards.order_by("certified_on", "pk"), Plan(as_of))
            result["members"] = [as_member(row, options["by"]) for row in people]
        return result


def as_row(cohort: Cohort) -> dict[str, Any]:
    """Return a cohort as it is printed. The five states add up to ``certified``; shares are percentages or None.

    ``continuing`` are those whom the latest check found literate; ``retained`` are those of them who went on learning
    within the window.
    """
    share = cohort.share

    def number(value: Decimal | None) -> float | None:
        return None if value is None else float(value)

    return {
        "period": cohort.key,
        "certified": cohort.certified,
        "continuing": cohort.state(State.LITERATE),
        "relapsed": cohort.state(State.RELAPSED),
        "not_reached": cohort.state(State.NOT_REACHED),
        "not_due": cohort.state(State.NOT_DUE),
        "left": cohort.state(State.LEFT),
        "retained": share.numerator,
        "value": number(share.value),
        "lower": number(share.lower),
        "upper": number(share.upper),
        "coverage": number(share.coverage),
    }


def as_member(member: CohortMember, by: str) -> dict[str, Any]:
    """Return one person: where they are counted and why; ``state`` is one of the five of the cohort."""
    learner = member.award.learner
    return {
        "period": period_of(member.award.certified_on, by).key,
        "code": learner.code,
        "name": learner.full_name,
        "certified_on": member.award.certified_on.isoformat(),
        "state": "continuing" if member.state == State.LITERATE else member.state.value,
        "placement": member.placement.value,
        "retained": member.placement == Placement.RETAINED,
        "rule": member.rule,
        "lives_in": member.lives_in,
    }
