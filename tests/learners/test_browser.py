"""In a real browser: two records of one person are compared, merged and taken apart again, on a phone."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from core.dates import PartialDate
from learners.models import Learner
from tests.browser import fits
from tests.cast import PASSWORD
from tests.factories import make_class, make_enrolled, make_learner

pytestmark = pytest.mark.django_db(transaction=True)


def test_merging_and_back(cast, reference, live_server, open_window):
    kept = make_learner(cast.centre_a, "Bùi Thị Nga", birth=PartialDate(1980))
    other = make_learner(cast.centre_a, "Bui Thi Nga", birth=PartialDate(1980, 5, 3), phone="0963855860")
    make_enrolled(make_class(cast.centre_a, name="Lớp may"), [other])
    window = open_window(viewport={"width": 360, "height": 740})
    window.goto(reverse("accounts:sign-in"))
    window.get_by_label("Tên đăng nhập").fill("lan")
    window.get_by_label("Mật khẩu").fill(PASSWORD)
    window.get_by_role("button", name="Đăng nhập").click()
    window.get_by_role("heading", name="Chào").wait_for()

    window.goto(reverse("learners:learner-list"))
    window.get_by_role("link", name="Hồ sơ có thể trùng").click()
    window.get_by_role("link", name=f"So sánh {kept.code} và {other.code}").click()
    window.get_by_text("Lớp may").wait_for()
    window.get_by_role("radio", name="Họ và tên: Bùi Thị Nga").check()
    expect(window.get_by_role("radio", name="Ngày sinh: 03/05/1980")).to_be_checked()
    assert fits(window)
    window.get_by_role("button", name="Gộp thành một người").click()
    window.get_by_role("dialog").get_by_role("button", name="Đồng ý").click()
    window.get_by_text(f"Đã gộp {other.code} vào {kept.code}").wait_for()
    window.get_by_text("Lớp may").wait_for()
    assert str(Learner.objects.get(pk=kept.pk).birth) == "03/05/1980"

    window.get_by_role("button", name="Tách lại").click()
    window.get_by_role("dialog").get_by_role("button", name="Đồng ý").click()
    window.get_by_text(f"Đã tách {other.code} thành hồ sơ riêng như trước.").wait_for()
    window.get_by_text("Lớp may").wait_for()
    assert not Learner.objects.filter(merged_into__isnull=False).exists()

    window.get_by_role("button", name="Không phải cùng một người").click()
    window.get_by_role("heading", name="Đã ghi nhớ là người khác").wait_for()
