"""Closing a period, opening it, and letting somebody in for a while (docs/adr/0049)."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of
from centres.choices import UnitLevel, Verb
from centres.models import AdminUnit
from core import audit
from core.dates import Period
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.text import clean
from indicators.choices import ExceptionState, FigureSource, FigureState, PeriodKind
from indicators.models import Figure, Indicator, LockException, PeriodLock, Plan
from indicators.services.refusals import refusals_recorded

MOST_DAYS = 60  # an exception is for a correction, not for another year


def hold_entries() -> None:
    """Make entering, closing and opening wait for each other: nobody enters while a period is being closed."""
    list(Plan.objects.select_for_update().order_by("pk").values_list("pk", flat=True))


def period_of(kind: str, day: dt.date) -> tuple[dt.date, dt.date]:
    """Return first and last day of the period of a kind that a day lies in; CUSTOM: the calendar year."""
    makers = {
        PeriodKind.LITERACY_YEAR: Period.literacy_year,
        PeriodKind.PLAN_YEAR: Period.plan_year,
        PeriodKind.SCHOOL_YEAR: Period.school_year,
    }
    make = makers.get(PeriodKind(kind), Period.calendar_year)
    for year in (day.year - 1, day.year, day.year + 1):
        period = make(year)
        if period.starts_on <= day <= period.ends_on:
            return period.starts_on, period.ends_on
    raise ValueError(f"no {kind} holds {day}")


def words_of(lock: PeriodLock) -> str:
    """Say who closed a period, when, why, until when, and how to ask for an exception."""
    until = (
        _("Khóa đến hết ngày %(day)s.") % {"day": f"{lock.until_on:%d/%m/%Y}"}
        if lock.until_on
        else _("Khóa cho đến khi thành phố mở.")
    )
    return (
        _("Kỳ %(period)s đã khóa. %(who)s khóa ngày %(when)s. Lý do: %(why)s.")
        % {
            "period": lock,
            "who": lock.locked_by.full_name,
            "when": f"{timezone.localtime(lock.locked_at):%d/%m/%Y}",
            "why": lock.reason.rstrip("."),
        }
        + " "
        + until
        + " "
        + _("Cần nhập hoặc sửa, hãy xin ngoại lệ ở trang Khóa kỳ, ghi rõ lý do.")
    )


def enter_or_refuse(*, unit: AdminUnit, kind: str, ends_on: dt.date, indicator: Indicator) -> LockException | None:
    """Return the exception under which a figure may be entered; None where nothing is closed.

    Raises Conflict ``period_locked`` with who, when, why, until when and how to ask; ``data`` names the lock.
    """
    today = timezone.localdate()
    locks = PeriodLock.objects.over(unit=unit, kind=kind, ends_on=ends_on).in_force(today)
    used = None
    for lock in locks.select_related("locked_by", "unit"):
        granted = lock.exceptions.open_on(today).filter(unit=unit)
        used = granted.filter(indicator=indicator).first() or granted.filter(indicator=None).first()
        if used is None:
            facts = {"lock": lock.pk, "unit": unit.code, "code": indicator.code, "ends_on": str(ends_on)}
            raise Conflict("period_locked", words_of(lock), lock=lock.pk, audit=facts)
    return used


def is_closed(*, unit: AdminUnit, kind: str, ends_on: dt.date) -> bool:
    """Whether a lock covers the period now."""
    return PeriodLock.objects.over(unit=unit, kind=kind, ends_on=ends_on).in_force(timezone.localdate()).exists()


def _figures_of(lock: PeriodLock, state: str) -> list[Figure]:
    rows = Figure.objects.filter(
        source=FigureSource.REPORTED, state=state, ends_on__range=(lock.starts_on, lock.ends_on)
    ).select_related("unit__parent", "indicator")
    if lock.kind:
        rows = rows.filter(period_kind=lock.kind)
    if lock.unit is None or lock.unit.level == UnitLevel.CITY:
        return list(rows)
    return [row for row in rows if lock.unit_id in (row.unit_id, row.unit.parent_id)]


def _may_lock(by: User) -> None:
    if Verb.SET_RULES not in scope_of(by).city_verbs:
        raise Forbidden("role_may_not", _("Chỉ cán bộ thành phố khóa và mở kỳ báo cáo."))


def _said(reason: str, words: str, field: str = "reason") -> str:
    said = clean(reason)[:300]
    if not said:
        raise InvalidInput("reason_missing", words, fields={field: [words]})
    return said


@refusals_recorded("lock_period", lambda given: given["by"])
def lock_period(
    *,
    kind: str,
    starts_on: dt.date,
    ends_on: dt.date,
    reason: str,
    by: User,
    unit: AdminUnit | None = None,
    until_on: dt.date | None = None,
) -> PeriodLock:
    """Close a period: approved figures become locked, and nothing is entered any more without an exception.

    ``kind`` "": every kind of period. Raises Forbidden; InvalidInput by field; Conflict ``figures_waiting`` while
    submitted figures of the period wait to be decided, ``locked_already``.
    """
    _may_lock(by)
    hold_entries()
    said = _said(reason, _("Hãy ghi lý do khóa."))
    if ends_on < starts_on:
        words = _("Ngày cuối phải từ ngày đầu trở đi.")
        raise InvalidInput("dates_wrong", words, fields={"ends_on": [words]})
    if until_on is not None and until_on < timezone.localdate():
        words = _("Ngày hết khóa đã qua.")
        raise InvalidInput("until_past", words, fields={"until_on": [words]})
    lock = PeriodLock(
        kind=kind, starts_on=starts_on, ends_on=ends_on, unit=unit, reason=said, locked_by=by, until_on=until_on
    )
    same = PeriodLock.objects.in_force(timezone.localdate()).filter(kind=kind, starts_on=starts_on, ends_on=ends_on)
    if known := same.filter(unit=unit).select_related("locked_by").first():
        raise Conflict("locked_already", words_of(known))
    if waiting := _figures_of(lock, FigureState.SUBMITTED):
        named = ", ".join(f"{row.indicator.code} {row.unit.name}" for row in waiting[:5])
        words = _("Còn %(n)s số liệu của kỳ này chờ duyệt (%(which)s). Hãy duyệt hoặc trả lại trước khi khóa.")
        raise Conflict("figures_waiting", words % {"n": len(waiting), "which": named})
    lock.save()
    closed = _figures_of(lock, FigureState.APPROVED)
    Figure.objects.filter(pk__in=[row.pk for row in closed]).update(state=FigureState.LOCKED)
    data = {"period": str(lock), "unit": unit.code if unit else "", "reason": said, "figures": len(closed)}
    audit.record("indicators.lock_period", lock, by=by, data=data | {"until": str(until_on or "")})
    return lock


@refusals_recorded("lift_lock", lambda given: given["lock"])
def lift_lock(*, lock: PeriodLock, reason: str, by: User) -> PeriodLock:
    """Open a period again, with a reason. Raises Forbidden, InvalidInput, Conflict ``lifted_already``."""
    _may_lock(by)
    hold_entries()
    said = _said(reason, _("Hãy ghi lý do mở."))
    row = PeriodLock.objects.select_for_update(of=("self",)).select_related("unit").get(pk=lock.pk)
    if row.lifted_at is not None:
        raise Conflict("lifted_already", _("Kỳ này đã được mở rồi."))
    row.lifted_at, row.lifted_by, row.lift_reason = timezone.now(), by, said
    row.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
    opened = release(row)
    audit.record("indicators.lift_lock", row, by=by, data={"period": str(row), "reason": said, "figures": opened})
    return row


def release(lock: PeriodLock) -> int:
    """Make figures that only this lock held approved ones again; return how many. Safe to repeat."""
    free = [
        row.pk
        for row in _figures_of(lock, FigureState.LOCKED)
        if not is_closed(unit=row.unit, kind=row.period_kind, ends_on=row.ends_on)
    ]
    return Figure.objects.filter(pk__in=free, state=FigureState.LOCKED).update(state=FigureState.APPROVED)


@transaction.atomic
def release_ended(today: dt.date) -> int:
    """Open what was closed until a day that has passed; return how many figures that frees. Safe to repeat."""
    ended = PeriodLock.objects.filter(until_on__lt=today, lifted_at__isnull=True).select_related("unit")
    return sum(release(lock) for lock in ended)


@refusals_recorded("ask_exception", lambda given: given["lock"])
def ask_exception(
    *, lock: PeriodLock, unit: AdminUnit, reason: str, by: User, indicator: Indicator | None = None
) -> LockException:
    """Ask to enter into a locked period for one's own unit; ``indicator`` None: any line.

    Raises OutOfScope, Forbidden, InvalidInput, Conflict ``not_locked``, ``asked_already``.
    """
    scope = scope_of(by)
    if not AdminUnit.objects.visible_to(by).filter(pk=unit.pk).exists() and unit.level != UnitLevel.CITY:
        raise OutOfScope("not_found", _("Không tìm thấy."))
    if not scope.may(Verb.REPORT_FIGURE) or (
        unit.pk not in scope.unit_ids and Verb.REPORT_FIGURE not in scope.city_verbs
    ):
        raise Forbidden("role_may_not", _("Vai trò của bạn không báo cáo được số liệu của đơn vị này."))
    said = _said(reason, _("Hãy ghi vì sao cần nhập vào kỳ đã khóa."))
    if not PeriodLock.objects.in_force(timezone.localdate()).filter(pk=lock.pk).exists():
        raise Conflict("not_locked", _("Kỳ này không còn khóa; cứ nhập bình thường."))
    same = LockException.objects.filter(lock=lock, unit=unit, indicator=indicator)
    if same.filter(state=ExceptionState.ASKED).exists():
        raise Conflict("asked_already", _("Đơn vị đã xin rồi và đang chờ trả lời."))
    row = LockException.objects.create(lock=lock, unit=unit, indicator=indicator, reason=said, asked_by=by)
    data = {"period": str(lock), "unit": unit.code, "code": indicator.code if indicator else "", "reason": said}
    audit.record("indicators.ask_exception", row, by=by, data=data)
    return row


@refusals_recorded("answer_exception", lambda given: given["row"])
def answer_exception(
    *, row: LockException, granted: bool, answer: str, by: User, expires_on: dt.date | None = None
) -> LockException:
    """Let somebody in until a day, or not; always with a reason, and never by who asked.

    The exception ends by itself after ``expires_on``. Raises Forbidden (``own_request`` for one's own),
    InvalidInput by field, Conflict ``answered_already``.
    """
    _may_lock(by)
    held = LockException.objects.select_for_update(of=("self",)).select_related("lock", "unit").get(pk=row.pk)
    if held.asked_by_id == by.pk:
        raise Forbidden("own_request", _("Ngoại lệ do chính bạn xin thì người khác phải trả lời."))
    if held.state != ExceptionState.ASKED:
        who = held.decided_by.full_name if held.decided_by else ""
        words = _("%(who)s đã trả lời yêu cầu này: %(what)s.")
        raise Conflict("answered_already", words % {"who": who, "what": held.get_state_display()})
    said = _said(answer, _("Hãy ghi lý do của câu trả lời."), "answer")
    today = timezone.localdate()
    if granted:
        last = today + dt.timedelta(days=MOST_DAYS)
        if expires_on is None or not today <= expires_on <= last:
            words = _("Hãy ghi ngày hết hạn, từ hôm nay đến %(day)s.") % {"day": f"{last:%d/%m/%Y}"}
            raise InvalidInput("expiry_wrong", words, fields={"expires_on": [words]})
    held.state = ExceptionState.GRANTED if granted else ExceptionState.REFUSED
    held.answer, held.decided_by, held.decided_at = said, by, timezone.now()
    held.expires_on = expires_on if granted else None
    held.save()
    data = {"unit": held.unit.code, "answer": said, "expires_on": str(held.expires_on or "")}
    audit.record(f"indicators.exception_{held.state}", held, by=by, data=data)
    return held
