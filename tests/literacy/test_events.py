"""Going on learning: what is recorded of other places, which event counts, and who sees it in which words."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from core.dates import add_months
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from courses.models import Course
from learners.models import LearnerCentre
from literacy.events import counting_event, event_days, learning_events
from literacy.models import FollowUp, OutsideLearning
from literacy.rules import Member, Placement, place
from literacy.selectors import a3_figure
from literacy.services import record_award, record_check, record_outside_learning, take_back_outside_learning
from tests.factories import hold, make_class, make_enrolled, make_learner, make_sessions


@pytest.fixture
def as_of(reference):
    return timezone.localdate()


@pytest.fixture
def person(cast, as_of):
    """Certified 15 months ago, checked once: literate, and nobody knows of any learning since."""
    person = make_learner(cast.centre_a, "Bùi Thị Tiếp")
    certified = add_months(as_of, -15)
    record_award(learner=person, level=1, proof="test", certified_on=certified, centre=cast.centre_a, by=cast.lan)
    row = FollowUp.objects.get(learner=person, months=6)
    record_check(follow_up=row, outcome="holds_1", checked_on=row.due_on, by=cast.lan)
    return person


def elsewhere(person, by, as_of, **changed):
    given = {
        "what": "Lớp 6 bổ túc", "place": "Trung tâm GDTX", "starts_on": add_months(as_of, -10),
        "ends_on": add_months(as_of, -2), "paper": "Giấy xác nhận", "paper_number": "12/GXN",
    } | changed  # fmt: skip
    return record_outside_learning(learner=person, by=by, **given)


def placed(cast, as_of):
    return a3_figure(unit=cast.city, as_of=as_of).evidence[0].placement


def test_learning_elsewhere_counts_until_it_is_taken_back(cast, as_of, person):
    assert placed(cast, as_of) == Placement.NOT_CONTINUING
    row = elsewhere(person, cast.lan, as_of)

    assert placed(cast, as_of) == Placement.RETAINED
    assert event_days([person.pk], as_of) == {person.pk: [row.starts_on]}
    assert event_days([person.pk], row.ends_on - dt.timedelta(days=1)) == {}  # its paper was not written yet
    take_back_outside_learning(row=row, reason="Nhầm người", by=cast.duc)
    assert placed(cast, as_of) == Placement.NOT_CONTINUING
    row.refresh_from_db()
    assert (row.take_back_reason, row.taken_back_by) == ("Nhầm người", cast.duc)
    elsewhere(person, cast.lan, as_of)  # and can be recorded again
    verbs = AuditEvent.objects.filter(verb__contains="outside").order_by("pk").values_list("verb", flat=True)
    assert [verb.removeprefix("literacy.") for verb in verbs] == [
        "record_outside_learning", "take_back_outside_learning", "record_outside_learning",
    ]  # fmt: skip


def test_what_is_refused(cast, as_of, person):
    row = elsewhere(person, cast.lan, as_of)
    with pytest.raises(Conflict):
        elsewhere(person, cast.lan, as_of)
    tomorrow = as_of + dt.timedelta(days=1)
    for wrong, field in (
        ({"what": " "}, "what"), ({"place": ""}, "place"), ({"paper": ""}, "paper"),
        ({"ends_on": tomorrow}, "ends_on"), ({"ends_on": add_months(as_of, -11)}, "ends_on"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as refused:
            elsewhere(person, cast.lan, as_of, **wrong)
        assert set(refused.value.fields) == {field}
    with pytest.raises(InvalidInput):
        take_back_outside_learning(row=row, reason=" ", by=cast.lan)
    take_back_outside_learning(row=row, reason="Giấy không đúng", by=cast.lan)
    with pytest.raises(Conflict):
        take_back_outside_learning(row=row, reason="Lần nữa", by=cast.lan)
    assert OutsideLearning.objects.count() == 1


def test_who_may(cast, as_of, person):
    row = elsewhere(person, cast.lan, as_of)
    for user, refusal in (
        (cast.minh, OutOfScope),
        (cast.thu, OutOfScope),
        (cast.tuan, Forbidden),
        (cast.van, Forbidden),
    ):
        with pytest.raises(refusal):
            elsewhere(person, user, as_of, what="May")
        with pytest.raises(refusal):
            take_back_outside_learning(row=row, reason="x", by=user)


def test_the_event_that_counts_is_the_one_the_figure_counts(cast, as_of, person):
    """Five days around both ends of the window: the words on the page and the placement name the same event."""
    certified = add_months(as_of, -15)
    until = add_months(certified, 12)
    for day in (certified, certified + dt.timedelta(days=1), until, until + dt.timedelta(days=1)):
        elsewhere(person, cast.lan, as_of, what=f"Học từ {day}", starts_on=day, ends_on=as_of)
    events = learning_events([person.pk], as_of)[person.pk]
    for left in range(len(events)):
        some = events[left:]
        counted = counting_event(some, certified_on=certified, as_of=as_of, window_months=12)
        checks = ((certified, "holds_1"),)
        who = Member(person.pk, person.code, certified, checks, tuple(event.day for event in some))
        _placement, basis = place(who, as_of=as_of, window_months=12, first_months=3)
        assert basis.event_on == (counted.day if counted else None)
    assert len(events) == 4


def test_the_page_says_which_event_counts(as_user, cast, as_of, person):
    url = reverse("literacy:panel-learner", args=[person.pk])
    client = as_user(cast.lan)
    assert "không học tiếp trong thời hạn" in client.get(url).content.decode()
    group = make_class(
        cast.centre_a, name="Lớp sau", course=Course.objects.get(code="XMC-K4"), starts_on=add_months(as_of, -9)
    )
    make_enrolled(group, [person])
    hold(make_sessions(group, 1)[0])
    elsewhere(person, cast.lan, as_of)

    body = client.get(url).content.decode()
    outside, term_4 = body.index("Lớp 6 bổ túc tại Trung tâm GDTX"), body.index("lớp Lớp sau, đã đi học")
    assert outside < body.index("được tính") < term_4  # the earlier of the two
    assert "đang học tiếp" in body


def test_another_centre_learns_no_more_than_the_kind(as_user, cast, as_of, person):
    elsewhere(person, cast.lan, as_of)
    LearnerCentre.objects.create(learner=person, centre=cast.centre_b)
    body = as_user(cast.minh).get(reverse("literacy:panel-learner", args=[person.pk])).content.decode()

    assert "học ở nơi khác, có giấy, ghi ở trung tâm khác" in body
    assert "bổ túc" not in body
    assert "12/GXN" not in body


def test_recording_and_taking_back_on_the_pages(as_user, cast, as_of, person):
    client = as_user(cast.lan)
    url = reverse("literacy:outside-add", args=[person.pk])
    assert client.get(url).status_code == 200
    given = {
        "what": "Nghề may",
        "place": "Xưởng Hồng Hà",
        "starts_on": "1/1/2099",
        "ends_on": "2/1/2099",
        "paper": "Hợp đồng",
    }
    wrong = client.post(url, given)
    assert wrong.status_code == 422
    assert "Xưởng Hồng Hà" in wrong.content.decode()
    days = {"starts_on": f"{add_months(as_of, -3):%d/%m/%Y}", "ends_on": f"{as_of:%d/%m/%Y}"}
    assert client.post(url, given | days).status_code == 302
    assert client.post(url, given | days).status_code == 409
    back = reverse("literacy:outside-take-back", args=[OutsideLearning.objects.get().pk])
    assert client.post(back, {"reason": ""}).status_code == 422
    assert client.post(back, {"reason": "Nhầm"}).status_code == 302
    assert "rút lại: Nhầm" in client.get(reverse("literacy:panel-learner", args=[person.pk])).content.decode()
    assert as_user(cast.minh).get(back).status_code == 404
    assert as_user(cast.tuan).get(back).status_code == 403
