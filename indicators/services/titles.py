"""Recording who holds the title "Công dân học tập", and taking a record back."""

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
from indicators.models import CitizenTitle
from learners.models import Learner
from learners.services import centre_where


@transaction.atomic
def record_title(
    *,
    learner: Learner,
    recognised_on: dt.date,
    decided_by: str,
    document: str,
    by: User,
    valid_to: dt.date | None = None,
) -> CitizenTitle:
    """Record that a learner holds the title, by the paper that says so. ``valid_to``: the paper's own end, if any.

    Raises OutOfScope, Forbidden; InvalidInput ``title_incomplete`` by field; Conflict ``title_known``.
    """
    centre_id = centre_where(by, learner, Verb.FOLLOW_UP)
    fields: dict[str, list[str]] = {}
    if not clean(decided_by):
        fields["decided_by"] = [_("Hãy ghi cơ quan công nhận.")]
    if not clean(document):
        fields["document"] = [_("Hãy ghi số, ngày của văn bản. Không có giấy thì chưa tính.")]
    if recognised_on > timezone.localdate():
        fields["recognised_on"] = [_("Ngày công nhận không được ở tương lai.")]
    if valid_to is not None and valid_to < recognised_on:
        fields["valid_to"] = [_("Ngày hết giá trị phải từ ngày công nhận trở đi.")]
    if fields:
        raise InvalidInput("title_incomplete", _("Chưa ghi đủ. Hãy xem các ô báo đỏ."), fields=fields)
    Learner.objects.select_for_update(of=("self",)).get(pk=learner.pk)
    if CitizenTitle.objects.standing().filter(learner=learner, recognised_on=recognised_on).exists():
        raise Conflict("title_known", _("Danh hiệu công nhận ngày này đã được ghi rồi."))
    row = CitizenTitle.objects.create(
        learner=learner, centre_id=centre_id, recognised_on=recognised_on, valid_to=valid_to,
        decided_by=clean(decided_by)[:150], document=clean(document)[:150], recorded_by=by,
    )  # fmt: skip
    data = {"learner": learner.code, "on": str(recognised_on)}
    audit.record("indicators.record_title", row, by=by, centre_id=centre_id, data=data)
    return row


@transaction.atomic
def take_back_title(*, row: CitizenTitle, reason: str, by: User) -> CitizenTitle:
    """Say that a record was wrong; it stays, and counts no more.

    Raises OutOfScope, Forbidden, InvalidInput ``reason_missing``, Conflict ``taken_back_already``.
    """
    if not CitizenTitle.objects.visible_to(by).filter(pk=row.pk).exists():
        raise OutOfScope("not_found", _("Không tìm thấy."))
    require(by, Verb.FOLLOW_UP, row.centre_id)
    said = clean(reason)[:200]
    if not said:
        raise InvalidInput("reason_missing", _("Hãy ghi lý do rút lại."), fields={"reason": [_("Hãy ghi lý do.")]})
    now = timezone.now()
    changed = (
        CitizenTitle.objects.standing()
        .filter(pk=row.pk)
        .update(taken_back_at=now, taken_back_by=by, take_back_reason=said, updated_at=now)
    )
    if not changed:
        raise Conflict("taken_back_already", _("Bản ghi này đã được rút lại rồi."))
    row.refresh_from_db()
    audit.record("indicators.take_back_title", row, by=by, centre_id=row.centre_id, data={"reason": said})
    return row
