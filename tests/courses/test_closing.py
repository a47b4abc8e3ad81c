"""The rule of completion, exceptions, hooks, and two people closing the same class at once."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from courses import hooks, services
from courses.models import Attendance, ClassGroup, ClosingReason, Course, Enrolment, Session
from courses.selectors import attendance_enough, closing_exceptions, closing_outcomes
from courses.selectors.closing import decide
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
from tests.race import race


@pytest.mark.parametrize(
    ("attended", "held", "percent", "enough"),
    [
        (4, 5, 80, True),
        (3, 5, 80, False),
        (799, 1000, 80, False),
        (2, 3, 67, False),  # 66.67 % does not become 67
        (2, 3, 66, True),
        (0, 5, 0, True),
        (0, 0, 0, False),  # nothing held: nobody has attended
        (5, 5, 100, True),
    ],
)
def test_attendance_is_compared_without_rounding(attended, held, percent, enough):
    assert attendance_enough(attended=attended, held=held, percent=percent) is enough


@given(held=st.integers(1, 400), attended=st.integers(0, 400), percent=st.integers(0, 100))
def test_one_more_session_never_makes_somebody_fail(held, attended, percent):
    attended = min(attended, held)
    if attended < held and attendance_enough(attended=attended, held=held, percent=percent):
        assert attendance_enough(attended=attended + 1, held=held, percent=percent)


@pytest.mark.parametrize(
    ("needs_result", "result", "passed"),
    [
        (True, "good", True),
        (True, "pass", True),
        (True, "fail", False),
        (True, "", False),
        (False, "", True),
        (False, "fail", True),
    ],
)
def test_a_result_counts_only_where_the_course_needs_it(needs_result, result, passed):
    course = Course(min_attendance_percent=80, needs_result=needs_result)
    decided, reasons = decide(course=course, held=5, attended=5, result=result)
    assert decided is passed
    assert bool(reasons) is not passed


@pytest.mark.django_db
def test_closing_freezes_outcome_and_evidence(cast):
    group = finished_class(cast.centre_a, passing=2, failing=1)
    report = services.close_class(class_group=group, by=cast.duc)
    assert (len(report.passed), len(report.failed), report.exceptions) == (2, 1, [])
    assert (group.status, group.closed_by, bool(group.closed_at)) == ("closed", cast.duc, True)
    rows = Enrolment.objects.filter(class_group=group).order_by("pk")
    assert [(row.status, row.sessions_held, row.sessions_attended) for row in rows] == [
        ("passed", 5, 5),
        ("passed", 5, 5),
        ("failed", 5, 0),
    ]


@pytest.mark.django_db
def test_excused_is_not_present_and_cancelled_sessions_count_for_nobody(cast):
    group = make_class(cast.centre_a)
    always, excused = make_enrolled(group, 2)
    *taught, off = make_sessions(group, 6)
    for place, session in enumerate(taught):
        mark = "excused" if place < 2 else "present"
        services.mark_attendance(session=session, marks={always.pk: "present", excused.pk: mark}, by=cast.lan)
    services.cancel_session(session=off, by=cast.lan, reason="Nghỉ lễ")
    outcomes = {row.enrolment.pk: (row.held, row.attended, row.passed) for row in closing_outcomes(group)}
    assert outcomes == {always.pk: (5, 5, True), excused.pk: (5, 3, False)}


@pytest.mark.django_db
def test_who_withdrew_neither_passes_nor_fails(cast):
    group = finished_class(cast.centre_a, passing=1, failing=1)
    leaver = group.enrolments.order_by("-pk").first()
    services.withdraw(enrolment=leaver, by=cast.lan, reason="Chuyển nhà")
    report = services.close_class(class_group=group, by=cast.lan)
    assert (len(report.passed), len(report.failed)) == (1, 0)
    leaver.refresh_from_db()
    assert leaver.status == "withdrawn"


@pytest.mark.django_db
def test_exceptions_are_named_gravest_first_and_must_be_accepted(cast):
    course = make_course(cast.centre_a, needs_result=True)
    group = make_class(cast.centre_a, course=course)
    make_enrolled(group, [make_learner(cast.centre_a, "Bùi Thị Nga", birth=None)])
    hold(make_sessions(group, 2)[0])
    found = closing_exceptions(group)
    assert [row.code for row in found] == ["missing_attendance", "missing_result", "unknown_identity"]
    assert [row.blocks for row in found] == [True, True, False]
    assert found[0].as_dict() == {
        "code": "missing_attendance",
        "learner": None,
        "session": 2,
        "message": "Buổi 2 ngày 05/03/2026 chưa điểm danh.",
    }
    with pytest.raises(InvalidInput) as refusal:
        services.close_class(class_group=group, by=cast.lan)
    assert refusal.value.code == "exceptions_open"
    assert [row.code for row in refusal.value.data["exceptions"]] == [row.code for row in found]
    group.refresh_from_db()
    assert group.status == "open"
    report = services.close_class(class_group=group, by=cast.lan, accept_exceptions=True)
    assert (len(report.passed), len(report.failed)) == (0, 1)  # an unknown result is not a pass
    trace = AuditEvent.objects.get(verb="courses.close_class")
    assert [row["code"] for row in trace.data["exceptions"]] == [row.code for row in found]


@pytest.mark.django_db
def test_reasons_are_kept_until_the_thing_is_mended_and_cover_no_new_thing(cast):
    group = make_class(cast.centre_a)
    person = make_learner(cast.centre_a, "Bùi Thị Nga", birth=None)
    make_enrolled(group, [person])
    first, second, _third = make_sessions(group, 3)
    hold(first)
    assert [row.code for row in closing_exceptions(group)] == ["missing_attendance"] * 2 + ["unknown_identity"]

    done = services.explain_exceptions(
        class_group=group, reasons={"missing_attendance": " Mất sổ ", "unknown_identity": ""}, by=cast.lan
    )

    assert done == 2
    assert [row.reason for row in closing_exceptions(group)] == ["Mất sổ", "Mất sổ", ""]
    with pytest.raises(InvalidInput):
        services.close_class(class_group=group, by=cast.lan)
    hold(second)  # mended: asks no more
    services.explain_exceptions(class_group=group, reasons={"unknown_identity": "Không có giấy tờ"}, by=cast.duc)
    another = make_learner(cast.centre_a, "Đinh Văn Lực", birth=None)
    make_enrolled(group, [another])
    assert [(row.code, row.reason) for row in closing_exceptions(group)] == [
        ("missing_attendance", "Mất sổ"),
        ("unknown_identity", ""),  # Lực, whom the reason was not given for
        ("unknown_identity", "Không có giấy tờ"),
    ]
    services.explain_exceptions(class_group=group, reasons={"unknown_identity": "Không có giấy tờ"}, by=cast.duc)
    services.close_class(class_group=group, by=cast.duc)
    trace = AuditEvent.objects.get(verb="courses.close_class")
    assert {row["reason"] for row in trace.data["exceptions"]} == {"Mất sổ", "Không có giấy tờ"}
    assert AuditEvent.objects.filter(verb="courses.explain_exceptions").count() == 3


@pytest.mark.django_db
def test_reasons_are_for_what_is_there_and_for_who_may(cast):
    group = finished_class(cast.centre_a)
    with pytest.raises(InvalidInput) as refusal:
        services.explain_exceptions(class_group=group, reasons={"missing_result": "Không rõ"}, by=cast.lan)
    assert refusal.value.code == "unknown_exception"
    with pytest.raises(Forbidden):
        services.explain_exceptions(class_group=group, reasons={}, by=cast.hoa)
    with pytest.raises(OutOfScope):
        services.explain_exceptions(class_group=group, reasons={}, by=cast.minh)
    services.close_class(class_group=group, by=cast.lan)
    with pytest.raises(Conflict):
        services.explain_exceptions(class_group=group, reasons={}, by=cast.lan)


@pytest.mark.django_db
def test_a_known_number_is_identity_enough(cast):
    group = make_class(cast.centre_a)
    learner = make_learner(cast.centre_a, birth=None)
    learner.set_personal_id("001190000001")
    learner.save()
    make_enrolled(group, [learner])
    hold(make_sessions(group, 1)[0])
    assert closing_exceptions(group) == []


@pytest.mark.django_db
def test_an_empty_class_and_sessions_to_come_are_exceptions(cast):
    group = make_class(cast.centre_a)
    assert [row.code for row in closing_exceptions(group)] == ["no_session_held", "nobody_enrolled"]
    make_sessions(group, 2)
    make_enrolled(group, 1)
    assert [row.code for row in closing_exceptions(group, on=STARTS_ON)] == [
        "no_session_held",
        "missing_attendance",
        "sessions_to_come",
    ]


@pytest.mark.django_db
def test_the_closing_day_lies_between_the_last_session_and_today(cast):
    group = finished_class(cast.centre_a)
    for day in (STARTS_ON, STARTS_ON.replace(year=2999)):
        with pytest.raises(InvalidInput) as refusal:
            services.close_class(class_group=group, by=cast.lan, closed_on=day)
        assert refusal.value.code == "bad_closing_day"


@pytest.mark.django_db
def test_hooks_run_in_the_transaction_and_an_error_undoes_the_closing(cast, monkeypatch):
    seen = []

    def breaks(*, class_group, passed, by):
        seen.append(([row.status for row in passed], class_group.status, by))
        raise Conflict("no", "không được")

    monkeypatch.setattr(hooks, "_after_closing", [breaks])
    group = finished_class(cast.centre_a)
    with pytest.raises(Conflict), transaction.atomic():
        services.close_class(class_group=group, by=cast.lan)
    assert seen == [(["passed", "passed"], "closed", cast.lan)]
    assert ClassGroup.objects.get(pk=group.pk).status == "open"
    assert not Enrolment.objects.filter(status="passed").exists()
    assert not AuditEvent.objects.filter(verb="courses.close_class").exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_people_closing_at_once_one_succeeds(cast):
    group = finished_class(cast.centre_a)
    copies = [ClassGroup.objects.get(pk=group.pk) for _ in range(2)]
    results = race(
        lambda: services.close_class(class_group=copies[0], by=cast.lan),
        lambda: services.close_class(class_group=copies[1], by=cast.duc),
    )
    refused = [row for row in results if isinstance(row, Conflict)]
    done = [row for row in results if isinstance(row, services.ClosingReport)]
    assert (len(done), [row.code for row in refused]) == (1, ["class_closed"])
    assert AuditEvent.objects.filter(verb="courses.close_class").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_last_place_is_given_once(cast):
    group = make_class(cast.centre_a, capacity=1)
    first, second = make_learner(cast.centre_a), make_learner(cast.centre_a)
    results = race(
        lambda: services.enrol(class_group=group, learner=first, by=cast.lan),
        lambda: services.enrol(class_group=group, learner=second, by=cast.duc),
    )
    assert sorted(type(row).__name__ for row in results) == ["Conflict", "Enrolment"]
    assert group.enrolments.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_new_classes_at_once_get_two_codes(cast):
    course = make_course(cast.centre_a)
    results = race(
        lambda: make_class(cast.centre_a, course=course, by=cast.lan),
        lambda: make_class(cast.centre_a, course=course, by=cast.duc),
    )
    assert sorted(row.code for row in results) == ["HN-BAVI-2026-01", "HN-BAVI-2026-02"]


@pytest.mark.django_db
def test_the_tables_refuse_what_the_services_never_write(cast):
    group, _report = closed_class(cast.centre_a)
    other = make_class(cast.centre_a)
    session, person = group.sessions.first(), group.enrolments.first()
    wrong = {
        "closed without who and when": lambda: ClassGroup.objects.filter(pk=other.pk).update(status="closed"),
        "open but closed by": lambda: ClassGroup.objects.filter(pk=group.pk).update(status="open"),
        "cancelled without reason": lambda: ClassGroup.objects.filter(pk=other.pk).update(status="cancelled"),
        "ends before it starts": lambda: ClassGroup.objects.filter(pk=other.pk).update(ends_on="2020-01-01"),
        "unknown status": lambda: ClassGroup.objects.filter(pk=other.pk).update(status="sleeping"),
        "partner missing": lambda: ClassGroup.objects.filter(pk=other.pk).update(organiser_role="took_part"),
        "held without mark": lambda: Session.objects.filter(pk=session.pk).update(marked_at=None),
        "passed without evidence": lambda: Enrolment.objects.filter(pk=person.pk).update(sessions_held=None),
        "withdrawn without day": lambda: Enrolment.objects.filter(pk=person.pk).update(status="withdrawn"),
        "enrolled twice": lambda: Enrolment.objects.create(
            class_group=group, learner=person.learner, enrolled_on=STARTS_ON
        ),
        "marked twice": lambda: Attendance.objects.create(session=session, enrolment=person, status="absent"),
        "percent over 100": lambda: Course.objects.filter(pk=group.course_id).update(min_attendance_percent=101),
        "a reason without words": lambda: ClosingReason.objects.create(
            class_group=group, code="x", subject="", reason="", given_by=cast.lan
        ),
        "phase 3": lambda: Course.objects.filter(pk=group.course_id).update(completes_phase=3),
    }
    for name, write in wrong.items():
        try:
            with transaction.atomic():
                write()
        except IntegrityError:
            continue
        pytest.fail(f"the table took: {name}")
