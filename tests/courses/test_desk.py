"""The enrolment desk without a browser: who is found and who never, what is shown before saving, slips taken back."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.dates import PartialDate
from core.errors import Conflict
from core.models import AuditEvent
from courses import services
from courses.models import Course, Enrolment, Session
from courses.selectors import enrolment_checks
from learners.models import DifferentPeople, Learner, LearnerCentre
from tests.factories import (
    hold,
    make_class,
    make_course,
    make_enrolled,
    make_learner,
    make_sessions,
)
from tests.learners.test_card import FIELDS, OLD

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}
NEW = {"do": "new", "full_name": "Hoàng Văn Tư", "birth": "1961", "sex": "male", "ethnicity": "06"}


def text_of(response):
    return response.content.decode()


@pytest.fixture
def desk(cast, as_user):
    """``desk(group, user=…)`` → a function that posts to the desk of the class as that person."""

    def open_desk(group, user=None, **headers):
        client = as_user(user or cast.lan)
        url = reverse("courses:enrol", args=[group.pk])
        return lambda do, **values: client.post(url, {"do": do, **values}, headers=headers)

    return open_desk


def people(response):
    return [row.person for row in response.context["desk"].found]


def with_number(learner, number):
    learner.set_personal_id(number)
    learner.save()
    return learner


def test_somebody_known_is_found_in_any_order_and_enrolled(cast, desk):
    group = make_class(cast.centre_a)
    nga = make_learner(cast.centre_a, "Bùi Thị Nga", phone="0912345678")
    make_learner(cast.centre_a, "Bùi Thị Hoa")
    ask = desk(group, **HX)
    for text in ("nga bui 1980", "bùi thị nga", "345678", nga.code):
        assert people(ask("find", q=text)) == [nga], text
    assert people(ask("find", q="nga bui 1981")) == []
    assert "ghi người mới" in text_of(ask("find", q="nga bui 1981"))
    chosen = ask("choose", learner=nga.pk, q="nga")
    assert "Bùi Thị Nga" in text_of(chosen)
    assert not group.enrolments.exists()
    done = ask("enrol", learner=nga.pk, q="nga")
    assert "Đã ghi danh Bùi Thị Nga vào lớp." in text_of(done)
    assert "desk:done" in done["HX-Trigger-After-Settle"]
    assert group.enrolments.get().learner == nga
    assert "đã có trong lớp" in text_of(ask("find", q="nga"))
    assert "đã có trong lớp này" in text_of(ask("choose", learner=nga.pk))
    again = ask("enrol", learner=nga.pk, q="nga")
    assert (again.status_code, group.enrolments.count()) == (409, 1)


def test_a_stranger_is_never_found_by_name_phone_code_or_part_of_a_number(cast, desk):
    group = make_class(cast.centre_a)
    stranger = make_learner(cast.centre_b, "Lò Thị Mai", phone="0987654321")
    with_number(stranger, "001190000417")
    for headers in ({}, HX):
        ask = desk(group, **headers)
        for text in ("Lò Thị Mai", "mai lo", "0987654321", "4321", stranger.code, "417", "01190000417", "001190000"):
            answer = ask("find", q=text)
            assert people(answer) == [], text
            assert stranger.code not in text_of(answer).replace(f'value="{text}"', "").replace(f'"{text}"', ""), text
        for do in ("choose", "enrol"):
            for key in (stranger.pk, "x", "", 10**30):
                assert ask(do, learner=key, q="mai").status_code == 404
        look = ask("look", full_name="Lò Thị Mai", birth="1980", phone="0987654321")
        assert stranger.code not in text_of(look)
    assert not group.enrolments.exists()


def test_the_whole_number_finds_a_stranger_who_is_then_linked_with_a_trace(cast, desk):
    group = make_class(cast.centre_a)
    stranger = with_number(make_learner(cast.centre_b, "Lò Thị Mai"), "001190000417")
    ask = desk(group, **HX)
    found = ask("find", q="001 190 000 417")
    assert people(found) == [stranger]
    assert "Lò Thị Mai" not in text_of(found)  # the name only once somebody chose to see it
    assert "Lò Thị Mai" in text_of(ask("choose", learner=stranger.pk, q="001190000417"))
    trace = AuditEvent.objects.get(verb="learners.find_by_number")
    assert (trace.actor, trace.centre_id, trace.object_id) == (cast.lan, cast.centre_a.pk, str(stranger.pk))
    assert "417" not in str(trace.data)
    ask("enrol", learner=stranger.pk, q="001190000417")
    assert group.enrolments.get().learner == stranger
    assert stranger.centres.count() == 2
    ask("undo", enrolment=group.enrolments.get().pk)
    assert [row.centre for row in stranger.centre_links.all()] == [cast.centre_b]


def test_a_new_person_needs_one_save_and_only_a_name(cast, desk):
    group = make_class(cast.centre_a)
    ask = desk(group, **HX)
    answer = ask(**NEW)
    assert "Đã thêm Hoàng Văn Tư và ghi danh vào lớp." in text_of(answer)
    person = group.enrolments.get().learner
    assert (person.birth, person.phone, person.personal_id_tail) == (PartialDate(1961), "", "")
    assert 'value="Hoàng Văn Tư"' not in text_of(answer)  # the form is empty for the next one
    assert ask("new", full_name="Hà Ợt", sex="unknown").status_code == 200
    assert group.enrolments.count() == 2


def test_a_look_alike_is_shown_before_anything_is_saved_and_the_answer_is_remembered(cast, desk):
    group = make_class(cast.centre_a)
    known = make_learner(cast.centre_a, "Bùi Thị Nga")
    for headers in ({}, HX):
        ask = desk(group, **headers)
        typed = {"full_name": "Bui Thi Nga", "birth": "1980", "sex": "female", "address": "Ngõ 3"}
        assert known.code in text_of(ask("look", **typed))
        answer = ask("new", **typed)
        assert answer.status_code == 422
        assert [row.learner for row in answer.context["desk"].lookalikes] == [known]
        assert 'value="Ngõ 3"' in text_of(answer)
        # "New" said of somebody who was not on the screen is asked again.
        assert ask("new", **typed, decision="new", seen=10**6).status_code == 422
        assert ask("new", **typed, seen=known.pk).status_code == 422
        same = ask("new", **typed, same=known.pk)
        assert same.context["desk"].chosen.person == known
        assert Learner.objects.count() == 1
    ask("new", **typed, decision="new", seen=known.pk)
    made = group.enrolments.get().learner
    assert made != known
    assert {DifferentPeople.objects.get().one, DifferentPeople.objects.get().other} == {made, known}


def test_a_taken_number_is_that_person_even_of_another_centre(cast, desk):
    group = make_class(cast.centre_a)
    person = with_number(make_learner(cast.centre_b, "Lò Thị Mai"), "001190000001")
    ask = desk(group, **HX)
    typed = {"full_name": "Lò Thị Mai", "sex": "female", "personal_id": "001190000001"}
    page = ask("new", **typed)
    assert (page.status_code, page.context["number_taken"]) == (422, True)
    assert ask("new", **typed, decision="new", seen=person.pk).status_code == 422
    assert not group.enrolments.exists()
    chosen = ask("new", **typed, same=person.pk)
    assert chosen.context["desk"].chosen.person == person
    done = ask("enrol", learner=person.pk, q=chosen.context["text"], from_form="1")
    assert group.enrolments.get().learner == person
    assert 'value="001190000001"' not in text_of(done)


def test_a_card_fills_the_form_without_script_too(cast, desk):
    group = make_class(cast.centre_a)
    page = desk(group)("new", card_text=OLD, read_card="1", ethnicity="06", note="gọi sau 17 giờ")
    assert page.status_code == 200
    assert {name: str(page.context["form"][name].value()) for name in FIELDS[OLD]} == FIELDS[OLD]
    assert page.context["form"]["note"].value() == "gọi sau 17 giờ"
    assert not Learner.objects.exists()


def test_a_full_class_says_so_first_and_loses_nothing(cast, desk):
    group = make_class(cast.centre_a, capacity=1)
    make_enrolled(group, 1)
    waiting = make_learner(cast.centre_a, "Bùi Thị Nga")
    before = Learner.objects.count()
    for headers in ({}, HX):
        ask = desk(group, **headers)
        chosen = ask("choose", learner=waiting.pk)
        assert "Lớp đã đủ 1 chỗ." in text_of(chosen)
        assert not chosen.context["desk"].chosen.may_enrol
        assert "Ghi vào danh sách chờ" in text_of(chosen)
        assert ask("enrol", learner=waiting.pk).status_code == 409
        answer = ask(**NEW, note="gọi sau 17 giờ")
        assert answer.status_code == 409
        assert "gọi sau 17 giờ" in text_of(answer)
    assert Learner.objects.count() == before
    assert group.enrolments.count() == 1


def test_a_wrong_field_comes_back_whole(cast, desk):
    group = make_class(cast.centre_a)
    for headers in ({}, HX):
        answer = desk(group, **headers)(**NEW | {"birth": "31/02/1961", "phone": "12", "note": "con bà Én"})
        assert answer.status_code == 422
        text = text_of(answer)
        for kept in ("Hoàng Văn Tư", "31/02/1961", 'value="12"', "con bà Én"):
            assert kept in text
    assert not Learner.objects.exists()


def test_the_same_form_twice_makes_one_person(cast, desk):
    group = make_class(cast.centre_a)
    ask = desk(group, **HX)
    ask(**NEW)
    again = ask(**NEW)
    assert again.status_code == 200
    assert "không ghi hai lần" in text_of(again)
    assert (Learner.objects.count(), group.enrolments.count()) == (1, 1)
    # A colleague with the same papers is asked: it may be the same person, and may not.
    assert desk(group, cast.duc, **HX)(**NEW).status_code == 422
    # So is the same one later on.
    Enrolment.objects.update(created_at=timezone.now() - dt.timedelta(minutes=11))
    assert desk(group, **HX)(**NEW).status_code == 422


def test_what_was_just_enrolled_is_listed_and_undone(cast, desk):
    group = make_class(cast.centre_a)
    nga = make_learner(cast.centre_a, "Bùi Thị Nga")
    ask = desk(group, **HX)
    ask("enrol", learner=nga.pk)
    page = ask(**NEW)
    assert [line.enrolment.learner.full_name for line in page.context["recent"]] == ["Hoàng Văn Tư", "Bùi Thị Nga"]
    first, second = group.enrolments.order_by("pk")
    undone = ask("undo", enrolment=first.pk)
    assert [line.enrolment for line in undone.context["recent"]] == [second]
    assert Learner.objects.filter(pk=nga.pk).exists()
    assert "hồ sơ mới cũng đã bỏ" in text_of(ask("undo", enrolment=second.pk))
    assert list(Learner.objects.all()) == [nga]
    assert not group.enrolments.exists()
    assert ask("undo", enrolment=second.pk).status_code == 200  # pressed twice
    verbs = AuditEvent.objects.filter(verb__startswith="courses.undo").values_list("actor", flat=True)
    assert list(verbs) == [cast.lan.pk] * 2


def test_whoever_came_back_is_withdrawn_again_by_undo(cast, desk):
    group = make_class(cast.centre_a)
    row = make_enrolled(group, 1)[0]
    day = group.starts_on + dt.timedelta(days=3)
    services.withdraw(enrolment=row, by=cast.lan, reason="Đi xa", withdrawn_on=day)
    ask = desk(group, **HX)
    ask("enrol", learner=row.learner_id)
    ask("undo", enrolment=row.pk)
    row.refresh_from_db()
    assert (row.status, row.withdrawn_on, row.withdraw_reason) == ("withdrawn", day, "Đi xa")


def test_undo_stops_where_something_was_built_or_time_went_by(cast, desk):
    group = make_class(cast.centre_a, starts_on=timezone.localdate())
    marked, late, theirs = (make_learner(cast.centre_a) for _ in range(3))
    ask = desk(group, **HX)
    ask("enrol", learner=marked.pk)
    hold(make_sessions(group, 1)[0] if timezone.localdate().weekday() in (0, 3) else today_session(group))
    assert ask("undo", enrolment=group.enrolments.get(learner=marked).pk).status_code == 409
    row = services.enrol(class_group=group, learner=theirs, by=cast.duc)
    with pytest.raises(Conflict, match="ghi thôi học"):
        services.undo_enrolment(enrolment=row, by=cast.lan)
    row = services.enrol(class_group=group, learner=late, by=cast.lan)
    # The trail is append-only: instead of ageing it, the desk is told that undo ends sooner.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("courses.services.desk.UNDO_WITHIN", dt.timedelta(0))
        with pytest.raises(Conflict, match="ghi thôi học"):
            services.undo_enrolment(enrolment=row, by=cast.lan)
    assert group.enrolments.filter(status="active").count() == 3


def today_session(group):
    today = timezone.localdate()
    return services.generate_sessions(
        class_group=group, by=group.centre.memberships.get(role="centre_staff").user, weekdays=[today.weekday()],
        first_on=today, count=1,
    )[0]  # fmt: skip


def test_a_person_with_a_life_of_their_own_stays_after_undo(cast, desk):
    group, other = make_class(cast.centre_a), make_class(cast.centre_a)
    ask = desk(group, **HX)
    ask(**NEW)
    row = group.enrolments.get()
    services.enrol(class_group=other, learner=row.learner, by=cast.lan)
    ask("undo", enrolment=row.pk)
    assert other.enrolments.get().learner == row.learner
    assert LearnerCentre.objects.filter(learner=row.learner, centre=cast.centre_a).exists()


def test_undo_of_a_foreign_class_is_missing(cast, desk):
    group, foreign = make_class(cast.centre_a), make_class(cast.centre_b)
    row = make_enrolled(foreign, 1)[0]
    ask = desk(group, **HX)
    assert ask("undo", enrolment=row.pk).status_code == 200  # nothing of this class has that number
    assert foreign.enrolments.filter(pk=row.pk, status="active").exists()
    for do in ("find", "choose", "look", "enrol", "new", "undo"):
        assert desk(foreign)(do, q="a", learner=row.learner_id, enrolment=row.pk).status_code == 404


def test_every_act_is_refused_to_who_may_only_look(cast, desk):
    group = make_class(cast.centre_a)
    for name in ("van", "hoa", "tuan", "oanh"):
        for do in ("find", "choose", "look", "enrol", "new", "undo"):
            assert desk(group, cast.users[name])(do, q="a").status_code == 403, (name, do)


def test_who_waits_chose_to_and_moves_up_when_a_slip_is_undone(cast, desk):
    group = make_class(cast.centre_a, capacity=1, starts_on=timezone.localdate())
    nga, luc = make_learner(cast.centre_a, "Bùi Thị Nga"), make_learner(cast.centre_a, "Đinh Văn Lực")
    ask = desk(group, **HX)
    ask("enrol", learner=luc.pk)
    assert "danh sách chờ, số 1" in text_of(ask("enrol", learner=nga.pk, wait="1"))
    assert "Ghi danh</button>" not in text_of(ask("choose", learner=nga.pk))  # waits already
    assert ask("enrol", learner=nga.pk, wait="1").status_code == 409
    assert ask(**NEW).status_code == 409
    assert "danh sách chờ, số 2" in text_of(ask(**NEW, wait="1"))
    assert "không ghi hai lần" in text_of(ask(**NEW, wait="1"))
    assert [row.learner.full_name for row in group.waitlist.order_by("position")] == ["Bùi Thị Nga", "Hoàng Văn Tư"]
    undone = ask("undo", enrolment=group.enrolments.get().pk)
    assert "Đã xếp từ danh sách chờ: Bùi Thị Nga." in text_of(undone)
    assert group.enrolments.get().learner == nga
    # Whoever came up from the waitlist is not undone: the place was given to them.
    assert ask("undo", enrolment=group.enrolments.get().pk).status_code == 409


def test_a_prerequisite_is_said_and_waived_with_a_reason(cast, desk):
    first = make_course(cast.centre_a)
    course = make_course(cast.centre_a)
    Course.objects.filter(pk=course.pk).update(requires_course=first)
    course.refresh_from_db()
    group = make_class(cast.centre_a, course=course)
    nga = make_learner(cast.centre_a, "Bùi Thị Nga")
    ask = desk(group, **HX)
    chosen = ask("choose", learner=nga.pk)
    assert chosen.context["desk"].chosen.needs_waiver
    assert "Lý do miễn điều kiện" in text_of(chosen)
    assert ask("enrol", learner=nga.pk).status_code == 409
    ask("enrol", learner=nga.pk, waiver="Đã học ở Sơn Tây")
    assert group.enrolments.get().waiver == "Đã học ở Sơn Tây"
    refused = ask(**NEW)
    assert (refused.status_code, "Hoàng Văn Tư" in text_of(refused)) == (409, True)
    assert "waiver" in refused.context["form"].errors
    assert ask(**NEW, waiver="Đã học ở Sơn Tây").status_code == 200
    assert group.enrolments.count() == 2


def test_a_clash_is_said_and_names_no_class_of_another_centre(cast):
    today = timezone.localdate()
    group = make_class(cast.centre_a, starts_on=today)
    busy = make_class(cast.centre_a, name="Đan lát", starts_on=today)
    foreign = make_class(cast.centre_b, name="Lớp nơi khác", starts_on=today)
    person = make_learner(cast.centre_a)
    make_enrolled(busy, [person])
    days = {"weekdays": [0, 3], "first_on": today + dt.timedelta(days=1), "count": 3}
    for row, by, start in ((group, cast.lan, 18), (busy, cast.lan, 19), (foreign, cast.minh, 19)):
        services.generate_sessions(class_group=row, by=by, starts_at=dt.time(start), ends_at=dt.time(start + 2), **days)

    def said():
        return " ".join(row.message for row in enrolment_checks(class_group=group, learner=person) if not row.blocks)

    assert "Đan lát" in said()
    Session.objects.filter(class_group=busy).update(starts_at=dt.time(20), ends_at=dt.time(21))
    assert said() == ""  # one ends when the other begins
    make_enrolled(foreign, [person])
    assert "ở trung tâm khác" in said()
    assert "Lớp nơi khác" not in said()


def test_the_desk_costs_the_same_for_few_and_for_many(cast, desk):
    group = make_class(cast.centre_a, capacity=500)

    def cost():
        ask, found = desk(group, **HX), {}
        first = Learner.objects.order_by("pk")[0]
        for do in ("find", "choose", "look", "page"):
            with CaptureQueriesContext(connection) as log:
                values = {"q": "bui nga", "learner": first.pk, "full_name": "Bùi Thị Nga", "birth": "1980"}
                desk(group)("find", q="bui") if do == "page" else ask(do, **values)
            found[do] = len(log)
        return found

    make_learner(cast.centre_a, "Bùi Thị Nga")
    make_learner(cast.centre_a, "Bùi Thị Nga")
    cost()
    few = cost()
    for _ in range(9):
        make_enrolled(group, [make_learner(cast.centre_a, "Bùi Thị Nga")])
    assert cost() == few
    assert max(few.values()) < 25
