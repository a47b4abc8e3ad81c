"""Verbs on calling on people who cannot read."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.choices import Verb
from centres.permissions import require
from core import audit
from core.errors import Conflict, InvalidInput, OutOfScope
from core.text import clean
from core.undo import own_deed
from learners.models import Learner
from learners.services import centre_where
from literacy.choices import CallOutcome
from literacy.models import Mobilisation, MobilisationCall, Volunteer


@transaction.atomic
def assign_people(*, learner_ids: Collection[int], volunteer: Volunteer, by: User) -> int:
    """Give people to somebody who calls on them; return how many changed hands.

    Raises OutOfScope when one of them or the volunteer is not the user's, InvalidInput when nobody is named or the
    volunteer has retired, Forbidden.
    """
    require(by, Verb.SURVEY, volunteer.centre_id)
    if not volunteer.is_active:
        words = _("%(name)s đã thôi làm. Hãy chọn người khác.") % {"name": volunteer.full_name}
        raise InvalidInput("volunteer_retired", words, fields={"volunteer": [words]})
    wanted = set(learner_ids)
    if not wanted:
        words = _("Hãy chọn ít nhất một người.")
        raise InvalidInput("nobody_chosen", words, fields={"person": [words]})
    people = Learner.objects.visible_to(by).filter(pk__in=wanted, centre_links__centre_id=volunteer.centre_id)
    found = set(people.values_list("pk", flat=True))
    if found != wanted:
        raise OutOfScope("not_found", _("Không tìm thấy."))
    rows = Mobilisation.objects.select_for_update(of=("self",)).filter(learner_id__in=found)
    held = dict(rows.values_list("learner_id", "volunteer_id"))
    Mobilisation.objects.filter(learner_id__in=held).update(volunteer=volunteer, updated_at=timezone.now())
    Mobilisation.objects.bulk_create(
        [
            Mobilisation(learner_id=pk, centre_id=volunteer.centre_id, volunteer=volunteer)
            for pk in sorted(found - held.keys())
        ]
    )
    changed = sum(held.get(pk) != volunteer.pk for pk in found)
    data = {"people": changed, "volunteer": volunteer.pk}
    audit.record("literacy.assign_callers", volunteer, by=by, centre_id=volunteer.centre_id, data=data)
    return changed


@transaction.atomic
def record_call(
    *,
    learner: Learner,
    outcome: str,
    by: User,
    called_on: dt.date | None = None,
    volunteer: Volunteer | None = None,
    note: str = "",
) -> MobilisationCall:
    """Write down what came of calling on somebody; ``volunteer`` is by default who calls on them.

    Raises InvalidInput for an unknown outcome or a day in the future, OutOfScope or Forbidden.
    """
    centre_id = centre_where(by, learner, Verb.SURVEY)
    called_on = called_on or timezone.localdate()
    if outcome not in CallOutcome.values:
        words = _("Hãy chọn kết quả.")
        raise InvalidInput("outcome_missing", words, fields={"outcome": [words]})
    if called_on > timezone.localdate():
        words = _("Ngày vận động không được ở tương lai.")
        raise InvalidInput("called_in_future", words, fields={"called_on": [words]})
    held, _made = Mobilisation.objects.get_or_create(learner=learner, defaults={"centre_id": centre_id})
    held = Mobilisation.objects.select_for_update().get(pk=held.pk)
    if volunteer is not None and volunteer.centre_id != held.centre_id:
        raise OutOfScope("not_found", _("Không tìm thấy."))
    call = MobilisationCall.objects.create(
        learner=learner,
        centre_id=centre_id,
        volunteer_id=volunteer.pk if volunteer else held.volunteer_id,
        called_on=called_on,
        outcome=outcome,
        note=clean(note)[:300],
        recorded_by=by,
    )
    _settle(held)
    data = {"outcome": outcome, "on": str(called_on)}
    audit.record("literacy.record_call", call, by=by, centre_id=centre_id, data=data)
    return call


def _settle(held: Mobilisation) -> None:
    """The latest call by day is what came of it."""
    last = MobilisationCall.objects.filter(learner_id=held.learner_id).order_by("called_on", "pk").last()
    held.last_outcome = last.outcome if last else ""
    held.last_called_on = last.called_on if last else None
    held.save()


@transaction.atomic
def undo_call(*, call: MobilisationCall, by: User) -> None:
    """Take back a call one wrote down oneself a moment ago. Raises Conflict ``undo_done`` or ``undo_too_late``."""
    learner = Learner.objects.get(pk=call.learner_id)
    centre_id = centre_where(by, learner, Verb.SURVEY)
    row = MobilisationCall.objects.select_for_update().filter(pk=call.pk).first()
    if row is None:
        raise Conflict("undo_done", _("Kết quả này đã được hoàn tác."))
    deed = own_deed("literacy.record_call", row, by)
    audit.record("literacy.undo_call", row, by=by, centre_id=centre_id, data={"deed": deed.pk})
    row.delete()
    held = Mobilisation.objects.select_for_update().filter(learner=learner).first()
    if held is not None:
        _settle(held)


def settle_calls(learner_ids: Collection[int]) -> None:
    """Work out anew what came of calling on people, after calls changed hands; call it in that transaction."""
    for held in Mobilisation.objects.select_for_update(of=("self",)).filter(learner_id__in=learner_ids).order_by("pk"):
        _settle(held)
