"""Verbs on rooms and on guest speakers of a session."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from centres.choices import Verb
from centres.models import Centre
from centres.permissions import require
from core import audit
from core.errors import InvalidInput, OutOfScope
from core.text import clean, search_key
from courses.models import GuestSpeaker, Room, Session
from courses.permissions import take_class


def _checked_name(centre_id: int, name: str, *, but: int = 0) -> str:
    """Return the name as it is kept. Raises InvalidInput without one, or for one the centre has already."""
    name = clean(name)[:100]
    message = ""
    same = Room.objects.filter(centre_id=centre_id, search_key=search_key(name)).exclude(pk=but).first()
    if not name:
        message = _("Hãy ghi tên phòng.")
    elif same is not None and not same.is_active:
        message = _("Trung tâm đã có phòng tên này, đang ngừng dùng. Hãy bấm dùng lại phòng đó.")
    elif same is not None:
        message = _("Trung tâm đã có phòng tên này.")
    if message:
        raise InvalidInput("bad_room", message, fields={"name": [message]})
    return name


@transaction.atomic
def add_room(*, centre: Centre, by: Any, name: str, places: int | None = None) -> Room:
    """Write down a room of the centre. Raises InvalidInput without a name, or for a name it has already."""
    require(by, Verb.MANAGE_CLASSES, centre.pk)
    Centre.objects.select_for_update().get(pk=centre.pk)
    name = _checked_name(centre.pk, name)
    room = Room.objects.create(centre=centre, name=name, places=places)
    audit.record("courses.add_room", room, by=by, centre_id=centre.pk, data={"name": name})
    return room


def _take(room: Room, by: Any) -> Room:
    """The room as it is now, with the centre held, so that two people at once give a name once."""
    require(by, Verb.MANAGE_CLASSES, room.centre_id)
    Centre.objects.select_for_update().get(pk=room.centre_id)
    fresh = Room.objects.filter(pk=room.pk).first()
    if fresh is None:
        raise OutOfScope("not_found", _("Không tìm thấy."))
    return fresh


@transaction.atomic
def change_room(*, room: Room, by: Any, name: str, places: int | None = None) -> Room:
    """Give a room another name or number of places; classes held there show the new name. Raises as ``add_room``."""
    fresh = _take(room, by)
    before = [fresh.name, fresh.places]
    fresh.name, fresh.places = _checked_name(fresh.centre_id, name, but=fresh.pk), places
    fresh.save()
    data = {"before": before, "after": [fresh.name, fresh.places]}
    audit.record("courses.change_room", fresh, by=by, centre_id=fresh.centre_id, data=data)
    return fresh


@transaction.atomic
def remove_room(*, room: Room, by: Any) -> bool:
    """Remove a room no class was ever in; one that was used is only not offered any more.

    Returns whether it is gone. Classes that have the room keep it.
    """
    fresh = _take(room, by)
    used = fresh.class_groups.count()
    audit.record(
        "courses.remove_room", fresh, by=by, centre_id=fresh.centre_id, data={"name": fresh.name, "used": used}
    )
    if used:
        fresh.is_active = False
        fresh.save(update_fields=["is_active", "updated_at"])
        return False
    fresh.delete()
    return True


@transaction.atomic
def restore_room(*, room: Room, by: Any) -> Room:
    """Offer a room again that was not offered any more."""
    fresh = _take(room, by)
    fresh.is_active = True
    fresh.save(update_fields=["is_active", "updated_at"])
    audit.record("courses.restore_room", fresh, by=by, centre_id=fresh.centre_id, data={"name": fresh.name})
    return fresh


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
