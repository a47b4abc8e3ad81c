"""Verbs on the timetable."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from centres.choices import Verb
from core import audit
from core.errors import Conflict, InvalidInput
from core.text import clean
from courses.choices import SessionStatus
from courses.models import ClassGroup, Session
from courses.permissions import take_class
from courses.selectors import days_off, plan_days, units_on


@transaction.atomic
def generate_sessions(
    *,
    class_group: ClassGroup,
    by: Any,
    weekdays: Collection[int],
    first_on: dt.date,
    count: int,
    starts_at: dt.time | None = None,
    ends_at: dt.time | None = None,
    on_days_off: bool = True,
) -> list[Session]:
    """Add ``count`` sessions on the weekdays (0 is Monday) from ``first_on`` on, numbered after those there are.

    Without ``on_days_off`` public holidays and the centre's own days off are passed over. Each session belongs to the
    commune where the centre lies on that very day. A timetable that runs past the end of the class moves the end.
    Raises InvalidInput for what ``plan_days`` refuses, a first day before the class starts, times in the wrong order,
    or days that have a session already (all of them named).
    """
    fresh = take_class(by, Verb.MANAGE_CLASSES, class_group)
    off = {} if on_days_off else days_off(fresh.centre_id, first_on)
    days = plan_days(weekdays=weekdays, first_on=first_on, count=count, off=off)
    if days[0] < fresh.starts_on:
        opening = f"{fresh.starts_on:%d/%m/%Y}"
        message = _("Lớp khai giảng ngày %(day)s, buổi đầu không thể trước ngày đó.") % {"day": opening}
        raise InvalidInput("before_class", message, fields={"first_on": [message]})
    if starts_at and ends_at and ends_at <= starts_at:
        message = _("Giờ kết thúc phải sau giờ bắt đầu.")
        raise InvalidInput("times_not_ordered", message, fields={"ends_at": [message]})
    present = Session.objects.filter(class_group=fresh).exclude(status=SessionStatus.CANCELLED)
    if clash := sorted(present.filter(held_on__in=days).values_list("held_on", flat=True)):
        named = ", ".join(f"{day:%d/%m/%Y}" for day in clash)
        message = _("Đã có buổi học vào: %(days)s.") % {"days": named}
        raise InvalidInput("days_taken", message, fields={"first_on": [message]})
    last = Session.objects.filter(class_group=fresh).aggregate(last=Max("number"))["last"] or 0
    units = units_on(fresh.centre_id, days)
    sessions = Session.objects.bulk_create(
        Session(class_group=fresh, number=number, held_on=day, starts_at=starts_at, ends_at=ends_at, unit=units[day])
        for number, day in enumerate(days, start=last + 1)
    )
    data: dict[str, Any] = {"count": len(days), "from": str(days[0]), "to": str(days[-1])}
    if days[-1] > fresh.ends_on:
        data["ends_on"] = [str(fresh.ends_on), str(days[-1])]
        fresh.ends_on = class_group.ends_on = days[-1]
        fresh.save(update_fields=["ends_on", "updated_at"])
    audit.record("courses.generate_sessions", fresh, by=by, data=data)
    return sessions


@transaction.atomic
def cancel_session(*, session: Session, by: Any, reason: str) -> Session:
    """Say that a session does not take place, or did not after all.

    Marks taken by mistake are removed and kept in the audit row. Raises InvalidInput without a reason, Conflict
    ``session_cancelled``, ``class_closed`` or ``class_cancelled``.
    """
    reason = clean(reason)
    if not reason:
        raise InvalidInput("reason_missing", _("Hãy ghi lý do nghỉ."), fields={"reason": [_("Hãy ghi lý do.")]})
    fresh = take_class(by, Verb.TEACH, session.class_group)
    was = Session.objects.filter(pk=session.pk).values("status", "marked_at", "marked_by_id").get()
    changed = (
        Session.objects.filter(pk=session.pk)
        .exclude(status=SessionStatus.CANCELLED)
        .update(status=SessionStatus.CANCELLED, cancel_reason=reason[:200], marked_at=None, marked_by=None)
    )
    if not changed:
        raise Conflict("session_cancelled", _("Buổi này đã báo nghỉ rồi."))
    marks = {str(pk): mark for pk, mark in session.marks.values_list("enrolment_id", "status")}
    session.marks.all().delete()
    session.refresh_from_db()
    audit.record(
        "courses.cancel_session",
        session,
        by=by,
        centre_id=fresh.centre_id,
        data={
            "number": session.number,
            "reason": reason,
            "marks_removed": marks,
            "was": was["status"],
            "was_marked_at": was["marked_at"].isoformat() if was["marked_at"] else None,
            "was_marked_by": was["marked_by_id"],
        },
    )
    return session
