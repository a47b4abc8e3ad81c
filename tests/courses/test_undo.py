"""Slips are taken back by who made them, within minutes, as long as nothing was built on them."""

import datetime as dt

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from core.errors import Conflict, OutOfScope
from core.models import AuditEvent
from courses import services
from courses.choices import EnrolmentStatus, SessionStatus
from courses.models import AttendanceVersion
from tests.factories import hold, make_class, make_enrolled, make_learner, make_sessions

pytestmark = pytest.mark.django_db


@pytest.fixture
def taught(cast, reference):
    """A class with three people whose first session was held."""
    group = make_class(cast.centre_a, starts_on=timezone.localdate() - dt.timedelta(days=9), capacity=3)
    people = make_enrolled(group, 3)
    return group, people, hold(make_sessions(group, 2)[0], absent=people[:1])


def later(monkeypatch, **span):
    moment = timezone.now() + dt.timedelta(**span)
    monkeypatch.setattr(timezone, "now", lambda: moment)


def test_who_left_is_back_with_every_mark(cast, taught):
    _group, people, session = taught
    services.withdraw(enrolment=people[0], by=cast.lan, reason="Nhầm người")
    back = services.undo_withdraw(enrolment=people[0], by=cast.lan)
    assert (back.status, back.withdrawn_on, back.withdraw_reason) == (EnrolmentStatus.ACTIVE, None, "")
    assert session.marks.get(enrolment=back).status == "absent"
    assert AuditEvent.objects.get(verb="courses.undo_withdraw").actor == cast.lan
    with pytest.raises(Conflict) as refused:
        services.undo_withdraw(enrolment=people[0], by=cast.lan)
    assert refused.value.code == "undo_done"


def test_a_place_that_was_given_away_is_not_taken_back(cast, taught):
    group, people, _session = taught
    services.withdraw(enrolment=people[0], by=cast.lan, reason="Nhầm người")
    services.enrol(class_group=group, learner=make_learner(cast.centre_a), by=cast.lan)
    with pytest.raises(Conflict) as refused:
        services.undo_withdraw(enrolment=people[0], by=cast.lan)
    assert refused.value.code == "undo_place_taken"


def test_a_session_takes_place_after_all_with_its_marks(cast, taught):
    _group, people, session = taught
    before = dict(session.marks.values_list("enrolment_id", "status"))
    marked = (session.marked_at, session.marked_by)
    services.cancel_session(session=session, by=cast.duc, reason="Nhầm buổi")
    back = services.undo_cancel_session(session=session, by=cast.duc)
    assert back.status == SessionStatus.HELD
    assert (back.marked_at, back.marked_by) == marked
    assert dict(back.marks.values_list("enrolment_id", "status")) == before
    assert before[people[0].pk] == "absent"
    assert AttendanceVersion.objects.filter(session=session).count() == 1


def test_a_session_that_was_not_held_is_planned_again(cast, taught):
    session = taught[0].sessions.order_by("number").last()
    services.cancel_session(session=session, by=cast.lan, reason="Nhầm buổi")
    assert services.undo_cancel_session(session=session, by=cast.lan).status == SessionStatus.PLANNED


def test_only_who_did_it_may_and_only_for_minutes(cast, taught, monkeypatch):
    _group, people, session = taught
    services.withdraw(enrolment=people[0], by=cast.lan, reason="Nhầm người")
    services.cancel_session(session=session, by=cast.lan, reason="Nhầm buổi")
    deeds = ((services.undo_withdraw, {"enrolment": people[0]}), (services.undo_cancel_session, {"session": session}))
    for undo, row in deeds:
        with pytest.raises(Conflict) as refused:
            undo(**row, by=cast.duc)
        assert refused.value.code == "undo_too_late"
        with pytest.raises(OutOfScope):
            undo(**row, by=cast.minh)
    later(monkeypatch, minutes=31)
    for undo, row in deeds:
        with pytest.raises(Conflict) as refused:
            undo(**row, by=cast.lan)
        assert refused.value.code == "undo_too_late"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_message_offers_it_and_the_button_does_it(as_user, cast, taught, language):
    group, people, session = taught
    client = as_user(cast.lan)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    word = {"vi": "Hoàn tác", "en": "Undo"}[language]
    for name, row, form in (
        ("courses:withdraw", people[1], {"reason": "Nhầm", "withdrawn_on": timezone.localdate().strftime("%d/%m/%Y")}),
        ("courses:session-cancel", session, {"reason": "Nhầm"}),
    ):
        page = client.post(reverse(name, args=[row.pk]), form, follow=True).content.decode()
        undo = reverse(f"{name}-undo", args=[row.pk])
        assert f'action="{undo}"' in page
        assert word in page
        page = client.post(undo, follow=True).content.decode()
        assert f'action="{undo}"' not in page
    people[1].refresh_from_db()
    session.refresh_from_db()
    assert (people[1].status, session.status) == (EnrolmentStatus.ACTIVE, SessionStatus.HELD)
    assert group.status == "open"


def test_strangers_are_refused(as_user, cast, taught):
    _group, people, session = taught
    for name, pk in (("courses:withdraw-undo", people[0].pk), ("courses:session-cancel-undo", session.pk)):
        assert as_user(cast.minh).post(reverse(name, args=[pk])).status_code == 404
        assert as_user(cast.hoa).post(reverse(name, args=[pk])).status_code == 403
        assert as_user(cast.lan).get(reverse(name, args=[pk])).status_code == 405


def marks_of(session):
    return dict(session.marks.values_list("enrolment_id", "status"))


def test_a_first_saving_is_taken_back_whole(cast, taught):
    _group, _people, session = taught
    session = hold(session.class_group.sessions.order_by("number").last(), by=cast.lan)
    back = services.undo_marks(session=session, by=cast.lan)
    assert (back.status, back.marked_at, back.marked_by, marks_of(back)) == (SessionStatus.PLANNED, None, None, {})
    with pytest.raises(Conflict) as refused:
        services.undo_marks(session=session, by=cast.lan)
    assert refused.value.code == "undo_done"
    assert set(marks_of(hold(back, by=cast.lan)).values()) == {"present"}
    assert services.undo_marks(session=session, by=cast.lan).status == SessionStatus.PLANNED


def test_a_correction_gives_way_to_the_saving_before(cast, taught):
    _group, people, session = taught
    before, marked = marks_of(session), (session.marked_at, session.marked_by)
    corrected = hold(session, absent=people, by=cast.lan)
    back = services.undo_marks(session=corrected, by=cast.lan)
    assert marks_of(back) == before
    assert (back.status, back.marked_at, back.marked_by) == (SessionStatus.HELD, *marked)
    event = AuditEvent.objects.get(verb="courses.undo_marks")
    assert (event.actor, event.data["marks_restored"]) == (cast.lan, 3)
    with pytest.raises(Conflict) as refused:
        services.undo_marks(session=corrected, by=cast.lan)
    assert refused.value.code == "undo_done"
    # A device that saw the correction is told of what both changed, and joined where only one did.
    sent = services.send_marks(session=session, by=cast.duc, seen_version=2, marks={row.pk: "absent" for row in people})
    assert marks_of(sent.session) == before


def test_a_saving_others_built_on_stays(cast, taught, monkeypatch):
    _group, people, session = taught
    hold(session, absent=people, by=cast.lan)
    hold(session, by=cast.duc)
    stands = marks_of(session)
    with pytest.raises(Conflict) as refused:
        services.undo_marks(session=session, by=cast.lan)
    assert refused.value.code == "undo_too_late"
    with pytest.raises(OutOfScope):
        services.undo_marks(session=session, by=cast.minh)
    later(monkeypatch, minutes=31)
    with pytest.raises(Conflict):
        services.undo_marks(session=session, by=cast.duc)
    assert marks_of(session) == stands


def test_a_closed_class_keeps_its_marks(cast, taught):
    group, _people, _session = taught
    last = hold(group.sessions.order_by("number").last(), by=cast.lan)
    services.close_class(class_group=group, by=cast.lan)
    with pytest.raises(Conflict) as refused:
        services.undo_marks(session=last, by=cast.lan)
    assert refused.value.code == "class_closed"
    assert marks_of(last)


def test_the_session_page_offers_to_take_back_what_was_just_saved(as_user, cast, taught):
    group, people, _session = taught
    session = group.sessions.order_by("number").last()
    session.held_on = timezone.localdate()
    session.save(update_fields=["held_on"])
    undo = reverse("courses:marks-undo", args=[session.pk])
    client = as_user(cast.lan)
    form = {"version": "0", **{f"mark_{row.pk}": "present" for row in people}}
    page = client.post(reverse("courses:session-detail", args=[session.pk]), form, follow=True).text
    assert f'action="{undo}"' in page
    assert "chưa điểm danh" in client.post(undo, follow=True).text
    assert marks_of(session) == {}
    assert as_user(cast.minh).post(undo).status_code == 404
    assert as_user(cast.hoa).post(undo).status_code == 403
    assert as_user(cast.lan).get(undo).status_code == 405
