"""Rooms of a centre, guest speakers of a session."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from centres.access import scoped
from centres.choices import Verb
from centres.permissions import require
from core.errors import DomainError
from courses import services
from courses.forms import GuestForm, RoomForm
from courses.models import GuestSpeaker, Room
from courses.permissions import require_on_class
from courses.views.shared import (
    READERS,
    attempt,
    centres_of,
    context_of,
    ended,
    refusal_of,
    session_or_404,
    working_centre,
)


@scoped(Verb.MANAGE_CLASSES)
def room_list(request: HttpRequest) -> HttpResponse:
    """Rooms of the centre; more can be written down."""
    centre = working_centre(request, Verb.MANAGE_CLASSES)
    form = RoomForm(request.POST or None)
    room, status = attempt(form, services.add_room, centre=centre, by=request.user)
    if room is not None:
        messages.success(request, _("Đã thêm %(name)s.") % {"name": room.name})
        return redirect(f"{reverse('courses:room-list')}?centre={centre.pk}")
    rooms = (
        Room.objects.filter(centre=centre)
        .order_by("-is_active", "search_key", "pk")
        .annotate(class_count=Count("class_groups"))
    )
    context = {
        "form": form, "centre": centre, "centres": centres_of(request, Verb.MANAGE_CLASSES), "rooms": list(rooms),
    }  # fmt: skip
    return render(request, "courses/room_list.html", context, status=status)


def _room_or_404(request: HttpRequest, pk: int) -> Room:
    """Return a room of a centre the user sees, when they plan classes there."""
    row: Room = get_object_or_404(Room.objects.visible_to(request.user).select_related("centre"), pk=pk)
    require(request.user, Verb.MANAGE_CLASSES, row.centre_id)
    return row


def _to_rooms(room: Room) -> HttpResponse:
    return redirect(f"{reverse('courses:room-list')}?centre={room.centre_id}")


@scoped(Verb.VIEW)
def room_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a room another name or number of places."""
    room = _room_or_404(request, pk)
    form = RoomForm(request.POST or None, initial={"name": room.name, "places": room.places})
    changed, status = attempt(form, services.change_room, room=room, by=request.user)
    if changed is not None:
        messages.success(request, _("Đã sửa phòng %(name)s.") % {"name": changed.name})
        return _to_rooms(room)
    context = {"form": form, "room": room, "class_count": room.class_groups.count()}
    return render(request, "courses/room_form.html", context, status=status)


@scoped(Verb.VIEW)
@require_POST
def room_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a room, or stop offering it when classes were held there."""
    room = _room_or_404(request, pk)
    words = {"name": room.name}
    if services.remove_room(room=room, by=request.user):
        messages.success(request, _("Đã xóa phòng %(name)s.") % words)
    else:
        text = _("Phòng %(name)s đã có lớp học nên không xóa: từ nay không còn để chọn, lớp cũ vẫn ghi phòng này.")
        messages.success(request, text % words, reverse("courses:room-restore", args=[room.pk]))
    return _to_rooms(room)


@scoped(Verb.VIEW)
@require_POST
def room_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer a room again."""
    room = services.restore_room(room=_room_or_404(request, pk), by=request.user)
    messages.success(request, _("Phòng %(name)s dùng lại được.") % {"name": room.name})
    return _to_rooms(room)


@scoped(*READERS)
def session_guests(request: HttpRequest, pk: int) -> HttpResponse:
    """Who from outside speaks in a session; one more can be written down."""
    session = session_or_404(request, pk, Verb.TEACH)
    group = session.class_group
    if not group.is_editable:
        return ended(request, group)
    form = GuestForm(request.POST or None)
    saved, status = attempt(form, services.add_guest, session=session, by=request.user)
    if saved is not None:
        messages.success(request, _("Đã ghi báo cáo viên."))
        return redirect("courses:session-guests", session.pk)
    context = context_of(group, form=form, session=session, guests=list(session.guests.all()))
    return render(request, "courses/session_guests.html", context, status=status)


@scoped(*READERS)
@require_POST
def guest_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a guest speaker off a session."""
    guests = GuestSpeaker.objects.visible_to(request.user).select_related("session__class_group")
    guest = get_object_or_404(guests, pk=pk)
    require_on_class(request.user, Verb.TEACH, guest.session.class_group)
    try:
        services.remove_guest(guest=guest, by=request.user)
    except DomainError as error:
        refusal_of(error)
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Đã bỏ báo cáo viên."))
    return redirect("courses:session-guests", guest.session_id)
