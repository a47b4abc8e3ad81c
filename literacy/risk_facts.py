"""What the risk rule has to know of people, for many at once: a fixed number of queries for each batch."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from centres.models import CentreLocation, UnitLineage
from core.models import setting_on
from literacy.choices import TELLING
from literacy.events import event_days
from literacy.models import LiteracyAward, LiteracyCheck
from literacy.risk import PARTS, Facts, Lives, Rule


def rule_on(day: dt.date) -> Rule:
    """Return the rule of a day (dated setting ``literacy.risk_rule``)."""
    return Rule(**setting_on("literacy.risk_rule", day))


def facts_of(award_ids: Sequence[int], *, day: dt.date) -> dict[int, Facts]:
    """Return the facts on a day by award: eight queries for up to 5000 awards."""
    awards = list(
        LiteracyAward.objects.filter(pk__in=award_ids).values(
            "pk", "learner_id", "certified_on", "centre_id", "learner__birth_year", "learner__unit_id",
            "learner__neighbourhood__unit_id", "enrolment__sessions_held", "enrolment__sessions_attended",
        )
    )  # fmt: skip
    learning = event_days([row["learner_id"] for row in awards], day)
    checks = _last_telling(award_ids)
    homes = _units_of_centres({row["centre_id"] for row in awards}, day)
    return {
        row["pk"]: Facts(
            birth_year=row["learner__birth_year"],
            learned_on=max((on for on in learning[row["learner_id"]] if on > row["certified_on"]), default=None),
            lives=_lives(row, homes[row["centre_id"]]),
            attended=_percent(row["enrolment__sessions_attended"], row["enrolment__sessions_held"]),
            **checks.get(row["pk"], {}),
        )
        for row in awards
    }


def _percent(part: int | None, whole: int | None) -> int | None:
    return (part or 0) * 100 // whole if whole else None


def _last_telling(award_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Outcome of the last check that could tell, and the letters of what was not managed in it."""
    rows = LiteracyCheck.objects.filter(award_id__in=award_ids, outcome__in=TELLING).order_by("checked_on", "pk")
    found = {}
    for award_id, outcome, *parts in rows.values_list("award_id", "outcome", *PARTS.values()):
        failed = "".join(letter for letter, able in zip(PARTS, parts, strict=True) if able is False)
        found[award_id] = {"outcome": outcome, "not_managed": failed}  # the last one stays
    return found


def _units_of_centres(centre_ids: set[int], day: dt.date) -> dict[int, set[int]]:
    """The commune each centre lies in on a day, with the old communes that went into it."""
    locations = CentreLocation.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day), centre_id__in=centre_ids, valid_from__lte=day
    )
    found: dict[int, set[int]] = defaultdict(set)
    centres_in: dict[int, list[int]] = defaultdict(list)
    for centre_id, unit_id in locations.values_list("centre_id", "unit_id"):
        found[centre_id].add(unit_id)
        centres_in[unit_id].append(centre_id)
    for old_id, new_id in UnitLineage.objects.filter(new_id__in=centres_in).values_list("old_id", "new_id"):
        for centre_id in centres_in[new_id]:
            found[centre_id].add(old_id)
    return found


def _lives(row: Any, homes: set[int]) -> Lives:
    unit_id = row["learner__neighbourhood__unit_id"] or row["learner__unit_id"]
    if unit_id is None:
        return Lives.UNKNOWN
    return Lives.HERE if unit_id in homes else Lives.ELSEWHERE
