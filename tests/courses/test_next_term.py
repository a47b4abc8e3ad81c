"""The way through the literacy programme: going on term by term, coming back, testing straight into a term."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from courses import services as courses
from courses.models import Course, PlacementTest
from courses.selectors import enrolment_checks
from courses.selectors.progress import progress_of, returners, stopped_on_the_way
from courses.services.next_term import go_on_to_next_term
from courses.services.placement import record_placement, take_back_placement
from literacy.models import FollowUp, LiteracyAward
from tests.factories import (
    closed_class,
    hold,
    make_class,
    make_course,
    make_enrolled,
    make_learner,
    make_sessions,
    staff_of,
)


def term(number):
    return Course.objects.get(centre__isnull=True, code=f"XMC-K{number}")


def taught(group, people, day, *, failing=()):
    """Two sessions, results, closed: everybody passes but those named."""
    sessions = courses.generate_sessions(
        class_group=group, by=staff_of(group.centre), weekdays=[day.weekday()], first_on=day, count=2
    )
    for session in sessions:
        hold(session)
    rows = {row.pk: row for row in group.enrolments.filter(status="active")}
    results = {pk: ("fail" if row.learner in failing else "pass", "") for pk, row in rows.items()}
    courses.record_results(class_group=group, results=results, by=staff_of(group.centre))
    courses.close_class(class_group=group, by=staff_of(group.centre), closed_on=sessions[-1].held_on)
    group.refresh_from_db()


def passed(group):
    return list(group.enrolments.filter(status="passed").values_list("pk", flat=True))


def on(group, by, day=None, **options):
    day = day or group.closed_on + dt.timedelta(days=7)
    given = {"people": passed(group), "name": "Lớp sau", "starts_on": day, "ends_on": day + dt.timedelta(days=60)}
    return go_on_to_next_term(class_group=group, by=by, **given | options)


def test_from_the_first_term_to_level_2_by_moving_up(cast, reference):
    """One person through five terms: a level and its follow-ups come by themselves after terms 3 and 5."""
    person = make_learner(cast.centre_a)
    day = timezone.localdate() - dt.timedelta(days=200)
    group = make_class(cast.centre_a, course=term(1), starts_on=day)
    make_enrolled(group, [person])
    levels, codes = {}, []
    for number in range(1, 6):
        taught(group, [person], group.starts_on)
        codes.append(group.course.code)
        levels[number] = list(LiteracyAward.objects.filter(learner=person).values_list("level", flat=True))
        if number < 5:
            group = on(group, cast.lan).class_group

    assert codes == ["XMC-K1", "XMC-K2", "XMC-K3", "XMC-K4", "XMC-K5"]
    assert levels == {1: [], 2: [], 3: [1], 4: [1], 5: [1, 2]}
    assert FollowUp.objects.filter(learner=person).count() == 4  # of level 1, opened once
    chain, row = [], person.enrolments.get(class_group=group)
    while row:
        chain.append(row.class_group.course.term)
        row = row.moved_up_from
    assert chain == [5, 4, 3, 2, 1]
    with pytest.raises(Conflict) as nothing_left:
        on(group, cast.lan)
    assert nothing_left.value.code == "programme_completed"


def test_who_passed_goes_on_once_and_nobody_else_does(cast, reference):
    group, report = closed_class(cast.centre_a, course=term(1), passing=3, failing=1)
    first, second, third = report.passed
    with pytest.raises(InvalidInput):
        on(group, cast.lan, people=[first.pk, report.failed[0].pk])
    with pytest.raises(InvalidInput):
        on(group, cast.lan, people=[])
    made = on(group, cast.lan, people=[first.pk, second.pk])

    assert made.class_group.course == term(2)
    assert {row.learner for row in made.came} == {first.learner, second.learner}
    assert AuditEvent.objects.get(verb="courses.go_on_to_next_term").data["from"] == group.code
    with pytest.raises(Conflict) as twice:
        on(group, cast.lan)
    assert twice.value.code == "went_on_already"
    later = on(group, cast.lan, people=[third.pk], into=made.class_group)
    assert [row.learner for row in later.came] == [third.learner]
    assert group.enrolments.filter(moved_up_to__isnull=False).count() == 3


def test_a_class_that_is_there_already_takes_all_or_nobody(cast, reference):
    group, report = closed_class(cast.centre_a, course=term(1), passing=3, failing=0)
    there = make_class(cast.centre_a, course=term(2), capacity=2, starts_on=group.closed_on)
    with pytest.raises(Conflict) as full:
        on(group, cast.lan, into=there)
    assert full.value.code == "places_missing"
    assert not there.enrolments.exists()
    courses.update_class(class_group=there, by=cast.lan, capacity=3)
    make_enrolled(there, [report.passed[0].learner])  # somebody had been enrolled by hand
    risen = on(group, cast.lan, into=there)

    assert [row.learner for row in risen.there_already] == [report.passed[0].learner]
    assert there.enrolments.filter(moved_up_from__isnull=False).count() == 3
    with pytest.raises(InvalidInput):
        on(group, cast.lan, into=make_class(cast.centre_a, course=term(3)), people=[])


def test_who_may_let_a_class_go_on(cast, reference):
    group, _report = closed_class(cast.centre_a, course=term(1), passing=1, failing=0)
    for user, refusal in ((cast.minh, OutOfScope), (cast.tuan, Forbidden), (cast.van, Forbidden)):
        with pytest.raises(refusal):
            on(group, user)
    running = make_class(cast.centre_a, course=term(1))
    with pytest.raises(Conflict):
        on(running, cast.lan, day=running.starts_on, people=[1])
    plain, _report = closed_class(cast.centre_a, passing=1, failing=0)
    with pytest.raises(Conflict):
        on(plain, cast.lan)


def test_a_test_into_term_4_stands_for_phase_1_until_it_is_taken_back(cast, reference):
    person, other = make_learner(cast.centre_a), make_learner(cast.centre_a)
    group = make_class(cast.centre_a, course=term(4))
    with pytest.raises(Conflict):
        make_enrolled(group, [person])
    day = timezone.localdate() - dt.timedelta(days=3)
    test = record_placement(learner=person, term=4, tested_on=day, paper="Biên bản", paper_number="7/BB", by=cast.lan)
    record_placement(learner=other, term=3, tested_on=day, paper="Biên bản", by=cast.lan)

    row = make_enrolled(group, [person])[0]
    assert row.waiver == ""
    with pytest.raises(Conflict):
        make_enrolled(group, [other])  # term 3 is still phase 1
    assert not LiteracyAward.objects.exists()  # it certifies nothing
    assert {pk: how.needed for pk, how in progress_of([person.pk, other.pk]).items()} == {person.pk: 4, other.pk: 3}
    take_back_placement(row=test, reason="Nhầm người", by=cast.lan)
    with pytest.raises(Conflict):
        make_enrolled(make_class(cast.centre_a, course=term(5)), [person])
    with pytest.raises(Conflict):
        take_back_placement(row=test, reason="Lần nữa", by=cast.lan)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"term": 1}, "term"), ({"term": 6}, "term"), ({"paper": " "}, "paper"), ({"days": -1}, "tested_on")],
)
def test_placements_that_are_refused(cast, reference, wrong, field):
    person = make_learner(cast.centre_a)
    given = {"term": 4, "paper": "Biên bản"} | {key: value for key, value in wrong.items() if key != "days"}
    day = timezone.localdate() - dt.timedelta(days=wrong.get("days", 0))
    with pytest.raises(InvalidInput) as refused:
        record_placement(learner=person, tested_on=day, by=cast.lan, **given)
    assert set(refused.value.fields) == {field}
    with pytest.raises(OutOfScope):
        record_placement(learner=person, term=4, tested_on=day, paper="x", by=cast.minh)
    assert not PlacementTest.objects.exists()


def test_returners_come_back_to_the_term_they_need(cast, reference):
    """Left in term 2 after passing term 1; failed term 1; passed term 1 and stopped; learning now; phase completed."""
    day = timezone.localdate() - dt.timedelta(days=120)
    left, failed, stopped, learning, literate = (make_learner(cast.centre_a, name) for name in (
        "Bùi Thị Bỏ", "Bùi Thị Trượt", "Bùi Thị Dừng", "Bùi Thị Học", "Bùi Thị Xong",
    ))  # fmt: skip
    first = make_class(cast.centre_a, course=term(1), starts_on=day)
    make_enrolled(first, [left, failed, stopped, learning])
    taught(first, [left, failed, stopped, learning], day, failing=[failed])
    chosen = list(first.enrolments.filter(learner__in=[left, learning]).values_list("pk", flat=True))
    second = on(first, cast.lan, people=chosen).class_group
    courses.withdraw(enrolment=second.enrolments.get(learner=left), by=cast.lan, reason="Đi làm xa")
    closed_class(cast.centre_a, course=Course.objects.get(code="XMC-GD1"), people=[literate], passing=1, failing=0)

    found = {row.last.learner: row for row in returners(stopped_on_the_way(cast.lan), cast.lan)}

    assert {person: (row.kind, row.progress.needed) for person, row in found.items()} == {
        left: ("left", 2), failed: ("failed", 1), stopped: ("between", 2),
    }  # fmt: skip
    assert [group.pk for group in found[stopped].classes] == [second.pk]
    assert not stopped_on_the_way(cast.minh).exists()
    courses.enrol(class_group=second, learner=left, by=cast.lan)
    assert left not in {row.learner for row in stopped_on_the_way(cast.lan)}


def test_the_desk_says_which_term_somebody_needs(as_user, cast, reference):
    _group, report = closed_class(cast.centre_a, course=term(1), passing=1, failing=0)
    person = report.passed[0].learner
    again, right = (make_class(cast.centre_a, course=term(number)) for number in (1, 2))
    assert [(row.code, row.blocks) for row in enrolment_checks(class_group=again, learner=person)] == [("term", False)]
    assert enrolment_checks(class_group=right, learner=person) == []
    assert enrolment_checks(class_group=again, learner=make_learner(cast.centre_a)) == []


def test_the_pages(as_user, cast, reference):
    group, report = closed_class(cast.centre_a, course=term(1), passing=2, failing=1, name="Lớp kỳ một")
    client, url = as_user(cast.lan), reverse("courses:next-term", args=[group.pk])
    assert url in client.get(reverse("courses:class-detail", args=[group.pk])).content.decode()
    body = client.get(url).content.decode()
    assert body.count(" checked") == 2
    assert report.failed[0].learner.full_name in body
    people = [row.pk for row in report.passed]
    wrong = client.post(url, {"people": people, "course": term(2).pk, "name": "", "starts_on": "x", "ends_on": ""})
    assert wrong.status_code == 422
    given = {
        "people": people,
        "course": term(2).pk,
        "name": "Lớp kỳ hai",
        "starts_on": "1/9/2026",
        "ends_on": "30/12/2026",
    }
    assert client.post(url, given).status_code == 302
    assert client.post(url, given).status_code == 409
    detail = client.get(reverse("courses:class-detail", args=[group.pk])).content.decode()
    assert "Lớp kỳ hai" in detail
    made = report.passed[0].moved_up_to.get().class_group
    assert "Lớp kỳ một" in client.get(reverse("courses:class-detail", args=[made.pk])).content.decode()
    assert "Mọi người hoàn thành" in client.get(url).content.decode()
    failed = report.failed[0].learner
    stopped = client.get(reverse("courses:returner-list")).content.decode()
    assert failed.full_name in stopped
    assert "chưa có lớp kỳ 1 đang mở" in stopped


def test_placing_somebody_on_the_pages(as_user, cast, reference):
    person, client = make_learner(cast.centre_a), as_user(cast.lan)
    url = reverse("courses:placement-add", args=[person.pk])
    today = f"{timezone.localdate():%d/%m/%Y}"
    assert client.post(url, {"term": "9", "tested_on": today, "paper": "Bài viết"}).status_code == 422
    assert client.post(url, {"term": "4", "tested_on": today, "paper": "Bài viết"}).status_code == 302
    panel = client.get(reverse("courses:panel-learner", args=[person.pk])).content.decode()
    assert "Kỳ cần học: kỳ 4" in panel
    back = reverse("courses:placement-take-back", args=[PlacementTest.objects.get().pk])
    assert client.post(back, {"reason": "Nhầm"}).status_code == 302
    assert "rút lại: Nhầm" in client.get(reverse("courses:panel-learner", args=[person.pk])).content.decode()


def test_stopped_people_cost_the_same_however_many(as_user, cast, reference, django_assert_num_queries):
    closed_class(cast.centre_a, course=term(1), passing=1, failing=1)
    client, url = as_user(cast.lan), reverse("courses:returner-list")
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    closed_class(cast.centre_a, course=term(1), passing=4, failing=4)
    make_enrolled(make_class(cast.centre_a, course=term(2)), 2)
    with django_assert_num_queries(len(few)):
        client.get(url)


def test_a_course_of_no_programme_has_no_terms(as_user, cast, reference):
    group = make_class(cast.centre_a, course=make_course(cast.centre_a))
    make_sessions(group, 1)
    client = as_user(cast.lan)
    assert "Lên kỳ tiếp theo" not in client.get(reverse("courses:class-detail", args=[group.pk])).content.decode()
    assert client.get(reverse("courses:subject-results", args=[group.pk])).status_code == 404
