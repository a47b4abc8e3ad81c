"""Counting what centres did in a period.

What is counted (docs/adr/0011): a class counts when at least one of its sessions was held in the period; sessions are
those held; a participation (lượt) is one enrolment, not withdrawn, in such a class; learners are distinct people among
them, exact for every line and total, never a sum of other lines. Women, ethnic minorities and age bands count people;
unknown sex, ethnicity and birth year are counted as unknown. Age = year of the last day − birth year. An event belongs
to the commune of its own day (Session.unit, Certificate.unit).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of
from centres.choices import UnitLevel, Verb
from centres.models import AdminUnit, Centre
from certificates.choices import CertificateState
from certificates.models import Certificate
from core.errors import OutOfScope
from courses.choices import EnrolmentStatus, OrganiserRole, SessionStatus
from courses.models import ClassGroup, Enrolment, Session, Topic
from indicators.choices import RollupArea
from indicators.rollups.areas import unit_area
from indicators.rollups.body import Pair
from indicators.rollups.reading import Kept, kept
from indicators.statistics.lines import COUNTED, HANDED_OUT, NOT_MINORITY, Counts, Line, Statistics, band_of
from learners.choices import UNKNOWN_ETHNICITY


@dataclass(frozen=True)
class _Area:
    """How rows are chosen: by the event's unit, or by centres; always within the user's scope."""

    by_session: Q
    by_certificate: Q
    centres: Q
    label: str
    notes: list[str]


def _may_open(user: User, unit: AdminUnit) -> bool:
    """Whether a unit is visible; without a query where the scope says so itself."""
    scope = scope_of(user)
    if scope.everything or unit.pk in scope.unit_ids:
        return True
    return AdminUnit.objects.visible_to(user).filter(pk=unit.pk).exists()


def _check(user: User, unit: AdminUnit | None, centre: Centre | None) -> None:
    """Raise OutOfScope for a unit or centre the user may not see figures of."""
    may_see = scope_of(user).may(Verb.VIEW_FIGURES, centre.pk) if centre else unit is None or _may_open(user, unit)
    if not may_see:
        raise OutOfScope("not_found", _("Không tìm thấy."))


def _has_ended(unit: AdminUnit, ends_on: dt.date) -> bool:
    return unit.valid_to is not None and ends_on > unit.valid_to


def _label(user: User, unit: AdminUnit | None, centre: Centre | None) -> str:
    place = centre or unit
    return place.name if place else scope_of(user).label


def _notes(unit: AdminUnit | None, centre: Centre | None, starts_on: dt.date, ends_on: dt.date) -> list[str]:
    """What has to be said of a unit that was not there all the time."""
    if centre is not None or unit is None or unit.level == UnitLevel.CITY:
        return []
    if _has_ended(unit, ends_on):
        if unit.level == UnitLevel.DISTRICT:
            note = _("%(name)s kết thúc %(day)s. Số liệu tính theo các trung tâm từng thuộc địa bàn cũ.")
        else:
            note = _("%(name)s kết thúc %(day)s; sự kiện sau ngày đó thuộc đơn vị mới.")
        return [note % {"name": unit.name, "day": f"{unit.valid_to:%d/%m/%Y}"}]
    if unit.valid_from > starts_on:
        note = _("%(name)s có từ %(day)s; sự kiện trước ngày đó thuộc đơn vị cũ.")
        return [note % {"name": unit.name, "day": f"{unit.valid_from:%d/%m/%Y}"}]
    return []


def _area(user: User, unit: AdminUnit | None, centre: Centre | None, starts_on: dt.date, ends_on: dt.date) -> _Area:
    scope = scope_of(user)
    mine = scope.centre_q("class_group__centre_id", Verb.VIEW_FIGURES)
    mine_paper = scope.centre_q("centre_id", Verb.VIEW_FIGURES)
    mine_centre = scope.centre_q("pk", Verb.VIEW_FIGURES)
    label, notes = _label(user, unit, centre), _notes(unit, centre, starts_on, ends_on)
    if centre is not None:
        one = Q(class_group__centre_id=centre.pk)
        return _Area(one, Q(centre_id=centre.pk), Q(pk=centre.pk), label, notes)
    if unit is None or unit.level == UnitLevel.CITY:
        return _Area(mine, mine_paper, mine_centre, label, notes)
    area = unit_area(unit, ends_on)
    if area.units is None:
        return _Area(
            mine & Q(class_group__centre_id__in=area.centres),
            mine_paper & Q(centre_id__in=area.centres),
            mine_centre & Q(pk__in=area.centres),
            label,
            notes,
        )
    inside = Q(unit_id__in=area.units)
    during = Q(locations__unit_id__in=area.units, locations__valid_from__lte=ends_on) & (
        Q(locations__valid_to__isnull=True) | Q(locations__valid_to__gte=starts_on)
    )
    return _Area(mine & inside, mine_paper & inside, mine_centre & during, label, notes)


@dataclass(frozen=True)
class Asked:
    """A question that was looked up: what is kept of it (None: the rows have to be counted)."""

    user: User
    starts_on: dt.date
    ends_on: dt.date
    unit: AdminUnit | None
    centre: Centre | None
    kept: Kept | None

    @cached_property
    def area(self) -> _Area:
        """Which rows: worked out when they have to be counted."""
        return _area(self.user, self.unit, self.centre, self.starts_on, self.ends_on)


def look_up(
    *,
    user: User,
    starts_on: dt.date,
    ends_on: dt.date,
    unit: AdminUnit | None = None,
    centre: Centre | None = None,
    may_lag: bool = False,
    from_rows: bool = False,
) -> Asked:
    """Return a question with what is kept of it. Raises OutOfScope as ``statistics`` does."""
    _check(user, unit, centre)
    known = None if from_rows else kept(
        user=user, starts_on=starts_on, ends_on=ends_on, unit=unit, centre=centre, may_lag=may_lag
    )  # fmt: skip
    return Asked(user, starts_on, ends_on, unit, centre, known)


def statistics(
    *,
    user: User,
    starts_on: dt.date,
    ends_on: dt.date,
    unit: AdminUnit | None = None,
    centre: Centre | None = None,
    may_lag: bool = False,
    from_rows: bool = False,
    topics_of_centres: bool = False,
) -> Statistics:
    """Count for a unit, a centre, or everything the user sees. A fixed number of queries, whatever the rows.

    Standard periods are answered from what is kept when nothing has touched it since: the same figures. ``may_lag``
    also takes what was worked out a while ago where counting takes long, and says so (``worked_out_at``);
    ``from_rows`` takes nothing that is kept. ``topics_of_centres``: also a line for every topic of every centre, as
    files have it; these are always counted from the rows.

    Raises OutOfScope for a unit or centre the user may not see figures of.
    """
    asked = look_up(
        user=user, starts_on=starts_on, ends_on=ends_on, unit=unit, centre=centre, may_lag=may_lag,
        from_rows=from_rows or topics_of_centres,
    )  # fmt: skip
    return answer(asked, topics_of_centres=topics_of_centres)


def answer(asked: Asked, *, topics_of_centres: bool = False) -> Statistics:
    """Return the lines of a question: from what is kept of it, or counted now."""
    if asked.kept:
        return _told(asked, asked.kept)
    area, ends_on = asked.area, asked.ends_on
    centres = {row.pk: row for row in Centre.objects.filter(area.centres).order_by()}
    centre_count = _open(centres.values(), ends_on)
    table = count_lines(asked, topics_of_centres=topics_of_centres)
    total = table.pop((None, None), Counts())
    own: dict[int | None, list[int]] = defaultdict(list)
    for centre_id, topic_id in table:
        if topic_id is not None:
            own[centre_id].append(topic_id)
    shown = {centre_id for centre_id, _topic in table if centre_id is not None}
    if elsewhere := shown - centres.keys():  # what they did lies here, they themselves lay elsewhere
        centres |= {row.pk: row for row in Centre.objects.filter(pk__in=elsewhere).order_by()}
    topics = {row.pk: row for row in Topic.objects.all()}
    lines = []
    for pk in [None, *sorted(shown, key=lambda key: (centres[key].sort_key, key))]:
        place = centres[pk] if pk else None
        lines.append(Line(place, None, table[pk, None] if pk else total))
        lines += [
            Line(place, topics[topic], table[pk, topic])
            for topic in sorted(own[pk], key=lambda key: (topics[key].order, key))
        ]
    return Statistics(area.label, asked.starts_on, ends_on, total, centre_count, lines, area.notes)


def _open(centres: Iterable[Centre], ends_on: dt.date) -> int:
    """How many centres were open on the last day, or are today."""
    day = min(ends_on, timezone.localdate())
    return sum(row.established_on <= day and (row.closed_on is None or row.closed_on > day) for row in centres)


def _told(asked: Asked, known: Kept) -> Statistics:
    """Return what a kept sheet says, with the names this process remembers: no query at all."""
    directory, names = known.directory, known.rows.names
    kinds = slice(2, None)
    if names == COUNTED:
        rows = [(row[0], row[1], Counts(*row[kinds])) for row in known.rows.lines]
    else:
        rows = [(row[0], row[1], Counts(**dict(zip(names, row[kinds], strict=True)))) for row in known.rows.lines]
    total = next((counts for centre_id, topic_id, counts in rows if centre_id is None and topic_id is None), Counts())
    topics = [(topic_id, counts) for centre_id, topic_id, counts in rows if centre_id is None and topic_id is not None]
    topics.sort(key=lambda row: directory.topic_ranks[row[0]])
    places = [(centre_id, counts) for centre_id, _topic, counts in rows if centre_id is not None]
    places.sort(key=lambda row: directory.ranks[row[0]])
    if known.key[0] == RollupArea.CENTRE:  # kept once, shown as the total and as the centre's line
        places = [(known.key[1], replace(total))]
    lines = [Line(None, None, total)]
    lines += [Line(None, directory.topics[topic_id], counts) for topic_id, counts in topics]
    lines += [Line(directory.centres[centre_id], None, counts) for centre_id, counts in places]
    count = _open((directory.centres[pk] for pk in _centres_of(asked, known)), asked.ends_on)
    unit, centre, starts_on, ends_on = asked.unit, asked.centre, asked.starts_on, asked.ends_on
    return Statistics(
        _label(asked.user, unit, centre), starts_on, ends_on, total, count, lines,
        _notes(unit, centre, starts_on, ends_on), None if known.is_fresh else known.built_at,
    )  # fmt: skip


def _centres_of(asked: Asked, known: Kept) -> Iterable[int]:
    """The centres of an area: what ``_Area.centres`` asks the database for."""
    directory, scope = known.directory, scope_of(asked.user)
    if asked.centre is not None:
        return (asked.centre.pk,)
    area = directory.area(known.key)
    found: Iterable[int] = directory.centres
    if area.units is not None:
        found = directory.lying_in(area.units, asked.starts_on, asked.ends_on)
    elif area.centres is not None:
        found = area.centres
    if Verb.VIEW_FIGURES in scope.city_verbs:
        return found
    return scope.centre_ids(Verb.VIEW_FIGURES).intersection(found)


def count_lines(asked: Asked, *, topics_of_centres: bool = False) -> dict[Pair, Counts]:
    """Count the rows: the total, each topic, each centre."""
    table: dict[Pair, Counts] = defaultdict(Counts)
    held = _held(asked.area, asked.starts_on, asked.ends_on)
    _count_classes(table, held, topics_of_centres)
    _count_people(table, asked, topics_of_centres)
    _count_certificates(table, asked, topics_of_centres)
    return dict(table)


def sessions_held(
    *, user: User, unit: AdminUnit | None, centre: Centre | None, starts_on: dt.date, ends_on: dt.date
) -> models.QuerySet[Session]:
    """Return the sessions that ``statistics`` counts. Raises OutOfScope for a foreign unit or centre."""
    return _held(_area(user, unit, centre, starts_on, ends_on), starts_on, ends_on)


def counted_enrolments(asked: Asked) -> models.QuerySet[Enrolment]:
    """Return the enrolments that ``statistics`` counts as participations, to look behind its figures."""
    return _participations(asked)


def taught_classes(asked: Asked) -> models.QuerySet[ClassGroup]:
    """Return the classes that ``statistics`` counts."""
    return classes_of(_held(asked.area, asked.starts_on, asked.ends_on), is_part=bool(asked.area.by_session))


def _held(area: _Area, starts_on: dt.date, ends_on: dt.date) -> models.QuerySet[Session]:
    return Session.objects.filter(area.by_session, status=SessionStatus.HELD, held_on__range=(starts_on, ends_on))


def classes_of(held: models.QuerySet[Session], *, is_part: bool) -> models.QuerySet[ClassGroup]:
    """Return the classes of sessions held.

    Of a part of the city the sessions are found first (a commune of a million learners' city: 0.1 s against 6); of all
    of it each class is asked, which is a little faster than remembering every session's.
    """
    if is_part:
        return ClassGroup.objects.filter(pk__in=held.order_by().values("class_group_id"))
    return ClassGroup.objects.filter(Exists(held.filter(class_group=OuterRef("pk"))))


def _participations(asked: Asked) -> models.QuerySet[Enrolment]:
    # Who was in one class under two records is one person and one participation.
    return Enrolment.objects.filter(class_group__in=taught_classes(asked), learner__merged_into__isnull=True).exclude(
        status=EnrolmentStatus.WITHDRAWN
    )


def _keys(centre_id: int, topic_id: int, topics_of_centres: bool) -> tuple[Pair, ...]:
    lines = (centre_id, None), (None, topic_id), (None, None)
    return ((centre_id, topic_id), *lines) if topics_of_centres else lines


def _count_classes(table: dict[Pair, Counts], held: models.QuerySet[Session], topics_of_centres: bool) -> None:
    rows = (
        held.values_list("class_group__centre_id", "class_group__course__topic_id", "class_group__organiser_role")
        .order_by()
        .annotate(classes=Count("class_group", distinct=True), sessions=Count("pk"))
    )
    for centre_id, topic_id, role, classes, sessions in rows:
        for key in _keys(centre_id, topic_id, topics_of_centres):
            counts = table[key]
            counts.sessions += sessions
            if role == OrganiserRole.LED:
                counts.classes_led += classes
            else:
                counts.classes_took_part += classes


def _count_people(table: dict[Pair, Counts], asked: Asked, topics_of_centres: bool) -> None:
    """Participations and distinct people, per topic, centre and in all: one pass over distinct pairs."""
    rows = (
        _participations(asked)
        .values_list("class_group__centre_id", "class_group__course__topic_id", "learner_id")
        .order_by()
        .annotate(times=Count("pk"))
        .values_list(
            "class_group__centre_id",
            "class_group__course__topic_id",
            "learner_id",
            "learner__sex",
            "learner__ethnicity",
            "learner__birth_year",
            "times",
        )
    )
    seen: dict[Pair, set[int]] = defaultdict(set)
    for centre_id, topic_id, learner_id, sex, ethnicity, birth_year, times in rows.iterator(chunk_size=5000):
        band = band_of(birth_year, asked.ends_on.year)
        for key in _keys(centre_id, topic_id, topics_of_centres):
            counts = table[key]
            counts.participations += times
            if learner_id in seen[key]:
                continue
            seen[key].add(learner_id)
            counts.learners += 1
            counts.women += sex == "female"
            counts.sex_unknown += sex == "unknown"
            counts.minorities += ethnicity not in NOT_MINORITY
            counts.ethnicity_unknown += ethnicity == UNKNOWN_ETHNICITY
            setattr(counts, band, getattr(counts, band) + 1)


def _count_certificates(table: dict[Pair, Counts], asked: Asked, topics_of_centres: bool) -> None:
    days = (asked.starts_on, asked.ends_on)
    rows = (
        Certificate.objects.filter(asked.area.by_certificate, issued_on__range=days, state__in=HANDED_OUT)
        .values_list("centre_id", "enrolment__class_group__course__topic_id", "state")
        .order_by()
        .annotate(count=Count("pk"))
    )
    for centre_id, topic_id, state, count in rows:
        for key in _keys(centre_id, topic_id, topics_of_centres):
            table[key].certificates += count
            table[key].revoked += count if state == CertificateState.REVOKED else 0
