"""Teaching in a real browser: a phone without script, and the keyboard alone."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from courses.models import ClassGroup, Session
from tests.browser import fits
from tests.factories import make_class, make_enrolled, make_sessions

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def window_of(open_context, live_server):
    """``window_of(user, **context options)`` → a page of somebody who has signed in."""

    def open_signed_in(user, **options):
        client = Client()
        client.force_login(user)
        context = open_context(**options)
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        return context.new_page()

    return open_signed_in


def test_a_class_is_taught_on_a_phone_without_script(cast, window_of):
    group = make_class(cast.centre_a, name="Kỹ năng số thôn 5", teacher=cast.thu)
    nga, luc = make_enrolled(group, 2)
    session = make_sessions(group, 1)[0]
    page = window_of(cast.lan, viewport={"width": 360, "height": 740}, java_script_enabled=False)
    page.goto(reverse("courses:class-list"))
    page.get_by_role("link", name="Kỹ năng số thôn 5").click()
    page.get_by_role("link", name="Điểm danh", exact=True).click()
    away = page.get_by_role("group", name=luc.learner.full_name).get_by_label("Vắng", exact=True)
    target = away.locator("..").bounding_box()
    assert target["height"] >= 44
    away.check()
    page.get_by_role("button", name="Lưu điểm danh").click()
    expect(page.get_by_text("1 trên 2 có mặt")).to_be_visible()
    page.get_by_role("link", name="Kỹ năng số thôn 5").first.click()
    page.get_by_role("link", name="Kết thúc lớp").first.click()
    page.get_by_role("button", name="Kết thúc lớp").click()
    expect(page.get_by_text("1 người hoàn thành, 1 người chưa hoàn thành")).to_be_visible()
    assert Session.objects.get(pk=session.pk).status == "held"
    assert ClassGroup.objects.get(pk=group.pk).enrolments.get(status="passed") == nga


def test_attendance_is_taken_with_the_keyboard(cast, window_of):
    group = make_class(cast.centre_a, teacher=cast.thu)
    person = make_enrolled(group, 1)[0]
    session = make_sessions(group, 1)[0]
    page = window_of(cast.thu)
    page.goto(reverse("courses:session-detail", args=[session.pk]))
    page.get_by_label("Có mặt").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("0 trên 1 có mặt").wait_for()
    assert session.marks.get(enrolment=person).status == "absent"


def test_the_pages_of_a_class_fit_a_phone(cast, window_of):
    group = make_class(cast.centre_a, name="Lớp có tên thật dài để xem trang có bị tràn ra ngoài màn hình hay không")
    make_enrolled(group, 2)
    session = make_sessions(group, 3)[0]
    page = window_of(cast.lan, viewport={"width": 360, "height": 740})
    for name in ("class-detail", "class-edit", "enrol", "schedule", "results", "close", "class-cancel"):
        page.goto(reverse(f"courses:{name}", args=[group.pk]))
        assert fits(page), name
    for name, args in (("session-detail", [session.pk]), ("class-list", []), ("course-list", []), ("course-add", [])):
        page.goto(reverse(f"courses:{name}", args=args))
        assert fits(page), name
