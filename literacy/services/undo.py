"""Taking back a check that was recorded by a slip a moment ago."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from centres.choices import Verb
from centres.permissions import require
from core import audit
from core.errors import Conflict
from core.undo import own_deed
from literacy.models import FollowUp, LiteracyAward, LiteracyCheck, Relapse, RelapseStep
from literacy.services.restating import restate
from literacy.services.worklist import refresh_risk

# What a check may change of a person, by row: the days and the number of attempts, JSON-ready.
type Standing = dict[str, list[str | int | None]]
type Changes = dict[str, tuple[list[str | int | None] | None, list[str | int | None] | None]]


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | int | None) -> dt.date | None:
    return dt.date.fromisoformat(str(text)) if text else None


def standing(learner_id: int) -> Standing:
    """Return how a person's follow-ups and relapses stand: two queries."""
    plan = FollowUp.objects.filter(learner_id=learner_id).order_by("pk")
    cases = Relapse.objects.filter(learner_id=learner_id).order_by("pk")
    return {
        **{
            f"follow_up:{pk}": [_iso(done_on), _iso(called_off_on), attempts]
            for pk, done_on, called_off_on, attempts in plan.values_list("pk", "done_on", "called_off_on", "attempts")
        },
        **{
            f"relapse:{pk}": [_iso(recovered_on), found_by, _iso(opened_on)]
            for pk, recovered_on, found_by, opened_on in cases.values_list(
                "pk", "recovered_on", "found_by_check_id", "opened_on"
            )
        },
    }


def changes(before: Standing, after: Standing) -> Changes:
    """Return what differs, by row: (then, now); None where a row was not there."""
    return {key: (before.get(key), now) for key, now in after.items() if before.get(key) != now}


@transaction.atomic
def undo_check(*, check: LiteracyCheck, by: User) -> FollowUp:
    """Take back a check one recorded oneself a moment ago, with all that followed from it; the audit trail keeps both.

    Raises Forbidden without the verb, Conflict ``undo_done``, ``undo_too_late``, or ``undo_built_on`` when something
    was recorded of the person since: a later check, a level, the end of a relapse, what was done about it.
    """
    require(by, Verb.FOLLOW_UP, check.centre_id)
    list(FollowUp.objects.select_for_update(of=("self",)).filter(learner_id=check.learner_id).values_list("pk"))
    row = LiteracyCheck.objects.select_related("follow_up").filter(pk=check.pk).first()
    if row is None or row.follow_up is None:
        raise Conflict("undo_done", _("Kết quả này đã được hoàn tác."))
    deed = own_deed("literacy.record_check", row, by)
    changed: Changes | None = deed.data.get("changed")
    if changed is None:  # recorded before undoing was known
        raise Conflict("undo_too_late", _("Không hoàn tác được nữa: đã quá lâu, hoặc người khác đã ghi."))
    now = standing(row.learner_id)
    built_on = (
        LiteracyCheck.objects.filter(learner_id=row.learner_id, pk__gt=row.pk).exists()
        or LiteracyAward.objects.filter(learner_id=row.learner_id, created_at__gt=deed.at).exists()
        or RelapseStep.objects.filter(case__found_by_check=row).exists()
        or any(now.get(key) != after for key, (_before, after) in changed.items())
    )
    if built_on:
        words = _("Sau đó đã ghi thêm kết quả của người này, nên không hoàn tác được. Hãy ghi một lần kiểm tra mới.")
        raise Conflict("undo_built_on", words)
    data = {"outcome": row.outcome, "on": str(row.checked_on), "deed": deed.pk}
    audit.record("literacy.undo_check", row, by=by, centre_id=row.centre_id, data=data)
    for key, (before, _after) in changed.items():
        kind, pk = key.split(":")
        if kind == "follow_up" and before:
            done_on, called_off_on, attempts = before
            FollowUp.objects.filter(pk=pk).update(
                done_on=_day(done_on), called_off_on=_day(called_off_on), attempts=attempts
            )
        elif before:
            recovered_on, found_by, opened_on = before
            case = Relapse.objects.filter(pk=pk)
            if found_by is None and case.filter(found_by_statement__isnull=True).exists():
                case.delete()  # the survey that had said it was taken back since
            else:
                case.update(recovered_on=_day(recovered_on), found_by_check_id=found_by, opened_on=_day(opened_on))
        else:
            Relapse.objects.filter(pk=pk, found_by_check=row).delete()
    follow_up = row.follow_up
    row.delete()
    restate([follow_up.learner_id])
    refresh_risk([follow_up.award_id])
    follow_up.refresh_from_db()
    return follow_up
