"""Long forms keep what is being typed, offer it back, and forget it once it is saved."""

import json
from html.parser import HTMLParser

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from learners.models import Learner
from tests.comfort.pages import stops
from tests.comfort.test_walk import judge

pytestmark = pytest.mark.django_db(transaction=True)
UNTIL_KEPT = """() => new Promise((resolve) => {
  const kept = () => Object.keys(localStorage).some((key) => key.startsWith("clc-draft:"));
  const look = () => { if (kept()) resolve(); else window.setTimeout(look, 50); };
  look();
})"""
OFFER = "Khôi phục phần đang nhập dở"


def kept(page):
    """The drafts in this browser."""
    return page.evaluate("Object.entries(localStorage).filter(([key]) => key.startsWith('clc-draft:'))")


def write(page):
    page.goto(reverse("learners:learner-add"))
    page.get_by_label("Họ và tên").fill("Bùi Thị Nga")
    page.get_by_label("Ngày sinh").fill("03/02/1956")
    page.get_by_label("Giới tính").select_option(label="Nam")
    page.get_by_label("Số định danh").fill("001156000123")
    page.get_by_label("Điện thoại").fill("0912345678")
    page.get_by_label("Địa chỉ").fill("Thôn 5, gọi 0912 345 678")
    page.get_by_label("Ghi chú").fill("Bận buổi sáng")
    page.evaluate(UNTIL_KEPT)


def leave(page):
    """Go elsewhere with the form half filled; where the browser asks, yes."""
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto(reverse("home"))


def test_what_was_typed_is_offered_back_and_never_holds_numbers(cast, reference, window_of):
    page = window_of(cast.lan)
    write(page)
    leave(page)
    ((name, draft),) = kept(page)
    assert name == f"clc-draft:{cast.lan.pk}:{reverse('learners:learner-add')}"
    assert set(json.loads(draft)["fields"]) == {"full_name", "birth", "sex", "note"}
    assert "001156000123" not in draft
    assert "345" not in draft

    page.goto(reverse("learners:learner-add"))
    page.get_by_text(OFFER).wait_for()
    assert judge(page) == []
    page.get_by_role("button", name="Khôi phục").click()
    expect(page.get_by_label("Họ và tên")).to_have_value("Bùi Thị Nga")
    expect(page.get_by_label("Giới tính")).to_have_value("male")
    expect(page.get_by_label("Số định danh")).to_have_value("")
    page.get_by_role("button", name="Lưu").click()
    page.get_by_text("Đã lưu").first.wait_for()
    assert Learner.objects.get(family_name="Bùi").note == "Bận buổi sáng"
    assert kept(page) == []
    page.goto(reverse("learners:learner-add"))
    expect(page.get_by_text(OFFER)).to_have_count(0)


def test_a_draft_outlives_the_end_of_the_session(cast, reference, window_of, live_server):
    page = window_of(cast.lan)
    write(page)
    Session.objects.all().delete()
    page.get_by_role("button", name="Lưu").click()
    page.wait_for_url("**/accounts/sign-in/**")
    page.get_by_label("Tên đăng nhập").fill("lan")
    page.get_by_label("Mật khẩu").fill("mat-khau-thu-nghiem")
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url("**" + reverse("learners:learner-add"))
    page.get_by_text(OFFER).wait_for()


def test_a_refused_form_keeps_its_draft_and_offers_nothing(cast, reference, window_of, console_errors):
    page = window_of(cast.lan)
    write(page)
    page.get_by_label("Số định danh").fill("")
    page.get_by_label("Ngày sinh").fill("31/02/1956")
    page.get_by_role("button", name="Lưu").click()
    page.get_by_role("alert").first.wait_for()
    console_errors.clear()  # refused with 422
    expect(page.get_by_text(OFFER)).to_have_count(0)
    assert "Bùi Thị Nga" in kept(page)[0][1]


def test_drafts_go_when_discarded_and_when_their_writer_signs_out(cast, reference, window_of):
    page = window_of(cast.lan)
    write(page)
    leave(page)
    page.goto(reverse("learners:learner-add"))
    page.get_by_role("button", name="Bỏ đi").click()
    assert kept(page) == []
    write(page)
    leave(page)
    assert kept(page)
    page.locator("details.who summary").click()
    page.get_by_role("button", name="Đăng xuất").click()
    page.wait_for_url("**/accounts/sign-in/**")
    assert kept(page) == []


class Forms(HTMLParser):
    """Forms that are sent by POST: their attributes and the names of what is typed or chosen in them."""

    def __init__(self):
        super().__init__()
        self.found = []
        self.open = None

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.open = (given, set()) if given.get("method") == "post" else None
            self.found += [self.open] if self.open else []
        elif self.open and tag in ("input", "select", "textarea") and given.get("type") not in ("hidden", "submit"):
            self.open[0].setdefault("saves-itself", "hx-post" in given or None)
            self.open[1].add(given.get("name"))

    def handle_endtag(self, tag):
        if tag == "form":
            self.open = None


LONG = 6
# Sent at once, or kept in a way of their own.
OWN_WAY = {
    "courses:session-detail": "attendance has a memory of its own (static/js/attendance.js)",
    "accounts:password": "passwords are kept nowhere",
    "courses:roster-columns": "the choices belong to the file that is open, and are remembered for the centre",
}


@pytest.mark.django_db
def test_every_long_form_keeps_what_is_typed(world):
    """A form of six fields or more is long: it has a draft, or its boxes save themselves."""
    loose, kept_forms = set(), set()
    for stop in stops(world):
        client = Client()
        if stop.who:
            client.force_login(world.cast.users[stop.who])
        answer = client.get(stop.url)
        assert answer.status_code == 200, (stop, answer.status_code)
        forms, body = Forms(), answer.content.decode()
        forms.feed(body)
        drafts = sum("data-draft" in given for given, _fields in forms.found)
        # The script keeps one form of a page; without it the mark does nothing.
        assert drafts <= 1, stop
        assert not drafts or "js/draft" in body, stop
        for given, fields in forms.found:
            if "data-draft" in given:
                kept_forms.add(stop.name)
            elif len(fields) >= LONG and not given.get("saves-itself") and stop.name not in OWN_WAY:
                loose.add((stop.name, given.get("action") or "", len(fields)))
    assert not loose
    assert {"learners:learner-add", "courses:results", "courses:attendance-grid", "courses:class-add"} <= kept_forms
