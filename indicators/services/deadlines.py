"""Setting deadlines, reminding by e-mail, and choosing not to be reminded."""

import datetime as dt
from collections import defaultdict
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from accounts.choices import Role
from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from centres.models import AdminUnit, Centre, Membership
from core import audit
from core.errors import Forbidden, InvalidInput
from core.text import clean
from indicators.choices import DueLevel, ReminderStage
from indicators.deadlines import LEVELS, Due, Owed, by_subject, due_day, dues, owed
from indicators.models import Deadline, DeadlineDay, Reminder, ReminderChoice
from indicators.services.refusals import refusals_recorded

WHO = {
    DueLevel.CENTRE: (Role.DIRECTOR, Role.CENTRE_STAFF),
    DueLevel.COMMUNE: (Role.AREA_OFFICER,),
    DueLevel.CITY: (Role.CITY_OFFICER,),
}
NAMED = 5


def _may_set(by: User) -> None:
    if Verb.SET_RULES not in scope_of(by).city_verbs:
        raise Forbidden("role_may_not", _("Chỉ cán bộ thành phố đặt hạn nộp."))


@refusals_recorded("save_deadline", lambda given: given["by"])
def save_deadline(*, code: str, by: User, values: dict[str, Any]) -> Deadline:
    """Write a deadline: a new one, or the rule of one that is there. ``values``: the columns of ``Deadline``.

    Raises Forbidden, InvalidInput by field.
    """
    _may_set(by)
    fields: dict[str, list[str]] = {}
    if not clean(values["source"]):
        fields["source"] = [_("Hãy ghi căn cứ của hạn nộp.")]
    if not clean(values["name"]):
        fields["name"] = [_("Hãy ghi phải nộp gì.")]
    try:
        dt.date(2024, int(values["due_month"]), int(values["due_day"]))
    except ValueError:
        fields["due_day"] = [_("Không có ngày này trong tháng.")]
    if values.get("last_year") and values["last_year"] < values["first_year"]:
        fields["last_year"] = [_("Năm cuối phải từ năm đầu trở đi.")]
    if fields:
        raise InvalidInput("deadline_wrong", _("Chưa ghi đủ. Hãy xem các ô báo đỏ."), fields=fields)
    before = Deadline.objects.filter(code=code).values(*values).first()
    row, created = Deadline.objects.update_or_create(code=code, defaults=values)
    said = {name: str(value) for name, value in values.items()}
    data = {"code": code, "now": said, "before": {name: str(value) for name, value in (before or {}).items()}}
    audit.record("indicators.add_deadline" if created else "indicators.change_deadline", row, by=by, data=data)
    return row


@refusals_recorded("set_deadline_day", lambda given: given["deadline"])
def set_deadline_day(*, deadline: Deadline, year: int, due_on: dt.date, reason: str, by: User) -> DeadlineDay:
    """Give a deadline another day in one year, with the reason. Raises Forbidden, InvalidInput by field."""
    _may_set(by)
    fields: dict[str, list[str]] = {}
    if not clean(reason):
        fields["reason"] = [_("Hãy ghi lý do đổi hạn.")]
    ruled = due_day(year + deadline.years_later, deadline.due_month, deadline.due_day)
    if abs((due_on - ruled).days) > 2 * 366:
        fields["due_on"] = [_("Ngày này cách hạn quá xa. Hãy xem lại năm.")]
    if fields:
        raise InvalidInput("day_wrong", _("Chưa ghi đủ. Hãy xem các ô báo đỏ."), fields=fields)
    values = {"due_on": due_on, "reason": clean(reason)[:300], "set_by": by, "set_at": timezone.now()}
    row, _created = DeadlineDay.objects.update_or_create(deadline=deadline, year=year, defaults=values)
    data = {"code": deadline.code, "year": year, "due_on": str(due_on), "reason": row.reason}
    audit.record("indicators.set_deadline_day", deadline, by=by, data=data)
    return row


@transaction.atomic
def choose_reminders(*, by_email: bool, by: User) -> ReminderChoice:
    """Say whether one wants reminders by e-mail. Those on the start page stay."""
    row, _created = ReminderChoice.objects.update_or_create(person=by, defaults={"by_email": by_email})
    audit.record("indicators.choose_reminders", row, by=by, data={"by_email": by_email})
    return row


def send_reminders(*, today: dt.date | None = None) -> dict[str, int]:
    """Write to those who have not handed in what is due; asked twice, nobody gets a second message.

    One message for each person, deadline, year and stage (14 days before, 3 days before, overdue). Nobody without an
    address, who chose not to, or whose account is closed is written to. Returns ``{"sent", "failed", "no_address",
    "opted_out", "again"}``: ``again`` were reminded before. Raises InvalidInput ``no_mail_server``.
    """
    if not settings.MAIL_HOST:
        raise InvalidInput("no_mail_server", _("Chưa cấu hình máy chủ thư (CLC_EMAIL_HOST); chưa gửi thư nào."))
    today = today or timezone.localdate()
    count = {"sent": 0, "failed": 0, "no_address": 0, "opted_out": 0, "again": 0}
    out = set(ReminderChoice.objects.filter(by_email=False).values_list("person_id", flat=True))
    for due in dues(today):
        stage = due.stage(today)
        if stage is None:
            continue
        late, _total = owed(due, _everybody(due))
        for person, rows in _people(due, late, today).values():
            if not person.email:
                count["no_address"] += 1
            elif person.pk in out:
                count["opted_out"] += 1
            else:
                count[_remind(person, due, stage, rows, today)] += 1
    return count


def _everybody(due: Due) -> list[AdminUnit] | list[Centre]:
    if due.deadline.level == DueLevel.CENTRE:
        return list(Centre.objects.active_on(due.ends_on))
    return list(AdminUnit.objects.filter(level=LEVELS[DueLevel(due.deadline.level)]).on(due.ends_on))


def _people(due: Due, late: list[Owed], today: dt.date) -> dict[int, tuple[User, list[Owed]]]:
    """Who answers for what is owed: two queries for each deadline."""
    of = by_subject(late)
    field = "centre_id" if due.deadline.level == DueLevel.CENTRE else "unit_id"
    rows = Membership.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=today), valid_from__lte=today, user__is_active=True,
        role__in=WHO[DueLevel(due.deadline.level)], **{f"{field}__in": [key for _kind, key in of]},
    )  # fmt: skip
    found: dict[int, tuple[User, list[Owed]]] = {}
    kind = field.removesuffix("_id")
    for row in rows.select_related("user").order_by("user_id", "pk"):
        things = of[kind, getattr(row, field)]
        known = found.setdefault(row.user_id, (row.user, []))[1]
        known += [thing for thing in things if thing not in known]
    return found


def _remind(person: User, due: Due, stage: ReminderStage, rows: list[Owed], today: dt.date) -> str:
    """Claim the message first: two senders at once write one, and one that dies in between writes none."""
    try:
        with transaction.atomic():
            claim = Reminder.objects.create(
                deadline=due.deadline, year=due.year, stage=stage, person=person, unit=rows[0].unit,
                centre=rows[0].centre,
            )  # fmt: skip
    except IntegrityError:
        return "again"
    with override(person.language):
        message = _message(person, due, rows, today)
    try:
        message.send()
    except OSError:
        claim.delete()  # it never left: the next round tries again
        return "failed"
    with transaction.atomic():
        claim.sent_at = timezone.now()
        claim.save(update_fields=["sent_at"])
        data = {"deadline": due.deadline.code, "year": due.year, "stage": stage.value, "things": len(rows)}
        audit.record("indicators.remind", claim, by=None, data=data)
    return "sent"


def _message(person: User, due: Due, rows: list[Owed], today: dt.date) -> EmailMessage:
    day, left = f"{due.due_on:%d/%m/%Y}", due.days_left(today)
    if left < 0:
        when = ngettext("đã quá hạn %(n)s ngày", "đã quá hạn %(n)s ngày", -left) % {"n": -left}
    else:
        when = ngettext("còn %(n)s ngày", "còn %(n)s ngày", left) % {"n": left} if left else _("hết hạn hôm nay")
    of: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        of[row.whose] += [row.indicator.code] if row.indicator else []
    lines = [_("Kính gửi %(who)s,") % {"who": person.greeting}, ""]
    lines.append(
        _("%(what)s (kỳ %(from)s – %(to)s): hạn nộp %(day)s, %(when)s.")
        % {
            "what": due.deadline.name, "from": f"{due.starts_on:%d/%m/%Y}", "to": f"{due.ends_on:%d/%m/%Y}",
            "day": day, "when": when,
        }
    )  # fmt: skip
    lines += ["", _("Chưa có trên hệ thống:")]
    for whose, codes in list(of.items())[:NAMED]:
        lines.append(f"- {whose}" + (f": {', '.join(codes)}" if codes else ""))
    if len(of) > NAMED:
        lines.append(_("… và %(n)s đơn vị nữa.") % {"n": len(of) - NAMED})
    page = settings.PUBLIC_BASE_URL + reverse("indicators:deadlines")
    lines += ["", _("Xem việc cần nộp, hoặc thôi nhận thư này, tại: %(page)s") % {"page": page}]
    subject = _("Hạn %(day)s: %(what)s (%(when)s)") % {"day": day, "what": due.deadline.name, "when": when}
    return EmailMessage(subject, "\n".join(lines) + "\n", to=[person.email])
