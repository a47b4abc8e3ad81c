"""Waitlists and prerequisites: nobody overbooks, nobody is passed over, nobody comes in without what is needed."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.errors import Conflict, InvalidInput
from core.models import AuditEvent
from courses import services
from courses.models import Course, Enrolment, WaitlistEntry
from courses.selectors import enrolment_checks
from courses.services.rosters import commit_roster, preview_roster
from tests.factories import closed_class, hold, make_class, make_course, make_enrolled, make_learner, make_sessions
from tests.race import race
from tests.rosters.sheets import person, roster


def wait(group, count, by):
    """So many people at the end of the waitlist."""
    return [
        services.sign_up(class_group=group, learner=make_learner(group.centre), by=by) for _ in range(count)
    ]  # fmt: skip


def codes(group, learner=None):
    return [(check.code, check.blocks) for check in enrolment_checks(class_group=group, learner=learner)]


@pytest.mark.django_db(transaction=True)
def test_eight_sign_up_at_once_for_the_last_place(cast):
    group = make_class(cast.centre_a, capacity=1)
    people = [make_learner(cast.centre_a) for _ in range(8)]
    by = [cast.lan, cast.duc] * 4

    results = race(
        *(
            lambda learner=learner, user=user: services.sign_up(class_group=group, learner=learner, by=user)
            for learner, user in zip(people, by, strict=True)
        )
    )

    assert sorted(type(row).__name__ for row in results) == ["Enrolment"] + ["WaitlistEntry"] * 7
    assert group.enrolments.count() == 1
    entries = list(WaitlistEntry.objects.order_by("position"))
    assert [row.position for row in entries] == list(range(1, 8))
    assert [row.created_at for row in entries] == sorted(row.created_at for row in entries)
    assert {row.learner_id for row in entries} | {group.enrolments.get().learner_id} == {row.pk for row in people}


@pytest.mark.django_db(transaction=True)
def test_a_freed_place_goes_once_and_to_the_first(cast):
    """Two people withdraw while a third signs up: the two who waited longest come in, the third waits."""
    group = make_class(cast.centre_a, capacity=2)
    leaving = make_enrolled(group, 2)
    first, second = wait(group, 2, cast.lan)
    late = make_learner(cast.centre_a)

    results = race(
        lambda: services.withdraw(enrolment=leaving[0], by=cast.lan, reason="Chuyển nhà"),
        lambda: services.withdraw(enrolment=leaving[1], by=cast.duc, reason="Ốm"),
        lambda: services.sign_up(class_group=group, learner=late, by=cast.lan),
    )

    assert not [row for row in results if isinstance(row, Exception)]
    active = set(group.enrolments.filter(status="active").values_list("learner", flat=True))
    assert active == {first.learner_id, second.learner_id}
    assert WaitlistEntry.objects.waiting().get().learner == late


@pytest.mark.django_db
def test_moving_up_leaves_a_mark_and_a_trace(cast, as_user):
    group = make_class(cast.centre_a, capacity=1)
    leaving = make_enrolled(group, 1)[0]
    first, second = wait(group, 2, cast.lan)

    answer = as_user(cast.lan).post(
        reverse("courses:withdraw", args=[leaving.pk]),
        {"reason": "Chuyển nhà", "withdrawn_on": "02/03/2026"},
        follow=True,
    )

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, first.enrolment.status, second.status) == ("placed", "active", "waiting")
    page = answer.content.decode()
    assert f"Đã xếp từ danh sách chờ: {first.learner.full_name}" in page
    assert "từ danh sách chờ" in page
    assert second.learner.full_name in page
    trace = AuditEvent.objects.filter(verb="courses.enrol").latest("pk")
    assert trace.data["from_waitlist"] == 1


@pytest.mark.django_db
def test_more_places_let_as_many_in_and_nobody_overtakes(cast):
    group = make_class(cast.centre_a, capacity=1)
    make_enrolled(group, 1)
    entries = wait(group, 3, cast.lan)
    services.leave_waitlist(entry=entries[0], by=cast.lan, reason="Không học nữa")

    services.update_class(class_group=group, by=cast.lan, capacity=2)

    assert [WaitlistEntry.objects.get(pk=row.pk).status for row in entries] == ["left", "placed", "waiting"]
    assert WaitlistEntry.objects.get(pk=entries[2].pk).position == 3  # numbers never change
    newcomer = services.sign_up(class_group=group, learner=make_learner(cast.centre_a), by=cast.lan)
    assert newcomer.position == 4
    services.update_class(class_group=group, by=cast.lan, capacity=None)
    assert not WaitlistEntry.objects.waiting().exists()
    assert group.enrolments.filter(status="active").count() == 4


@pytest.mark.django_db
def test_once_the_class_has_begun_somebody_decides(cast):
    group = make_class(cast.centre_a, capacity=1)
    leaving = make_enrolled(group, 1)[0]
    first, second = wait(group, 2, cast.lan)
    hold(make_sessions(group, 2)[0])

    services.withdraw(enrolment=leaving, by=cast.lan, reason="Chuyển nhà")

    assert not group.enrolments.filter(status="active").exists()
    services.place(entry=second, by=cast.lan)  # the first could not be reached
    with pytest.raises(Conflict) as refused:
        services.place(entry=first, by=cast.lan)
    assert refused.value.code == "class_full"
    with pytest.raises(Conflict) as refused:
        services.place(entry=second, by=cast.lan)
    assert refused.value.code == "not_waiting"


@pytest.mark.django_db
def test_nobody_waits_twice_or_while_in_the_class(cast):
    group = make_class(cast.centre_a, capacity=1)
    inside = make_enrolled(group, 1)[0].learner
    waiting = wait(group, 1, cast.lan)[0]
    for learner, code in ((inside, "enrolled_already"), (waiting.learner, "waiting_already")):
        with pytest.raises(Conflict) as refused:
            services.sign_up(class_group=group, learner=learner, by=cast.lan)
        assert refused.value.code == code
    with pytest.raises(IntegrityError), transaction.atomic():
        WaitlistEntry.objects.create(class_group=group, learner=waiting.learner, position=9, added_by=cast.lan)
    with pytest.raises(IntegrityError), transaction.atomic():
        WaitlistEntry.objects.create(class_group=group, learner=inside, position=1, added_by=cast.lan)
    with pytest.raises(IntegrityError), transaction.atomic():
        WaitlistEntry.objects.filter(pk=waiting.pk).update(status="left")


@pytest.mark.django_db
@pytest.mark.parametrize("end", ["close", "cancel"])
def test_a_class_that_is_over_keeps_nobody_waiting(cast, end):
    group = make_class(cast.centre_a, capacity=1)
    make_enrolled(group, 1)
    entry = wait(group, 1, cast.lan)[0]
    hold(make_sessions(group, 1)[0])
    if end == "close":
        services.close_class(class_group=group, by=cast.lan)
    else:
        services.cancel_class(class_group=group, by=cast.lan, reason="Thiếu người")
    entry.refresh_from_db()
    assert (entry.status, bool(entry.left_reason)) == ("left", True)
    assert not Enrolment.objects.filter(learner=entry.learner).exists()


@pytest.mark.django_db
def test_the_page_takes_people_off_and_in(cast, as_user):
    group = make_class(cast.centre_a, capacity=1)
    leaving = make_enrolled(group, 1)[0]
    first, second = wait(group, 2, cast.lan)
    hold(make_sessions(group, 2)[0])
    services.withdraw(enrolment=leaving, by=cast.lan, reason="Chuyển nhà")
    client = as_user(cast.lan)
    page = client.get(reverse("courses:class-detail", args=[group.pk])).content.decode()
    assert "Danh sách chờ" in page
    client.post(reverse("courses:waitlist-leave", args=[first.pk]))
    client.post(reverse("courses:waitlist-place", args=[second.pk]))
    assert [WaitlistEntry.objects.get(pk=row.pk).status for row in (first, second)] == ["left", "placed"]
    assert "Danh sách chờ" not in client.get(reverse("courses:class-detail", args=[group.pk])).content.decode()
    for user, status in ((cast.minh, 404), (cast.hoa, 403), (cast.thu, 404)):
        assert as_user(user).post(reverse("courses:waitlist-place", args=[first.pk])).status_code == status


@pytest.mark.django_db
def test_what_speaks_against_enrolling_is_told_before(cast):
    group = make_class(cast.centre_a, capacity=1)
    learner = make_learner(cast.centre_a)
    assert codes(group, learner) == []
    inside = make_enrolled(group, 1)[0].learner
    assert codes(group) == [("full", True)]
    assert codes(group, inside) == [("enrolled", True)]
    entry = services.sign_up(class_group=group, learner=learner, by=cast.lan)
    assert codes(group, entry.learner) == [("waiting", False)]
    services.cancel_class(class_group=group, by=cast.lan, reason="Thiếu người")
    group.refresh_from_db()
    assert codes(group) == [("ended", True), ("full", True)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("hours", "clashes"),
    [(("18:00", "20:00"), True), (("19:59", "21:00"), True), (("20:00", "21:00"), False), (None, False)],
)
def test_a_clash_of_hours_is_named_and_hinders_nobody(cast, hours, clashes):
    one, other = make_class(cast.centre_a), make_class(cast.centre_a, name="Lớp tối thứ Hai")
    learner = make_enrolled(other, 1)[0].learner
    for group, (start, end) in ((other, ("18:30", "20:00")), (one, hours or ("", ""))):
        times = {}
        if start:
            times = {"starts_at": dt.time.fromisoformat(start), "ends_at": dt.time.fromisoformat(end)}
        services.generate_sessions(
            class_group=group, by=cast.lan, weekdays=[0], first_on=group.starts_on, count=3, **times
        )
    found = enrolment_checks(class_group=one, learner=learner)
    assert [check.code for check in found] == ["clash"] * clashes
    if clashes:
        assert "Lớp tối thứ Hai 3 buổi" in found[0].message
    services.enrol(class_group=one, learner=learner, by=cast.lan)


@pytest.mark.django_db
def test_term_4_needs_phase_1_or_a_reason(cast, reference):
    term_4 = Course.objects.get(code="XMC-K4")
    _done, report = closed_class(cast.centre_a, course=Course.objects.get(code="XMC-GD1"), passing=1, failing=1)
    passed, failed = report.passed[0].learner, report.failed[0].learner
    group = make_class(cast.centre_a, course=term_4)

    assert codes(group, passed) == []
    assert codes(group, failed) == [("prerequisite", True)]
    services.enrol(class_group=group, learner=passed, by=cast.lan)
    with pytest.raises(Conflict) as refused:
        services.sign_up(class_group=group, learner=failed, by=cast.lan)
    assert refused.value.code == "prerequisite_missing"
    assert "giai đoạn 1" in str(refused.value.message)
    row = services.sign_up(class_group=group, learner=failed, by=cast.lan, waiver=" Đã học ở Sơn La ")
    assert row.waiver == "Đã học ở Sơn La"
    assert AuditEvent.objects.filter(verb="courses.enrol").latest("pk").data["waiver"] == "Đã học ở Sơn La"


@pytest.mark.django_db
def test_a_roster_lets_nobody_in_without_the_prerequisite(cast, reference):
    first = make_course(cast.centre_a)
    second = make_course(cast.centre_a, requires_course=first)
    _done, report = closed_class(cast.centre_a, course=first, passing=1, failing=0)
    known = report.passed[0].learner
    group = make_class(cast.centre_a, course=second)
    rows = [person(1), person(2, **{"Họ và tên": known.full_name, "Ngày sinh": str(known.birth), "Số CCCD": None})]

    row, found = preview_roster(class_group=group, content=roster(rows), file_name="a.xlsx", by=cast.lan)
    commit_roster(roster_import=row, by=cast.lan)

    assert [(error.row, first.name in error.reason) for error in found.errors] == [(8, True)]
    assert list(group.enrolments.values_list("learner", flat=True)) == [known.pk]


@pytest.mark.django_db
def test_courses_cannot_require_each_other_in_a_circle(cast, as_user, reference):
    one = make_course(cast.centre_a)
    two = make_course(cast.centre_a, requires_course=one)
    three = make_course(cast.centre_a, requires_course=two)
    with pytest.raises(InvalidInput) as refused:
        services.update_course(course=one, by=cast.lan, requires_course=three)
    assert "requires_course" in refused.value.fields
    page = as_user(cast.lan).get(reverse("courses:course-edit", args=[two.pk]))
    assert page.context["form"]["requires_course"].value() == one.pk
    assert two not in page.context["form"].fields["requires_course"].queryset
