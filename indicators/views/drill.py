"""From a figure to what made it: the city's communes, a commune's centres, a centre's people."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from centres.access import scope_of, scoped
from centres.choices import UnitLevel, Verb
from centres.models import AdminUnit, Centre
from indicators.evidence import CODES, Evidence, Fact, evidence_of
from indicators.evidence.cells import SMALLEST, hidden_cells
from indicators.models import FigureDefinition
from indicators.views.asking import asked_of, line_of, units_of, user_of
from learners.models import Learner
from literacy.rules import percent

SHOWN = 300


@dataclass
class Place:
    """A unit or centre with what counts in it. ``counted``, ``whole``: rows in numerator and denominator."""

    name: str
    sort_key: str
    query: str = ""
    may_see: bool = False
    counted: int = 0
    whole: int = 0
    unsaid: int = 0
    hidden: bool = False
    closed: bool = False
    facts: list[Fact] = field(default_factory=list)

    @property
    def value(self) -> Any:
        """The share in percent."""
        return percent(self.counted, self.whole)


@scoped(Verb.VIEW_FIGURES)
def evidence(request: HttpRequest, code: str) -> HttpResponse:
    """The rows behind a computed figure or a proxy, one step down; people only for those who see them."""
    user, scope = user_of(request), scope_of(request.user)
    indicator = line_of(request, code)
    # What is computed is named by the formula: in another plan the code of the line may mean anything.
    formula = indicator.formula
    if formula not in CODES:
        raise Http404
    unit, as_of = asked_of(request)
    found = evidence_of(code=formula, unit=unit, as_of=as_of)
    asked = request.GET.get("centre", "")
    centre = None
    if asked:
        centre = get_object_or_404(Centre.objects.visible_to(user), pk=int(asked) if asked.isdigit() else 0)
    context: dict[str, Any] = {
        "indicator": indicator, "unit": unit, "units": units_of(user), "as_of": as_of, "found": found, "centre": centre,
        "definition": FigureDefinition.objects.filter(version=found.definition, code=formula).first(),
        "of_people": formula not in ("A1", "C3"), "smallest": SMALLEST,
    }  # fmt: skip
    if centre is not None:
        rows = [fact for fact in found.rows if any(place[1] == centre.pk for place in fact.places)]
        context |= _facts(user, rows) | {"counted": sum(bool(fact.counted) for fact in rows), "whole": len(rows)}
    elif formula == "A1":
        context["communes"] = _communes(found, {one.pk for one in context["units"]})
    else:
        by_centre = unit.level == UnitLevel.COMMUNE
        context |= {"places": _places(found, by_centre, scope, context["units"]), "by_centre": by_centre}
    return render(request, "indicators/evidence.html", context)


def _places(found: Evidence, by_centre: bool, scope: Any, units: list[AdminUnit]) -> list[Place]:
    """One step down, in Vietnamese order: one query, and small numbers hidden from who may not see the people."""
    of: dict[int | None, list[Fact]] = defaultdict(list)
    for fact in found.rows:
        for key in {place[1 if by_centre else 0] for place in fact.places} or {None}:
            of[key].append(fact)
    model: Any = Centre if by_centre else AdminUnit
    named = model.objects.in_bulk([key for key in of if key is not None])
    open_units = {unit.pk for unit in units}
    rows = []
    for key, facts in of.items():
        row = named.get(key)
        if row is None:
            continue
        if by_centre:
            may_see = scope.may(Verb.VIEW, key)
            query = f"unit={found.unit.pk}&centre={key}" if may_see else ""
        else:
            may_see = scope.everything or key in scope.unit_ids or row.parent_id in scope.unit_ids
            query = f"unit={key}" if key in open_units else ""
        rows.append(
            Place(
                row.name, row.sort_key, query, may_see, sum(bool(fact.counted) for fact in facts),
                sum(fact.in_whole for fact in facts), sum(fact.counted is None for fact in facts),
                closed=not by_centre and row.is_closed, facts=facts,
            )
        )  # fmt: skip
    rows.sort(key=lambda row: (row.sort_key, row.closed))
    if found.code != "C3":
        seen = [row.may_see for row in rows]
        for counts in ([row.counted for row in rows], [row.whole for row in rows]):
            for row, hidden in zip(rows, hidden_cells(counts, seen), strict=True):
                row.hidden = row.hidden or hidden
    return rows


def _communes(found: Evidence, open_units: set[int]) -> list[dict[str, Any]]:
    """The communes of A1 with what is known of each, those that fail or cannot be said first."""
    units = AdminUnit.objects.in_bulk([fact.places[0][0] for fact in found.rows])
    rows = []
    for fact in found.rows:
        unit = units[fact.places[0][0]]
        people = fact.facts["reached"] + fact.facts["below"] + fact.facts["unknown"]
        rows.append({"unit": unit, "fact": fact, "people": people, "may_open": unit.pk in open_units})
    order = {False: 0, None: 1, True: 2}
    return sorted(rows, key=lambda row: (order[row["fact"].counted], row["unit"].sort_key))


def _facts(user: Any, rows: list[Fact]) -> dict[str, Any]:
    """The people of a centre whom the user sees; of the others only how many there are. One query."""
    visible = Learner.objects.visible_to(user).filter(pk__in=[row.learner_id for row in rows if row.learner_id])
    seen = dict(visible.values_list("pk", "full_name"))
    people = [(seen[row.learner_id], row) for row in rows if row.learner_id in seen]
    return {
        "people": people[:SHOWN],
        "more": max(0, len(people) - SHOWN),
        "uses": [row for row in rows if row.kind == "centre"],
        "unseen": sum(row.learner_id is not None and row.learner_id not in seen for row in rows),
    }
