"""Long forms keep what is being typed, offer it back, and forget it once it is saved."""

import json

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from learners.models import Learner
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
