"""Working sheets out from the rows: one pass over the people of a period for all its areas.

The same rules as ``indicators.statistics.selectors`` (docs/adr/0011), counted another way: people are met once each
with all the lines they belong to, so that memory goes by people and not by lines.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from django.db.models import Count, Q

from certificates.choices import CertificateState
from certificates.models import Certificate
from core.bulk import OneOf
from courses.choices import EnrolmentStatus, OrganiserRole, SessionStatus
from courses.models import ClassGroup, Enrolment, Session
from indicators.choices import RollupArea
from indicators.rollups.areas import Area, Key
from indicators.rollups.body import Body, Pair
from indicators.rollups.periods import Span
from indicators.statistics.lines import COUNTED, HANDED_OUT, NOT_MINORITY, band_of
from learners.choices import MINORITY_CODES, UNKNOWN_ETHNICITY, Sex
from learners.models import Learner
from learners.target_groups import FollowsFrom

NAMES = COUNTED
CHUNK = 20_000

# Sex, ethnicity, year, month and day of birth, keys of target groups: whoever is alike in these is counted alike.
Kind = tuple[str, str, int | None, int | None, int | None, tuple[int, ...]]
# Centre, topic, role, keys of target groups.
Class = tuple[int, int, str, tuple[int, ...]]


def _chunks(ids: Iterable[int]) -> Iterable[list[int]]:
    rest = sorted(ids)
    return (rest[start : start + CHUNK] for start in range(0, len(rest), CHUNK))


class Rows:
    """Classes and people as they are now, read when first asked for and kept for the periods that follow."""

    def __init__(self) -> None:
        self._classes: dict[int, Class] = {}
        self._members: dict[int, list[int]] = {}
        self._people: dict[int, Kind] = {}
        self._kinds: dict[Kind, Kind] = {}

    def read(self, classes: Iterable[int]) -> None:
        """Make sure that classes and their people are known."""
        for ids in _chunks(set(classes) - self._classes.keys()):
            groups: dict[int, list[int]] = defaultdict(list)
            meant = ClassGroup.target_groups.through.objects.filter(OneOf("classgroup_id", ids))
            for class_id, group_id in meant.values_list("classgroup_id", "targetgroup_id"):
                groups[class_id].append(group_id)
            rows = ClassGroup.objects.order_by().filter(OneOf("pk", ids))
            columns = ("pk", "centre_id", "course__topic_id", "organiser_role")
            for pk, centre_id, topic_id, role in rows.values_list(*columns):
                self._classes[pk] = (centre_id, topic_id, role, tuple(groups.get(pk, ())))
                self._members[pk] = []
            self._read_members(ids)

    def _read_members(self, ids: list[int]) -> None:
        rows = (
            Enrolment.objects.order_by()
            .filter(OneOf("class_group_id", ids))
            .exclude(status=EnrolmentStatus.WITHDRAWN)
            .values_list("class_group_id", "learner_id")
        )
        unknown: set[int] = set()
        for class_id, learner_id in rows.iterator(chunk_size=10_000):
            if class_id in self._members:
                self._members[class_id].append(learner_id)
                unknown.add(learner_id)
        for people in _chunks(unknown - self._people.keys()):
            said: dict[int, list[int]] = defaultdict(list)
            through = Learner.target_groups.through.objects.filter(OneOf("learner_id", people))
            for learner_id, group_id in through.order_by("targetgroup_id").values_list("learner_id", "targetgroup_id"):
                said[learner_id].append(group_id)
            columns = ("pk", "sex", "ethnicity", "birth_year", "birth_month", "birth_day")
            # Who was in one class under two records is one person: the record that was merged does not count.
            known = Learner.objects.order_by().filter(OneOf("pk", people), merged_into__isnull=True)
            for pk, *of in known.values_list(*columns).iterator(chunk_size=10_000):
                kind: Kind = (of[0], of[1], of[2], of[3], of[4], tuple(said.get(pk, ())))
                self._people[pk] = self._kinds.setdefault(kind, kind)
        for pk in ids:
            self._members[pk] = [person for person in self._members.get(pk, ()) if person in self._people]

    def class_of(self, pk: int) -> Class | None:
        """Return a class; None when it has gone since its sessions were read (its mark is waiting)."""
        return self._classes.get(pk)

    def members(self, pk: int) -> list[int]:
        """Return who counts in a class."""
        return self._members.get(pk, [])

    def kind_of(self, person: int) -> Kind:
        """Return what a person counts as."""
        return self._people[person]


def _reached(age: int, born: tuple[int, int | None, int | None], day: dt.date) -> bool:
    """``learners.target_groups``: known by year only, one counts in the years in which it is certain."""
    year, month, of_month = born
    if year != day.year - age:
        return year < day.year - age
    if month is None or month != day.month:
        return month is not None and month < day.month
    return of_month is not None and of_month <= day.day


def _below(age: int, born: tuple[int, int | None, int | None], day: dt.date) -> bool:
    year, month, of_month = born
    if year != day.year - age:
        return year > day.year - age
    if month is None or month != day.month:
        return month is not None and month > day.month
    return of_month is not None and of_month > day.day


def _follows(origin: str, kind: Kind, day: dt.date) -> bool:
    sex, ethnicity, year, month, of_month, _said = kind
    if origin == FollowsFrom.SEX:
        return sex == Sex.FEMALE
    if origin == FollowsFrom.ETHNICITY:
        return ethnicity in MINORITY_CODES
    if year is None:
        return False
    born = (year, month, of_month)
    if origin == FollowsFrom.ELDERLY:
        return _reached(60, born, day)
    return _reached(16, born, day) and _below(31, born, day)


def _figures(kind: Kind, year: int) -> tuple[str, ...]:
    """Return the names of the figures one person adds one to."""
    names = ["learners", band_of(kind[2], year)]
    if kind[0] == Sex.FEMALE:
        names.append("women")
    if kind[0] == Sex.UNKNOWN:
        names.append("sex_unknown")
    if kind[1] not in NOT_MINORITY:
        names.append("minorities")
    if kind[1] == UNKNOWN_ETHNICITY:
        names.append("ethnicity_unknown")
    return tuple(names)


class Tally:
    """The lines of one period, by number."""

    def __init__(self, aged_on: dt.date, groups: Sequence[tuple[int, str]]) -> None:
        self.aged_on, self.groups = aged_on, groups
        self.index: dict[tuple[Key, Pair], int] = {}
        self.lines: list[tuple[Key, Pair]] = []
        self.counts: list[dict[str, int]] = []
        # Of each line: people, by the figures they add to (``figures``); of each area's total: by their groups.
        self.people: list[dict[int, int]] = []
        self.in_groups: dict[int, dict[int, int]] = defaultdict(dict)
        self.meant: dict[Key, Counter[int]] = defaultdict(Counter)
        self.figures: dict[tuple[str, ...], int] = {}
        self.memberships: dict[tuple[bool, tuple[int | None, ...]], int] = {}

    def numbers(self, key: Key, centre_id: int, topic_id: int) -> list[int]:
        """Return the lines something of a centre and topic stands in, the area's total first."""
        wanted: list[Pair] = [(None, None), (None, topic_id)]
        if key[0] != RollupArea.CENTRE:
            wanted.append((centre_id, None))
        found = []
        for pair in wanted:
            number = self.index.get((key, pair))
            if number is None:
                number = self.index[key, pair] = len(self.lines)
                self.lines.append((key, pair))
                self.counts.append(dict.fromkeys(NAMES, 0))
                self.people.append({})
            found.append(number)
        return found

    def code(self, kind: Kind) -> tuple[int, int]:
        """Return which figures a person adds to, and which groups they are in."""
        figures = _figures(kind, self.aged_on.year)
        follow = [pk for pk, origin in self.groups if origin and _follows(origin, kind, self.aged_on)]
        # Of whom no group was recorded stands in a line of their own: unknown is not "in none".
        said: list[int | None] = [*kind[5]] or [None]
        groups = kind[0] == Sex.FEMALE, (*(pk for pk in said if pk not in self._follow), *follow)
        return (
            self.figures.setdefault(figures, len(self.figures)),
            self.memberships.setdefault(groups, len(self.memberships)),
        )

    @cached_property
    def _follow(self) -> set[int]:
        return {pk for pk, origin in self.groups if origin}

    def bodies(self) -> dict[Key, Body]:
        """Add people to their lines and return the sheets."""
        names = list(self.figures)
        found: dict[Key, Body] = defaultdict(Body)
        for number, (key, pair) in enumerate(self.lines):
            counts = self.counts[number]
            for code, times in self.people[number].items():
                for name in names[code]:
                    counts[name] += times
            found[key].lines[pair] = counts
        for key, body in found.items():
            body.groups = self._groups_of(key)
        return dict(found)

    def _groups_of(self, key: Key) -> dict[int | None, tuple[int, int, int]]:
        people: Counter[int | None] = Counter()
        women: Counter[int | None] = Counter()
        memberships = list(self.memberships)
        for code, times in self.in_groups[self.index[key, (None, None)]].items():
            is_woman, groups = memberships[code]
            for group in groups:
                people[group] += times
                women[group] += times if is_woman else 0
        wanted: list[int | None] = [*(pk for pk, _origin in self.groups), None]
        meant = self.meant[key]
        return {pk: (meant[pk] if pk else 0, people[pk], women[pk]) for pk in wanted}


def work_out(
    span: Span, aged_on: dt.date, areas: Sequence[Area], groups: Sequence[tuple[int, str]], rows: Rows
) -> dict[Key, Body]:
    """Work out the sheets of some areas in one period. Areas without any activity have none.

    Ages go by ``aged_on``. Sessions and papers are read now, classes and people when ``rows`` reads them first: call it
    after the marks were read.
    """
    tally = Tally(aged_on, groups)
    by_unit: dict[int, list[Key]] = defaultdict(list)
    by_centre: dict[int, list[Key]] = defaultdict(list)
    always = [area.key for area in areas if area.units is None and area.centres is None]
    for area in areas:
        for unit_id in area.units or ():
            by_unit[unit_id].append(area.key)
        for centre_id in area.centres or ():
            by_centre[centre_id].append(area.key)

    def keys_of(centre_id: int, unit_id: int) -> list[Key]:
        return [*always, *by_unit.get(unit_id, ()), *by_centre.get(centre_id, ())]

    held = Session.objects.order_by().filter(status=SessionStatus.HELD, held_on__range=span)
    papers = Certificate.objects.order_by().filter(issued_on__range=span, state__in=HANDED_OUT)
    if not always:
        held = held.filter(Q(OneOf("unit_id", by_unit)) | Q(OneOf("class_group__centre_id", by_centre)))
        papers = papers.filter(Q(OneOf("unit_id", by_unit)) | Q(OneOf("centre_id", by_centre)))
    sessions: dict[int, dict[int, int]] = defaultdict(dict)
    for class_id, unit_id, count in held.values_list("class_group_id", "unit_id").annotate(count=Count("pk")):
        sessions[class_id][unit_id] = count
    rows.read(sessions)
    taught = _count_classes(tally, sessions, rows, keys_of)
    _count_people(tally, taught, rows)
    issued = papers.values_list("centre_id", "unit_id", "enrolment__class_group__course__topic_id", "state")
    for centre_id, unit_id, topic_id, state, count in issued.annotate(count=Count("pk")):
        for key in keys_of(centre_id, unit_id):
            for number in tally.numbers(key, centre_id, topic_id):
                tally.counts[number]["certificates"] += count
                tally.counts[number]["revoked"] += count if state == CertificateState.REVOKED else 0
    return tally.bodies()


# The lines a class stands in, and those of them that are an area's total.
Where = tuple[tuple[int, ...], tuple[int, ...]]


def _count_classes(
    tally: Tally, sessions: dict[int, dict[int, int]], rows: Rows, keys_of: Callable[[int, int], list[Key]]
) -> dict[int, Where]:
    """Count classes and sessions; return where the people of each class belong."""
    taught: dict[int, Where] = {}
    known: dict[Where, Where] = {}
    for class_id, by_unit in sessions.items():
        found = rows.class_of(class_id)
        if found is None:
            continue
        centre_id, topic_id, role, groups = found
        times: Counter[Key] = Counter()
        for unit_id, count in by_unit.items():
            for key in keys_of(centre_id, unit_id):
                times[key] += count
        lines: list[int] = []
        totals: list[int] = []
        led = "classes_led" if role == OrganiserRole.LED else "classes_took_part"
        members = len(rows.members(class_id))
        for key, count in times.items():
            numbers = tally.numbers(key, centre_id, topic_id)
            for number in numbers:
                counts = tally.counts[number]
                counts["sessions"] += count
                counts[led] += 1
                counts["participations"] += members
            lines += numbers
            totals.append(numbers[0])
            tally.meant[key].update(groups)
        where = (tuple(sorted(lines)), tuple(sorted(totals)))
        taught[class_id] = known.setdefault(where, where)
    return taught


def _count_people(tally: Tally, taught: dict[int, Where], rows: Rows) -> None:
    """Count everybody once in every line of the classes they were in."""
    met: dict[int, Where] = {}
    joined: dict[tuple[Where, Where], Where] = {}
    for class_id, where in taught.items():
        for person in rows.members(class_id):
            before = met.setdefault(person, where)
            if before is not where:
                both = joined.get((before, where))
                if both is None:
                    one, other = before, where
                    both = tuple(sorted({*one[0], *other[0]})), tuple(sorted({*one[1], *other[1]}))
                    joined[before, where] = both
                met[person] = both
    codes: dict[Kind, tuple[int, int]] = {}
    people, in_groups = tally.people, tally.in_groups
    for person, (lines, totals) in met.items():
        kind = rows.kind_of(person)
        code = codes.get(kind)
        if code is None:
            code = codes[kind] = tally.code(kind)
        figures, groups = code
        for number in lines:
            line = people[number]
            line[figures] = line.get(figures, 0) + 1
        for number in totals:
            line = in_groups[number]
            line[groups] = line.get(groups, 0) + 1
