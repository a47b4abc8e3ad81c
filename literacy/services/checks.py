"""Recording what a check found, and what follows from it."""

import datetime as dt

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
from literacy.choices import HOLDING, LEAVING, CheckOutcome
from literacy.models import FollowUp, LiteracyCheck, Relapse
from literacy.services.relapse import open_case, recover
from literacy.services.undo import changes, standing


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
) -> LiteracyCheck:
    """Record one check.

    Not reached: the follow-up stays open and counts the attempt. Relapsed: the plan ends and one relapse case opens.
    Moved or died: the plan ends. While a relapse is open the person can be checked again through any follow-up of the
    plan; holding a level then ends the relapse and the plan goes on. Raises Conflict when the follow-up has its result.
    """
    if not FollowUp.objects.visible_to(by).filter(pk=follow_up.pk).exists():
        raise OutOfScope("not_found", _("Không tìm thấy."))
    require(by, Verb.FOLLOW_UP, follow_up.centre_id)
    row = FollowUp.objects.select_for_update(of=("self",)).select_related("award").get(pk=follow_up.pk)
    before = standing(row.learner_id)
    again = bool(row.done_on or row.called_off_on)
    if again and not may_check_again(row):
        raise Conflict("follow_up_done", _("Lần theo dõi này đã có kết quả."))
    _refuse_bad_day(row, checked_on)
    if outcome not in CheckOutcome.values:
        words = _("Hãy chọn kết quả.")
        raise InvalidInput("outcome_missing", words, fields={"outcome": [words]})
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
    _settle(check, row)
    _consequences(check, row)
    changed = changes(before, standing(row.learner_id))
    data = {"outcome": outcome, "changed": changed}
    audit.record("literacy.record_check", check, by=by, centre_id=row.centre_id, data=data)
    return check


def may_check_again(follow_up: FollowUp) -> bool:
    """Whether a follow-up that has ended takes one more check: its person is in a relapse, and has not left."""
    if not Relapse.objects.filter(learner_id=follow_up.learner_id, recovered_on__isnull=True).exists():
        return False
    return not LiteracyCheck.objects.filter(learner_id=follow_up.learner_id, outcome__in=LEAVING).exists()


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
