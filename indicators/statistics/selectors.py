"""Counting what centres did in a period.

What is counted (docs/adr/0011): a class counts when at least one of its sessions was held in the period; sessions are
those held; a participation (lượt) is one enrolment, not withdrawn, in such a class; learners are distinct people among
them, exact for every line and total, never a sum of other lines. Women, ethnic minorities and age bands count people;
unknown sex, ethnicity and birth year are counted as unknown. Age = year of the last day − birth year. An event belongs
to the commune of its own day (Session.unit, Certificate.unit).
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field, fields

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
from indicators.rollups.areas import Area
from indicators.rollups.body import Pair
from indicators.rollups.reading import Kept, area_of, kept
from learners.choices import FOREIGN, KINH, UNKNOWN_ETHNICITY

NOT_MINORITY = (KINH, FOREIGN, UNKNOWN_ETHNICITY)
HANDED_OUT = (CertificateState.ISSUED, CertificateState.CORRECTED, CertificateState.REPLACED, CertificateState.REVOKED)


@dataclass
class Counts:
    """The figures of one line."""

    classes_led: int = 0
    classes_took_part: int = 0
    sessions: int = 0
    participations: int = 0
    learners: int = 0
    women: int = 0
    sex_unknown: int = 0
    minorities: int = 0
    ethnicity_unknown: int = 0
    under_15: int = 0
    age_15_25: int = 0
    age_26_35: int = 0
    age_36_60: int = 0
    over_60: int = 0
    age_unknown: int = 0
    certificates: int = 0
    revoked: int = 0

    @property
    def classes(self) -> int:
        """Classes led and taken part in."""
        return self.classes_led + self.classes_took_part

    def as_dict(self) -> dict[str, int]:
        """Return the counts with ``classes`` added."""
        return {"classes": self.classes, **{item.name: getattr(self, item.name) for item in fields(self)}}


@dataclass(frozen=True)
class Line:
    """A centre's topic, a centre's total (no topic), a topic in all (no centre) or the grand total (neither)."""

    centre: Centre | None
    topic: Topic | None
    counts: Counts


@dataclass(frozen=True)
class Statistics:
    """Lines in reading order: grand total, its topics, then each centre's total (with its topics where asked for)."""

    label: str
    starts_on: dt.date
    ends_on: dt.date
    total: Counts
    centre_count: int
    lines: list[Line] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    # When it is not what the rows say at this moment: when it was worked out (docs/adr/0051).
    worked_out_at: dt.datetime | None = None

    @property
    def summary(self) -> list[Line]:
        """What a page shows: the total, its topics, one line a centre (the file has every centre's topics)."""
        return [line for line in self.lines if line.centre is None or line.topic is None]

    @property
    def totals(self) -> dict[str, int]:
        """The grand total as plain numbers."""
        return {"centres": self.centre_count, **self.total.as_dict()}


@dataclass(frozen=True)
class _Area:
    """How rows are chosen: by the event's unit, or by centres; always within the user's scope. ``kept_as``: the area
    whose figures are kept (None: they are not)."""

    by_session: Q
    by_certificate: Q
    centres: Q
    label: str
    notes: list[str]
    kept_as: Area | None


def _may_open(user: User, unit: AdminUnit) -> bool:
    """Whether a unit is visible; without a query where the scope says so itself."""
    scope = scope_of(user)
    if scope.everything or unit.pk in scope.unit_ids:
        return True
    return AdminUnit.objects.visible_to(user).filter(pk=unit.pk).exists()


def _area(user: User, unit: AdminUnit | None, centre: Centre | None, starts_on: dt.date, ends_on: dt.date) -> _Area:
    scope = scope_of(user)
    mine = scope.centre_q("class_group__centre_id", Verb.VIEW_FIGURES)
    mine_paper = scope.centre_q("centre_id", Verb.VIEW_FIGURES)
    mine_centre = scope.centre_q("pk", Verb.VIEW_FIGURES)
    if centre is not None and not scope.may(Verb.VIEW_FIGURES, centre.pk):
        raise OutOfScope("not_found", _("Không tìm thấy."))
    if centre is None and unit is not None and not _may_open(user, unit):
        raise OutOfScope("not_found", _("Không tìm thấy."))
    area = area_of(user, unit, centre, ends_on)
    if centre is not None:
        one = Q(class_group__centre_id=centre.pk)
        return _Area(one, Q(centre_id=centre.pk), Q(pk=centre.pk), centre.name, [], area)
    if unit is None or unit.level == UnitLevel.CITY:
        return _Area(mine, mine_paper, mine_centre, unit.name if unit else scope.label, [], area)
    assert area is not None  # of a unit there always is one
    if area.units is None:
        note = _("%(name)s kết thúc %(day)s. Số liệu tính theo các trung tâm từng thuộc địa bàn cũ.")
        notes = [note % {"name": unit.name, "day": f"{unit.valid_to:%d/%m/%Y}"}]
        return _Area(
            mine & Q(class_group__centre_id__in=area.centres),
            mine_paper & Q(centre_id__in=area.centres),
            mine_centre & Q(pk__in=area.centres),
            unit.name,
            notes,
            area,
        )
    notes = []
    if unit.valid_to and ends_on > unit.valid_to:
        note = _("%(name)s kết thúc %(day)s; sự kiện sau ngày đó thuộc đơn vị mới.")
        notes.append(note % {"name": unit.name, "day": f"{unit.valid_to:%d/%m/%Y}"})
    elif unit.valid_from > starts_on:
        note = _("%(name)s có từ %(day)s; sự kiện trước ngày đó thuộc đơn vị cũ.")
        notes.append(note % {"name": unit.name, "day": f"{unit.valid_from:%d/%m/%Y}"})
    inside = Q(unit_id__in=area.units)
    during = Q(locations__unit_id__in=area.units, locations__valid_from__lte=ends_on) & (
        Q(locations__valid_to__isnull=True) | Q(locations__valid_to__gte=starts_on)
    )
    return _Area(mine & inside, mine_paper & inside, mine_centre & during, unit.name, notes, area)


@dataclass(frozen=True)
class Asked:
    """A question that was looked up: which rows, and what is kept of them (None: they have to be counted)."""

    starts_on: dt.date
    ends_on: dt.date
    area: _Area
    kept: Kept | None


def look_up(
    *,
    user: User,
    starts_on: dt.date,
    ends_on: dt.date,
    unit: AdminUnit | None = None,
    centre: Centre | None = None,
    may_lag: bool = False,
    from_rows: bool = False,
    groups: list[tuple[int, str]] | None = None,
) -> Asked:
    """Return the rows of a question, and what is kept of it. Raises OutOfScope as ``statistics`` does."""
    area = _area(user, unit, centre, starts_on, ends_on)
    known = None if from_rows else kept(
        user=user, starts_on=starts_on, ends_on=ends_on, area=area.kept_as, may_lag=may_lag, groups=groups
    )  # fmt: skip
    return Asked(starts_on, ends_on, area, known)


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
    area, known, ends_on = asked.area, asked.kept, asked.ends_on
    day = min(ends_on, timezone.localdate())
    centres = {row.pk: row for row in Centre.objects.filter(area.centres).order_by()}
    centre_count = sum(
        row.established_on <= day and (row.closed_on is None or row.closed_on > day) for row in centres.values()
    )
    if known:
        table = {pair: Counts(**line) for pair, line in known.body.lines.items()}
    else:
        table = count_lines(asked, topics_of_centres=topics_of_centres)
    at = known.built_at if known and not known.is_fresh else None
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
    return Statistics(area.label, asked.starts_on, ends_on, total, centre_count, lines, area.notes, at)


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


def _band(birth_year: int | None, year: int) -> str:
    """Return the name of the figure an age counts in, in a year."""
    if birth_year is None:
        return "age_unknown"
    age = year - birth_year
    if age < 15:
        return "under_15"
    if age <= 25:
        return "age_15_25"
    if age <= 35:
        return "age_26_35"
    return "age_36_60" if age <= 60 else "over_60"


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
        band = _band(birth_year, asked.ends_on.year)
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
