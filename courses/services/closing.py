"""Closing a class: the moment participations become completions."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from centres.choices import Verb
from core import audit
from core.errors import Conflict, InvalidInput
from core.text import clean
from courses.choices import ClassStatus, EnrolmentStatus, SessionStatus
from courses.hooks import run_after_closing
from courses.models import ClassGroup, ClosingReason, Enrolment, Session
from courses.permissions import take_class
from courses.selectors import ClosingException, closing_exceptions, closing_outcomes
from courses.services.places import dissolve_waitlist


@dataclass(frozen=True, slots=True)
class ClosingReport:
    """What closing decided, each list in Vietnamese order, and what was unusual and accepted."""

    passed: list[Enrolment] = field(default_factory=list)
    failed: list[Enrolment] = field(default_factory=list)
    exceptions: list[ClosingException] = field(default_factory=list)


@transaction.atomic
def close_class(
    *,
    class_group: ClassGroup,
    by: Any,
    closed_on: dt.date | None = None,
    accept_exceptions: bool = False,
    accept_codes: Collection[str] = (),
) -> ClosingReport:
    """Close a class by the completion rule of its course; from then on nothing of it can change.

    Everybody who has not withdrawn becomes passed or failed, with the sessions held and attended as evidence; then the
    hooks of the apps above run in the same transaction (docs/adr/0006). ``accept_codes`` accepts kinds of exceptions,
    ``accept_exceptions`` all of them; those that were given a reason (``explain_exceptions``) need no acceptance.

    Raises InvalidInput ``exceptions_open`` (``data["exceptions"]`` lists them) or ``bad_closing_day``; Conflict
    ``class_closed`` for whoever comes second, ``class_cancelled``.
    """
    fresh = take_class(by, Verb.CLOSE_CLASS, class_group)
    day = closed_on or timezone.localdate()
    _check_day(fresh, day)
    exceptions = closing_exceptions(fresh, on=day)
    left = [row for row in exceptions if not row.reason and row.code not in accept_codes]
    if left and not accept_exceptions:
        raise InvalidInput(
            "exceptions_open",
            _("Còn %(count)s điều cần xem trước khi kết thúc lớp.") % {"count": len(left)},
            exceptions=exceptions,
        )
    now = timezone.now()
    taken = ClassGroup.objects.filter(pk=fresh.pk, status__in=[ClassStatus.PLANNED, ClassStatus.OPEN]).update(
        status=ClassStatus.CLOSED, closed_at=now, closed_by=by, closed_on=day, updated_at=now
    )
    if not taken:
        raise Conflict("class_closed", _("Lớp đã kết thúc, không sửa được nữa."))
    report = ClosingReport(exceptions=exceptions)
    changed = []
    for outcome in closing_outcomes(fresh):
        row = outcome.enrolment
        row.status = EnrolmentStatus.PASSED if outcome.passed else EnrolmentStatus.FAILED
        row.sessions_held, row.sessions_attended, row.updated_at = outcome.held, outcome.attended, now
        (report.passed if outcome.passed else report.failed).append(row)
        changed.append(row)
    Enrolment.objects.bulk_update(
        changed, ["status", "sessions_held", "sessions_attended", "updated_at"], batch_size=200
    )
    waited = dissolve_waitlist(fresh, reason=_("Lớp đã kết thúc"))
    class_group.refresh_from_db()
    audit.record(
        "courses.close_class",
        fresh,
        by=by,
        data={
            "on": str(day),
            "passed": len(report.passed),
            "failed": len(report.failed),
            "rule": {"percent": fresh.course.min_attendance_percent, "needs_result": fresh.course.needs_result},
            "exceptions": [row.as_dict() for row in exceptions],
            "waited": waited,
        },
    )
    run_after_closing(class_group=class_group, passed=report.passed, by=by)
    return report


@transaction.atomic
def explain_exceptions(*, class_group: ClassGroup, reasons: Mapping[str, str], by: Any) -> int:
    """Keep why things that are missing do not hinder closing: a reason for each kind, given to all of that kind.

    Nothing is closed by it; it can be left and taken up again, and a later word replaces an earlier one. Returns how
    many things have a new reason. Raises InvalidInput ``unknown_exception`` for a kind the class does not have.
    """
    fresh = take_class(by, Verb.CLOSE_CLASS, class_group)
    found = closing_exceptions(fresh)
    given = {code: text for code, words in reasons.items() if (text := clean(words)[:200])}
    if strange := set(given) - {row.code for row in found}:
        raise InvalidInput(
            "unknown_exception", _("Danh sách vừa thay đổi, hãy xem lại những điều còn thiếu."), codes=sorted(strange)
        )
    changed = [row for row in found if row.code in given and given[row.code] != row.reason]
    for row in changed:
        ClosingReason.objects.update_or_create(
            class_group=fresh, code=row.code, subject=row.subject, defaults={"reason": given[row.code], "given_by": by}
        )
    if changed:
        data = {
            "reasons": {code: given[code] for code in sorted({row.code for row in changed})},
            "things": len(changed),
        }
        audit.record("courses.explain_exceptions", fresh, by=by, data=data)
    return len(changed)


def _check_day(class_group: ClassGroup, day: dt.date) -> None:
    last = Session.objects.filter(class_group=class_group, status=SessionStatus.HELD).order_by("-held_on").first()
    earliest = max(class_group.starts_on, last.held_on) if last else class_group.starts_on
    if day > timezone.localdate():
        message = _("Ngày kết thúc không thể ở tương lai.")
    elif day < earliest:
        message = _("Ngày kết thúc phải từ %(day)s trở đi.") % {"day": f"{earliest:%d/%m/%Y}"}
    else:
        return
    raise InvalidInput("bad_closing_day", message, fields={"closed_on": [message]})
