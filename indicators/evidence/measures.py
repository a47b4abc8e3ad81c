"""The rows behind A3, C3, the proxies and the commune check of A1: a fixed number of queries for each."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from centres.models import AdminUnit, CentreLocation
from core.dates import Period
from core.errors import InvalidInput
from core.models import setting_on
from indicators import c3, proxies
from indicators.evidence.base import Evidence, Fact
from indicators.models import CitizenTitle
from indicators.populations import population_on
from indicators.rules import NOT_MET
from literacy.choices import NEWLY, LiteracyLevel
from literacy.models import LiteracyAward
from literacy.rules import Placement, percent
from literacy.selectors import a3_figure
from literacy.standards.places import Places
from literacy.standards.roll_up import roll_up
from literacy.standards.rule import Verdict

A1_DEFINITION = "a1-2026-1"
D1_DEFINITION = "d1-2026-1"
A1_LEVEL = 2


def _a3(unit: AdminUnit, as_of: dt.date) -> Evidence:
    result = a3_figure(unit=unit, as_of=as_of)
    awards = LiteracyAward.objects.filter(
        level=LiteracyLevel.LEVEL_1, proof__in=NEWLY, certified_on__range=result.window
    )
    where = {row[0]: (row[1], row[2]) for row in awards.values_list("learner_id", "unit_id", "centre_id")}
    rows = [
        Fact(
            "person",
            row.code,
            None if row.placement == Placement.UNKNOWN else row.placement == Placement.RETAINED,
            row.placement != Placement.LEFT,
            {
                "certified_on": str(row.certified_on),
                "placement": row.placement.value,
                "outcome": row.basis.outcome,
                "checked_on": str(row.basis.checked_on),
                "event_on": str(row.basis.event_on),
            },
            (where.get(row.learner_id, (None, None)),),
            row.learner_id,
        )
        for row in result.evidence
    ]
    keys = ("certified_on", "placement", "outcome", "checked_on", "event_on")
    header = {"definition": result.definition, "window": [str(day) for day in result.window], "months": result.months}
    body = header | {"rows": sorted([row.code, *(row.facts[key] for key in keys)] for row in rows)}
    share = result.share
    return Evidence(
        "A3", unit, as_of, result.window[0], result.definition, rows, body,
        coverage=share.coverage, bounds=(share.lower, share.upper), header=header,
    )  # fmt: skip


def _c3(unit: AdminUnit, as_of: dt.date) -> Evidence:
    measured = c3.measure(unit=unit, as_of=as_of)
    places = CentreLocation.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=as_of),
        valid_from__lte=as_of,
        centre_id__in=[use.centre.pk for use in measured.centres],
    )
    where = dict(places.values_list("centre_id", "unit_id"))
    rows = [
        Fact(
            "centre",
            use.centre.code,
            use.counts,
            True,
            {
                "classes": use.classes, "months_used": use.months_used, "months_open": use.months_open,
                "reports": use.reports, "counts": use.counts,
            },
            ((where.get(use.centre.pk), use.centre.pk),),
        )
        for use in measured.centres
    ]  # fmt: skip
    thresholds = {
        "classes": measured.min_classes, "report": bool(setting_on("indicators.c3_needs_report", as_of)),
    }  # fmt: skip
    header = {
        "definition": measured.definition, "period": [str(measured.starts_on), str(measured.ends_on)],
        "thresholds": thresholds,
    }  # fmt: skip
    keys = ("classes", "months_used", "months_open", "reports", "counts")
    body = header | {"centres": sorted([row.code, *(row.facts[key] for key in keys)] for row in rows)}
    whole = Decimal(100) if rows else None
    return Evidence(
        "C3", unit, as_of, measured.starts_on, measured.definition, rows, body, coverage=whole, header=header
    )


def _proxy(code: str) -> Callable[[AdminUnit, dt.date], Evidence]:
    def measure(unit: AdminUnit, as_of: dt.date) -> Evidence:
        found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        passed = proxies.passed(code=code, unit=unit, as_of=as_of).order_by("learner__code", "class_group__code")
        for person, *rest in passed.values_list(
            "learner__code", "learner_id", "class_group__unit_id", "class_group__centre_id", "class_group__code",
            "class_group__closed_on",
        ):  # fmt: skip
            found[person].append(tuple(rest))
        rows = [
            Fact(
                "person",
                person,
                True,
                True,
                {"classes": [[group, str(closed)] for *_where, group, closed in classes]},
                tuple(dict.fromkeys((unit_id, centre_id) for _pk, unit_id, centre_id, *_rest in classes)),
                classes[0][0],
            )
            for person, classes in found.items()
        ]
        header = {"definition": proxies.DEFINITION, "code": code, "unit": unit.code, "on": str(as_of)}
        body = header | {"people": sorted(found)}
        return _of_population(code, unit, as_of, proxies.DEFINITION, rows, body, header)

    return measure


def _of_population(
    code: str, unit: AdminUnit, as_of: dt.date, definition: str, rows: list[Fact], body: dict[str, Any],
    header: dict[str, Any],
) -> Evidence:  # fmt: skip
    """A share of a population that somebody outside counted: kept with its source, and no share without it."""
    population = population_on(unit=unit, code=code, day=as_of)
    return Evidence(
        code, unit, as_of, Period.calendar_year(as_of.year).starts_on, definition, rows, body,
        whole=population.people if population else None, needs_population=True, population=population, header=header,
    )  # fmt: skip


def _d1(unit: AdminUnit, as_of: dt.date) -> Evidence:
    """Holders of the title count where they live; a commune that ended is followed into the one it went into whole."""
    places = Places(as_of)
    titles = CitizenTitle.objects.held_on(as_of).filter(
        learner__merged_into__isnull=True, learner__birth_year__lte=as_of.year - 18
    )
    units = places.records_of(unit)
    if units is not None:
        titles = titles.filter(learner__unit_id__in=units)
    found: dict[str, Fact] = {}
    for person, learner_id, unit_id, centre_id, day, document in titles.order_by(
        "learner__code", "-recognised_on"
    ).values_list("learner__code", "learner_id", "learner__unit_id", "centre_id", "recognised_on", "document"):
        facts = {"recognised_on": str(day), "document": document}
        where = ((places.of(unit_id).commune_id or unit_id, centre_id),)
        found.setdefault(person, Fact("person", person, True, True, facts, where, learner_id))
    rows = list(found.values())
    header = {"definition": D1_DEFINITION, "code": "D1", "unit": unit.code, "on": str(as_of)}
    body = header | {"people": sorted([row.code, row.facts["recognised_on"]] for row in rows)}
    return _of_population("D1", unit, as_of, D1_DEFINITION, rows, body, header)


COUNTS = ("reached", "below", "unknown", "undated_reached", "undated_below", "undated_unknown")


def _a1(unit: AdminUnit, as_of: dt.date) -> Evidence:
    """Which communes have at least 90 % of the people of 15 to 60 at level 2 (docs/adr/0043)."""
    found = roll_up(unit, as_of)
    rows = []
    for line in found.lines:
        level = line.levels[A1_LEVEL]
        facts = {"ages": list(level.ages), **{name: getattr(level.count, name) for name in COUNTS}}
        counted = {Verdict.PASSES: True, Verdict.FAILS: False}.get(level.verdict)
        facts |= {"verdict": level.verdict.value, "difficult": line.difficult}
        rows.append(Fact("commune", line.unit.code, counted, True, facts, ((line.unit.pk, None),)))
    header = {
        "definition": A1_DEFINITION, "code": "A1", "unit": unit.code, "on": str(found.as_of), "level": A1_LEVEL,
        "share": found.rule.share,
    }  # fmt: skip
    listed = sorted(
        [row.code, *row.facts["ages"], *(row.facts[name] for name in COUNTS), row.facts["verdict"]] for row in rows
    )
    unsaid = sum(row.counted is None for row in rows)
    passes = sum(bool(row.counted) for row in rows)
    whole = found.above.verdicts[A1_LEVEL] if found.above else found.lines[0].levels[A1_LEVEL].verdict
    starts_on, body = Period.calendar_year(as_of.year).starts_on, header | {"communes": listed}
    return Evidence(
        "A1", unit, as_of, starts_on, A1_DEFINITION, rows, body,
        status={Verdict.PASSES: "maintain", Verdict.FAILS: NOT_MET}.get(whole, ""),
        coverage=percent(len(rows) - unsaid, len(rows)),
        bounds=(percent(passes, len(rows)), percent(passes + unsaid, len(rows))), header=header,
    )  # fmt: skip


MEASURES: dict[str, Callable[[AdminUnit, dt.date], Evidence]] = {
    "A1": _a1,
    "A3": _a3,
    "C3": _c3,
    "D1": _d1,
    **{code: _proxy(code) for code in proxies.PROXIES},
}
CODES = tuple(sorted(MEASURES))
# Lines others report, beside which the system has a number of its own.
BESIDE = frozenset(CODES) - {"A3", "C3"}


def evidence_of(*, code: str, unit: AdminUnit, as_of: dt.date) -> Evidence:
    """Return a figure with every row behind it, as of now.

    Raises InvalidInput ``not_computed`` for a line that the system knows nothing of.
    """
    if code not in MEASURES:
        words = _("Chỉ số %(code)s do cơ quan khác báo cáo, hệ thống không có số để đối chiếu.")
        raise InvalidInput("not_computed", words % {"code": code})
    return MEASURES[code](unit, as_of)
