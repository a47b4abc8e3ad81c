"""Statistics by commune, on the map of each event's own day or of either side of 1 July 2025 (docs/adr/0050).

Units are mapped first and people counted afterwards, so a person who came to two communes that became one is one person
there. The total of everything asked for is counted without looking at units at all: it is the same on every map, for
every measure. What no rule places stands in a line of its own, or is shared out by the city's weights and then says
that it is an estimate.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field, fields

from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of
from centres.choices import UnitLevel, Verb
from centres.models import AdminUnit, Centre
from certificates.choices import CertificateState
from core.errors import InvalidInput, OutOfScope
from courses.choices import OrganiserRole
from indicators.choices import Boundaries, WeightedMeasure
from indicators.statistics import facts
from indicators.statistics.boundaries import STATUS_WORDS, Place, Status, UnitMap, allot
from indicators.statistics.lines import NOT_MINORITY, Counts, band_of
from indicators.statistics.selectors import _area
from learners.choices import UNKNOWN_ETHNICITY, Sex


@dataclass
class Measures(Counts):
    """The counts of ``statistics`` with centres, minutes taught, and sessions whose length nobody wrote down."""

    centres: int = 0
    minutes: int = 0
    untimed: int = 0


PAPERS = frozenset({"certificates", "revoked"})
TEACHING = frozenset({"classes_led", "classes_took_part", "sessions", "minutes", "untimed", "centres"})
NAMES = tuple(item.name for item in fields(Measures))


def kind_of(name: str) -> WeightedMeasure:
    """Return which table of weights shares a measure out."""
    if name in PAPERS:
        return WeightedMeasure.PAPERS
    return WeightedMeasure.TEACHING if name in TEACHING else WeightedMeasure.PEOPLE


@dataclass
class UnitLine:
    """A unit of the map, or (``is_open``) one that could not be drawn on it.

    ``estimated`` names the measures that weights had a part in; ``counted`` is False for an open line of which nobody
    knows whether it belongs to the unit that was asked for: it stands beside the total, not in it.
    """

    unit: AdminUnit
    counts: Measures = field(default_factory=Measures)
    is_open: bool = False
    counted: bool = True
    estimated: frozenset[str] = frozenset()

    @property
    def remark(self) -> str:
        """What has to be known about the line."""
        if self.is_open and not self.counted:
            return _("không so sánh được; chưa rõ phần nào thuộc đơn vị này, không cộng vào tổng")
        if self.is_open:
            return str(STATUS_WORDS[Status.OPEN])
        return _("có phần ước tính theo tỷ trọng") if self.estimated else ""


@dataclass
class Restated:
    """Statistics by unit. ``sources`` says of every unit with events how it came onto the map."""

    label: str
    boundaries: str
    starts_on: dt.date
    ends_on: dt.date
    total: Measures
    lines: list[UnitLine] = field(default_factory=list)
    sources: dict[int, Status] = field(default_factory=dict)
    estimated: frozenset[str] = frozenset()
    notes: list[str] = field(default_factory=list)

    @property
    def totals(self) -> dict[str, int]:
        """The total as plain numbers: the same names, and for the city the same numbers, as of ``statistics``."""
        hours = {"minutes", "untimed", "centres"}
        counts = {name: value for name, value in self.total.as_dict().items() if name not in hours}
        return {"centres": self.total.centres, **counts}

    @property
    def hours(self) -> dict[str, int]:
        """Minutes taught, and sessions of which nobody wrote the times down."""
        return {"minutes": self.total.minutes, "untimed": self.total.untimed}


class _Tally:
    """One line while it is being counted: figures, and who was seen."""

    def __init__(self) -> None:
        self.counts = Measures()
        self.classes: set[int] = set()
        self.learners: set[int] = set()

    def teach(self, row: facts.TaughtRow) -> None:
        self.counts.sessions += row.sessions
        minutes = row.minutes
        if minutes is None:
            self.counts.untimed += row.sessions
        else:
            self.counts.minutes += minutes
        if row.class_id in self.classes:
            return
        self.classes.add(row.class_id)
        if row.role == OrganiserRole.LED:
            self.counts.classes_led += 1
        else:
            self.counts.classes_took_part += 1

    def join(self, row: facts.PersonRow, band: str) -> None:
        counts = self.counts
        counts.participations += 1
        if row.learner_id in self.learners:
            return
        self.learners.add(row.learner_id)
        counts.learners += 1
        counts.women += row.sex == Sex.FEMALE
        counts.sex_unknown += row.sex == Sex.UNKNOWN
        counts.minorities += row.ethnicity not in NOT_MINORITY
        counts.ethnicity_unknown += row.ethnicity == UNKNOWN_ETHNICITY
        setattr(counts, band, getattr(counts, band) + 1)

    def hand_out(self, row: facts.PaperRow) -> None:
        self.counts.certificates += row.papers
        self.counts.revoked += row.papers if row.state == CertificateState.REVOKED else 0


@dataclass(frozen=True)
class Area:
    """What is asked for: rows to read, which places count, and which open lines are wholly inside."""

    rows: facts.Where
    label: str
    wanted: frozenset[int] | None  # None: every place
    whole_open: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()

    def belongs(self, place: Place) -> bool:
        """Whether what lies there is part of the total."""
        return self.wanted is None or place in self.wanted or place in self.whole_open


def area_asked(
    drawn: UnitMap, user: User, starts_on: dt.date, ends_on: dt.date, unit: AdminUnit | None, centre: Centre | None
) -> Area:
    """Return the rows and places of a unit, a centre or everything the user sees. Raises as ``restated`` does."""
    scope = scope_of(user)
    if drawn.boundaries == Boundaries.THEN:
        area = _area(user, unit, centre, starts_on, ends_on)
        found = facts.Where(area.by_session, area.by_certificate, area.centres, starts_on, ends_on)
        return Area(found, area.label, None, notes=tuple(area.notes))
    if centre is not None:
        if not scope.may(Verb.VIEW_FIGURES, centre.pk):
            raise OutOfScope("not_found", _("Không tìm thấy."))
        found = facts.where(user=user, starts_on=starts_on, ends_on=ends_on, centre=centre)
        return Area(found, centre.name, None)
    if unit is None or unit.level == UnitLevel.CITY:
        if unit is not None and not AdminUnit.objects.visible_to(user).filter(pk=unit.pk).exists():
            raise OutOfScope("not_found", _("Không tìm thấy."))
        found = facts.where(user=user, starts_on=starts_on, ends_on=ends_on)
        return Area(found, unit.name if unit else scope.label, None)
    if not AdminUnit.objects.visible_to(user).filter(pk=unit.pk).exists():
        raise OutOfScope("not_found", _("Không tìm thấy."))
    if not drawn.is_on(unit.pk):
        raise InvalidInput("unit_of_other_boundaries", _other_map(unit, drawn.boundaries))
    wanted = facts.units_below(unit) if unit.level == UnitLevel.DISTRICT else {unit.pk}
    sources = set().union(*(drawn.sources_of(pk) for pk in wanted)) if wanted else set()
    inside = frozenset(-pk for pk in sources if (targets := drawn.targets.get(pk)) and set(targets) <= wanted)
    found = facts.where(user=user, starts_on=starts_on, ends_on=ends_on, unit_ids=sources)
    return Area(found, unit.name, frozenset(wanted), inside if unit.level == UnitLevel.DISTRICT else frozenset())


def _other_map(unit: AdminUnit, boundaries: str) -> str:
    if boundaries == Boundaries.NEW:
        words = _(
            "%(name)s không có trong địa giới mới. Hãy chọn phường, xã mới hoặc thành phố, hoặc xem theo địa giới cũ."
        )
    else:
        words = _("%(name)s không có trong địa giới cũ. Hãy chọn đơn vị cũ hoặc thành phố, hoặc xem theo địa giới mới.")
    return words % {"name": unit.name}


def restated(
    *,
    user: User,
    starts_on: dt.date,
    ends_on: dt.date,
    boundaries: str,
    unit: AdminUnit | None = None,
    centre: Centre | None = None,
) -> Restated:
    """Count by commune for a unit, a centre or everything the user sees. A fixed number of queries.

    Raises OutOfScope for a foreign unit or centre, InvalidInput for a unit that is not on that map. Whether there is
    any lineage to go by is asked before (``services.boundaries.restate``).
    """
    drawn = UnitMap(boundaries)
    area = area_asked(drawn, user, starts_on, ends_on, unit, centre)
    lines, total = _count(drawn, area)
    sources = {pk: _status(drawn, pk, lines) for pk in lines.sources}
    places = _line_by_place(drawn, area, lines.tallies)
    estimated = _share_out(drawn, area, places, total.counts)
    shown = [line for line in places.values() if any(getattr(line.counts, name) for name in NAMES)]
    shown.sort(key=lambda line: (not line.counted, line.is_open, line.unit.sort_key, line.unit.code))
    result = Restated(area.label, boundaries, starts_on, ends_on, total.counts, shown, sources, estimated)
    result.notes = [*area.notes, *_notes(result)]
    return result


class _Lines:
    def __init__(self) -> None:
        self.tallies: dict[Place, _Tally] = defaultdict(_Tally)
        self.sources: set[int] = set()
        # How many events of a unit were placed and how many were not, to say what became of it.
        self.placed: set[int] = set()
        self.left: set[int] = set()

    def note(self, source: int, place: Place) -> None:
        self.sources.add(source)
        (self.placed if place > 0 else self.left).add(source)


def _count(drawn: UnitMap, area: Area) -> tuple[_Lines, _Tally]:
    """One pass over each kind of row: into the line of its place and, where it belongs there, into the total."""
    lines, total = _Lines(), _Tally()
    of_class: dict[int, set[Place]] = defaultdict(set)
    for taught in facts.taught(area.rows):
        place = drawn.place(taught.unit_id, taught.centre_id)
        lines.note(taught.unit_id, place)
        of_class[taught.class_id].add(place)
        lines.tallies[place].teach(taught)
        if area.belongs(place):
            total.teach(taught)
    year = area.rows.ends_on.year
    for person in facts.people(area.rows):
        band = band_of(person.birth_year, year)
        at = {drawn.place_of_person(place, person.neighbourhood_id) for place in of_class[person.class_id]}
        for place in at:
            lines.tallies[place].join(person, band)
        if any(area.belongs(place) for place in at):
            total.join(person, band)
    for paper in facts.papers(area.rows):
        place = drawn.place_of_person(drawn.place(paper.unit_id, paper.centre_id), paper.neighbourhood_id)
        lines.note(paper.unit_id, place)
        lines.tallies[place].hand_out(paper)
        if area.belongs(place):
            total.hand_out(paper)
    _count_centres(drawn, area, lines, total)
    return lines, total


def _count_centres(drawn: UnitMap, area: Area, lines: _Lines, total: _Tally) -> None:
    for centre_id, unit_id in facts.open_centres(area.rows).items():
        if unit_id is None:
            total.counts.centres += area.wanted is None
            continue
        place = drawn.place(unit_id, centre_id)
        lines.tallies[place].counts.centres += 1
        if area.belongs(place):
            total.counts.centres += 1


def _status(drawn: UnitMap, unit_id: int, lines: _Lines) -> Status:
    status = drawn.status(unit_id)
    if status == Status.OPEN and unit_id in lines.placed and unit_id not in lines.left:
        return Status.PLACED
    return status


def _line_by_place(drawn: UnitMap, area: Area, tallies: dict[Place, _Tally]) -> dict[Place, UnitLine]:
    found: dict[Place, UnitLine] = {}
    for place, tally in tallies.items():
        inside = area.belongs(place)
        related = place < 0 and (area.wanted is None or set(drawn.targets.get(-place, ())) & area.wanted)
        if inside or related:
            found[place] = UnitLine(drawn.units[abs(place)], tally.counts, place < 0, inside)
    return found


def _share_out(drawn: UnitMap, area: Area, places: dict[Place, UnitLine], total: Measures) -> frozenset[str]:
    """Move what weights decide from open lines to units; return the measures of the total that became estimates."""
    estimated: set[str] = set()
    for place in sorted(place for place in places if place < 0):
        line = places[place]
        for name in NAMES:
            value = getattr(line.counts, name)
            shares = drawn.shares(-place, kind_of(name)) if value else None
            if shares is None:
                continue
            setattr(line.counts, name, 0)
            for (unit_id, _share), part in zip(
                shares.millionths, allot(value, [share for _unit, share in shares.millionths]), strict=True
            ):
                if area.wanted is not None and unit_id not in area.wanted:
                    continue
                target = places.setdefault(unit_id, UnitLine(drawn.units[unit_id]))
                setattr(target.counts, name, getattr(target.counts, name) + part)
                target.estimated |= {name} if part else frozenset()
                if not line.counted:
                    setattr(total, name, getattr(total, name) + part)
                    estimated |= {name} if part else set()
    return frozenset(estimated)


def _notes(found: Restated) -> list[str]:
    """What has to be said beside the figures: how units came onto the map, and what is not certain."""
    if found.boundaries == Boundaries.THEN:
        return []
    notes = []
    for status in (Status.WHOLE, Status.PLACED, Status.WEIGHTED, Status.OPEN):
        number = sum(one == status for one in found.sources.values())
        if number:
            words = _("%(number)s đơn vị %(how)s.")
            notes.append(words % {"number": number, "how": STATUS_WORDS[status]})
    if any(line.estimated for line in found.lines):
        words = _(
            "Số chia theo tỷ trọng là ước tính: mỗi cột được làm tròn riêng, và một người có thể được tính ở cả hai "
            "đơn vị."
        )
        notes.append(words)
    return notes
