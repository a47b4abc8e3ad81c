"""Verbs on a centre's own days off, and on single sessions of a timetable."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from centres.choices import Verb
from centres.models import Centre
from centres.permissions import require
from core import audit
from core.errors import Conflict, InvalidInput, OutOfScope
from core.text import clean
from courses.choices import SessionStatus
from courses.models import ClassGroup, DayOff, Session
from courses.permissions import take_class
from courses.selectors import units_on

MAX_DAYS_AT_ONCE = 100  # a summer


@transaction.atomic
def add_days_off(
    *, centre: Centre, by: Any, name: str, first_on: dt.date, last_on: dt.date | None = None
) -> list[DayOff]:
    """Write down the centre's own days off; days it has already are left as they are.

    Sessions planned before stay where they are: they are moved one by one. Raises InvalidInput without a name, for days
    in the wrong order or more than 100, or when all of them are there already.
    """
    require(by, Verb.MANAGE_CLASSES, centre.pk)
    Centre.objects.select_for_update().get(pk=centre.pk)  # two people at once write each day once
    last = last_on or first_on
    fields: dict[str, list[str]] = {}
    if not (name := clean(name)[:100]):
        fields["name"] = [_("Hãy ghi vì sao nghỉ.")]
    if last < first_on:
        fields["last_on"] = [_("Ngày cuối phải từ ngày đầu trở đi.")]
    elif (last - first_on).days >= MAX_DAYS_AT_ONCE:
        fields["last_on"] = [_("Mỗi lần nhiều nhất %(max)s ngày.") % {"max": MAX_DAYS_AT_ONCE}]
    if fields:
        raise InvalidInput("bad_days_off", _("Chưa ghi được ngày nghỉ. Hãy xem các ô báo đỏ."), fields=fields)
    known = set(DayOff.objects.filter(centre=centre).values_list("falls_on", flat=True))
    wanted = [first_on + dt.timedelta(days=step) for step in range((last - first_on).days + 1)]
    rows = [DayOff(centre=centre, falls_on=day, name=name) for day in wanted if day not in known]
    if not rows:
        message = _("Những ngày này đã ghi là ngày nghỉ rồi.")
        raise InvalidInput("days_off_known", message, fields={"first_on": [message]})
    DayOff.objects.bulk_create(rows)
    data = {"name": name, "from": str(first_on), "to": str(last), "count": len(rows)}
    audit.record("courses.add_days_off", centre, by=by, centre_id=centre.pk, data=data)
    return rows


@transaction.atomic
def remove_day_off(*, day_off: DayOff, by: Any) -> None:
    """Take back one of a centre's own days off. Public holidays are nobody's to remove (OutOfScope)."""
    if day_off.centre_id is None:
        raise OutOfScope("not_found", _("Không tìm thấy."))
    require(by, Verb.MANAGE_CLASSES, day_off.centre_id)
    data = {"name": day_off.name, "day": str(day_off.falls_on)}
    audit.record("courses.remove_day_off", day_off, by=by, centre_id=day_off.centre_id, data=data)
    day_off.delete()


@transaction.atomic
def add_session(
    *,
    class_group: ClassGroup,
    by: Any,
    held_on: dt.date,
    starts_at: dt.time | None = None,
    ends_at: dt.time | None = None,
    content: str = "",
) -> Session:
    """Add one session on any day, a day off too, numbered after those there are. Moves the end when it lies later.

    Raises InvalidInput for a day before the class starts or one that has a session, and for times in the wrong order.
    """
    fresh = take_class(by, Verb.MANAGE_CLASSES, class_group)
    _check_day(fresh, held_on, starts_at, ends_at)
    last = Session.objects.filter(class_group=fresh).aggregate(last=Max("number"))["last"] or 0
    session = Session.objects.create(
        class_group=fresh,
        number=last + 1,
        held_on=held_on,
        starts_at=starts_at,
        ends_at=ends_at,
        content=clean(content)[:200],
        unit=units_on(fresh.centre_id, [held_on])[held_on],
    )
    data = {"number": session.number, "on": str(held_on)} | _reach(fresh, held_on)
    audit.record("courses.add_session", session, by=by, centre_id=fresh.centre_id, data=data)
    return session


@transaction.atomic
def move_session(
    *,
    session: Session,
    by: Any,
    held_on: dt.date,
    starts_at: dt.time | None = None,
    ends_at: dt.time | None = None,
) -> Session:
    """Put a session that was not held yet on another day or hour; it keeps its number.

    It belongs to the commune where the centre lies on the new day. Raises Conflict ``session_held`` or
    ``session_cancelled``, InvalidInput like ``add_session``.
    """
    fresh = take_class(by, Verb.TEACH, session.class_group)
    row = Session.objects.select_for_update(of=("self",)).get(pk=session.pk)
    if row.status == SessionStatus.HELD:
        raise Conflict("session_held", _("Buổi này đã điểm danh, không dời được nữa."))
    if row.status == SessionStatus.CANCELLED:
        raise Conflict("session_cancelled", _("Buổi này đã báo nghỉ rồi."))
    _check_day(fresh, held_on, starts_at, ends_at, but=row.pk)
    before = [str(row.held_on), _clock(row.starts_at), _clock(row.ends_at)]
    row.held_on, row.starts_at, row.ends_at = held_on, starts_at, ends_at
    row.unit = units_on(fresh.centre_id, [held_on])[held_on]
    row.save(update_fields=["held_on", "starts_at", "ends_at", "unit", "updated_at"])
    after = [str(held_on), _clock(starts_at), _clock(ends_at)]
    data = {"number": row.number, "before": before, "after": after} | _reach(fresh, held_on)
    audit.record("courses.move_session", row, by=by, centre_id=fresh.centre_id, data=data)
    return row


def _clock(time: dt.time | None) -> str:
    return f"{time:%H:%M}" if time else ""


def _reach(class_group: ClassGroup, day: dt.date) -> dict[str, Any]:
    """Move the end of the class when a session lies after it; returns what the trail says of it."""
    if day <= class_group.ends_on:
        return {}
    before, class_group.ends_on = class_group.ends_on, day
    class_group.save(update_fields=["ends_on", "updated_at"])
    return {"ends_on": [str(before), str(day)]}


def _check_day(
    class_group: ClassGroup, day: dt.date, starts_at: dt.time | None, ends_at: dt.time | None, *, but: int = 0
) -> None:
    fields: dict[str, list[str]] = {}
    if day < class_group.starts_on:
        words = {"day": f"{class_group.starts_on:%d/%m/%Y}"}
        fields["held_on"] = [_("Lớp khai giảng ngày %(day)s, không có buổi nào trước ngày đó.") % words]
    taken = Session.objects.filter(class_group=class_group, held_on=day).exclude(status=SessionStatus.CANCELLED)
    if taken.exclude(pk=but).exists():
        fields["held_on"] = [_("Ngày này lớp đã có một buổi.")]
    if starts_at and ends_at and ends_at <= starts_at:
        fields["ends_at"] = [_("Giờ kết thúc phải sau giờ bắt đầu.")]
    if fields:
        raise InvalidInput("bad_session", _("Chưa ghi được buổi học. Hãy xem các ô báo đỏ."), fields=fields)
