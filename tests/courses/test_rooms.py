"""Rooms, clashes, guest speakers and funding."""

import datetime as dt
import re

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.errors import InvalidInput
from core.models import AuditEvent
from courses import services
from courses.models import GuestSpeaker, Room
from courses.selectors import class_clashes
from tests.factories import make_class, make_sessions

pytestmark = pytest.mark.django_db


def test_two_classes_in_one_room_at_the_same_hour_are_named(cast, as_user):
    room = services.add_room(centre=cast.centre_a, by=cast.lan, name="Phòng 2")
    first, second = (make_class(cast.centre_a, room=room) for _ in range(2))
    day = dt.date(2026, 3, 9)
    services.add_session(class_group=first, by=cast.lan, held_on=day, starts_at=dt.time(18), ends_at=dt.time(20))
    moved = services.add_session(
        class_group=second, by=cast.lan, held_on=day, starts_at=dt.time(19), ends_at=dt.time(21)
    )

    assert [(row.day, row.code, row.same_room, row.same_teacher) for row in class_clashes(first)] == [
        (day, second.code, True, False)
    ]
    page = as_user(cast.lan).get(reverse("courses:class-detail", args=[first.pk])).content.decode()
    assert "Trùng lịch với lớp khác" in page
    services.move_session(session=moved, by=cast.lan, held_on=day, starts_at=dt.time(20), ends_at=dt.time(21))
    assert class_clashes(first) == []
    services.move_session(session=moved, by=cast.lan, held_on=day)  # any hour of the day
    assert len(class_clashes(first)) == 1
    services.cancel_session(session=moved, by=cast.lan, reason="Bão")
    assert class_clashes(first) == []


def test_one_teacher_in_two_places(cast):
    first, second = (make_class(cast.centre_a, teacher=cast.thu) for _ in range(2))
    make_sessions(first, 2)
    make_sessions(second, 1)
    assert [(row.same_room, row.same_teacher) for row in class_clashes(first)] == [(False, True)]


def test_a_room_belongs_to_its_centre_and_has_one_name(cast, as_user):
    url = reverse("courses:room-list")
    assert as_user(cast.lan).post(url, {"name": "Nhà văn hóa thôn 5", "places": "60"}).status_code == 302
    assert as_user(cast.lan).post(url, {"name": "nhà văn hóa  thôn 5"}).status_code == 422
    room = Room.objects.get()
    with pytest.raises(InvalidInput) as refused:
        make_class(cast.centre_b, room=room)
    assert "room" in refused.value.fields
    with pytest.raises(IntegrityError), transaction.atomic():
        Room.objects.create(centre=cast.centre_a, name="Nhà văn hóa thôn 5")


def test_a_room_is_renamed_and_removed_while_unused_else_switched_off(cast, as_user):
    room, other = (services.add_room(centre=cast.centre_a, by=cast.lan, name=name) for name in ("Phòng 2", "Phòng 3"))
    edit, remove, restore = (reverse(f"courses:room-{verb}", args=[room.pk]) for verb in ("edit", "remove", "restore"))
    client = as_user(cast.lan)
    assert client.post(edit, {"name": "phòng 3"}).status_code == 422
    assert client.post(edit, {"name": "Phòng máy", "places": "24"}).status_code == 302
    room.refresh_from_db()
    assert (room.name, room.places) == ("Phòng máy", 24)
    group = make_class(cast.centre_a, room=room)
    for user, status in ((cast.minh, 404), (cast.hoa, 403), (cast.van, 403), (cast.thu, 403)):
        assert as_user(user).post(remove).status_code == status
        assert as_user(user).post(restore).status_code == status
    client = as_user(cast.lan)
    assert client.get(remove).status_code == 405
    page = client.post(remove, follow=True).content.decode()
    assert "từ nay không còn để chọn" in page
    assert f'action="{restore}"' in page
    group.refresh_from_db()
    assert (group.room, group.room.is_active) == (room, False)
    # Its class keeps it, also when it is saved again; no other class may have it.
    assert f'value="{room.pk}" selected' in client.get(reverse("courses:class-edit", args=[group.pk])).content.decode()
    services.update_class(class_group=group, by=cast.lan, room=group.room)
    offered = client.get(reverse("courses:class-add")).context["form"].fields["room"].queryset
    assert list(offered) == [other]
    with pytest.raises(InvalidInput, match="Lớp chưa ghi đúng"):
        make_class(cast.centre_a, room=group.room)
    with pytest.raises(InvalidInput, match="dùng lại"):
        services.add_room(centre=cast.centre_a, by=cast.lan, name="phòng  máy")
    assert client.post(restore).status_code == 302
    assert make_class(cast.centre_a, room=Room.objects.get(pk=room.pk)).room == room
    assert services.remove_room(room=other, by=cast.lan)
    assert list(Room.objects.all()) == [room]
    verbs = AuditEvent.objects.filter(verb__contains="_room", centre_id=cast.centre_a.pk).values_list("verb", flat=True)
    assert [verb.removeprefix("courses.") for verb in verbs.order_by("pk")] == [
        "add_room", "add_room", "change_room", "remove_room", "restore_room", "remove_room",
    ]  # fmt: skip


@pytest.fixture
def busy(cast):
    """A class of Thu's in room 2 on Monday 9 March from 18 to 20, and another one without sessions."""
    room = services.add_room(centre=cast.centre_a, by=cast.lan, name="Phòng 2")
    first, second = (make_class(cast.centre_a, room=room, teacher=cast.thu) for _ in range(2))
    hours = {"starts_at": dt.time(18), "ends_at": dt.time(20)}
    services.add_session(class_group=first, by=cast.lan, held_on=dt.date(2026, 3, 9), **hours)
    return first, second


def hidden(page):
    return re.search(r'name="clashes_seen" value="([0-9a-f]*)"', page.content.decode())[1]


def test_clashes_of_a_timetable_are_named_before_it_is_saved(cast, as_user, busy):
    first, second = busy
    url = reverse("courses:schedule", args=[second.pk])
    client = as_user(cast.lan)
    asked = {"weekdays": ["0"], "first_on": "02/03/2026", "count": "3", "starts_at": "19:00", "ends_at": "21:00"}
    seen = client.get(url, asked)
    assert f"09/03/2026: {first.code} – cùng phòng Phòng 2, cùng giáo viên Đỗ Minh Thu" in seen.content.decode()
    assert "Vẫn lưu lịch này" in seen.content.decode()
    # Not seen, or seen before somebody else planned one more: asked again, nothing is saved.
    assert client.post(url, asked).status_code == 409
    services.add_session(class_group=first, by=cast.lan, held_on=dt.date(2026, 3, 16))
    again = client.post(url, asked | {"clashes_seen": hidden(seen)})
    assert again.status_code == 409
    assert "16/03/2026" in again.content.decode()
    assert not second.sessions.exists()
    assert client.post(url, asked | {"clashes_seen": hidden(again)}).status_code == 302
    assert second.sessions.count() == 3
    free = asked | {"weekdays": ["1"], "first_on": "03/03/2026"}
    assert hidden(client.get(url, free)) == ""
    assert client.post(url, free).status_code == 302


def test_clashes_of_one_session_are_asked_about_once(cast, as_user, busy):
    first, second = busy
    client = as_user(cast.lan)
    add = reverse("courses:session-add", args=[second.pk])
    given = {"held_on": "09/03/2026", "starts_at": "19:00", "ends_at": "21:00", "content": "Học bù"}
    asked = client.post(add, given)
    assert asked.status_code == 409
    assert f"09/03/2026: {first.code} – cùng phòng Phòng 2" in asked.content.decode()
    assert 'value="Học bù"' in asked.content.decode()
    assert not second.sessions.exists()
    other_day = given | {"held_on": "10/03/2026", "clashes_seen": hidden(asked)}
    assert client.post(add, given | {"clashes_seen": "0" * 16}).status_code == 409
    assert client.post(add, given | {"clashes_seen": hidden(asked)}).status_code == 302
    assert client.post(add, other_day | {"clashes_seen": ""}).status_code == 302
    # Moving: its own sessions are no clash, those of others are.
    later = second.sessions.get(held_on=dt.date(2026, 3, 10))
    services.add_session(class_group=first, by=cast.lan, held_on=dt.date(2026, 3, 12))
    move = reverse("courses:session-move", args=[later.pk])
    there = {"held_on": "12/03/2026", "starts_at": "19:00", "ends_at": ""}
    asked = client.post(move, there)
    assert asked.status_code == 409
    assert client.post(move, there | {"clashes_seen": hidden(asked)}).status_code == 302
    later.refresh_from_db()
    assert later.held_on == dt.date(2026, 3, 12)
    assert client.post(move, there | {"held_on": "13/03/2026"}).status_code == 302


def test_guest_speakers_of_a_session(cast, as_user):
    group = make_class(cast.centre_a, teacher=cast.thu)
    session = make_sessions(group, 1)[0]
    url = reverse("courses:session-guests", args=[session.pk])
    given = {"name": "Nguyễn Văn Sĩ", "organisation": "Trạm y tế", "phone": "0912345678"}
    assert as_user(cast.thu).post(url, given).status_code == 302
    guest = GuestSpeaker.objects.get()
    detail = reverse("courses:class-detail", args=[group.pk])
    assert "báo cáo viên: Nguyễn Văn Sĩ" in as_user(cast.lan).get(detail).content.decode()
    remove = reverse("courses:guest-remove", args=[guest.pk])
    assert as_user(cast.minh).post(remove).status_code == 404
    assert as_user(cast.hoa).post(remove).status_code == 403
    assert as_user(cast.thu).post(remove).status_code == 302
    assert not GuestSpeaker.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        GuestSpeaker.objects.create(session=session, name="")


def test_funding_is_kept_and_shown(cast, as_user):
    group = make_class(cast.centre_a, funding="programme", funding_amount=5_000_000)
    page = as_user(cast.lan).get(reverse("courses:class-detail", args=[group.pk])).content.decode()
    assert "chương trình mục tiêu quốc gia · 5.000.000 đồng" in page
    with pytest.raises(InvalidInput):
        services.update_class(class_group=group, by=cast.lan, funding="gold")
    with pytest.raises(IntegrityError), transaction.atomic():
        type(group).objects.filter(pk=group.pk).update(funding="gold")
