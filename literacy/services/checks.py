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
from literacy.choices import LEAVING, CheckOutcome
from literacy.models import FollowUp, LiteracyCheck, Relapse


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
    Moved or died: the plan ends. Holding a level ends an open relapse. Raises Conflict when the follow-up is done.
    """
    if not FollowUp.objects.visible_to(by).filter(pk=follow_up.pk).exists():
        raise OutOfScope("not_found", _("Không tìm thấy."))
    require(by, Verb.FOLLOW_UP, follow_up.centre_id)
    row = FollowUp.objects.select_for_update(of=("self",)).select_related("award").get(pk=follow_up.pk)
    if row.done_on or row.called_off_on:
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
    if outcome == CheckOutcome.NOT_REACHED:
        FollowUp.objects.filter(pk=row.pk).update(attempts=F("attempts") + 1)
    else:
        FollowUp.objects.filter(pk=row.pk).update(done_on=checked_on)
    _consequences(check, row)
    audit.record("literacy.record_check", check, by=by, centre_id=row.centre_id, data={"outcome": outcome})
    return check


def _consequences(check: LiteracyCheck, follow_up: FollowUp) -> None:
    if check.outcome == CheckOutcome.RELAPSED or check.outcome in LEAVING:
        follow_up.award.follow_ups.open().update(called_off_on=check.checked_on)
    if check.outcome == CheckOutcome.RELAPSED:
        if not Relapse.objects.filter(learner_id=check.learner_id, recovered_on__isnull=True).exists():
            Relapse.objects.create(
                learner_id=check.learner_id, centre_id=check.centre_id, found_by_check=check, opened_on=check.checked_on
            )
    elif check.outcome in (CheckOutcome.HOLDS_1, CheckOutcome.HOLDS_2):
        Relapse.objects.filter(
            learner_id=check.learner_id, recovered_on__isnull=True, opened_on__lte=check.checked_on
        ).update(recovered_on=check.checked_on)
