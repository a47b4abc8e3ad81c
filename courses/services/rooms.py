"""Verbs on rooms and on guest speakers of a session."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from centres.choices import Verb
from centres.models import Centre
from centres.permissions import require
from core import audit
from core.errors import InvalidInput
from core.text import clean, search_key
from courses.models import GuestSpeaker, Room, Session
from courses.permissions import take_class


@transaction.atomic
def add_room(*, centre: Centre, by: Any, name: str, places: int | None = None) -> Room:
    """Write down a room of the centre. Raises InvalidInput without a name, or for a name it has already."""
    require(by, Verb.MANAGE_CLASSES, centre.pk)
    Centre.objects.select_for_update().get(pk=centre.pk)
    name = clean(name)[:100]
    message = ""
    if not name:
        message = _("Hãy ghi tên phòng.")
    elif Room.objects.filter(centre=centre, search_key=search_key(name)).exists():
        message = _("Trung tâm đã có phòng tên này.")
    if message:
        raise InvalidInput("bad_room", message, fields={"name": [message]})
    room = Room.objects.create(centre=centre, name=name, places=places)
    audit.record("courses.add_room", room, by=by, centre_id=centre.pk, data={"name": name})
    return room


@transaction.atomic
def add_guest(*, session: Session, by: Any, name: str, organisation: str = "", phone: str = "") -> GuestSpeaker:
    """Write down who from outside speaks in a session. Raises InvalidInput without a name; what ``take_class`` does."""
    fresh = take_class(by, Verb.TEACH, session.class_group)
    name = clean(name)[:100]
    if not name:
        message = _("Hãy ghi họ tên báo cáo viên.")
        raise InvalidInput("guest_unnamed", message, fields={"name": [message]})
    guest = GuestSpeaker.objects.create(
        session=session, name=name, organisation=clean(organisation)[:150], phone=clean(phone)[:20]
    )
    audit.record("courses.add_guest", guest, by=by, centre_id=fresh.centre_id, data={"session": session.number})
    return guest


@transaction.atomic
def remove_guest(*, guest: GuestSpeaker, by: Any) -> None:
    """Take a guest speaker off a session."""
    fresh = take_class(by, Verb.TEACH, guest.session.class_group)
    audit.record(
        "courses.remove_guest", guest, by=by, centre_id=fresh.centre_id, data={"session": guest.session.number}
    )
    guest.delete()
