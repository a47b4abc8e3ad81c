"""Cases of relapse: found, counted once, a class to come back to, what was done, recovery seen."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from centres.models import UnitLineage
from core.dates import add_months
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from courses import services as courses
from courses.models import ClassGroup, Course
from courses.selectors import enrolment_checks
from courses.selectors.progress import progress_of
from literacy.models import FollowUp, LiteracyCheck, Relapse, RelapseStep
from literacy.reentry import episodes, how_recovered, needed_term, suggestions
from literacy.services import enter_class, record_award, record_check, record_step, undo_check
from tests.factories import closed_class, hold, make_class, make_course, make_enrolled, make_learner, make_sessions


@pytest.fixture
def today(reference):
    return timezone.localdate()


def relapsed(cast, today, name="Lý Thị Quên", *, ago=40, centre=None, by=None, **seen):
    """Certified seven months ago, found relapsed so many days ago."""
    centre, by = centre or cast.centre_a, by or cast.lan
    person = make_learner(centre, name)
    record_award(learner=person, level=1, proof="test", certified_on=add_months(today, -7), centre=centre, by=by)
    row = FollowUp.objects.get(learner=person, months=3)
    record_check(follow_up=row, outcome="relapsed", checked_on=today - dt.timedelta(days=ago), by=by, **seen)
    return Relapse.objects.get(learner=person, recovered_on=None)


def term(number):
    return Course.objects.get(centre__isnull=True, code=f"XMC-K{number}")


def again(case, outcome, by, day):
    row = FollowUp.objects.get(learner=case.learner, months=6)
    return record_check(follow_up=row, outcome=outcome, checked_on=day, by=by)


def test_an_episode_counts_once_and_recovery_is_seen(cast, today):
    """Found twice, recovered by a check, found again, recovered by passing phase 1: two episodes of one person."""
    case = relapsed(cast, today, ago=90)
    assert not FollowUp.objects.open().filter(learner=case.learner).exists()
    again(case, "relapsed", cast.lan, today - dt.timedelta(days=80))
    assert episodes(Relapse.objects.all()) == {"cases": 1, "people": 1, "open": 1}
    again(case, "holds_1", cast.lan, today - dt.timedelta(days=70))
    case.refresh_from_db()
    assert case.recovered_on == today - dt.timedelta(days=70)
    assert "giữ mức độ 1" in how_recovered(case)
    assert FollowUp.objects.open().filter(learner=case.learner, months=12).exists()  # looked after again
    row = FollowUp.objects.get(learner=case.learner, months=12)
    record_check(follow_up=row, outcome="relapsed", checked_on=today - dt.timedelta(days=60), by=cast.lan)
    assert episodes(Relapse.objects.all()) == {"cases": 2, "people": 1, "open": 1}

    second = Relapse.objects.get(learner=case.learner, recovered_on=None)
    group = make_class(cast.centre_a, name="Lớp học lại", course=term(3), starts_on=today - dt.timedelta(days=50))
    enter_class(case=second, class_group=group, by=cast.lan)
    closing(group, cast)
    second.refresh_from_db()
    assert second.recovered_on == group.closed_on
    assert "hoàn thành lớp Lớp học lại" in how_recovered(second)
    assert episodes(Relapse.objects.all()) == {"cases": 2, "people": 1, "open": 0}


def closing(group, cast):
    for session in make_sessions(group, 2):
        hold(session)
    row = group.enrolments.get()
    courses.record_results(class_group=group, results={row.pk: ("pass", "")}, by=cast.lan)
    courses.close_class(class_group=group, by=cast.lan)
    group.refresh_from_db()


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ((False, False, False), 1), ((True, False, False), 2), ((False, False, True), 2), ((True, True, False), 3),
        ((True, True, True), 3), ((None, False, False), None), ((None, None, None), None),
    ],
)  # fmt: skip
def test_the_term_to_come_back_to(seen, expected):
    assert needed_term(LiteracyCheck(reads=seen[0], writes=seen[1], counts=seen[2])) == expected


def test_classes_are_suggested_by_a_plain_rule(cast, today):
    """Full last; then where the person lives; then the centre; then the term; then how much was taught."""
    case = relapsed(cast, today, reads=False, writes=False, counts=True)
    person = case.learner
    person.unit = cast.commune_a
    person.save()
    right = make_class(cast.centre_a, name="Kỳ hai", course=term(2), starts_on=today)
    other_term = make_class(cast.centre_a, name="Kỳ một", course=term(1), starts_on=today)
    full = make_class(cast.centre_a, name="Đủ chỗ", course=term(2), starts_on=today, capacity=1)
    make_enrolled(full, 1)
    make_class(cast.centre_a, name="Kỳ bốn", course=term(4), starts_on=today)
    make_class(cast.centre_a, name="Khác", course=make_course(cast.centre_a), starts_on=today)
    closed_class(cast.centre_a, name="Đã xong", course=term(2), passing=1)
    moved = make_class(cast.centre_a, name="Nơi khác", course=term(2), starts_on=today)
    ClassGroup.objects.filter(pk=moved.pk).update(unit=cast.commune_b)
    case.refresh_from_db()

    found = suggestions([case], cast.lan)[case.pk]

    assert [row.class_group.name for row in found] == [right.name, other_term.name, "Nơi khác", "Đủ chỗ"]
    assert found[0].reasons[:3] == ("cùng nơi ở: Xã Ba Vì", "của trung tâm đang theo dõi", "đúng kỳ 2 cần học")
    assert found[-1].full
    assert "đã đủ chỗ" in found[-1].reasons
    assert suggestions([case], cast.minh)[case.pk] == []
    assert [row.open_to for row in suggestions([case], cast.tuan)[case.pk]] == [False] * 4


def test_where_somebody_lives_is_followed_through_the_change_of_units(cast, today):
    case = relapsed(cast, today)
    case.learner.unit = cast.old_commune_a
    make_class(cast.centre_a, course=term(1), starts_on=today)
    assert UnitLineage.objects.filter(old=cast.old_commune_a, new=cast.commune_a).exists()

    assert "cùng nơi ở: Xã Ba Vì" in suggestions([case], cast.lan)[case.pk][0].reasons


def test_steps_and_who_may_take_them(cast, today):
    case = relapsed(cast, today)
    record_step(case=case, kind="visited", done_on=today, note="Bận mùa", by=cast.lan)
    for wrong in ({"kind": "entered"}, {"kind": "x"}, {"done_on": today + dt.timedelta(days=1)},
                  {"done_on": case.opened_on - dt.timedelta(days=1)}):  # fmt: skip
        with pytest.raises(InvalidInput):
            record_step(**{"case": case, "kind": "called", "done_on": today, "by": cast.lan} | wrong)
    refused = {cast.minh: OutOfScope, cast.thu: OutOfScope, cast.tuan: Forbidden, cast.van: Forbidden}
    for user, refusal in refused.items():
        with pytest.raises(refusal):
            record_step(case=case, kind="called", done_on=today, by=user)
    group = make_class(cast.centre_a, course=term(1), starts_on=today)
    enter_class(case=case, class_group=group, by=cast.lan)
    with pytest.raises(Conflict):
        enter_class(case=case, class_group=group, by=cast.lan)
    assert [row.kind for row in RelapseStep.objects.order_by("pk")] == ["visited", "entered"]
    again(case, "holds_1", cast.lan, today)
    with pytest.raises(Conflict):
        record_step(case=case, kind="called", done_on=today, by=cast.lan)


def test_a_case_in_which_something_was_done_is_not_undone(cast, today):
    case = relapsed(cast, today)
    record_step(case=case, kind="called", done_on=today, by=cast.lan)
    with pytest.raises(Conflict) as refused:
        undo_check(check=case.found_by_check, by=cast.lan)
    assert refused.value.code == "undo_built_on"
    other = relapsed(cast, today, "Lý Thị Nhầm")
    undo_check(check=other.found_by_check, by=cast.lan)
    assert list(Relapse.objects.all()) == [case]


def test_who_fell_back_needs_the_terms_again_one_by_one(cast, today):
    """Held level 1, which would mean term 4; after the relapse only what is completed since counts."""
    case = relapsed(cast, today, ago=60)
    person = case.learner
    assert progress_of([person.pk])[person.pk].needed == 1
    group = make_class(cast.centre_a, course=term(1), starts_on=today - dt.timedelta(days=50))
    assert enrolment_checks(class_group=group, learner=person) == []  # the desk does not speak of term 4
    enter_class(case=case, class_group=group, by=cast.lan)
    closing(group, cast)
    assert progress_of([person.pk])[person.pk].needed == 2
    again(case, "holds_1", cast.lan, today)
    assert progress_of([person.pk])[person.pk].needed == 4


def test_the_pages(as_user, cast, today):
    case = relapsed(cast, today, reads=False, writes=False, counts=False)
    group = make_class(cast.centre_a, name="Lớp thôn năm", course=term(1), starts_on=today)
    client = as_user(cast.lan)
    page = client.get(reverse("literacy:relapse-list")).content.decode()
    assert "Lý Thị Quên" in page
    assert "gợi ý lớp Lớp thôn năm" in page
    url = reverse("literacy:relapse-detail", args=[case.pk])
    assert "học lại từ kỳ 1" in client.get(url).content.decode()
    wrong = client.post(url, {"kind": "called", "done_on": "1/1/2099", "note": "Hẹn thứ Hai"})
    assert wrong.status_code == 422
    assert "Hẹn thứ Hai" in wrong.content.decode()
    assert client.post(url, {"kind": "called", "done_on": f"{today:%d/%m/%Y}"}).status_code == 302
    enter = reverse("literacy:relapse-enter", args=[case.pk])
    assert client.post(enter, {"class": "nonsense"}).status_code == 404
    assert client.post(enter, {"class": group.pk}).status_code == 302
    assert client.post(enter, {"class": group.pk}).status_code == 409
    assert "Vào lớp học lại" in client.get(url).content.decode()
    again(case, "holds_1", cast.lan, today)
    assert "Lý Thị Quên" not in client.get(reverse("literacy:relapse-list")).content.decode()
    assert "Lý Thị Quên" in client.get(reverse("literacy:relapse-list"), {"state": "over"}).content.decode()
    assert "đã biết chữ lại" in client.get(url).content.decode()
    assert as_user(cast.minh).get(url).status_code == 404
    assert as_user(cast.minh).post(enter, {"class": group.pk}).status_code == 404
    assert as_user(cast.tuan).post(enter, {"class": group.pk}).status_code == 403


def test_the_list_costs_the_same_however_long(as_user, cast, today, django_assert_num_queries):
    relapsed(cast, today)
    make_class(cast.centre_a, course=term(1), starts_on=today)
    client, url = as_user(cast.lan), reverse("literacy:relapse-list")
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for number in range(5):
        record_step(case=relapsed(cast, today, f"Bùi Thị {number}"), kind="called", done_on=today, by=cast.lan)
        make_class(cast.centre_a, course=term(2), starts_on=today)
    with django_assert_num_queries(len(few)):
        body = client.get(url).content.decode()
    assert body.count("Gọi điện") == 5
