"""The whole class on one page: filling in from paper, two people at once, and the sheet to print."""

import datetime as dt
import io
import re
import uuid

import pypdfium2
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from core.errors import InvalidInput
from core.models import AuditEvent
from courses import services
from courses.choices import SessionStatus
from courses.models import Attendance, AttendanceVersion, Session
from courses.selectors.attendance import attendance_table
from courses.services.grid import GridColumn, send_grid
from courses.views.grid import MOST_CELLS
from tests.factories import hold, make_class, make_enrolled, make_learner, make_sessions

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(cast, reference):
    return make_class(cast.centre_a, capacity=None)


@pytest.fixture
def people(cast, group):
    return make_enrolled(group, [make_learner(cast.centre_a, name) for name in ("Bùi Thị Nga", "Đinh Văn Lực")])


@pytest.fixture
def sessions(group, people):
    return make_sessions(group, 4)


def marks_of(session):
    return dict(session.marks.values_list("enrolment_id", "status"))


def posted(sessions, **more):
    return {
        "page": "1",
        "nonce": str(uuid.uuid4()),
        **{f"version-{row.pk}": row.marks_version for row in sessions},
        **more,
    }


def address(group):
    return reverse("courses:attendance-grid", args=[group.pk])


def test_what_is_ticked_or_written_into_is_saved_and_nothing_else(client, cast, group, people, sessions):
    client.force_login(cast.lan)
    nga, luc = people
    first, second, third, _fourth = sessions
    data = posted(
        sessions, **{f"held-{first.pk}": "1", f"m-{second.pk}-{nga.pk}": "V", f"m-{second.pk}-{luc.pk}": " p"}
    )
    answer = client.post(address(group), data, follow=True)
    assert answer.status_code == 200
    assert f"Đã lưu điểm danh buổi {first.number}, {second.number}." in answer.text
    assert marks_of(first) == {nga.pk: "present", luc.pk: "present"}
    assert marks_of(second) == {nga.pk: "absent", luc.pk: "excused"}
    third.refresh_from_db()
    assert (third.status, marks_of(third)) == (SessionStatus.PLANNED, {})
    events = AuditEvent.objects.filter(verb="courses.mark_attendance", actor=cast.lan)
    assert {event.object_id for event in events} == {str(first.pk), str(second.pk)}
    assert AttendanceVersion.objects.count() == 2


def test_a_correction_names_what_changed(cast, group, people, sessions):
    nga, luc = people
    hold(sessions[0], absent=[nga])
    column = GridColumn(sessions[0].pk, 1, {luc.pk: "excused"})
    done = send_grid(class_group=group, columns=[column], by=cast.lan)
    assert [row.pk for row in done.saved] == [sessions[0].pk]
    event = AuditEvent.objects.get(verb="courses.correct_attendance")
    assert event.data["changes"] == [[nga.pk, "absent", "present"], [luc.pk, "present", "excused"]]
    again = send_grid(class_group=group, columns=[GridColumn(sessions[0].pk, 2, {luc.pk: "excused"})], by=cast.lan)
    assert (again.saved, again.unchanged) == ([], 1)


def test_the_same_sending_twice_does_no_harm(cast, group, people, sessions):
    nonce = uuid.uuid4()
    column = GridColumn(sessions[0].pk, 0, {people[0].pk: "absent"}, nonce)
    send_grid(class_group=group, columns=[column], by=cast.lan)
    services.mark_attendance(session=sessions[0], marks={row.pk: "present" for row in people}, by=cast.lan)
    again = send_grid(class_group=group, columns=[column], by=cast.lan)
    assert (again.saved, again.taken, again.unchanged) == ([], [], 1)
    assert set(marks_of(sessions[0]).values()) == {"present"}


def test_a_column_somebody_saved_meanwhile_is_shown_and_the_others_are_saved(client, cast, group, people, sessions):
    client.force_login(cast.lan)
    nga, luc = people
    first, second = sessions[:2]
    data = posted(sessions, **{f"m-{first.pk}-{nga.pk}": "v", f"m-{second.pk}-{nga.pk}": "v"})
    hold(first, absent=[luc], by=cast.duc)
    answer = client.post(address(group), data)
    assert answer.status_code == 409
    assert f"Buổi {first.number} chưa lưu: {cast.duc.full_name} đã điểm danh" in answer.text
    assert f"Đã lưu điểm danh buổi {second.number}." in answer.text
    assert marks_of(first) == {nga.pk: "present", luc.pk: "absent"}
    # What was written stays in the cells, what the other wrote stands below; saving again decides.
    cell = re.search(rf'name="m-{first.pk}-{nga.pk}" value="v".*?</td>', answer.text, re.DOTALL)
    assert "Có mặt" in cell[0]
    assert f'name="version-{first.pk}" value="1"' in answer.text
    first.refresh_from_db()
    client.post(address(group), posted([first], **{f"m-{first.pk}-{nga.pk}": "v"}))
    assert marks_of(first) == {nga.pk: "absent", luc.pk: "present"}


def test_what_cannot_be_read_is_named_and_nothing_is_lost(client, cast, group, people, sessions):
    client.force_login(cast.lan)
    first, second = sessions[:2]
    data = posted(sessions, **{f"m-{first.pk}-{people[0].pk}": "v", f"m-{second.pk}-{people[1].pk}": "k"})
    answer = client.post(address(group), data)
    assert answer.status_code == 422
    assert f"“k” của Đinh Văn Lực, buổi {second.number}, không đọc được" in answer.text
    assert f'name="m-{first.pk}-{people[0].pk}" value="v"' in answer.text
    assert not Attendance.objects.exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"held_on": dt.date(2999, 1, 1)}, "session_in_future"),
        ({"status": SessionStatus.CANCELLED}, "session_cancelled"),
        ({}, "not_in_class"),
    ],
)
def test_nothing_is_saved_when_one_column_cannot_be(cast, group, people, sessions, change, code):
    stranger = make_enrolled(make_class(cast.centre_a), [make_learner(cast.centre_a, "Bùi Văn Ba")])[0]
    Session.objects.filter(pk=sessions[1].pk).update(**change)
    bad = GridColumn(sessions[1].pk, 0, {} if change else {stranger.pk: "absent"})
    with pytest.raises(InvalidInput) as refused:
        send_grid(class_group=group, columns=[GridColumn(sessions[0].pk, 0, {}), bad], by=cast.lan)
    assert refused.value.code == code
    assert not Attendance.objects.exists()


def test_sessions_of_another_class_are_refused(cast, group, people, sessions):
    other = make_sessions(make_class(cast.centre_a), 1)[0]
    with pytest.raises(InvalidInput):
        send_grid(class_group=group, columns=[GridColumn(other.pk, 0, {})], by=cast.lan)


def test_future_and_cancelled_sessions_cannot_be_written_into(client, cast, group, people, sessions):
    client.force_login(cast.lan)
    future, off = sessions[2:]
    Session.objects.filter(pk=future.pk).update(held_on=timezone.localdate() + dt.timedelta(days=1))
    Session.objects.filter(pk=off.pk).update(status=SessionStatus.CANCELLED, cancel_reason="mưa")
    page = client.get(address(group)).text
    assert f"m-{sessions[0].pk}-" in page
    assert f"m-{future.pk}-" not in page
    assert f"m-{off.pk}-" not in page
    assert "nghỉ" in page


def test_queries_do_not_grow_with_people_or_columns(client, cast, group):
    client.force_login(cast.lan)

    def queries(people, count):
        rows = make_class(cast.centre_a, capacity=None)
        make_enrolled(rows, [make_learner(cast.centre_a, f"Bùi Thị {chr(65 + n)}a") for n in range(people)])
        sessions = make_sessions(rows, count)
        columns = [GridColumn(row.pk, 0, {}, uuid.uuid4()) for row in sessions]
        with CaptureQueriesContext(connection) as log:
            assert client.get(address(rows)).status_code == 200
            assert client.get(reverse("courses:attendance-sheet", args=[rows.pk])).status_code == 200
            assert len(send_grid(class_group=rows, columns=columns, by=cast.lan).saved) == count
        return len(log)

    queries(2, 2)
    assert queries(3, 2) == queries(20, 9)


def test_a_large_class_comes_on_more_pages_so_that_no_form_is_too_long(client, cast, group):
    client.force_login(cast.lan)
    make_enrolled(
        group, [make_learner(cast.centre_a, f"Bùi Thị {chr(65 + n // 26)}{chr(97 + n % 26)}") for n in range(120)]
    )
    sessions = make_sessions(group, 9)
    page = client.get(address(group), {"page": "2"}).text
    assert 0 < page.count('maxlength="1"') <= MOST_CELLS
    assert f"m-{sessions[0].pk}-" not in page
    assert "Trang 2 / 2" in page


def test_the_sheet_has_a_box_for_everybody_and_what_stands(client, cast, group, people, sessions):
    client.force_login(cast.lan)
    hold(sessions[0], absent=[people[0]])
    page = client.get(reverse("courses:attendance-sheet", args=[group.pk])).text
    assert page.index("Đinh Văn Lực") < page.index("Bùi Thị Nga")  # by given name
    assert "<td>v</td>" in page
    assert "<td>✓</td>" in page
    assert "Độc lập – Tự do – Hạnh phúc" in page
    assert "personal" not in page


def test_the_table_leaves_out_cancelled_sessions(group, people, sessions):
    Session.objects.filter(pk=sessions[0].pk).update(status=SessionStatus.CANCELLED, cancel_reason="mưa")
    assert [row.pk for row in attendance_table(group).sessions] == [row.pk for row in sessions[1:]]


@pytest.mark.django_db(transaction=True)
def test_by_keyboard_from_paper_and_out_of_the_printer(cast, desk_of):
    group = make_class(cast.centre_a, capacity=None)
    people = make_enrolled(group, [make_learner(cast.centre_a, f"Bùi Thị {letter}a") for letter in "BCDEGH"])
    sessions = make_sessions(group, 3)
    hand = desk_of(cast.lan)
    page = hand.page
    page.goto(address(group))
    page.locator(f'[name="m-{sessions[0].pk}-{people[0].pk}"]').focus()
    hand.start()
    hand.press("ArrowDown")
    hand.press("v")
    hand.press("Enter")
    hand.press("p")
    hand.press("ArrowRight")
    hand.press("v")
    held = page.locator(f'[name="held-{sessions[1].pk}"]')
    expect(held).to_be_checked()
    hand.press("Control+Enter")
    page.get_by_text(f"Đã lưu điểm danh buổi {sessions[0].number}, {sessions[1].number}.").wait_for()
    ordered = list(group.enrolments.order_by("learner__sort_key").values_list("pk", flat=True))
    first, second = marks_of(sessions[0]), marks_of(sessions[1])
    assert [first[pk] for pk in ordered] == ["present", "absent", "excused", "present", "present", "present"]
    assert [second[pk] for pk in ordered][2] == "absent"
    assert marks_of(sessions[2]) == {}

    page.goto(reverse("courses:attendance-sheet", args=[group.pk]))
    pdf = pypdfium2.PdfDocument(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    try:
        width, height = pdf[0].get_size()
        assert (round(width), round(height)) == (842, 595)
        assert len(pdf) == 1
        assert "BẢNG ĐIỂM DANH" in pdf[0].get_textpage().get_text_bounded()
    finally:
        pdf.close()


def test_a_device_is_told_in_words_that_a_right_was_lost(client, cast, group, people, sessions):
    session = hold(sessions[0], absent=people[:1])
    client.force_login(cast.hoa)  # sees the class, may not teach it
    marks = {f"mark_{row.pk}": "present" for row in people}
    address = reverse("courses:session-detail", args=[session.pk])
    told = client.post(address, {"version": "1", **marks}, headers={"accept": "application/json"})
    assert (told.status_code, told.headers["Content-Type"]) == (403, "application/json")
    assert told.json()["detail"]
    assert session.marks.filter(status="absent").count() == 1


@pytest.mark.django_db(transaction=True)
def test_marks_kept_on_the_device_are_announced_where_one_comes_by(cast, desk_of, console_errors):
    group = make_class(cast.centre_a, capacity=None)
    make_enrolled(group, [make_learner(cast.centre_a, "Bùi Thị Nga")])
    session = make_sessions(group, 1)[0]
    hand = desk_of(cast.lan)
    page = hand.page
    page.goto(reverse("courses:session-detail", args=[session.pk]))
    page.context.set_offline(True)
    page.locator("[type=radio][value=absent]").check()
    page.get_by_role("button", name="Lưu điểm danh").click()
    page.get_by_text("Không có mạng").wait_for()
    # Another page of the same person on the same device, before anything could be sent.
    page.route(
        "**/classes/sessions/*/", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    page.context.set_offline(False)
    page.goto("/")
    line = page.locator("[data-kept] .notice")
    line.wait_for()
    expect(line).to_contain_text(f"buổi {session.number}, {group.name}")
    page.unroute("**/classes/sessions/*/")
    page.goto(reverse("courses:class-detail", args=[group.pk]))
    page.get_by_role("link", name="Mở và gửi").click()
    page.get_by_text(f"Đã lưu điểm danh buổi {session.number}").wait_for()
    assert set(marks_of(session).values()) == {"absent"}
    page.goto("/")
    page.get_by_role("heading", level=1).wait_for()
    expect(page.locator("[data-kept] .notice")).to_have_count(0)
    console_errors.clear()
