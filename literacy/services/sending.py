"""Checks that a telephone recorded without a network and sends later: each once, none lost (docs/adr/0040)."""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.choices import Verb
from centres.permissions import require
from core import audit
from core.errors import Conflict, DomainError, InvalidInput, OutOfScope
from literacy.choices import CheckOutcome, SendingState
from literacy.instrument import read_answers
from literacy.models import CheckSending, CheckSheet, FollowUp, Instrument, LiteracyCheck
from literacy.services.checks import record_check

MOST_AT_ONCE = 200
LONGEST_TEXT = 300
REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Sent:
    """One check as it was sent, read."""

    key: uuid.UUID
    follow_up_id: int
    outcome: str
    checked_on: dt.date
    version: int | None
    answers: dict[str, int]
    note: str
    reason: str

    @property
    def content(self) -> dict[str, Any]:
        """What is kept while it waits, JSON-ready."""
        return {
            "outcome": self.outcome,
            "checked_on": self.checked_on.isoformat(),
            "version": self.version,
            "answers": self.answers,
            "note": self.note,
            "reason": self.reason,
        }

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what was sent of whom."""
        body = json.dumps([self.follow_up_id, self.content], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(body.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one check: a state of SendingState or ``refused``, in words, with the fields that are wrong."""

    key: str
    state: str
    words: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    repeated: bool = False


def receive_checks(*, rows: Sequence[Any], by: User) -> list[Answer]:
    """Take in checks as JSON objects, each for itself: a wrong one does not hold up the others.

    A row: ``key`` (UUID the telephone made), ``follow_up`` (number), ``outcome``, ``checked_on`` (ISO), and where there
    are any ``instrument`` (version), ``answers`` ({item: points}), ``note``, ``reason``. The same key again gets the
    answer of the first time. When somebody else was faster and found something else, the check waits (``held``) until
    a person of the centre has decided. Raises InvalidInput for more rows than a telephone can have.
    """
    if len(rows) > MOST_AT_ONCE:
        words = _("Mỗi lần gửi nhiều nhất %(n)s kết quả.") % {"n": MOST_AT_ONCE}
        raise InvalidInput("too_many_rows", words)
    return [_answered(row, by) for row in rows]


def _answered(row: Any, by: User) -> Answer:
    key = str(row.get("key", ""))[:40] if isinstance(row, dict) else ""
    try:
        return _receive(_read(row), by)
    except DomainError as error:
        return Answer(key, REFUSED, str(error.message), error.fields)


def _text(row: dict[str, Any], name: str, faults: dict[str, list[str]]) -> str:
    value = row.get(name) or ""
    if not isinstance(value, str) or "\x00" in value:
        faults[name] = [_("Chỗ này phải là chữ.")]
        return ""
    if len(value) > LONGEST_TEXT:
        faults[name] = [_("Dài quá: nhiều nhất %(n)s chữ cái, dấu và dấu cách.") % {"n": LONGEST_TEXT}]
    return value


def _read(row: Any) -> Sent:
    """Read one row. Raises InvalidInput with everything that is wrong."""
    if not isinstance(row, dict):
        raise InvalidInput("row_wrong", _("Kết quả gửi về không đọc được."))
    faults: dict[str, list[str]] = {}
    try:
        key = uuid.UUID(row.get("key"))
    except (AttributeError, TypeError, ValueError):
        key = uuid.UUID(int=0)
        faults["key"] = [_("Thiếu tên của lần gửi.")]
    number = row.get("follow_up")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 2**63:
        faults["follow_up"] = [_("Không rõ là lần theo dõi nào.")]
    outcome = row.get("outcome")
    if outcome not in CheckOutcome.values:
        faults["outcome"] = [_("Hãy chọn kết quả.")]
    try:
        day = dt.date.fromisoformat(row.get("checked_on"))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        day = dt.date.min
        faults["checked_on"] = [_("Ngày kiểm tra chưa đúng: ngày/tháng/năm, ví dụ 05/12/2026.")]
    note, reason = _text(row, "note", faults), _text(row, "reason", faults)
    version, answers = _read_sheet(row, faults)
    if faults:
        raise InvalidInput("row_wrong", " ".join(words for said in faults.values() for words in said), fields=faults)
    assert isinstance(number, int)
    return Sent(key, number, str(outcome), day, version, answers, note, reason)


def _read_sheet(row: dict[str, Any], faults: dict[str, list[str]]) -> tuple[int | None, dict[str, int]]:
    version = row.get("instrument")
    if not row.get("answers"):
        return None, {}
    instrument = None
    if isinstance(version, int) and not isinstance(version, bool) and 0 < version < 2**31:
        instrument = Instrument.objects.filter(version=version).first()
    if instrument is None:
        faults["instrument"] = [_("Không có phiếu kiểm tra bản này.")]
        return None, {}
    try:
        answers = read_answers(instrument.sheet, row["answers"])
    except InvalidInput as error:
        faults |= error.fields
        return None, {}
    return (instrument.version, answers) if answers else (None, {})


def _receive(sent: Sent, by: User) -> Answer:
    if earlier := CheckSending.objects.filter(key=sent.key).first():
        return _again(earlier, sent, by)
    try:
        with transaction.atomic():
            return _receive_new(sent, by)
    except IntegrityError:
        # The same name at the same moment, for somebody else: only one of the two can have it.
        return _again(CheckSending.objects.get(key=sent.key), sent, by)


def _again(earlier: CheckSending, sent: Sent, by: User) -> Answer:
    if earlier.sent_by_id != by.pk or earlier.fingerprint != sent.fingerprint:
        raise Conflict("key_reused", _("Kết quả này trùng tên với một kết quả khác đã gửi. Hãy ghi lại."))
    return Answer(str(sent.key), earlier.state, _words(earlier), repeated=True)


def _receive_new(sent: Sent, by: User) -> Answer:
    follow_up = FollowUp.objects.visible_to(by).filter(pk=sent.follow_up_id).first()
    if follow_up is None:
        raise OutOfScope("not_found", _("Không tìm thấy người này trong phạm vi của bạn."))
    require(by, Verb.FOLLOW_UP, follow_up.centre_id)
    # Whoever sends about the same person waits here; the one who waited sees what the other has recorded.
    list(FollowUp.objects.select_for_update(of=("self",)).filter(learner_id=follow_up.learner_id).values_list("pk"))
    if earlier := CheckSending.objects.filter(key=sent.key).first():
        return _again(earlier, sent, by)
    row = CheckSending(key=sent.key, follow_up=follow_up, fingerprint=sent.fingerprint, sent_by=by)
    try:
        with transaction.atomic():
            row.check_made = _record(sent, follow_up, by)
        row.state = SendingState.RECORDED
    except Conflict:
        row.check_made = settled_by(follow_up)
        if _says_nothing_new(sent, row.check_made):
            row.state = SendingState.KNOWN
        else:
            row.state, row.content = SendingState.HELD, sent.content
            data = {"outcome": sent.outcome, "on": str(sent.checked_on)}
            audit.record("literacy.hold_check", follow_up, by=by, centre_id=follow_up.centre_id, data=data)
    row.save()
    return Answer(str(sent.key), row.state, _words(row))


def _record(sent: Sent, follow_up: FollowUp, by: User, *, besides: bool = False) -> LiteracyCheck:
    instrument = Instrument.objects.get(version=sent.version) if sent.version else None
    return record_check(
        follow_up=follow_up,
        outcome=sent.outcome,
        checked_on=sent.checked_on,
        by=by,
        note=sent.note,
        instrument=instrument,
        answers=sent.answers,
        reason=sent.reason,
        besides=besides,
    )


def settled_by(follow_up: FollowUp) -> LiteracyCheck | None:
    """Return the check that settled a follow-up, or the latest that ended its plan; None where there is none."""
    met = follow_up.checks.exclude(outcome=CheckOutcome.NOT_REACHED).order_by("pk").first()
    return met or LiteracyCheck.objects.filter(award_id=follow_up.award_id).order_by("-checked_on", "-pk").first()


def _says_nothing_new(sent: Sent, check: LiteracyCheck | None) -> bool:
    if check is None:
        return False
    if sent.outcome == CheckOutcome.NOT_REACHED:  # somebody else did meet the person
        return True
    if (sent.outcome, sent.checked_on) != (check.outcome, check.checked_on):
        return False
    sheet = CheckSheet.objects.filter(check_made=check).first()
    return not sent.answers or (sheet is not None and sheet.answers == sent.answers)


def _words(row: CheckSending) -> str:
    """What the sender is told of a check that was taken in."""
    check = row.check_made
    said = {"outcome": check.get_outcome_display(), "day": f"{check.checked_on:%d/%m/%Y}"} if check else {}
    if row.state == SendingState.RECORDED:
        if check is None:  # recorded, and taken back since
            return _("Đã nhận.")
        text = _("Đã ghi: %(outcome)s, ngày %(day)s.") % said
        due_on = next_due_on(check)
        return f"{text} " + _("Lần kiểm tra sau: %(day)s.") % {"day": f"{due_on:%d/%m/%Y}"} if due_on else text
    if row.state == SendingState.DROPPED:
        return _("Trung tâm đã xem và bỏ kết quả này.")
    if check is None:
        return _("Đã thôi theo dõi người này. Kết quả của bạn đã về trung tâm, chờ xem lại.")
    said["who"] = check.recorded_by.full_name
    if row.state == SendingState.KNOWN:
        return _("%(who)s đã ghi rồi: %(outcome)s, ngày %(day)s. Không ghi lần hai.") % said
    words = _("%(who)s đã ghi trước: %(outcome)s, ngày %(day)s. Kết quả của bạn đã về trung tâm, chờ xem lại.")
    return words % said


def next_due_on(check: LiteracyCheck) -> dt.date | None:
    """Return when the person of a check is due again."""
    following = FollowUp.objects.open().filter(learner_id=check.learner_id, due_on__gt=check.checked_on)
    return following.order_by("due_on").values_list("due_on", flat=True).first()


@transaction.atomic
def settle_sending(*, sending: CheckSending, record: bool, by: User) -> CheckSending:
    """Decide about a check that waits: record it besides the other one, or drop it. What was sent is not kept longer.

    Raises Forbidden without the verb, Conflict ``sending_settled`` when somebody has decided already, and what
    ``record_check`` raises: the person of a check may have died or left by what was recorded first.
    """
    follow_up = sending.follow_up
    require(by, Verb.FOLLOW_UP, follow_up.centre_id)
    row = CheckSending.objects.select_for_update(of=("self",)).get(pk=sending.pk)
    if row.state != SendingState.HELD:
        raise Conflict("sending_settled", _("Kết quả này đã có người xem lại rồi."))
    content = row.content
    if record:
        sent = Sent(
            row.key, follow_up.pk, content["outcome"], dt.date.fromisoformat(content["checked_on"]), content["version"],
            content["answers"], content["note"], content["reason"],
        )  # fmt: skip
        row.check_made = _record(sent, follow_up, by, besides=True)
    row.state = SendingState.RECORDED if record else SendingState.DROPPED
    row.content, row.settled_by, row.settled_at = {}, by, timezone.now()
    row.save()
    data = {"outcome": content["outcome"], "on": content["checked_on"], "recorded": record}
    audit.record("literacy.settle_check", follow_up, by=by, centre_id=follow_up.centre_id, data=data)
    return row
