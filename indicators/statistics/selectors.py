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
from centres.models import AdminUnit, Centre, CentreLocation
from centres.selectors import subtree_ids
from certificates.choices import CertificateState
from certificates.models import Certificate
from core.errors import OutOfScope
from courses.choices import EnrolmentStatus, OrganiserRole, SessionStatus
from courses.models import ClassGroup, Enrolment, Session, Topic
from indicators.rollups.reading import kept
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
    """Lines in reading order: grand total, its topics, then each centre's total with its topics."""

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
    """How rows are chosen: by the event's unit, or by centres; always within the user's scope."""

    by_session: Q
    by_certificate: Q
    centres: Q
    label: str
    notes: list[str]


def _area(user: User, unit: AdminUnit | None, centre: Centre | None, starts_on: dt.date, ends_on: dt.date) -> _Area:
    scope = scope_of(user)
    mine = scope.centre_q("class_group__centre_id", Verb.VIEW_FIGURES)
    mine_paper = scope.centre_q("centre_id", Verb.VIEW_FIGURES)
    mine_centre = scope.centre_q("pk", Verb.VIEW_FIGURES)
    if centre is not None:
        if not scope.may(Verb.VIEW_FIGURES, centre.pk):
            raise OutOfScope("not_found", _("Không tìm thấy."))
        one = Q(class_group__centre_id=centre.pk)
        return _Area(one, Q(centre_id=centre.pk), Q(pk=centre.pk), centre.name, [])
    if unit is None:
        return _Area(mine, mine_paper, mine_centre, scope.label, [])
    if not AdminUnit.objects.visible_to(user).filter(pk=unit.pk).exists():
        raise OutOfScope("not_found", _("Không tìm thấy."))
    units = subtree_ids(unit)
    if units is None:
        return _Area(mine, mine_paper, mine_centre, unit.name, [])
    if unit.level == UnitLevel.DISTRICT and unit.valid_to and ends_on > unit.valid_to:
        note = _("%(name)s kết thúc %(day)s. Số liệu tính theo các trung tâm từng thuộc địa bàn cũ.")
        notes = [note % {"name": unit.name, "day": f"{unit.valid_to:%d/%m/%Y}"}]
        located = CentreLocation.objects.filter(unit_id__in=units).values_list("centre_id", flat=True)
        ids = set(located)
        return _Area(
            mine & Q(class_group__centre_id__in=ids),
            mine_paper & Q(centre_id__in=ids),
            mine_centre & Q(pk__in=ids),
            unit.name,
            notes,
        )
    notes = []
    if unit.valid_to and ends_on > unit.valid_to:
        note = _("%(name)s kết thúc %(day)s; sự kiện sau ngày đó thuộc đơn vị mới.")
        notes.append(note % {"name": unit.name, "day": f"{unit.valid_to:%d/%m/%Y}"})
    elif unit.valid_from > starts_on:
        note = _("%(name)s có từ %(day)s; sự kiện trước ngày đó thuộc đơn vị cũ.")
        notes.append(note % {"name": unit.name, "day": f"{unit.valid_from:%d/%m/%Y}"})
    during = Q(locations__unit_id__in=units, locations__valid_from__lte=ends_on) & (
        Q(locations__valid_to__isnull=True) | Q(locations__valid_to__gte=starts_on)
    )
    return _Area(mine & Q(unit_id__in=units), mine_paper & Q(unit_id__in=units), mine_centre & during, unit.name, notes)


def statistics(
    *,
    user: User,
    starts_on: dt.date,
    ends_on: dt.date,
    unit: AdminUnit | None = None,
    centre: Centre | None = None,
    may_lag: bool = False,
    from_rows: bool = False,
) -> Statistics:
    """Count for a unit, a centre, or everything the user sees. A fixed number of queries, whatever the rows.

    Standard periods are answered from what is kept when nothing has touched it since: the same figures. ``may_lag``
    also takes what was worked out a while ago where counting takes long, and says so (``worked_out_at``);
    ``from_rows`` takes nothing that is kept.

    Raises OutOfScope for a unit or centre the user may not see figures of.
    """
    area = _area(user, unit, centre, starts_on, ends_on)
    active = Centre.objects.filter(area.centres).active_on(min(ends_on, timezone.localdate()))
    centre_count = active.distinct().count()
    table: dict[tuple[int | None, int | None], Counts] = defaultdict(Counts)
    known = None if from_rows else kept(
        user=user, starts_on=starts_on, ends_on=ends_on, unit=unit, centre=centre, may_lag=may_lag
    )  # fmt: skip
    if known:
        table.update({pair: Counts(**line) for pair, line in known.body.lines.items()})
    else:
        held = _held(area, starts_on, ends_on)
        _count_classes(table, held)
        _count_people(table, held, ends_on)
        _count_certificates(table, area.by_certificate, starts_on, ends_on)
    at = known.built_at if known and not known.is_fresh else None
    centres = {row.pk: row for row in Centre.objects.filter(pk__in={key[0] for key in table if key[0]})}
    topics = {row.pk: row for row in Topic.objects.all()}
    lines = []
    for pk in [None, *sorted(centres, key=lambda key: (centres[key].sort_key, key))]:
        place = centres[pk] if pk else None
        lines.append(Line(place, None, table[pk, None]))
        own = [key[1] for key in table if key[0] == pk and key[1] is not None]
        lines += [
            Line(place, topics[topic], table[pk, topic])
            for topic in sorted(own, key=lambda key: (topics[key].order, key))
        ]
    return Statistics(area.label, starts_on, ends_on, table[None, None], centre_count, lines, area.notes, at)


def counted_enrolments(
    *, user: User, starts_on: dt.date, ends_on: dt.date, unit: AdminUnit | None = None, centre: Centre | None = None
) -> models.QuerySet[Enrolment]:
    """Return the enrolments that ``statistics`` counts as participations, to look behind its figures.

    Raises OutOfScope as ``statistics`` does.
    """
    return _participations(_held(_area(user, unit, centre, starts_on, ends_on), starts_on, ends_on))


def taught_classes(
    *, user: User, starts_on: dt.date, ends_on: dt.date, unit: AdminUnit | None = None, centre: Centre | None = None
) -> models.QuerySet[ClassGroup]:
    """Return the classes that ``statistics`` counts. Raises OutOfScope as ``statistics`` does."""
    return _taught(_held(_area(user, unit, centre, starts_on, ends_on), starts_on, ends_on))


def _held(area: _Area, starts_on: dt.date, ends_on: dt.date) -> models.QuerySet[Session]:
    return Session.objects.filter(area.by_session, status=SessionStatus.HELD, held_on__range=(starts_on, ends_on))


def _taught(held: models.QuerySet[Session]) -> models.QuerySet[ClassGroup]:
    return ClassGroup.objects.filter(Exists(held.filter(class_group=OuterRef("pk"))))


def _participations(held: models.QuerySet[Session]) -> models.QuerySet[Enrolment]:
    # Who was in one class under two records is one person and one participation.
    return Enrolment.objects.filter(class_group__in=_taught(held), learner__merged_into__isnull=True).exclude(
        status=EnrolmentStatus.WITHDRAWN
    )


def _keys(centre_id: int, topic_id: int) -> tuple[tuple[int | None, int | None], ...]:
    return (centre_id, topic_id), (centre_id, None), (None, topic_id), (None, None)


def _count_classes(table: dict[tuple[int | None, int | None], Counts], held: models.QuerySet[Session]) -> None:
    rows = (
        held.values_list("class_group__centre_id", "class_group__course__topic_id", "class_group__organiser_role")
        .order_by()
        .annotate(classes=Count("class_group", distinct=True), sessions=Count("pk"))
    )
    for centre_id, topic_id, role, classes, sessions in rows:
        for key in _keys(centre_id, topic_id):
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


def _count_people(
    table: dict[tuple[int | None, int | None], Counts], held: models.QuerySet[Session], ends_on: dt.date
) -> None:
    """Participations and distinct people, per topic, centre and in all: one pass over distinct pairs."""
    rows = (
        _participations(held)
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
    seen: dict[tuple[int | None, int | None], set[int]] = defaultdict(set)
    for centre_id, topic_id, learner_id, sex, ethnicity, birth_year, times in rows.iterator(chunk_size=5000):
        band = _band(birth_year, ends_on.year)
        for key in _keys(centre_id, topic_id):
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


def _count_certificates(
    table: dict[tuple[int | None, int | None], Counts], area: Q, starts_on: dt.date, ends_on: dt.date
) -> None:
    rows = (
        Certificate.objects.filter(area, issued_on__range=(starts_on, ends_on), state__in=HANDED_OUT)
        .values_list("centre_id", "enrolment__class_group__course__topic_id", "state")
        .order_by()
        .annotate(count=Count("pk"))
    )
    for centre_id, topic_id, state, count in rows:
        for key in _keys(centre_id, topic_id):
            table[key].certificates += count
            table[key].revoked += count if state == CertificateState.REVOKED else 0
