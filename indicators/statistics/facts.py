"""The rows behind a statistic of units, as few and as small as the database can make them.

The same rows as ``selectors.statistics`` counts (docs/adr/0011), with the unit of each event: sessions held,
enrolments of classes with one, papers handed out. Hours are those of the timetable; a session without both times has
none, and is counted as such.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.db import models
from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from centres.models import AdminUnit, Centre, CentreLocation
from certificates.models import Certificate
from courses.choices import EnrolmentStatus, SessionStatus
from courses.models import Enrolment, Session
from indicators.statistics.lines import HANDED_OUT
from indicators.statistics.selectors import _area, classes_of


@dataclass(frozen=True)
class Where:
    """Which rows: filters of sessions, certificates and centres within the user's scope, and the period."""

    by_session: Q
    by_certificate: Q
    centres: Q
    starts_on: dt.date
    ends_on: dt.date


class TaughtRow(NamedTuple):
    """Sessions of one class in one unit, at one time of day."""

    class_id: int
    unit_id: int
    centre_id: int
    topic_id: int
    role: str
    funding: str
    starts_at: dt.time | None
    ends_at: dt.time | None
    sessions: int

    @property
    def minutes(self) -> int | None:
        """Minutes of all of them; None where the timetable does not say."""
        if self.starts_at is None or self.ends_at is None:
            return None
        one = (self.ends_at.hour - self.starts_at.hour) * 60 + self.ends_at.minute - self.starts_at.minute
        return max(one, 0) * self.sessions


class PersonRow(NamedTuple):
    """One participation."""

    class_id: int
    learner_id: int
    neighbourhood_id: int | None
    sex: str
    ethnicity: str
    birth_year: int | None


class PaperRow(NamedTuple):
    """Papers handed out by a centre in a unit."""

    centre_id: int
    unit_id: int
    neighbourhood_id: int | None
    topic_id: int
    role: str
    funding: str
    state: str
    sex: str
    ethnicity: str
    birth_year: int | None
    papers: int


def where(
    *, user: User, starts_on: dt.date, ends_on: dt.date, unit_ids: set[int] | None = None, centre: Centre | None = None
) -> Where:
    """Return the rows of units (None: all) or of a centre that are in the user's scope."""
    scope = scope_of(user)
    paths = ("class_group__centre_id", "centre_id", "pk")
    session, paper, place = (scope.centre_q(path, Verb.VIEW_FIGURES) for path in paths)
    if centre is not None:
        session, paper, place = (
            query & Q(**{path: centre.pk}) for query, path in zip((session, paper, place), paths, strict=True)
        )
    if unit_ids is not None:
        session, paper = session & Q(unit_id__in=unit_ids), paper & Q(unit_id__in=unit_ids)
    return Where(session, paper, place, starts_on, ends_on)


def taught(asked: Where) -> list[TaughtRow]:
    """Return the sessions held."""
    rows = (
        _held(asked)
        .order_by()
        .values_list(
            "class_group_id", "unit_id", "class_group__centre_id", "class_group__course__topic_id",
            "class_group__organiser_role", "class_group__funding", "starts_at", "ends_at",
        )
        .annotate(sessions=Count("pk"))
    )  # fmt: skip
    return [TaughtRow(*row) for row in rows]


def people(asked: Where) -> Iterator[PersonRow]:
    """Yield the participations, one by one: there may be millions."""
    classes = classes_of(_held(asked), is_part=bool(asked.by_session))
    rows = (
        Enrolment.objects.filter(class_group__in=classes, learner__merged_into__isnull=True)
        .exclude(status=EnrolmentStatus.WITHDRAWN)
        .order_by()
        .values_list(
            "class_group_id", "learner_id", "neighbourhood_id", "learner__sex", "learner__ethnicity",
            "learner__birth_year",
        )
    )  # fmt: skip
    for row in rows.iterator(chunk_size=5000):
        yield PersonRow(*row)


def papers(asked: Where) -> Iterator[PaperRow]:
    """Yield the papers handed out in the period, whatever became of them since."""
    rows = (
        Certificate.objects.filter(
            asked.by_certificate, issued_on__range=(asked.starts_on, asked.ends_on), state__in=HANDED_OUT
        )
        .order_by()
        .values_list(
            "centre_id", "unit_id", "enrolment__neighbourhood_id", "enrolment__class_group__course__topic_id",
            "enrolment__class_group__organiser_role", "enrolment__class_group__funding", "state", "learner__sex",
            "learner__ethnicity", "learner__birth_year",
        )
        .annotate(papers=Count("pk"))
    )  # fmt: skip
    for row in rows.iterator(chunk_size=5000):
        yield PaperRow(*row)


def hours(
    *, user: User, starts_on: dt.date, ends_on: dt.date, unit: AdminUnit | None = None, centre: Centre | None = None
) -> tuple[int, int]:
    """Return minutes taught and sessions without times, for what ``selectors.statistics`` counts."""
    area = _area(user, unit, centre, starts_on, ends_on)
    rows = taught(Where(area.by_session, area.by_certificate, area.centres, starts_on, ends_on))
    return sum(row.minutes or 0 for row in rows), sum(row.sessions for row in rows if row.minutes is None)


def open_centres(asked: Where) -> dict[int, int | None]:
    """Return the centres open on the last day (today, when that is earlier) with the commune they lie in that day."""
    day = min(asked.ends_on, timezone.localdate())
    ids = set(Centre.objects.filter(asked.centres).active_on(day).values_list("pk", flat=True))
    found: dict[int, int | None] = dict.fromkeys(ids)
    rows = CentreLocation.objects.filter(valid_from__lte=day).order_by("valid_from")
    for centre_id, unit_id, valid_to in rows.values_list("centre_id", "unit_id", "valid_to"):
        if centre_id in found and (valid_to is None or valid_to >= day):
            found[centre_id] = unit_id
    return found


def _held(asked: Where) -> models.QuerySet[Session]:
    return Session.objects.filter(
        asked.by_session, status=SessionStatus.HELD, held_on__range=(asked.starts_on, asked.ends_on)
    )


def centres_of(
    *, user: User, ends_on: dt.date, unit: AdminUnit | None = None, centre: Centre | None = None
) -> set[int]:
    """Return the centres of a unit on the last day of a period, within the user's scope."""
    scoped = Centre.objects.filter(scope_of(user).centre_q("pk", Verb.VIEW_FIGURES))
    if centre is not None:
        scoped = scoped.filter(pk=centre.pk)
    elif unit is not None:
        scoped = scoped.filter(pk__in=Centre.objects.in_unit(unit, ends_on).values("pk"))
    return set(scoped.values_list("pk", flat=True))


def units_below(unit: AdminUnit) -> set[int]:
    """Return the communes of a district."""
    return set(AdminUnit.objects.filter(parent_id=unit.pk).values_list("pk", flat=True))
