"""Rooms, clashes, guest speakers and funding."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.errors import InvalidInput
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
