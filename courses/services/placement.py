"""A placement test: somebody who can read already begins in the term they need."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from centres.choices import Verb
from centres.permissions import require
from core import audit
from core.errors import Conflict, InvalidInput, OutOfScope
from core.text import clean
from courses.models import PlacementTest
from courses.selectors.programme import programme_shape
from learners.models import Learner
from learners.services import centre_where


@transaction.atomic
def record_placement(
    *,
    learner: Learner,
    term: int,
    tested_on: dt.date,
    paper: str,
    by: Any,
    paper_number: str = "",
    note: str = "",
) -> PlacementTest:
    """Record that a test found somebody fit to begin in a term, with its paper.

    It opens classes that ask for a phase before that term. It certifies no level: whoever was literate before is not
    newly literate by it. Raises OutOfScope, Forbidden; InvalidInput ``placement_incomplete`` by field; Conflict
    ``placement_known`` when a test of that day is recorded.
    """
    centre_id = centre_where(by, learner, Verb.ENROL)
    paper = clean(paper)[:150]
    terms = [number for numbers in programme_shape().phases.values() for number in numbers]
    fields: dict[str, list[str]] = {}
    if term not in terms or term < 2:
        fields["term"] = [_("Hãy chọn kỳ mà người này vào học được.")]
    if tested_on > timezone.localdate():
        fields["tested_on"] = [_("Ngày kiểm tra không được ở tương lai.")]
    if not paper:
        fields["paper"] = [_("Hãy ghi bài hoặc biên bản kiểm tra. Không có giấy thì chưa xếp thẳng vào kỳ này được.")]
    if fields:
        raise InvalidInput("placement_incomplete", _("Chưa ghi đủ. Hãy xem các ô báo đỏ."), fields=fields)
    if PlacementTest.objects.standing().filter(learner=learner, tested_on=tested_on).exists():
        raise Conflict("placement_known", _("Lần kiểm tra xếp lớp ngày này đã được ghi rồi."))
    row = PlacementTest.objects.create(
        learner=learner, centre_id=centre_id, term=term, tested_on=tested_on, paper=paper,
        paper_number=clean(paper_number)[:60], note=clean(note)[:200], recorded_by=by,
    )  # fmt: skip
    data = {"learner": learner.code, "term": term, "on": str(tested_on)}
    audit.record("courses.record_placement", row, by=by, centre_id=centre_id, data=data)
    return row


@transaction.atomic
def take_back_placement(*, row: PlacementTest, reason: str, by: Any) -> PlacementTest:
    """Say that a placement test was recorded wrongly. Who was enrolled because of it stays enrolled.

    Raises OutOfScope, Forbidden, InvalidInput ``reason_missing``, Conflict ``taken_back_already``.
    """
    if not PlacementTest.objects.visible_to(by).filter(pk=row.pk).exists():
        raise OutOfScope("not_found", _("Không tìm thấy."))
    require(by, Verb.ENROL, row.centre_id)
    reason = clean(reason)[:200]
    if not reason:
        raise InvalidInput("reason_missing", _("Hãy ghi lý do rút lại."), fields={"reason": [_("Hãy ghi lý do.")]})
    changed = (
        PlacementTest.objects.standing()
        .filter(pk=row.pk)
        .update(taken_back_at=timezone.now(), taken_back_by=by, take_back_reason=reason, updated_at=timezone.now())
    )
    if not changed:
        raise Conflict("taken_back_already", _("Lần kiểm tra này đã được rút lại rồi."))
    row.refresh_from_db()
    data = {"learner": row.learner.code, "reason": reason}
    audit.record("courses.take_back_placement", row, by=by, centre_id=row.centre_id, data=data)
    return row
