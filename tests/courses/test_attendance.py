"""Attendance on the server: what two people marked is joined, the same sending twice is one."""

import datetime as dt
import re
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from core.errors import Conflict, InvalidInput, OutOfScope
from core.models import AuditEvent
from courses import services
from courses.models import Attendance, AttendanceVersion, Session
from tests.factories import make_class, make_enrolled
from tests.race import race


def taught_today(cast, people=3, **fields):
    """A class with a session today and its people, in the order of the list."""
    today = timezone.localdate()
    group = make_class(cast.centre_a, starts_on=today, **fields)
    rows = make_enrolled(group, people)
    session = services.generate_sessions(
        class_group=group, by=cast.lan, weekdays=[today.weekday()], first_on=today, count=1, starts_at=dt.time(19)
    )[0]
    return session, rows


def marks_of(session):
    return dict(Attendance.objects.filter(session=session).values_list("enrolment_id", "status"))


def given(rows, **absent):
    """Everybody present but those named by place: ``given(rows, absent=[0])``."""
    return {
        row.pk: next((mark for mark, places in absent.items() if place in places), "present")
        for place, row in enumerate(rows)
    }


@pytest.mark.django_db
def test_the_same_sending_twice_is_one(cast):
    session, rows = taught_today(cast)
    name = uuid.uuid4()
    for _ in range(3):
        sent = services.send_marks(
            session=session, marks=given(rows, absent=[1]), by=cast.lan, seen_version=0, nonce=name
        )
    assert sent.repeated
    assert (sent.session.marks_version, AttendanceVersion.objects.count()) == (1, 1)
    assert AuditEvent.objects.filter(verb__endswith="_attendance").count() == 1
    # Even when the class has ended before the answer was seen.
    services.close_class(class_group=session.class_group, by=cast.lan)
    assert services.send_marks(session=session, marks={}, by=cast.lan, seen_version=0, nonce=name).repeated


@pytest.mark.django_db
def test_what_only_one_of_two_changed_is_taken_from_that_one(cast):
    session, rows = taught_today(cast)
    services.send_marks(session=session, marks=given(rows, absent=[0]), by=cast.lan, seen_version=0)

    sent = services.send_marks(session=session, marks=given(rows, excused=[2]), by=cast.duc, seen_version=0)

    assert [row.pk for row in sent.kept] == [rows[0].pk]
    assert marks_of(session) == {rows[0].pk: "absent", rows[1].pk: "present", rows[2].pk: "excused"}


@pytest.mark.django_db
def test_what_both_changed_differently_is_asked_about_and_nothing_is_lost(cast):
    session, rows = taught_today(cast)
    services.send_marks(session=session, marks=given(rows, absent=[0]), by=cast.lan, seen_version=0)

    with pytest.raises(Conflict) as refused:
        services.send_marks(session=session, marks=given(rows, excused=[0, 1]), by=cast.duc, seen_version=0)

    differences = refused.value.data["differences"]
    assert [(row.enrolment.pk, row.mine, row.theirs) for row in differences] == [(rows[0].pk, "excused", "absent")]
    assert marks_of(session) == given(rows, absent=[0])
    services.send_marks(session=session, marks=given(rows, excused=[0, 1]), by=cast.duc, seen_version=1)
    assert marks_of(session) == given(rows, excused=[0, 1])
    assert [row.version for row in AttendanceVersion.objects.all()] == [1, 2]


@pytest.mark.django_db
def test_a_device_does_not_argue_with_its_own_lost_answer(cast):
    session, rows = taught_today(cast)
    first = uuid.uuid4()
    services.send_marks(session=session, marks=given(rows, absent=[0]), by=cast.lan, seen_version=0, nonce=first)
    sent = services.send_marks(
        session=session, marks=given(rows, excused=[0]), by=cast.lan, seen_version=0, nonce=uuid.uuid4(), after=first
    )
    assert (sent.kept, marks_of(session)) == ((), given(rows, excused=[0]))


@pytest.mark.django_db
def test_people_who_come_and_go_meanwhile(cast):
    session, rows = taught_today(cast)
    services.withdraw(enrolment=rows[2], by=cast.lan, reason="Chuyển nhà")
    late = make_enrolled(session.class_group, 1)[0]
    services.send_marks(session=session, marks=given([rows[0], rows[1], late]), by=cast.lan, seen_version=0)

    # The device was away: it knows nothing of either.
    services.send_marks(session=session, marks=given(rows, absent=[0]), by=cast.duc, seen_version=0)

    assert marks_of(session) == {rows[0].pk: "absent", rows[1].pk: "present", late.pk: "present"}
    other = make_enrolled(make_class(cast.centre_a), 1)[0]
    with pytest.raises(InvalidInput):
        services.send_marks(session=session, marks={other.pk: "present"}, by=cast.lan, seen_version=2)
    with pytest.raises(OutOfScope):
        services.send_marks(session=session, marks=given(rows), by=cast.minh, seen_version=2)


@pytest.mark.django_db
def test_marks_from_before_versions_can_be_corrected(cast):
    session, rows = taught_today(cast)
    services.mark_attendance(session=session, marks=given(rows, absent=[0]), by=cast.lan)
    AttendanceVersion.objects.all().delete()
    Session.objects.filter(pk=session.pk).update(marks_version=0)

    services.send_marks(session=session, marks=given(rows, absent=[1]), by=cast.lan, seen_version=0)
    services.send_marks(session=session, marks=given(rows, absent=[0], excused=[2]), by=cast.duc, seen_version=0)

    assert [row.version for row in AttendanceVersion.objects.all()] == [0, 1, 2]
    assert marks_of(session) == given(rows, absent=[1], excused=[2])  # what each of them changed, from the old marks


@pytest.mark.django_db(transaction=True)
def test_two_people_save_at_once_and_nobody_is_overwritten(cast):
    session, rows = taught_today(cast, people=4)
    results = race(
        lambda: services.send_marks(session=session, marks=given(rows, absent=[0]), by=cast.lan, seen_version=0),
        lambda: services.send_marks(session=session, marks=given(rows, absent=[3]), by=cast.duc, seen_version=0),
    )
    assert not [row for row in results if isinstance(row, Exception)]
    assert marks_of(session) == given(rows, absent=[0, 3])
    assert sorted(AttendanceVersion.objects.values_list("version", flat=True)) == [1, 2]


# --- the page ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_without_script_two_people_see_each_others_marks(cast, as_user):
    session, rows = taught_today(cast)
    url = reverse("courses:session-detail", args=[session.pk])
    form = {"version": "0", **{f"mark_{row.pk}": "present" for row in rows}}
    as_user(cast.lan).post(url, form | {f"mark_{rows[0].pk}": "absent"})
    client = as_user(cast.duc)

    answer = client.post(url, form | {f"mark_{rows[0].pk}": "excused"})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Nguyễn Thị Lan đã điểm danh buổi này lúc" in page
    assert "người khác ghi: vắng" in page
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    assert client.post(url, form | {f"mark_{rows[0].pk}": "excused", "version": version}).status_code == 302
    assert marks_of(session)[rows[0].pk] == "excused"


@pytest.mark.django_db
@pytest.mark.parametrize("odd", [{"version": "x"}, {"version": "9" * 40}, {"nonce": "no"}, {"after": "'"}, {}])
def test_odd_sendings_are_those_of_a_fresh_page(cast, as_user, odd):
    session, rows = taught_today(cast)
    url = reverse("courses:session-detail", args=[session.pk])
    assert as_user(cast.lan).post(url, odd | {f"mark_{row.pk}": "present" for row in rows}).status_code == 302
