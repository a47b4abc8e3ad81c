"""Making files that were asked for once and for all: which period is due, and making it no more than once."""

import datetime as dt
import io
import logging

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import forget_scope, scope_of
from centres.choices import Verb
from core import audit
from core.dates import Period
from core.errors import DomainError, Forbidden, InvalidInput, OutOfScope
from indicators.choices import Every, ExportFormat
from indicators.models import ScheduledExport, ScheduledFile
from indicators.statistics.questions import Question, totals_of
from indicators.statistics.services import export_statistics, file_name

logger = logging.getLogger(__name__)
MOST_ERRORS = 5  # in a row; then it stops and says so
MOST_OF_ONE = 20
# The plan wants the report before 1 December: the file is there five days earlier, with what is known by then.
PLAN_YEAR_DUE = (11, 25)


def due_period(every: str, today: dt.date) -> Period:
    """Return the latest period whose file is due on a day."""
    first = today.replace(day=1)
    if every == Every.MONTH:
        ends_on = first - dt.timedelta(days=1)
        return Period("month", ends_on.replace(day=1), ends_on)
    if every == Every.QUARTER:
        starts = first.replace(month=(today.month - 1) // 3 * 3 + 1)
        ends_on = starts - dt.timedelta(days=1)
        return Period("quarter", ends_on.replace(month=ends_on.month - 2, day=1), ends_on)
    return Period.plan_year(today.year if (today.month, today.day) >= PLAN_YEAR_DUE else today.year - 1)


def due_on(every: str, period: Period) -> dt.date:
    """Return the day a period's file becomes due."""
    if every == Every.PLAN_YEAR:
        return dt.date(period.ends_on.year, *PLAN_YEAR_DUE)
    return period.ends_on + dt.timedelta(days=1)


@transaction.atomic
def add_schedule(*, question: Question, kind: str, every: str, by: User) -> ScheduledExport:
    """Keep a question to be asked again and again. Days of the question are not kept: the rule says which.

    Raises InvalidInput for an unknown rule or format or too many schedules, and as asking the question does.
    """
    if every not in Every.values or kind not in ExportFormat.values:
        raise InvalidInput("unknown_rule", _("Hãy chọn bao lâu một lần và dạng tệp."))
    if not scope_of(by).may(Verb.EXPORT, question.centre.pk if question.centre else None):
        raise Forbidden("role_may_not", _("Vai trò của bạn không xuất được thống kê."))
    if ScheduledExport.objects.filter(owner=by).count() >= MOST_OF_ONE:
        raise InvalidInput("too_many", _("Bạn đã có 20 tệp định kỳ. Hãy bỏ bớt trước khi thêm."))
    totals_of(question, by)  # a question that is refused now would be refused every month
    row = ScheduledExport.objects.create(
        owner=by, unit=question.unit, centre=question.centre, boundaries=question.boundaries,
        by_unit=question.by_unit, format=kind, every=every,
    )  # fmt: skip
    audit.record("indicators.add_schedule", row, by=by, data={"every": every, "format": kind})
    return row


def _own(schedule: ScheduledExport, by: User) -> ScheduledExport:
    row = ScheduledExport.objects.select_for_update().filter(pk=schedule.pk, owner=by).first()
    if row is None:
        raise OutOfScope("not_found", _("Không tìm thấy."))
    return row


@transaction.atomic
def pause_schedule(*, schedule: ScheduledExport, paused: bool, by: User) -> None:
    """Stop making files, or go on; going on forgets earlier errors. Only the owner; raises OutOfScope."""
    row = _own(schedule, by)
    row.is_paused = paused
    if not paused:
        row.errors, row.last_error = 0, ""
    row.save()
    audit.record("indicators.pause_schedule", row, by=by, data={"paused": paused})


@transaction.atomic
def remove_schedule(*, schedule: ScheduledExport, by: User) -> None:
    """Forget a schedule and its kept files; what was produced stays in the list of reports. Only the owner."""
    row = _own(schedule, by)
    audit.record("indicators.remove_schedule", row, by=by, data={"files": row.files.count()})
    for kept in row.files.all():
        kept.file.delete(save=False)
    row.delete()


def run_schedules(today: dt.date | None = None) -> dict[str, int]:
    """Make every file that is due and not there yet; return how many were made and how many failed.

    Safe to ask at any time, by several workers at once: each file is made under a lock on its schedule.
    """
    today = today or timezone.localdate()
    counts = {"made": 0, "failed": 0}
    for pk in list(ScheduledExport.objects.filter(is_paused=False).values_list("pk", flat=True)):
        outcome = _run_one(pk, today)
        if outcome:
            counts[outcome] += 1
    return counts


def _run_one(pk: int, today: dt.date) -> str:
    with transaction.atomic():
        row = ScheduledExport.objects.select_for_update().filter(pk=pk, is_paused=False).first()
        if row is None:
            return ""
        period = due_period(row.every, today)
        there = row.files.filter(starts_on=period.starts_on, ends_on=period.ends_on).exists()
        if there or due_on(row.every, period) < row.since:
            return ""
        try:
            with transaction.atomic():
                _make(row, period)
        except DomainError as error:
            _failed(row, str(error.message))
        except Exception:
            logger.exception("scheduled export %s failed", row.pk)
            _failed(row, _("Có lỗi trong khi làm tệp. Hãy báo người quản trị nếu lần sau vẫn lỗi."))
        else:
            ScheduledExport.objects.filter(pk=row.pk).update(errors=0, last_error="")
            return "made"
    return "failed"


def _make(row: ScheduledExport, period: Period) -> None:
    owner = User.objects.get(pk=row.owner_id)
    forget_scope(owner)
    if not owner.is_active:
        raise Forbidden("owner_gone", _("Tài khoản của người đặt không còn dùng được."))
    question = Question(period.starts_on, period.ends_on, row.unit, row.centre, row.boundaries, row.by_unit)
    out = io.BytesIO()
    run = export_statistics(
        by=owner, kind=row.format, out=out, boundaries=row.boundaries, by_unit=row.by_unit, **question.what
    )
    kept = ScheduledFile(
        schedule=row, starts_on=period.starts_on, ends_on=period.ends_on, run=run,
        file_name=file_name(question, row.format),
    )  # fmt: skip
    kept.file.save(f"{row.pk}-{period.ends_on:%Y%m%d}.{row.format}", ContentFile(out.getvalue()), save=False)
    kept.save()


def _failed(row: ScheduledExport, message: str) -> None:
    row.errors += 1
    row.last_error = message[:300]
    row.is_paused = row.errors >= MOST_ERRORS
    row.save(update_fields=["errors", "last_error", "is_paused", "updated_at"])
    audit.record("indicators.schedule_failed", row, by=None, data={"errors": row.errors, "paused": row.is_paused})


def new_files(user: User) -> int:
    """Return how many files wait for their owner."""
    return ScheduledFile.objects.filter(schedule__owner=user, seen_at__isnull=True).count()


def broken_schedules(user: User) -> int:
    """Return how many of somebody's schedules failed the last time."""
    return ScheduledExport.objects.filter(owner=user, errors__gt=0).count()
