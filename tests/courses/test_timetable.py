"""Timetables pass over days off; sessions are moved and added one by one; the days themselves are right."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from courses import services
from courses.models import DayOff
from courses.services.holidays import public_holidays
from tests.factories import hold, make_class, make_enrolled, make_sessions

pytestmark = pytest.mark.django_db


def test_the_public_holidays_are_those_announced():
    names = {day: name for day, name, _expected in public_holidays()}
    first_of_tet = [dt.date(2024, 2, 10), dt.date(2025, 1, 29), dt.date(2026, 2, 17), dt.date(2027, 2, 6)]
    assert all(names[day] == "Tết Nguyên đán" for day in [*first_of_tet, dt.date(2028, 1, 26)])
    hung = [dt.date(2024, 4, 18), dt.date(2025, 4, 7), dt.date(2026, 4, 26), dt.date(2027, 4, 16), dt.date(2028, 4, 4)]
    assert all(names[day] == "Giỗ Tổ Hùng Vương" for day in hung)
    for year in range(2024, 2029):
        for month, day in ((1, 1), (4, 30), (5, 1), (9, 2)):
            assert dt.date(year, month, day) in names
        assert sum(name == "Tết Nguyên đán" and day.year == year for day, name in names.items()) >= 5
    assert len(names) == len(public_holidays())
    assert {day.year for day, _name, expected in public_holidays() if expected} == {2027, 2028}


def test_the_preview_names_what_is_passed_over_and_saving_does_the_same(cast, reference, as_user):
    services.add_days_off(centre=cast.centre_a, by=cast.lan, name="Hội làng", first_on=dt.date(2026, 4, 23))
    services.add_days_off(centre=cast.centre_b, by=cast.minh, name="Nghỉ nơi khác", first_on=dt.date(2026, 5, 4))
    group = make_class(cast.centre_a, ends_on=dt.date(2026, 4, 30))
    client, url = as_user(cast.lan), reverse("courses:schedule", args=[group.pk])
    chosen = {"weekdays": ["0", "3"], "first_on": "20/04/2026", "count": "3"}

    page = client.get(url, chosen)

    days = [dt.date(2026, 4, 20), dt.date(2026, 5, 4), dt.date(2026, 5, 7)]
    assert page.context["days"] == days
    skipped = [(row.falls_on.day, row.name) for row in page.context["skipped"]]
    assert skipped == [(23, "Hội làng"), (27, "Giỗ Tổ Hùng Vương (nghỉ bù)"), (30, "Ngày Chiến thắng 30/4")]
    assert "Hội làng" in page.content.decode()
    assert "Nghỉ nơi khác" not in page.content.decode()
    client.post(url, chosen | {"on_days_off": "False"})  # as the hidden field of the preview sends it
    assert list(group.sessions.values_list("held_on", flat=True)) == days
    group.refresh_from_db()
    assert group.ends_on == days[-1]
    meant = client.get(url, chosen | {"first_on": "30/04/2026", "count": "1", "on_days_off": "on"})
    assert meant.context["days"] == [dt.date(2026, 4, 30)]


def test_a_session_is_moved_and_the_trail_says_where_from(cast, as_user):
    group = make_class(cast.centre_a, teacher=cast.thu, ends_on=dt.date(2026, 3, 10))
    make_enrolled(group, 1)
    first, second = make_sessions(group, 2)
    services.add_days_off(centre=cast.centre_a, by=cast.lan, name="Mùa gặt", first_on=dt.date(2026, 3, 12))
    url = reverse("courses:session-move", args=[second.pk])

    taken = as_user(cast.thu).post(url, {"held_on": "02/03/2026"})
    assert taken.status_code == 422
    answer = as_user(cast.thu).post(
        url, {"held_on": "12/03/2026", "starts_at": "18h30", "ends_at": "20:00"}, follow=True
    )

    second.refresh_from_db()
    group.refresh_from_db()
    assert (second.held_on, second.number, group.ends_on) == (dt.date(2026, 3, 12), 2, dt.date(2026, 3, 12))
    assert "Mùa gặt" in answer.content.decode()
    trail = AuditEvent.objects.get(verb="courses.move_session")
    assert (trail.data["before"][0], trail.data["after"]) == ("2026-03-05", ["2026-03-12", "18:30", "20:00"])
    hold(first)
    with pytest.raises(Conflict) as refused:
        services.move_session(session=first, by=cast.lan, held_on=dt.date(2026, 3, 9))
    assert refused.value.code == "session_held"
    services.cancel_session(session=second, by=cast.lan, reason="Bão")
    with pytest.raises(Conflict):
        services.move_session(session=second, by=cast.lan, held_on=dt.date(2026, 3, 9))


def test_a_session_is_added_on_any_day_of_the_class(cast, as_user):
    group = make_class(cast.centre_a)
    make_sessions(group, 2)
    url = reverse("courses:session-add", args=[group.pk])

    assert as_user(cast.lan).post(url, {"held_on": "01/03/2026"}).status_code == 422  # before the class
    assert as_user(cast.lan).post(url, {"held_on": "07/03/2026", "content": "Học bù"}).status_code == 302

    row = group.sessions.get(number=3)
    assert (row.held_on, row.content, row.unit) == (dt.date(2026, 3, 7), "Học bù", cast.commune_a)
    with pytest.raises(InvalidInput):
        services.add_session(
            class_group=group, by=cast.lan, held_on=dt.date(2026, 3, 8), starts_at=dt.time(9), ends_at=dt.time(8)
        )


def test_days_off_belong_to_their_centre(cast, reference, as_user):
    url = reverse("courses:days-off")
    given = {"name": "Mùa gặt", "first_on": "01/12/2027", "last_on": "03/12/2027"}
    assert as_user(cast.lan).post(url, given, follow=True).status_code == 200
    assert as_user(cast.lan).post(url, given).status_code == 422  # nothing new
    assert as_user(cast.lan).post(url, given | {"last_on": "01/11/2027"}).status_code == 422
    own = DayOff.objects.filter(centre=cast.centre_a)
    assert own.count() == 3
    public = DayOff.objects.filter(centre__isnull=True)[0]
    remove = reverse("courses:day-off-remove", args=[own[0].pk])
    assert as_user(cast.minh).post(remove).status_code == 404
    assert as_user(cast.lan).post(reverse("courses:day-off-remove", args=[public.pk])).status_code == 404
    assert as_user(cast.thu).post(remove).status_code == 403
    assert as_user(cast.lan).post(remove, follow=True).status_code == 200
    assert own.count() == 2
    with pytest.raises(OutOfScope):
        services.remove_day_off(day_off=public, by=cast.lan)
    with pytest.raises((Forbidden, OutOfScope)):
        services.add_days_off(centre=cast.centre_b, by=cast.lan, name="X", first_on=dt.date(2027, 1, 4))


def test_the_table_refuses_a_day_twice_or_without_a_name(cast, reference):
    public = DayOff.objects.filter(centre__isnull=True)[0]
    for row in (
        DayOff(falls_on=public.falls_on, name="Lần nữa"),
        DayOff(centre=cast.centre_a, falls_on=dt.date(2027, 12, 1), name=""),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()
