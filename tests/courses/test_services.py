"""What the verbs of teaching do, refuse and leave on record."""

import datetime as dt

import pytest

from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from courses import services
from courses.models import Attendance, ClassGroup, Course, Enrolment, Programme, Topic
from tests.factories import (
    STARTS_ON,
    closed_class,
    finished_class,
    hold,
    make_class,
    make_course,
    make_enrolled,
    make_learner,
    make_sessions,
)

pytestmark = pytest.mark.django_db


def test_reference_rows_are_loaded_once(db):
    first = services.load_reference()
    again = services.load_reference()
    assert first == {"topics": 13, "programmes": 1, "programme_phases": 2, "courses": 7, "days_off": 71}
    assert again == dict.fromkeys(first, 0)
    assert Programme.objects.get().code == "XMC-33-2021"
    assert dict(Course.objects.exclude(completes_phase=None).values_list("code", "completes_phase")) == {
        "XMC-K3": 1,
        "XMC-K5": 2,
        "XMC-GD1": 1,
        "XMC-GD2": 2,
    }
    assert all(Course.objects.values_list("needs_result", flat=True))
    assert Topic.objects.filter(code="nang_luc_thong_tin").exists()


def test_a_class_gets_the_next_code_of_centre_and_year_and_is_open(cast):
    first, second = make_class(cast.centre_a), make_class(cast.centre_a)
    assert (first.code, second.code) == ("HN-BAVI-2026-01", "HN-BAVI-2026-02")
    assert first.status == "open"
    assert make_class(cast.centre_b).code == "HN-BADINH-2026-01"


def test_a_class_belongs_to_the_commune_of_its_first_day_and_a_session_to_that_of_its_own(cast):
    group = make_class(cast.centre_a, starts_on=dt.date(2025, 6, 23))
    assert group.unit == cast.old_commune_a
    days = services.generate_sessions(
        class_group=group, by=cast.lan, weekdays=[0], first_on=dt.date(2025, 6, 23), count=3
    )
    assert [(row.held_on.day, row.unit) for row in days] == [
        (23, cast.old_commune_a),
        (30, cast.old_commune_a),
        (7, cast.commune_a),
    ]


def test_sessions_fall_on_the_weekdays_and_go_on_counting(cast):
    group = make_class(cast.centre_a, ends_on=STARTS_ON + dt.timedelta(days=10))
    make_sessions(group, 3)
    more = services.generate_sessions(class_group=group, by=cast.lan, weekdays=[4], first_on=STARTS_ON, count=2)
    assert [row.held_on for row in group.sessions.order_by("number")] == [
        dt.date(2026, 3, 2),
        dt.date(2026, 3, 5),
        dt.date(2026, 3, 9),
        dt.date(2026, 3, 6),
        dt.date(2026, 3, 13),
    ]
    assert [row.number for row in more] == [4, 5]
    group.refresh_from_db()
    assert group.ends_on == dt.date(2026, 3, 13)  # the timetable ran past the end and moved it


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"weekdays": []}, "no_weekday"),
        ({"weekdays": [7]}, "no_weekday"),
        ({"count": 0}, "bad_count"),
        ({"count": 401}, "bad_count"),
        ({"first_on": STARTS_ON - dt.timedelta(days=7)}, "before_class"),
        ({"starts_at": dt.time(20), "ends_at": dt.time(19)}, "times_not_ordered"),
        ({"weekdays": [0, 3]}, "days_taken"),
    ],
)
def test_a_wrong_timetable_is_refused_whole(cast, change, code):
    group = make_class(cast.centre_a)
    make_sessions(group, 2)
    given = {"weekdays": [1], "first_on": STARTS_ON, "count": 2} | change
    with pytest.raises(InvalidInput) as refusal:
        services.generate_sessions(class_group=group, by=cast.lan, **given)
    assert refusal.value.code == code
    assert group.sessions.count() == 2


def test_a_person_is_enrolled_once_and_may_come_back(cast):
    group = make_class(cast.centre_a)
    learner = make_learner(cast.centre_b)
    enrolment = services.enrol(class_group=group, learner=learner, by=cast.lan)
    assert learner.centres.filter(pk=cast.centre_a.pk).exists()
    with pytest.raises(Conflict) as refusal:
        services.enrol(class_group=group, learner=learner, by=cast.lan)
    assert refusal.value.code == "enrolled_already"
    services.withdraw(enrolment=enrolment, by=cast.lan, reason="Chuyển nhà")
    again = services.enrol(class_group=group, learner=learner, by=cast.lan)
    assert (again.pk, again.status, again.withdrawn_on) == (enrolment.pk, "active", None)
    trace = AuditEvent.objects.filter(verb="courses.enrol").latest("pk")
    assert trace.data["reason_then"] == "Chuyển nhà"


def test_a_full_class_takes_nobody_more(cast):
    group = make_class(cast.centre_a, capacity=1)
    first = make_enrolled(group, 1)[0]
    with pytest.raises(Conflict) as refusal:
        make_enrolled(group, 1)
    assert refusal.value.code == "class_full"
    services.withdraw(enrolment=first, by=cast.lan, reason="Ốm")
    assert make_enrolled(group, 1)


def test_withdrawing_needs_a_reason_and_happens_once(cast):
    enrolment = make_enrolled(make_class(cast.centre_a), 1)[0]
    with pytest.raises(InvalidInput):
        services.withdraw(enrolment=enrolment, by=cast.lan, reason="  ")
    for day in (STARTS_ON - dt.timedelta(days=1), dt.date(2999, 1, 1)):
        with pytest.raises(InvalidInput) as wrong:
            services.withdraw(enrolment=enrolment, by=cast.lan, reason="Đi làm xa", withdrawn_on=day)
        assert "withdrawn_on" in wrong.value.fields
    services.withdraw(enrolment=enrolment, by=cast.lan, reason="Đi làm xa")
    with pytest.raises(Conflict) as refusal:
        services.withdraw(enrolment=enrolment, by=cast.lan, reason="Đi làm xa")
    assert refusal.value.code == "not_active"


def test_attendance_is_taken_of_everybody_at_once_and_can_be_corrected(cast):
    group = make_class(cast.centre_a, teacher=cast.thu)
    people = make_enrolled(group, 2)
    session = make_sessions(group, 1)[0]
    with pytest.raises(InvalidInput) as refusal:
        services.mark_attendance(session=session, marks={people[0].pk: "present"}, by=cast.thu)
    assert refusal.value.code == "mark_missing"
    assert not Attendance.objects.exists()
    hold(session, by=cast.thu)
    services.mark_attendance(session=session, marks={people[0].pk: "present", people[1].pk: "excused"}, by=cast.lan)
    session.refresh_from_db()
    assert (session.status, session.marked_by) == ("held", cast.lan)
    marks = dict(session.marks.values_list("enrolment_id", "status"))
    assert marks == {people[0].pk: "present", people[1].pk: "excused"}
    trace = AuditEvent.objects.get(verb="courses.correct_attendance")
    assert trace.data["changes"] == [[people[1].pk, "present", "excused"]]


def test_attendance_refuses_strangers_unknown_marks_and_the_future(cast):
    group = make_class(cast.centre_a)
    person = make_enrolled(group, 1)[0]
    stranger = make_enrolled(make_class(cast.centre_a), 1)[0]
    session = make_sessions(group, 1)[0]

    def code_of(marks, row=session):
        with pytest.raises((InvalidInput, Conflict)) as refusal:
            services.mark_attendance(session=row, marks=marks, by=cast.lan)
        return refusal.value.code

    assert code_of({person.pk: "present", stranger.pk: "present"}) == "not_in_class"
    assert code_of({person.pk: "late"}) == "mark_unknown"
    tomorrow = dt.date.today() + dt.timedelta(days=1)  # noqa: DTZ011
    later = services.generate_sessions(
        class_group=group, by=cast.lan, weekdays=list(range(7)), first_on=tomorrow, count=1
    )[0]
    assert code_of({person.pk: "present"}, later) == "session_in_future"
    services.cancel_session(session=session, by=cast.lan, reason="Mưa bão")
    assert code_of({person.pk: "present"}) == "session_cancelled"


def test_a_session_that_did_not_take_place_leaves_its_marks_in_the_trail(cast):
    group = make_class(cast.centre_a)
    person = make_enrolled(group, 1)[0]
    session = hold(make_sessions(group, 1)[0])
    services.cancel_session(session=session, by=cast.lan, reason="Ghi nhầm lớp")
    session.refresh_from_db()
    assert (session.status, session.marked_at, session.marks.count()) == ("cancelled", None, 0)
    assert AuditEvent.objects.get(verb="courses.cancel_session").data["marks_removed"] == {str(person.pk): "present"}


def test_results_are_changed_with_a_trace_of_the_old_ones(cast):
    group = make_class(cast.centre_a)
    person = make_enrolled(group, 1)[0]
    services.record_results(class_group=group, results={person.pk: ("fail", "")}, by=cast.lan)
    services.record_results(class_group=group, results={person.pk: ("good", "Đọc tốt")}, by=cast.lan)
    assert services.record_results(class_group=group, results={person.pk: ("good", "Đọc tốt")}, by=cast.lan) == []
    traces = [row.data["changes"] for row in AuditEvent.objects.filter(verb="courses.record_results").order_by("pk")]
    assert traces == [[[person.pk, "", "fail"]], [[person.pk, "fail", "good"]]]


def test_after_closing_nothing_of_the_class_can_change(cast):
    group, _report = closed_class(cast.centre_a)
    person = group.enrolments.first()
    session = group.sessions.first()
    marks = {person.pk: "absent"}
    attempts = {
        "enrol": lambda: services.enrol(class_group=group, learner=make_learner(cast.centre_a), by=cast.lan),
        "withdraw": lambda: services.withdraw(enrolment=person, by=cast.lan, reason="x"),
        "generate": lambda: make_sessions(group, 1),
        "mark": lambda: services.mark_attendance(session=session, marks=marks, by=cast.lan),
        "cancel session": lambda: services.cancel_session(session=session, by=cast.lan, reason="x"),
        "results": lambda: services.record_results(class_group=group, results={person.pk: ("fail", "")}, by=cast.lan),
        "change": lambda: services.update_class(class_group=group, by=cast.lan, name="x"),
        "cancel": lambda: services.cancel_class(class_group=group, by=cast.lan, reason="x"),
        "close": lambda: services.close_class(class_group=group, by=cast.lan),
    }
    for name, attempt in attempts.items():
        with pytest.raises(Conflict) as refusal:
            attempt()
        assert (name, refusal.value.code) == (name, "class_closed")


def test_a_stale_copy_of_the_class_does_not_get_around_the_closing(cast):
    group = finished_class(cast.centre_a)
    stale = ClassGroup.objects.get(pk=group.pk)
    services.close_class(class_group=group, by=cast.lan)
    assert stale.status == "open"
    with pytest.raises(Conflict) as refusal:
        services.enrol(class_group=stale, learner=make_learner(cast.centre_a), by=cast.lan)
    assert refusal.value.code == "class_closed"


def test_a_cancelled_class_says_why_and_its_sessions_are_off(cast):
    group = make_class(cast.centre_a)
    make_enrolled(group, 1)
    first, second = make_sessions(group, 2)
    hold(first)
    with pytest.raises(InvalidInput):
        services.cancel_class(class_group=group, by=cast.lan, reason=" ")
    services.cancel_class(class_group=group, by=cast.lan, reason="Không đủ người")
    second.refresh_from_db()
    first.refresh_from_db()
    assert (group.status, first.status, second.status) == ("cancelled", "held", "cancelled")
    with pytest.raises(Conflict) as refusal:
        services.close_class(class_group=group, by=cast.lan)
    assert refusal.value.code == "class_cancelled"


def test_a_class_form_is_refused_with_every_field_at_fault(cast):
    with pytest.raises(InvalidInput) as refusal:
        services.create_class(
            centre=cast.centre_a,
            course=make_course(cast.centre_b),
            name=" ",
            starts_on=STARTS_ON,
            ends_on=STARTS_ON - dt.timedelta(days=1),
            by=cast.lan,
            teacher=cast.minh,
            organiser_role="took_part",
            capacity=0,
        )
    assert set(refusal.value.fields) == {"name", "ends_on", "course", "partner", "teacher", "capacity"}
    assert not ClassGroup.objects.exists()


def test_a_class_in_use_cannot_be_bent_around_what_happened(cast):
    group = finished_class(cast.centre_a)
    other = make_course(cast.centre_a)
    with pytest.raises(InvalidInput) as refusal:
        services.update_class(
            class_group=group,
            by=cast.lan,
            course=other,
            starts_on=STARTS_ON + dt.timedelta(days=3),
            ends_on=STARTS_ON + dt.timedelta(days=4),
            capacity=1,
        )
    assert set(refusal.value.fields) == {"course", "starts_on", "ends_on", "capacity"}
    services.update_class(class_group=group, by=cast.lan, name="Lớp tối", teacher=cast.thu)
    assert AuditEvent.objects.get(verb="courses.update_class").data["changes"]["teacher"] == [None, "thu"]


def test_course_codes_are_unique_within_a_centre_only(cast):
    make_course(cast.centre_a, code="KNS1")
    make_course(cast.centre_b, code="KNS1")
    with pytest.raises(InvalidInput) as refusal:
        make_course(cast.centre_a, code="kns1")
    assert refusal.value.code == "course_code_taken"


def test_a_shared_course_belongs_to_nobody_who_could_bend_it(cast):
    services.load_reference()
    with pytest.raises(Forbidden):
        services.update_course(course=Course.objects.get(code="XMC-K3"), by=cast.duc, min_attendance_percent=0)


# Who may do what to a class of centre A that cô Thu teaches: None is allowed, else the error.
MAY = {
    "lan": dict.fromkeys(("manage", "enrol", "teach", "close")),
    "duc": dict.fromkeys(("manage", "enrol", "teach", "close")),
    "thu": {"manage": Forbidden, "enrol": Forbidden, "teach": None, "close": Forbidden},
    "van": dict.fromkeys(("manage", "enrol", "teach", "close"), Forbidden),
    "hoa": dict.fromkeys(("manage", "enrol", "teach", "close"), Forbidden),
    "tuan": dict.fromkeys(("manage", "enrol", "teach", "close"), Forbidden),
    "oanh": dict.fromkeys(("manage", "enrol", "teach", "close"), Forbidden),
    "minh": dict.fromkeys(("manage", "enrol", "teach", "close"), OutOfScope),
    "nam": dict.fromkeys(("manage", "enrol", "teach", "close"), OutOfScope),
}


@pytest.mark.parametrize("name", sorted(MAY))
@pytest.mark.parametrize("verb", ["manage", "enrol", "teach", "close"])
def test_who_may_do_what(cast, name, verb):
    group = finished_class(cast.centre_a, teacher=cast.thu)
    by = cast.users[name]
    session = group.sessions.first()
    marks = dict.fromkeys(group.enrolments.values_list("pk", flat=True), "present")
    attempt = {
        "manage": lambda: services.update_class(class_group=group, by=by, name="Tên mới"),
        "enrol": lambda: services.enrol(class_group=group, learner=make_learner(cast.centre_a), by=by),
        "teach": lambda: services.mark_attendance(session=session, marks=marks, by=by),
        "close": lambda: services.close_class(class_group=group, by=by),
    }[verb]
    before = AuditEvent.objects.count()
    if expected := MAY[name][verb]:
        with pytest.raises(expected):
            attempt()
        assert AuditEvent.objects.count() == before
    else:
        attempt()
        assert AuditEvent.objects.latest("pk").actor == by


def test_a_teacher_reaches_own_classes_only(cast):
    colleagues = finished_class(cast.centre_a)
    with pytest.raises(OutOfScope):
        hold(colleagues.sessions.first(), by=cast.thu)


def test_each_verb_writes_one_audit_row_with_the_centre(cast):
    group, _report = closed_class(cast.centre_a, passing=1, failing=0, sessions=1)
    rows = AuditEvent.objects.filter(verb__startswith="courses.").order_by("pk")
    assert list(rows.values_list("verb", flat=True)) == [
        "courses.create_course",
        "courses.create_class",
        "courses.enrol",
        "courses.generate_sessions",
        "courses.mark_attendance",
        "courses.record_results",
        "courses.close_class",
    ]
    assert set(rows.values_list("centre_id", flat=True)) == {cast.centre_a.pk}
    assert Enrolment.objects.get(class_group=group).status == "passed"
