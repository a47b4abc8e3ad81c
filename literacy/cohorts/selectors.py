"""Cohorts of a unit or centre on a day: the table, the curve, the people."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from centres.models import AdminUnit, Centre
from core.dates import add_months
from courses.models import ClassGroup
from learners.choices import ETHNICITIES, Sex
from literacy.cohorts.facts import Group, Plan, cohort_awards, groups
from literacy.cohorts.periods import CohortPeriod, period_of
from literacy.cohorts.survival import Step, kaplan_meier
from literacy.rules import STATE_OF, Placement, Share, State, share_of

AGES = ((0, 14), (15, 25), (26, 35), (36, 60), (61, 200))
UNKNOWN = ""
# What a table may be split by: the column, and what it is called there.
SPLITS: dict[str, str] = {
    "sex": "learner__sex",
    "ethnicity": "learner__ethnicity",
    "age": "learner__birth_year",
    "centre": "centre_id",
    "class": "enrolment__class_group_id",
}


@dataclass
class Cohort:
    """People counted together: how many by where the rule counts them. ``key`` is empty for the total."""

    key: str
    label: str
    counts: Counter[Placement] = field(default_factory=Counter)

    @property
    def certified(self) -> int:
        """Everybody of the cohort."""
        return self.counts.total()

    @property
    def share(self) -> Share:
        """The figure A3 for these people."""
        return share_of(self.counts)

    def state(self, state: State) -> int:
        """How many are in a state; the five add up to everybody."""
        return sum(count for placement, count in self.counts.items() if STATE_OF[placement] == state)

    def placed(self, placement: Placement) -> int:
        """How many the rule counts there."""
        return self.counts[placement]


@dataclass(frozen=True)
class CurveStep:
    """A point of the curve with why people are not observed beyond it: left, next check not due, not reached."""

    step: Step
    left: int
    not_due: int
    not_reached: int


@dataclass(frozen=True)
class Report:
    """The cohorts of a unit or centre: rows (newest period first, or the groups of a split), their total, the curve."""

    as_of: dt.date
    by: str
    split: str
    plan: Plan
    rows: list[Cohort]
    total: Cohort
    curve: list[CurveStep]

    @property
    def young(self) -> frozenset[str]:
        """Keys of the periods whose months for learning on are not over: their value may still rise by itself."""
        if self.split:
            return frozenset()
        ends = {row.key: _period(row.key, self.by).ends_on for row in self.rows}
        return frozenset(key for key, day in ends.items() if add_months(day, self.plan.window_months) > self.as_of)


def cohort_report(
    *, as_of: dt.date, by: str, unit: AdminUnit | None = None, centre: Centre | None = None, split: str = "",
    period: CohortPeriod | None = None,
) -> Report:  # fmt: skip
    """Count the cohorts of a unit or centre on a day: by period, or the groups of ``split``, all or of one period.

    The number of queries does not depend on the number of people: two for the settings, one for the unit, one for the
    people, one for names of centres or classes.
    """
    plan = Plan(as_of)
    awards = cohort_awards(as_of=as_of, unit=unit, centre=centre, period=period)
    rows: dict[str, Counter[Placement]] = defaultdict(Counter)
    times: Counter[tuple[int, bool]] = Counter()
    reasons: dict[int, Counter[State]] = defaultdict(Counter)
    key_of = _key_by(by, split)
    for group in groups(awards, plan, *([SPLITS[split]] if split else [])):
        rows[key_of(group)][group.placement] += group.people
        months, relapsed = _time(group)
        times[months, relapsed] += group.people
        if not relapsed:
            reasons[months][_reason(group, plan)] += group.people
    labels = labels_of(split, rows) if split else {key: _period(key, by).label for key in rows}
    found = [Cohort(key, labels[key], rows[key]) for key in sorted(rows, key=lambda key: _order(split, key, labels))]
    total: Counter[Placement] = Counter()
    for counts in rows.values():
        total.update(counts)
    curve = [
        CurveStep(step, *(reasons[step.months][state] for state in (State.LEFT, State.NOT_DUE, State.NOT_REACHED)))
        for step in kaplan_meier(times)
    ]
    return Report(as_of, by, split, plan, found, Cohort("", _("Tổng cộng"), total), curve)


def _time(group: Group) -> tuple[int, bool]:
    """When a person was last known: (months, whether a relapse was found then for the first time)."""
    return (group.held_at, False) if group.relapse_at is None else (group.relapse_at, True)


def _reason(group: Group, plan: Plan) -> State:
    """Why somebody is not observed beyond the last check: left, the next one is not due yet, or nobody was reached."""
    if group.placement == Placement.LEFT:
        return State.LEFT
    following = (day for months, day in plan.dues(group.certified_on) if months > group.held_at)
    due_on = next(following, None)
    return State.NOT_DUE if due_on is None or due_on > plan.as_of else State.NOT_REACHED


def _key_by(by: str, split: str) -> Callable[[Group], str]:
    """How a group finds its row."""
    if not split:
        days: dict[dt.date, str] = {}

        def by_period(group: Group) -> str:
            if group.certified_on not in days:
                days[group.certified_on] = period_of(group.certified_on, by).key
            return days[group.certified_on]

        return by_period
    if split == "age":
        return lambda group: age_band(group.split[0], group.certified_on.year)
    return lambda group: UNKNOWN if group.split[0] is None else str(group.split[0])


def age_band(birth_year: int | None, year: int) -> str:
    """Return the band of the age in the year of certification (year − birth year), such as ``15-25``; "" unknown."""
    if birth_year is None:
        return UNKNOWN
    return next((f"{low}-{high}" for low, high in AGES if low <= year - birth_year <= high), UNKNOWN)


def labels_of(split: str, keys: Iterable[str]) -> dict[str, str]:
    """What the groups of a split are called, by their keys; one query for centres and classes."""
    if split == "sex":
        return {key: str(dict(Sex.choices).get(key, key)) for key in keys}
    if split == "ethnicity":
        names = dict(ETHNICITIES)
        return {key: str(names.get(key, key)) for key in keys}
    if split == "age":
        return {key: _age_words(key) for key in keys}
    if split == "centre":
        found = Centre.objects.in_bulk([int(key) for key in keys if key.isdecimal()])
        return {str(pk): row.name for pk, row in found.items()}
    rows = ClassGroup.objects.filter(pk__in=[int(key) for key in keys if key.isdecimal()])
    named = rows.values_list("pk", "name", "code")
    return {UNKNOWN: _("Không qua lớp của trung tâm")} | {str(pk): f"{name} ({code})" for pk, name, code in named}


def _period(key: str, by: str) -> CohortPeriod:
    """The period of a key that ``period_of`` made."""
    month = int(key[-1]) * 3 - 2 if by == "quarter" else 10 if by == "literacy_year" else 1
    return period_of(dt.date(int(key[:4]), month, 1), by)


def _age_words(key: str) -> str:
    low_text, _dash, high_text = key.partition("-")
    if not (low_text.isdecimal() and high_text.isdecimal()):
        return _("Không rõ tuổi")
    low, high = int(low_text), int(high_text)
    if low == 0:
        return _("Dưới 15 tuổi")
    return _("Trên 60 tuổi") if high > 100 else _("%(low)s–%(high)s tuổi") % {"low": low, "high": high}


def _order(split: str, key: str, labels: dict[str, str]) -> tuple[Any, ...]:
    """Newest period first; ages from young to old; names in order; unknown last."""
    if not split:
        return tuple(-ord(sign) for sign in key)
    if split == "age":
        return (key == UNKNOWN, int(key.partition("-")[0] or 0))
    if split in ("sex", "ethnicity"):
        return (key in ("", "unknown"), key)
    return (key == UNKNOWN, labels[key])
