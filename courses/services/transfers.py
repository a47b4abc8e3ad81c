"""Moving a person from one class to another, of the same centre or of another one."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.errors import InvalidInput
from core.text import clean
from courses.models import ClassGroup, Enrolment
from courses.services.enrolments import enrol, withdraw


@transaction.atomic
def transfer(
    *,
    enrolment: Enrolment,
    to: ClassGroup,
    by: Any,
    reason: str,
    moved_on: dt.date | None = None,
    waiver: str = "",
) -> Enrolment:
    """Withdraw a person from their class and enrol them in another, both or neither; returns the new enrolment.

    Attendance so far stays with the old class, where the participation does not count any more: it counts once, in the
    new one. Both rows name each other, and the place left goes to the first who waits there. The user enrols in both
    classes, so both centres must be theirs. Raises InvalidInput without a reason or for the same class, and what
    ``withdraw`` and ``enrol`` raise (``class_full``: the person keeps the place they have).
    """
    reason = clean(reason)
    if not reason:
        raise InvalidInput("reason_missing", _("Hãy ghi lý do chuyển."), fields={"reason": [_("Hãy ghi lý do.")]})
    if to.pk == enrolment.class_group_id:
        message = _("Hãy chọn một lớp khác.")
        raise InvalidInput("same_class", message, fields={"to": [message]})
    # Both at once and always in the same order: two transfers in opposite directions do not wait for each other.
    pair = ClassGroup.objects.filter(pk__in=[to.pk, enrolment.class_group_id]).order_by("pk")
    list(pair.select_for_update(of=("self",)))
    day = moved_on or timezone.localdate()
    words = {"code": to.code, "reason": reason}
    left = withdraw(
        enrolment=enrolment, by=by, reason=_("Chuyển sang lớp %(code)s: %(reason)s") % words, withdrawn_on=day
    )
    arrived = enrol(class_group=to, learner=left.learner, by=by, enrolled_on=day, waiver=waiver)
    arrived.transferred_from = left
    arrived.save(update_fields=["transferred_from", "updated_at"])
    data = {"from": left.class_group.code, "to": to.code, "learner": left.learner.code, "reason": reason}
    audit.record("courses.transfer", arrived, by=by, centre_id=to.centre_id, data=data)
    return arrived
