"""Two classes in one room, or with one teacher, at the same time."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from courses.choices import ClassStatus, SessionStatus
from courses.models import ClassGroup, Session


@dataclass(frozen=True, slots=True)
class Clash:
    """A session of another class at the time of one of this class. Only its code is named: it may lie elsewhere."""

    day: dt.date
    code: str
    same_room: bool
    same_teacher: bool


def class_clashes(class_group: ClassGroup) -> list[Clash]:
    """Return what clashes with the sessions of a class that are still to be held, by day; two queries."""
    return clashes_of(class_group, Session.objects.filter(class_group=class_group, status=SessionStatus.PLANNED))


def clashes_of(class_group: ClassGroup, planned: Iterable[Session]) -> list[Clash]:
    """Return what clashes with sessions of the class, also such as are not saved yet; by day, one query.

    A session without hours may be at any hour of its day, so it clashes with everything on it.
    """
    if not class_group.is_editable or not (class_group.room_id or class_group.teacher_id):
        return []
    mine = {row.held_on: row for row in planned}
    shared = Q(pk__in=[])
    if class_group.room_id:
        shared |= Q(class_group__room=class_group.room_id)
    if class_group.teacher_id:
        shared |= Q(class_group__teacher=class_group.teacher_id)
    others = (
        Session.objects.filter(
            shared, held_on__in=mine, class_group__status__in=[ClassStatus.PLANNED, ClassStatus.OPEN]
        )
        .exclude(class_group=class_group)
        .exclude(status=SessionStatus.CANCELLED)
        .select_related("class_group")
        .order_by("held_on", "pk")
    )
    return [
        Clash(
            row.held_on,
            row.class_group.code,
            bool(class_group.room_id) and row.class_group.room_id == class_group.room_id,
            bool(class_group.teacher_id) and row.class_group.teacher_id == class_group.teacher_id,
        )
        for row in others
        if _overlap(row, mine[row.held_on])
    ]


def fingerprint(clashes: Iterable[Clash]) -> str:
    """Return what a form sends back to say that just these clashes were seen; "" for none."""
    found = ";".join(f"{row.day}{row.code}{row.same_room:d}{row.same_teacher:d}" for row in clashes)
    return hashlib.sha256(found.encode()).hexdigest()[:16] if found else ""


def _overlap(one: Session, other: Session) -> bool:
    begin, end = dt.time.min, dt.time.max
    return (one.starts_at or begin) < (other.ends_at or end) and (other.starts_at or begin) < (one.ends_at or end)
