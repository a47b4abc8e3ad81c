"""The frame in a real browser: keyboard, phone, and the small comforts of app.js."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, Request, expect

from accounts.models import User
from certificates.models import Certificate
from certificates.services import issue_class
from tests.factories import closed_class

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 360, "height": 740}
SPLIT_NUMBER = """() => {
  const cell = document.querySelector("main").appendChild(document.createElement("div"));
  cell.className = "wide";
  cell.innerHTML = "<table><tr>" + "<td class=n>12.345.678</td>".repeat(9) + "</tr></table>";
  return [cell.querySelector("td").getClientRects()[0].height, document.documentElement.scrollWidth];
}"""


@pytest.fixture
def window_of(open_context: Callable[..., Any], live_server: Any) -> Callable[..., Page]:
    """``window_of(user, **context options)`` → a page of somebody who has signed in."""

    def open_signed_in(user: User, **options: Any) -> Page:
        client = Client()
        client.force_login(user)
        context = open_context(**options)
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        return context.new_page()

    return open_signed_in


def test_the_frame_is_worked_by_keyboard(cast, window_of):
    page = window_of(cast.duc)
    page.goto(reverse("accounts:profile"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Đến nội dung chính")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).to_be_focused()
    menu = page.locator("details.who")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Đăng xuất")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Đăng xuất")).to_be_hidden()


def test_on_a_phone_nothing_runs_over_and_the_open_way_in_is_in_sight(cast, window_of):
    page = window_of(cast.duc, viewport=PHONE)
    page.goto(reverse("certificates:register"))
    here = page.locator(".top nav [aria-current]").bounding_box()
    assert here["x"] >= 0
    assert here["x"] + here["width"] <= PHONE["width"]
    height, width = page.evaluate(SPLIT_NUMBER)
    assert height < 60, "a number was broken into lines"
    assert width <= PHONE["width"]


def test_leaving_a_changed_form_is_asked_about_and_saving_it_is_not(cast, window_of):
    page = window_of(cast.lan)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(reverse("accounts:profile"))
    page.get_by_label("Điện thoại").fill("0912345678")
    page.get_by_role("button", name="Lưu").click()
    page.get_by_text("Đã lưu.").wait_for()
    assert asked == []
    page.get_by_label("Điện thoại").fill("0987654321")
    page.goto(reverse("accounts:password"))
    assert asked == ["beforeunload"]


def test_what_cannot_be_undone_is_asked_about_first(cast, reference, window_of, console_errors):
    group, _ = closed_class(cast.centre_a, passing=1, failing=0)
    issue_class(class_group=group, by=cast.duc)
    paper = Certificate.objects.get()
    page = window_of(cast.duc)
    posts: list[Request] = []
    page.on("request", lambda request: posts.append(request) if request.method == "POST" else None)
    page.goto(reverse("certificates:revoke", args=[paper.pk]))
    page.locator("main form").evaluate("form => { form.noValidate = true; }")
    page.get_by_role("button", name="Ghi vào sổ").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Thôi")).to_be_focused()
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    assert posts == []
    page.get_by_role("button", name="Ghi vào sổ").click()
    dialog.get_by_role("button", name="Đồng ý").click()
    dialog.wait_for(state="detached")
    page.get_by_role("alert").wait_for()
    assert len(posts) == 1
    console_errors.clear()  # the empty form was refused with 422, as it should be


def test_a_pressed_button_rests_until_the_answer_comes(cast, window_of):
    page = window_of(cast.lan)
    page.goto(reverse("accounts:profile"))
    button = page.get_by_role("button", name="Lưu")
    # The page stays, as while an answer is slow: the window hears of the form after app.js has.
    page.evaluate("window.addEventListener('submit', (event) => event.preventDefault(), {once: true})")
    button.click()
    expect(button).to_be_disabled()
    page.evaluate("window.dispatchEvent(new Event('pageshow'))")  # somebody comes back by the browser's arrow
    button.click()
    page.get_by_text("Đã lưu.").wait_for()
    expect(button).to_be_enabled()
