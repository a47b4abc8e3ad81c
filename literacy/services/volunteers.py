"""Verbs on the people who call on others."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.choices import Verb
from centres.models import Centre
from centres.permissions import require
from core import audit
from core.errors import InvalidInput, OutOfScope
from core.text import clean, search_key, split_name
from learners.identity import read_phone
from literacy.models import FollowUp, Mobilisation, Volunteer
from literacy.selectors import accounts_of, people_called_on, people_of


def _refuse(field: str, message: str) -> InvalidInput:
    return InvalidInput("bad_volunteer", message, fields={field: [message]})


def _filled(row: Volunteer, *, full_name: str, phone: str, organisation: str, user: User | None) -> Volunteer:
    """Put checked values on a volunteer. Raises InvalidInput, by field."""
    try:
        row.full_name = split_name(full_name).full[:120]
    except ValueError:
        raise _refuse("full_name", _("Hãy ghi họ và tên.")) from None
    try:
        row.phone = read_phone(phone)
    except ValueError as error:
        raise _refuse("phone", _("Xem lại: %(reason)s.") % {"reason": error}) from None
    others = Volunteer.objects.filter(centre_id=row.centre_id).exclude(pk=row.pk)
    same = others.filter(search_key=search_key(row.full_name), phone=row.phone).first()
    if same is not None and same.is_active:
        raise _refuse(
            "full_name", _("Trung tâm đã ghi người này. Hai người trùng tên thì ghi số điện thoại khác nhau.")
        )
    if same is not None:
        raise _refuse("full_name", _("Người này đã có trong danh sách, đang thôi làm. Hãy bấm “Mời lại”."))
    if user is not None and not accounts_of(row.centre).filter(pk=user.pk).exists():
        raise _refuse("user", _("Tài khoản này không thuộc trung tâm."))
    if user is not None and others.filter(user=user).exists():
        raise _refuse("user", _("Tài khoản này đã gắn với một người khác trong danh sách."))
    row.organisation, row.user = clean(organisation)[:100], user
    return row


@transaction.atomic
def add_volunteer(
    *, centre: Centre, by: Any, full_name: str, phone: str = "", organisation: str = "", user: User | None = None
) -> Volunteer:
    """Write down somebody who calls on people for the centre.

    Raises InvalidInput by field: without a name, for a wrong telephone, for somebody who is written down already,
    for an account that is not the centre's or is another volunteer's.
    """
    require(by, Verb.FOLLOW_UP, centre.pk)
    Centre.objects.select_for_update().get(pk=centre.pk)
    row = _filled(Volunteer(centre=centre), full_name=full_name, phone=phone, organisation=organisation, user=user)
    row.save()
    audit.record("literacy.add_volunteer", row, by=by, centre_id=centre.pk, data={"account": user and user.username})
    return row


def _take(volunteer: Volunteer, by: Any) -> Volunteer:
    """The volunteer as they are now, with the centre held. Raises OutOfScope, Forbidden."""
    require(by, Verb.FOLLOW_UP, volunteer.centre_id)
    Centre.objects.select_for_update().get(pk=volunteer.centre_id)
    fresh = Volunteer.objects.select_related("centre").filter(pk=volunteer.pk).first()
    if fresh is None:
        raise OutOfScope("not_found", _("Không tìm thấy."))
    return fresh


@transaction.atomic
def change_volunteer(
    *,
    volunteer: Volunteer,
    by: Any,
    full_name: str,
    phone: str = "",
    organisation: str = "",
    user: User | None = None,
) -> Volunteer:
    """Correct name, telephone, organisation or account. Raises as ``add_volunteer``."""
    fresh = _take(volunteer, by)
    _filled(fresh, full_name=full_name, phone=phone, organisation=organisation, user=user).save()
    data = {"account": user and user.username}
    audit.record("literacy.change_volunteer", fresh, by=by, centre_id=fresh.centre_id, data=data)
    return fresh


@transaction.atomic
def retire_volunteer(*, volunteer: Volunteer, by: Any, successor: Volunteer | None = None) -> int:
    """Give no more people to somebody; ``successor`` takes over those still to be seen, else nobody has them.

    What was done stays under the name of who did it. Returns how many people changed hands; retiring twice changes
    nothing. Raises InvalidInput for a successor who has retired, is of another centre or is the volunteer.
    """
    fresh = _take(volunteer, by)
    if successor is not None:
        successor = Volunteer.objects.filter(centre_id=fresh.centre_id, pk=successor.pk).active().first()
        if successor is None or successor.pk == fresh.pk:
            raise _refuse("successor", _("Hãy chọn một người khác đang làm của trung tâm."))
    if not fresh.is_active:
        return 0
    fresh.retired_on = timezone.localdate()
    fresh.save(update_fields=["retired_on", "updated_at"])
    rows = people_of(fresh)
    people = people_called_on(fresh)
    awards = sorted(set(rows.values_list("award_id", flat=True)))
    FollowUp.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(
        volunteer=successor, assigned_on=fresh.retired_on if successor else None
    )
    called = Mobilisation.objects.filter(volunteer=fresh)
    data = {"successor": successor and successor.pk, "awards": awards, "mobilised": called.count()}
    called.update(volunteer=successor, updated_at=timezone.now())
    audit.record("literacy.retire_volunteer", fresh, by=by, centre_id=fresh.centre_id, data=data)
    return len(people)


@transaction.atomic
def restore_volunteer(*, volunteer: Volunteer, by: Any) -> Volunteer:
    """Let somebody who had stopped call on people again."""
    fresh = _take(volunteer, by)
    if not fresh.is_active:
        fresh.retired_on = None
        fresh.save(update_fields=["retired_on", "updated_at"])
        audit.record("literacy.restore_volunteer", fresh, by=by, centre_id=fresh.centre_id)
    return fresh
