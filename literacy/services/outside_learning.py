"""Recording what somebody learned elsewhere, and taking it back."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.choices import Verb
from centres.permissions import require
from core import audit
from core.errors import Conflict, InvalidInput, OutOfScope
from core.text import clean
from learners.models import Learner
from learners.services import centre_where
from literacy.models import OutsideLearning
from literacy.services.worklist import refresh_people

NEEDED = {"what": 150, "place": 150, "paper": 150}


@transaction.atomic
def record_outside_learning(
    *,
    learner: Learner,
    what: str,
    place: str,
    starts_on: dt.date,
    ends_on: dt.date,
    paper: str,
    by: User,
    paper_number: str = "",
) -> OutsideLearning:
    """Record learning at another place that a paper proves. ``ends_on``: the last day the paper speaks of.

    Raises OutOfScope, Forbidden; InvalidInput ``outside_incomplete`` by field: nothing said, days in the wrong order or
    to come; Conflict ``outside_known`` when the same is recorded already.
    """
    centre_id = centre_where(by, learner, Verb.FOLLOW_UP)
    said = {name: clean(value)[: NEEDED[name]] for name, value in (("what", what), ("place", place), ("paper", paper))}
    fields: dict[str, list[str]] = {}
    for name, words in (
        ("what", _("Hãy ghi đã học gì.")),
        ("place", _("Hãy ghi đã học ở đâu.")),
        ("paper", _("Hãy ghi giấy tờ chứng minh. Không có giấy thì chưa tính là học tiếp.")),
    ):
        if not said[name]:
            fields[name] = [words]
    if ends_on < starts_on:
        fields["ends_on"] = [_("Ngày kết thúc phải từ ngày bắt đầu trở đi.")]
    elif ends_on > timezone.localdate():
        fields["ends_on"] = [_("Ngày kết thúc không được ở tương lai. Còn đang học thì ghi ngày trên giấy.")]
    if fields:
        raise InvalidInput("outside_incomplete", _("Chưa ghi đủ. Hãy xem các ô báo đỏ."), fields=fields)
    known = OutsideLearning.objects.standing().filter(learner=learner, starts_on=starts_on, what=said["what"])
    if known.exists():
        raise Conflict("outside_known", _("Việc học này đã được ghi rồi."))
    row = OutsideLearning.objects.create(
        learner=learner, centre_id=centre_id, starts_on=starts_on, ends_on=ends_on,
        paper_number=clean(paper_number)[:60], recorded_by=by, **said,
    )  # fmt: skip
    refresh_people([learner.pk])
    refresh_people([learner.pk])  # who goes on learning is less pressing
    data = {"learner": learner.code, "from": str(starts_on), "to": str(ends_on)}
    audit.record("literacy.record_outside_learning", row, by=by, centre_id=centre_id, data=data)
    return row


@transaction.atomic
def take_back_outside_learning(*, row: OutsideLearning, reason: str, by: User) -> OutsideLearning:
    """Say that a record was wrong; it stays, and counts no more on any day.

    Raises OutOfScope, Forbidden, InvalidInput ``reason_missing``, Conflict ``taken_back_already``.
    """
    if not OutsideLearning.objects.visible_to(by).filter(pk=row.pk).exists():
        raise OutOfScope("not_found", _("Không tìm thấy."))
    require(by, Verb.FOLLOW_UP, row.centre_id)
    reason = clean(reason)[:200]
    if not reason:
        raise InvalidInput("reason_missing", _("Hãy ghi lý do rút lại."), fields={"reason": [_("Hãy ghi lý do.")]})
    changed = (
        OutsideLearning.objects.standing()
        .filter(pk=row.pk)
        .update(taken_back_at=timezone.now(), taken_back_by=by, take_back_reason=reason, updated_at=timezone.now())
    )
    if not changed:
        raise Conflict("taken_back_already", _("Việc học này đã được rút lại rồi."))
    row.refresh_from_db()
    refresh_people([row.learner_id])
    audit.record("literacy.take_back_outside_learning", row, by=by, centre_id=row.centre_id, data={"reason": reason})
    return row
