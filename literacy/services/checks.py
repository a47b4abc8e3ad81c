"""Recording what a check found, and what follows from it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.choices import Verb
from centres.permissions import require
from core import audit
from core.errors import Conflict, InvalidInput, OutOfScope
from core.text import clean
from literacy.choices import HOLDING, LEAVING, TELLING, CheckOutcome
from literacy.instrument import read_answers, suggest
from literacy.models import CheckSheet, FollowUp, Instrument, LiteracyCheck, Relapse
from literacy.services.relapse import open_case, recover
from literacy.services.restating import restate
from literacy.services.undo import changes, standing
from literacy.services.worklist import refresh_risk


def _refuse_bad_day(follow_up: FollowUp, checked_on: dt.date) -> None:
    words = ""
    if checked_on > timezone.localdate():
        words = _("Ngày kiểm tra không được ở tương lai.")
    elif checked_on < follow_up.award.certified_on:
        words = _("Ngày kiểm tra phải sau ngày được công nhận biết chữ.")
    if words:
        raise InvalidInput("checked_on_wrong", words, fields={"checked_on": [words]})


@transaction.atomic
def record_check(
    *,
    follow_up: FollowUp,
    outcome: str,
    checked_on: dt.date,
    by: User,
    reads: bool | None = None,
    writes: bool | None = None,
    counts: bool | None = None,
    note: str = "",
    instrument: Instrument | None = None,
    answers: Mapping[str, Any] | None = None,
    reason: str = "",
    besides: bool = False,
) -> LiteracyCheck:
    """Record one check.

    ``answers`` are points by item of that version of the ``instrument``; what was not tried is left out. The outcome is
    the checker's: one that differs from what the answers suggest needs a ``reason``, and without one given the
    suggestion is taken. What was not said of reading, writing and counting follows from the answers.

    Not reached: the follow-up stays open and counts the attempt. Relapsed: the plan ends and one relapse case opens.
    Moved or died: the plan ends. While a relapse is open the person can be checked again through any follow-up of the
    plan; holding a level then ends the relapse and the plan goes on. Raises Conflict when the follow-up has its result,
    unless the check is meant to stand ``besides`` it: two people looked, and somebody has seen both results.
    """
    if not FollowUp.objects.visible_to(by).filter(pk=follow_up.pk).exists():
        raise OutOfScope("not_found", _("Không tìm thấy."))
    require(by, Verb.FOLLOW_UP, follow_up.centre_id)
    row = FollowUp.objects.select_for_update(of=("self",)).select_related("award").get(pk=follow_up.pk)
    before = standing(row.learner_id)
    _refuse_bad_day(row, checked_on)
    sheet = _sheet(instrument, answers, outcome, reason)
    if sheet:
        outcome = outcome or sheet.suggested
        found = suggest(sheet.instrument.sheet, sheet.answers).skills
        reads, writes, counts = (
            found[name] if said is None else said
            for name, said in (("reads", reads), ("writes", writes), ("counts", counts))
        )
    if outcome not in CheckOutcome.values:
        words = _("Hãy chọn kết quả.")
        raise InvalidInput("outcome_missing", words, fields={"outcome": [words]})
    ended = bool(row.done_on or row.called_off_on)
    if ended and not may_check_again(row) and (not besides or _has_left(row.learner_id)):
        raise Conflict("follow_up_done", _("Lần theo dõi này đã có kết quả."))
    check = LiteracyCheck.objects.create(
        learner_id=row.learner_id,
        award=row.award,
        follow_up=row,
        centre_id=row.centre_id,
        checked_on=checked_on,
        outcome=outcome,
        reads=reads,
        writes=writes,
        counts=counts,
        note=clean(note)[:300],
        recorded_by=by,
    )
    if sheet:
        sheet.check_made = check
        sheet.save()
    _settle(check, row)
    _consequences(check, row)
    restate([row.learner_id])
    refresh_risk([row.award_id])
    changed = changes(before, standing(row.learner_id))
    data = {"outcome": outcome, "changed": changed}
    audit.record("literacy.record_check", check, by=by, centre_id=row.centre_id, data=data)
    return check


def may_check_again(follow_up: FollowUp) -> bool:
    """Whether a follow-up that has ended takes one more check: its person is in a relapse, and has not left."""
    if not Relapse.objects.filter(learner_id=follow_up.learner_id, recovered_on__isnull=True).exists():
        return False
    return not _has_left(follow_up.learner_id)


def _has_left(learner_id: int) -> bool:
    return LiteracyCheck.objects.filter(learner_id=learner_id, outcome__in=LEAVING).exists()


def _sheet(
    instrument: Instrument | None, answers: Mapping[str, Any] | None, outcome: str, reason: str
) -> CheckSheet | None:
    """The filled-in instrument, not saved yet; None when nothing was tried. Raises InvalidInput."""
    if instrument is None:
        return None
    points = read_answers(instrument.sheet, answers)
    if not points:
        return None
    suggested, reason = suggest(instrument.sheet, points).outcome, clean(reason)[:300]
    if outcome in TELLING and outcome != suggested and not reason:
        words = _("Kết quả khác với điểm của phiếu. Hãy ghi vì sao.")
        raise InvalidInput("reason_missing", words, fields={"reason": [words]})
    differs = outcome in TELLING and outcome != suggested
    return CheckSheet(instrument=instrument, answers=points, suggested=suggested, reason=reason if differs else "")


def _settle(check: LiteracyCheck, follow_up: FollowUp) -> None:
    """Write the result on the follow-up. One that was done stays done on its day."""
    rows = FollowUp.objects.filter(pk=follow_up.pk, done_on__isnull=True)
    if check.outcome == CheckOutcome.NOT_REACHED:
        rows.update(attempts=F("attempts") + 1)
    else:
        rows.update(done_on=check.checked_on, called_off_on=None)


def _consequences(check: LiteracyCheck, follow_up: FollowUp) -> None:
    if check.outcome in LEAVING:
        follow_up.award.follow_ups.open().update(called_off_on=check.checked_on)
    elif check.outcome == CheckOutcome.RELAPSED:
        open_case(check)
    elif check.outcome in HOLDING:
        recover([check.learner_id], day=check.checked_on)
