"""The grid of a survey as a form: neighbourhoods down, wishes across, one page of neighbourhoods at a time.

Names of the cells: ``c_<visit>_<idea>`` people, ``h_<visit>`` households, ``w_<visit>`` who asked, ``d_<visit>`` when.
What the page showed travels along (``seen``), so that saving the whole page writes only what was changed on it and
never takes back what a colleague entered meanwhile.
"""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from core.dates import read_day
from core.text import clean
from courses.models import SurveyIdea, SurveyVisit


@dataclass(frozen=True, slots=True)
class Cell:
    """One box: its name, what stands in it, whether it could not be read."""

    name: str
    value: str
    wrong: bool
    label: str


@dataclass(frozen=True, slots=True)
class GridRow:
    """One neighbourhood."""

    visit: SurveyVisit
    households: Cell
    day: Cell
    who: Cell
    cells: list[Cell]


@dataclass(slots=True)
class Entered:
    """What was read from a form: values by cell, and what could not be read, in words."""

    counts: dict[tuple[int, int], int | None] = field(default_factory=dict)
    visits: dict[int, dict[str, Any]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


def _day(value: dt.date | None) -> str:
    return f"{value:%d/%m/%Y}" if value else ""


def stored(visits: Iterable[SurveyVisit], ideas: Iterable[SurveyIdea], needs: Mapping[tuple[int, int], int]) -> dict:
    """What the boxes hold by name, as text."""
    ideas = list(ideas)
    values: dict[str, str] = {}
    for visit in visits:
        values[f"h_{visit.pk}"] = "" if visit.households_asked is None else str(visit.households_asked)
        values[f"d_{visit.pk}"] = _day(visit.asked_on)
        values[f"w_{visit.pk}"] = visit.asked_by
        for idea in ideas:
            people = needs.get((visit.pk, idea.pk))
            values[f"c_{visit.pk}_{idea.pk}"] = "" if people is None else str(people)
    return values


def rows_of(
    visits: Iterable[SurveyVisit], ideas: Iterable[SurveyIdea], values: Mapping[str, str], wrong: Iterable[str] = ()
) -> list[GridRow]:
    """Lay the boxes out; ``values`` are stored ones or what was typed."""
    ideas, bad = list(ideas), set(wrong)

    def cell(name: str, label: str) -> Cell:
        return Cell(name, values.get(name, ""), name in bad, label)

    return [
        GridRow(
            visit=visit,
            households=cell(f"h_{visit.pk}", _("Số hộ được hỏi")),
            day=cell(f"d_{visit.pk}", _("Ngày hỏi")),
            who=cell(f"w_{visit.pk}", _("Người hỏi")),
            cells=[cell(f"c_{visit.pk}_{idea.pk}", idea.name) for idea in ideas],
        )
        for visit in visits
    ]


def seen_of(values: Mapping[str, str]) -> str:
    """What the page shows, to travel along; empty boxes are left out."""
    return json.dumps({name: value for name, value in values.items() if value}, ensure_ascii=False)


def read_seen(text: str) -> dict[str, str]:
    """Read ``seen`` back; nonsense is nothing seen, so that everything typed counts as changed."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def read_cells(typed: Mapping[str, str], seen: Mapping[str, str] | None) -> Entered:
    """Read what was changed since the page was shown (``seen`` None: everything that was sent).

    A box that cannot be read is named with its reason; the others are read all the same.
    """
    entered = Entered()
    for name, raw in typed.items():
        value = clean(raw)
        kind, _sep, rest = name.partition("_")
        keys = rest.split("_")
        if kind not in ("c", "h", "w", "d") or not all(key.isascii() and key.isdecimal() for key in keys):
            continue
        if len(keys) != (2 if kind == "c" else 1) or (seen is not None and value == seen.get(name, "")):
            continue
        _read_one(entered, name, kind, [int(key) for key in keys], value)
    return entered


def _read_one(entered: Entered, name: str, kind: str, keys: list[int], value: str) -> None:
    visit = entered.visits.setdefault(keys[0], {}) if kind != "c" else {}
    if kind == "w":
        visit["asked_by"] = value
    elif kind == "d":
        visit["asked_on"] = read_day(value) if value else None
        if value and visit["asked_on"] is None:
            del visit["asked_on"]
            entered.problems[name] = _("“%(value)s” không phải ngày (dd/mm/yyyy)") % {"value": value}
    elif value and not (value.isascii() and value.isdecimal() and len(value) <= 6):
        entered.problems[name] = _("“%(value)s” không phải số người, số hộ") % {"value": value}
    elif kind == "h":
        visit["households_asked"] = int(value) if value else None
    else:
        entered.counts[keys[0], keys[1]] = int(value) if value else None
