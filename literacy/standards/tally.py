"""Everybody of a unit on a day, brought together by what the standards and the official tables ask of a person.

Where people stand today is kept (``LevelStanding``), so one query counts a million. For a day in the past the few of
whom something is dated after that day are worked out anew by the rule of ``literacy.standing``; for all others today's
standing is that day's. Where people live, their birth year, sex and ethnic group are those of today: no day is kept of
them. Who died or left the city by the day is not counted.
"""

import datetime as dt
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import batched
from typing import Any, NamedTuple

from django.db.models import Case, Count, F, Q, QuerySet, Value, When

from centres.models import AdminUnit
from core.bulk import OneOf
from core.dates import age_in_year
from learners.choices import MINORITY_CODES, UNKNOWN_ETHNICITY, Sex
from learners.models import Learner
from literacy.choices import LEAVING, TELLING
from literacy.models import LevelStatement, LiteracyAward, LiteracyCheck, Relapse
from literacy.services.restating import BATCH, facts_of
from literacy.standards import rule as standard
from literacy.standards.places import Places
from literacy.standing import UNKNOWN, standing_of

MINORITY, OTHER, UNSAID = "minority", "other", ""


class Kind(NamedTuple):
    """What people counted together have in common. ``age`` None: birth year unknown; ``level`` None: unknown."""

    age: int | None
    sex: str
    ethnic: str
    level: int | None
    relapsed: bool


Kinds = Counter[Kind]


@dataclass(frozen=True)
class Tally:
    """People by the commune they count for (None: it cannot be said which), and the units of the day."""

    as_of: dt.date
    unit: AdminUnit
    places: Places
    communes: dict[int | None, Kinds] = field(default_factory=lambda: defaultdict(Counter))
    # District of people whose commune cannot be said.
    loose: dict[int | None, Kinds] = field(default_factory=lambda: defaultdict(Counter))

    @cached_property
    def everybody(self) -> Kinds:
        """All people of the unit."""
        total: Kinds = Counter()
        for kinds in self.communes.values():
            total.update(kinds)
        return total


class People:
    """Who is counted for a unit on a day: a query set, and the standing of those whom today's does not hold for."""

    def __init__(self, unit: AdminUnit, places: Places) -> None:
        self.as_of = places.day
        left = LiteracyCheck.objects.filter(outcome__in=LEAVING, checked_on__lte=self.as_of)
        rows = Learner.objects.filter(merged_into__isnull=True).exclude(pk__in=left.values("learner_id"))
        units = places.records_of(unit)
        self.rows: QuerySet[Learner] = rows if units is None else rows.filter(unit_id__in=units)
        self.late = self._late()

    def _late(self) -> set[int]:
        """People of whom a fact is dated after the day, or a relapse ended after it: five queries."""
        after = self.as_of
        tables: tuple[tuple[Any, Q], ...] = (
            (LiteracyAward, Q(certified_on__gt=after)),
            (LevelStatement, Q(stated_on__gt=after)),
            (LiteracyCheck, Q(checked_on__gt=after, outcome__in=TELLING)),
            (Relapse, Q(opened_on__gt=after) | Q(recovered_on__gt=after)),
        )
        found: set[int] = set()
        for table, dated in tables:
            found.update(table._default_manager.filter(dated).order_by().values_list("learner_id", flat=True))
        return found

    @property
    def settled(self) -> QuerySet[Learner]:
        """Those whose standing of today is that of the day."""
        return self.rows.exclude(OneOf("id", self.late)) if self.late else self.rows

    def restated(self) -> Iterator[tuple[dict[str, Any], int | None, bool]]:
        """Yield the others with their level and whether they had relapsed on the day: five queries for each 2000."""
        for keys in batched(sorted(self.late), BATCH):
            rows = self.rows.filter(OneOf("id", keys)).values("pk", "code", "unit_id", "birth_year", "sex", "ethnicity")
            here: list[Any] = list(rows.order_by("pk"))
            facts = facts_of([row["pk"] for row in here])
            for row in here:
                now_is = standing_of(facts[row["pk"]], self.as_of) if row["pk"] in facts else UNKNOWN
                yield row, now_is.level, now_is.relapsed


def tally_of(unit: AdminUnit, as_of: dt.date, places: Places | None = None) -> Tally:
    """Count everybody of a unit on a day: six queries and two for the units, and five for each 2000 restated."""
    places = places or Places(as_of)
    people, tally = People(unit, places), Tally(as_of, unit, places)
    keys = ("unit_id", "birth_year", "sex", "ethnic", "level", "fell_back")
    rows = people.settled.order_by().annotate(
        ethnic=Case(
            When(ethnicity=UNKNOWN_ETHNICITY, then=Value(UNSAID)),
            When(ethnicity__in=MINORITY_CODES, then=Value(MINORITY)),
            default=Value(OTHER),
        ),
        level=F("level_standing__level"),
        fell_back=F("level_standing__relapsed"),
    )
    for unit_id, year, sex, ethnic, level, relapsed, count in (
        rows.values(*keys).annotate(people=Count("pk")).values_list(*keys, "people").iterator(chunk_size=5000)
    ):
        _add(tally, unit_id, Kind(age_in_year(year, as_of.year), sex, ethnic, level, bool(relapsed)), count)
    for row, level, relapsed in people.restated():
        age = age_in_year(row["birth_year"], as_of.year)
        _add(tally, row["unit_id"], Kind(age, row["sex"], ethnic_of(row["ethnicity"]), level, relapsed), 1)
    return tally


def _add(tally: Tally, unit_id: int | None, kind: Kind, count: int) -> None:
    place = tally.places.of(unit_id)
    tally.communes[place.commune_id][kind] += count
    if place.commune_id is None:
        tally.loose[place.district_id][kind] += count


def ethnic_of(code: str) -> str:
    """Which of the three a code of an ethnic group is: minority, other, or unknown."""
    if code == UNKNOWN_ETHNICITY:
        return UNSAID
    return MINORITY if code in MINORITY_CODES else OTHER


def people_hash(unit: AdminUnit, as_of: dt.date) -> tuple[str, int]:
    """Return SHA-256 over one line for each person counted, in the order of their codes, and how many they are.

    A line says code, commune, birth year, sex, ethnic group, level and relapse: the same facts give the same hash in
    any language and on any database.
    """
    people = People(unit, Places(as_of))
    restated = {
        row["pk"]: (row["code"], row["unit_id"], row["birth_year"], row["sex"], row["ethnicity"], level, relapsed)
        for row, level, relapsed in people.restated()
    }
    codes = dict(AdminUnit.objects.values_list("pk", "code"))
    columns = ("pk", "code", "unit_id", "birth_year", "sex", "ethnicity")
    rows = people.rows.values_list(*columns, "level_standing__level", "level_standing__relapsed").order_by("code")
    digest, count = hashlib.sha256(), 0
    for pk, *cells in rows.iterator(chunk_size=5000):
        code, unit_id, year, sex, ethnicity, level, relapsed = restated.get(pk, cells)
        line = (code, codes.get(unit_id, ""), year, sex, ethnicity, level, bool(relapsed))
        digest.update(("|".join("" if cell is None else str(cell) for cell in line) + "\n").encode())
        count += 1
    return digest.hexdigest(), count


def count_of(kinds: Mapping[Kind, int], level: int, ages: tuple[int, int]) -> standard.Count:
    """Count people of some ages by what is known of one level."""
    found: Counter[str] = Counter()
    for kind, people in kinds.items():
        what = "unknown" if kind.level is None else "reached" if kind.level >= level else "below"
        if kind.age is None:
            found[f"undated_{what}"] += people
        elif ages[0] <= kind.age <= ages[1]:
            found[what] += people
    return standard.Count(**found)


def four(kinds: Mapping[Kind, int]) -> tuple[int, int, int, int]:
    """Count all, women, ethnic minorities, women of ethnic minorities. Unknown sex or group is in the first only."""
    return (
        sum(kinds.values()),
        sum(people for kind, people in kinds.items() if kind.sex == Sex.FEMALE),
        sum(people for kind, people in kinds.items() if kind.ethnic == MINORITY),
        sum(people for kind, people in kinds.items() if kind.sex == Sex.FEMALE and kind.ethnic == MINORITY),
    )


def unknown_of(kinds: Mapping[Kind, int]) -> list[int]:
    """How many there are whose birth year, sex, ethnic group or level is unknown."""
    tests = (
        lambda kind: kind.age is None,
        lambda kind: kind.sex == Sex.UNKNOWN,
        lambda kind: kind.ethnic == UNSAID,
        lambda kind: kind.level is None,
    )
    return [sum(people for kind, people in kinds.items() if test(kind)) for test in tests]
