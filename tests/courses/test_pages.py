"""The pages of courses and classes: the main path without script, refusals that lose nothing, scope, query counts."""

import datetime as dt

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.choices import Role
from centres.models import Membership
from courses import services
from courses.models import ClassGroup, Course, Enrolment
from courses.selectors import allowed, class_people, class_sessions, next_step
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


def said(response):
    """The messages shown after a redirect."""
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def text_of(response):
    return response.content.decode()


def test_from_a_new_course_to_a_closed_class_by_forms_alone(cast, as_user, reference):
    client = as_user(cast.lan)
    topic = Course.objects.first().topic_id
    course = {
        "code": "kns", "name": "Kỹ năng số", "topic": topic, "planned_sessions": 2, "min_attendance_percent": 50,
        "needs_result": "on",
    }  # fmt: skip
    assert client.post(reverse("courses:course-add"), course).status_code == 302
    made = Course.objects.get(code="KNS")
    form = {
        "course": made.pk, "name": "Kỹ năng số thôn 5", "starts_on": "2026-03-02", "ends_on": "2026-04-30",
        "teacher": cast.thu.pk, "organiser_role": "led", "capacity": "",
    }  # fmt: skip
    answer = client.post(reverse("courses:class-add"), form)
    group = ClassGroup.objects.get(name="Kỹ năng số thôn 5")
    assert answer["Location"] == reverse("courses:class-detail", args=[group.pk])
    detail = reverse("courses:class-detail", args=[group.pk])
    assert "Thêm người học" in text_of(client.get(detail))

    person = {"do": "new", "full_name": "Bùi Thị Nga", "birth": "12/03/1984", "sex": "female", "ethnicity": "06"}
    answer = client.post(reverse("courses:enrol", args=[group.pk]), person)
    assert answer.status_code == 302
    enrolment = Enrolment.objects.get(class_group=group)
    assert (enrolment.learner.full_name, enrolment.learner.code[:2]) == ("Bùi Thị Nga", "HV")

    schedule = {"weekdays": ["0", "3"], "first_on": "2026-03-02", "count": "2"}
    preview = client.get(reverse("courses:schedule", args=[group.pk]), schedule)
    assert preview.context["days"] == [dt.date(2026, 3, 2), dt.date(2026, 3, 5)]
    assert group.sessions.count() == 0  # looking saves nothing
    client.post(reverse("courses:schedule", args=[group.pk]), schedule)
    first, second = group.sessions.order_by("number")

    as_user(cast.thu)
    assert reverse("courses:session-detail", args=[first.pk]) in text_of(client.get(detail))
    for session in (first, second):
        client.post(reverse("courses:session-detail", args=[session.pk]), {f"mark_{enrolment.pk}": "present"})
    assert "Ghi kết quả" in client.get(detail).context["step"].label
    client.post(
        reverse("courses:results", args=[group.pk]), {f"result_{enrolment.pk}": "good", f"note_{enrolment.pk}": "Tốt"}
    )

    as_user(cast.lan)
    assert client.get(detail).context["step"].page == "courses:close"
    page = client.get(reverse("courses:close", args=[group.pk]), follow=True)  # nothing is missing: on to the results
    assert (page.context["exceptions"], page.context["passed"]) == ([], 1)
    answer = client.post(reverse("courses:close-results", args=[group.pk]), {"closed_on": "2026-04-30"})
    assert answer.url == reverse("certificates:issue", args=[group.pk])  # hand-over
    assert "1 người hoàn thành" in said(answer)
    enrolment.refresh_from_db()
    assert (enrolment.status, enrolment.result_note) == ("passed", "Tốt")
    assert client.get(detail).status_code == 200


def test_who_works_for_two_centres_chooses_one(cast, as_user):
    client = as_user(cast.lan)
    assert '<select id="centre"' not in text_of(client.get(reverse("courses:class-add")))
    Membership.objects.create(user=cast.lan, role=Role.CENTRE_STAFF, centre=cast.centre_b, valid_from=STARTS_ON)
    client = as_user(cast.lan)
    url = reverse("courses:class-add")
    own, other = make_course(cast.centre_a), make_course(cast.centre_b)
    page = client.get(url, {"centre": cast.centre_b.pk})
    assert set(page.context["form"].fields["course"].queryset) == {other}
    assert set(client.get(url).context["form"].fields["course"].queryset) == {own}
    form = {
        "course": other.pk,
        "name": "Lớp B",
        "starts_on": "02/03/2026",
        "ends_on": "30.4.2026",
        "organiser_role": "led",
    }
    assert client.post(url, form | {"centre": cast.centre_b.pk}).status_code == 302
    made = ClassGroup.objects.get(name="Lớp B")
    assert (made.centre, made.ends_on) == (cast.centre_b, dt.date(2026, 4, 30))
    assert client.post(url, form | {"centre": 10**30}).status_code == 404


def test_attendance_is_preset_but_saved_only_when_sent_and_can_be_corrected(cast, as_user):
    group = make_class(cast.centre_a, teacher=cast.thu)
    first, second = make_enrolled(group, 2)
    session = make_sessions(group, 1)[0]
    client = as_user(cast.thu)
    url = reverse("courses:session-detail", args=[session.pk])
    page = client.get(url)
    assert [line.value for line in page.context["lines"]] == ["present", "present"]
    session.refresh_from_db()
    assert session.status == "planned"
    client.post(url, {f"mark_{first.pk}": "present", f"mark_{second.pk}": "absent"})
    late = make_enrolled(group, 1)[0]
    page = client.get(url)
    values = {line.enrolment.pk: line.value for line in page.context["lines"]}
    assert values == {first.pk: "present", second.pk: "absent", late.pk: "absent"}  # who came later was not there
    assert "Đỗ Minh Thu điểm danh lúc" in text_of(page)


def test_attendance_sent_half_keeps_what_was_chosen(cast, as_user):
    group = make_class(cast.centre_a)
    first, second = make_enrolled(group, 2)
    session = make_sessions(group, 1)[0]
    url = reverse("courses:session-detail", args=[session.pk])
    answer = as_user(cast.lan).post(url, {f"mark_{first.pk}": "excused"})
    assert answer.status_code == 422
    assert second.learner.full_name in text_of(answer)
    assert {line.enrolment.pk: line.value for line in answer.context["lines"]}[first.pk] == "excused"


def test_bad_forms_come_back_with_what_was_typed(cast, as_user):
    client = as_user(cast.lan)
    course = make_course(cast.centre_a)
    bad = {
        "course": course.pk,
        "name": "Lớp may",
        "starts_on": "2026-05-02",
        "ends_on": "2026-05-01",
        "organiser_role": "took_part",
    }
    answer = client.post(reverse("courses:class-add"), bad)
    assert answer.status_code == 422
    assert {"ends_on", "partner"} <= set(answer.context["form"].errors)
    assert "Lớp may" in text_of(answer)
    group = make_class(cast.centre_a)
    answer = client.post(reverse("courses:class-edit", args=[group.pk]), bad | {"name": ""})
    assert answer.status_code == 422
    answer = client.post(
        reverse("courses:schedule", args=[group.pk]), {"weekdays": ["0"], "first_on": "2026-01-01", "count": "2"}
    )
    assert answer.status_code == 422
    assert "không thể trước ngày đó" in text_of(answer)
    answer = client.post(
        reverse("courses:course-add"),
        {"code": course.code, "name": "X", "topic": course.topic_id, "planned_sessions": 0},
    )
    assert answer.status_code == 422
    enrolment = make_enrolled(group, 1)[0]
    for name, pk in (("class-cancel", group.pk), ("withdraw", enrolment.pk)):
        answer = client.post(reverse(f"courses:{name}", args=[pk]), {"reason": " "})
        assert answer.status_code == 422


def test_withdrawing_and_cancelling_by_form(cast, as_user):
    client = as_user(cast.lan)
    group = make_class(cast.centre_a)
    enrolment = make_enrolled(group, 1)[0]
    session = make_sessions(group, 1)[0]
    assert client.get(reverse("courses:withdraw", args=[enrolment.pk])).status_code == 200
    client.post(reverse("courses:withdraw", args=[enrolment.pk]), {"reason": "Đi xa", "withdrawn_on": "2026-03-20"})
    enrolment.refresh_from_db()
    assert (enrolment.status, enrolment.withdraw_reason) == ("withdrawn", "Đi xa")
    client.post(reverse("courses:session-cancel", args=[session.pk]), {"reason": "Mưa"})
    page = client.get(reverse("courses:session-detail", args=[session.pk]))
    assert "Mưa" in text_of(page)
    client.post(reverse("courses:class-cancel", args=[group.pk]), {"reason": "Thiếu người"})
    assert "Thiếu người" in text_of(client.get(reverse("courses:class-detail", args=[group.pk])))


def test_closing_shows_what_is_missing_and_needs_a_reason(cast, as_user):
    client = as_user(cast.duc)
    group = finished_class(cast.centre_a, course=make_course(cast.centre_a, needs_result=True), failing=1)
    make_enrolled(group, 1, full_name="Lê Văn Ích")
    url, results = (reverse(f"courses:{name}", args=[group.pk]) for name in ("close", "close-results"))
    page = client.get(url)
    assert [row.code for row in page.context["exceptions"]] == ["missing_result"]
    assert reverse("courses:results", args=[group.pk]) in text_of(page)
    preview = text_of(client.get(results))
    assert "Dự 0 trên 5 buổi, cần ít nhất 80%" in preview
    assert "kết quả tạm tính" in preview
    assert client.post(results, {"closed_on": "2026-06-30"}).url == url  # not before the reason is given
    assert client.post(url, {"reason_missing_result": "  "}).status_code == 422
    assert ClassGroup.objects.get(pk=group.pk).status == "open"
    assert client.post(url, {"reason_missing_result": "Nghỉ học giữa chừng"}).url == results
    assert client.get(url).url == results  # taken up where it was left
    assert "Nghỉ học giữa chừng" in text_of(client.get(url + "?look"))
    client.post(results, {"closed_on": "2026-06-30"})
    assert ClassGroup.objects.get(pk=group.pk).status == "closed"
    second = client.post(results, {"closed_on": "2026-06-30"})
    assert second.status_code == 409
    assert "Phùng Văn Đức kết thúc lớp lúc" in text_of(second)
    assert client.get(reverse("courses:enrol", args=[group.pk])).status_code == 409


def urls_of(group, course):
    """Every page of a class and what hangs on it."""
    pk = group.pk
    session, enrolment = group.sessions.first(), group.enrolments.first()
    return {
        "class-detail": reverse("courses:class-detail", args=[pk]),
        "class-edit": reverse("courses:class-edit", args=[pk]),
        "class-cancel": reverse("courses:class-cancel", args=[pk]),
        "enrol": reverse("courses:enrol", args=[pk]),
        "schedule": reverse("courses:schedule", args=[pk]),
        "results": reverse("courses:results", args=[pk]),
        "close": reverse("courses:close", args=[pk]),
        "session-detail": reverse("courses:session-detail", args=[session.pk]),
        "session-cancel": reverse("courses:session-cancel", args=[session.pk]),
        "withdraw": reverse("courses:withdraw", args=[enrolment.pk]),
        "panel-learner": reverse("courses:panel-learner", args=[enrolment.learner_id]),
        "course-edit": reverse("courses:course-edit", args=[course.pk]),
    }


@pytest.mark.parametrize("name", ["minh", "hai", "nam"])
def test_every_page_of_a_foreign_class_is_missing(cast, as_user, name):
    group = finished_class(cast.centre_a)
    client = as_user(cast.users[name])
    for page, url in urls_of(group, group.course).items():
        assert (page, client.get(url).status_code) == (page, 404)
        assert (page, client.post(url, {"reason": "x"}).status_code) == (page, 404)
    assert group.name not in text_of(client.get(reverse("courses:class-list")))


READ_ONLY = {"class-detail", "results", "session-detail", "panel-learner"}


@pytest.mark.parametrize("name", ["van", "hoa", "tuan", "oanh", "thu"])
def test_who_may_only_look_is_told_so(cast, as_user, name):
    group = finished_class(cast.centre_a, teacher=cast.thu)
    client = as_user(cast.users[name])
    teaches = {"session-cancel"} if name == "thu" else set()
    for page, url in urls_of(group, group.course).items():
        expected = 200 if page in READ_ONLY | teaches else 403
        assert (page, client.get(url).status_code) == (page, expected)
    for page in ("results", "session-detail"):
        assert (page, client.post(urls_of(group, group.course)[page], {}).status_code == 403) == (page, name != "thu")
    assert client.get(reverse("courses:class-add")).status_code == 403
    assert client.get(reverse("courses:course-add")).status_code == 403


def test_a_teacher_sees_own_classes_only(cast, as_user):
    mine, other = finished_class(cast.centre_a, teacher=cast.thu), finished_class(cast.centre_a)
    client = as_user(cast.thu)
    assert list(client.get(reverse("courses:class-list")).context["page_obj"]) == [mine]
    assert client.get(reverse("courses:class-detail", args=[other.pk])).status_code == 404


def test_the_list_is_narrowed_by_text_state_topic_and_centre(cast, as_user):
    sewing = make_class(cast.centre_a, name="Lớp may công nghiệp")
    ended, _report = closed_class(cast.centre_b, name="Lớp tin học")
    client = as_user(cast.tuan)
    url = reverse("courses:class-list")

    def found(**query):
        return list(client.get(url, query).context["page_obj"])

    assert found(q="cong nghiep may") == [sewing]
    assert found(q=ended.code) == [ended]
    assert found(status="closed") == [ended]
    assert found(centre=cast.centre_a.pk) == [sewing]
    assert set(found(topic=sewing.course.topic_id)) == {sewing, ended}
    assert "centre" not in as_user(cast.lan).get(url).context["form"].fields


def test_courses_of_all_centres_are_seen_by_the_city_and_own_and_shared_ones_by_a_centre(cast, as_user, reference):
    a, b = make_course(cast.centre_a), make_course(cast.centre_b)
    url = reverse("courses:course-list")

    def found(name):
        return set(as_user(cast.users[name]).get(url).context["page_obj"])

    shared = set(Course.objects.filter(centre=None))
    assert len(shared) == 7
    assert found("tuan") == found("oanh") == {a, b} | shared
    assert found("lan") == found("thu") == found("hoa") == {a} | shared
    assert found("minh") == {b} | shared


def queries(client, url):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_query_counts_do_not_grow_with_rows(cast, as_user):
    small, big = finished_class(cast.centre_a, passing=1, failing=0, sessions=1), make_class(cast.centre_a)
    make_enrolled(big, 12)
    for session in make_sessions(big, 6):
        hold(session)
    client = as_user(cast.lan)
    for page in ("class-detail", "results", "close-results", "schedule"):
        counts = [queries(client, reverse(f"courses:{page}", args=[row.pk])) for row in (small, big)]
        assert (page, counts[0]) == (page, counts[1])
    # The middle session has neighbours on both sides in neither case but one: ask the ends.
    counts = [
        queries(client, reverse("courses:session-detail", args=[row.sessions.first().pk])) for row in (small, big)
    ]
    assert counts[0] == counts[1]
    before = [queries(client, reverse(f"courses:{page}")) for page in ("class-list", "course-list")]
    for _ in range(8):
        make_enrolled(make_class(cast.centre_a), 1)
    assert [queries(client, reverse(f"courses:{page}")) for page in ("class-list", "course-list")] == before
    learner = make_learner(cast.centre_a)
    make_enrolled(big, [learner])
    panel = reverse("courses:panel-learner", args=[learner.pk])
    one = queries(client, panel)
    make_enrolled(make_class(cast.centre_a), [learner])
    assert queries(client, panel) == one
    url = reverse("courses:enrol", args=[big.pk])
    assert queries(client, f"{url}?q=bui") == queries(client, f"{url}?q=a")


def test_the_learner_panel_shows_classes_in_scope_only(cast, as_user):
    learner = make_learner(cast.centre_a)
    here, there = make_class(cast.centre_a, name="Lớp ở đây"), make_class(cast.centre_b, name="Lớp ở kia")
    for group in (here, there):
        make_enrolled(group, [learner])
    client = as_user(cast.lan)
    url = reverse("courses:panel-learner", args=[learner.pk])
    page, fragment = text_of(client.get(url)), text_of(client.get(url, headers={"HX-Request": "true"}))
    assert "<!doctype html>" in page
    assert "<!doctype html>" not in fragment
    for shown in (page, fragment):
        assert "Lớp ở đây" in shown
        assert "Lớp ở kia" not in shown


def test_an_empty_centre_says_what_to_do(cast, as_user):
    assert "Mở lớp mới" in text_of(as_user(cast.lan).get(reverse("courses:class-list")))
    assert "Chưa có lớp nào" in text_of(as_user(cast.hoa).get(reverse("courses:class-list")))
    assert as_user(cast.lan).get(reverse("courses:class-list"), {"status": "nonsense"}).status_code == 200


def test_the_next_step_follows_the_class(cast):
    group = make_class(cast.centre_a)

    def step(day=dt.date(2026, 12, 1), by=None):
        group.refresh_from_db()
        may = allowed(by or cast.lan, group)
        return next_step(group, list(class_people(group)), list(class_sessions(group)), may, day)

    assert step().page == "courses:enrol"
    assert step(by=cast.hoa).page == ""
    make_enrolled(group, 1)
    assert step().page == "courses:schedule"
    session = make_sessions(group, 1)[0]
    assert step(day=STARTS_ON - dt.timedelta(days=1)).text == "Buổi tới là buổi 1, ngày 02/03/2026."
    assert (step().page, step().pk) == ("courses:session-detail", session.pk)
    hold(session)
    assert step().page == "courses:close"
    services.close_class(class_group=group, by=cast.lan)
    assert (step().page, step(by=cast.hoa).page) == ("certificates:issue", "")


def test_the_way_in_asks_which_class(cast, as_user, reference):
    client, url = as_user(cast.lan), reverse("courses:desk")
    assert "Chưa có lớp nào đang mở" in text_of(client.get(url))
    group = make_class(cast.centre_a, name="Tiếng Anh", capacity=1)
    make_class(cast.centre_b, name="Lớp nơi khác")
    assert client.get(url)["Location"] == reverse("courses:enrol", args=[group.pk])
    make_enrolled(group, 1)
    finished_class(cast.centre_a, name="Đan lát")
    page = text_of(client.get(url))
    assert page.index("Đan lát") < page.index("Tiếng Anh") or "đã đủ" in page
    assert "Lớp nơi khác" not in page
    assert reverse("courses:enrol", args=[group.pk]) in page
    assert "Đan lát" not in text_of(client.get(url, {"q": "tieng anh"}))
    assert url in text_of(client.get("/"))
    assert as_user(cast.oanh).get(url).status_code == 403
