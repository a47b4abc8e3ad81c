"""Closing a class on a slow phone: three screens, left half way, taken up again, a paper for everybody who passed."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from certificates.models import Certificate
from courses import services
from courses.models import ClassGroup, Course
from tests.browser import fits
from tests.factories import finished_class, make_enrolled, make_learner

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def finished(cast, reference):
    course = Course.objects.get(code="XMC-GD1")
    return finished_class(
        cast.centre_a, course=course, passing=3, failing=1, sessions=2, starts_on=timezone.localdate().replace(day=1)
        - dt.timedelta(days=40),
    )  # fmt: skip


@pytest.mark.parametrize("script", [True, False])
def test_from_today_to_the_papers_in_three_taps(cast, finished, phone_of, script):
    hand = phone_of(cast.lan, java_script_enabled=script)
    phone = hand.page
    phone.goto("/")
    hand.start()
    hand.tap(phone.get_by_role("link", name="Kết thúc", exact=True))  # nothing is missing: straight to the results
    phone.get_by_text("3 hoàn thành").wait_for()
    hand.tap(phone.get_by_role("button", name="Kết thúc lớp"))
    phone.get_by_text("Lớp đã kết thúc: 3 người hoàn thành, 1 người chưa hoàn thành.").wait_for()
    year = timezone.localdate().year
    expect(phone.locator("main")).to_contain_text(f"từ 000001/{year} đến 000003/{year}")
    assert fits(phone)
    hand.tap(phone.get_by_role("button", name="Cấp 3 chứng nhận"))
    phone.get_by_role("link", name="PDF cả lớp").wait_for()
    assert hand.actions == 3, hand.done
    passed = set(finished.enrolments.filter(status="passed").values_list("pk", flat=True))
    assert set(Certificate.objects.values_list("enrolment", flat=True)) == passed


def test_what_is_missing_is_mended_or_explained_and_kept_meanwhile(cast, finished, phone_of, console_errors):
    services.record_results(
        class_group=finished, by=cast.lan, results={finished.enrolments.order_by("pk")[0].pk: ("", "")}
    )
    make_enrolled(finished, [make_learner(cast.centre_a, "Đinh Văn Ẩn", birth=None)])
    close = reverse("courses:close", args=[finished.pk])
    phone = phone_of(cast.lan).page
    phone.goto(close)
    phone.get_by_role("heading", name="Người chưa có kết quả").wait_for()
    assert fits(phone)
    reasons = phone.get_by_label("Lý do vẫn kết thúc lớp")
    expect(reasons).to_have_count(2)
    reasons.nth(1).fill("Người già, không còn giấy tờ")
    phone.get_by_role("button", name="Lưu lý do và xem ai hoàn thành").tap()
    phone.get_by_text("Còn điều chưa có lý do").wait_for()
    # Called away: the class is found where it was left, also by a colleague.
    other = phone_of(cast.duc).page
    other.goto(close)
    expect(other.locator("main")).to_contain_text("Người già, không còn giấy tờ")
    other.get_by_label("Lý do vẫn kết thúc lớp").nth(0).fill("Bỏ học, không kiểm tra")
    other.get_by_role("button", name="Lưu lý do và xem ai hoàn thành").tap()
    other.get_by_text("2 hoàn thành").wait_for()
    other.get_by_role("button", name="Kết thúc lớp").tap()
    other.get_by_role("heading", name="Cấp chứng nhận").wait_for()
    # The first phone still shows the reasons: it is told who has closed the class meanwhile.
    phone.get_by_role("button", name="Lưu lý do và xem ai hoàn thành").tap()
    phone.get_by_text("Phùng Văn Đức kết thúc lớp lúc").wait_for()
    assert ClassGroup.objects.get(pk=finished.pk).closed_by == cast.duc
    assert not Certificate.objects.exists()
    # The two refusals above, and nothing else.
    assert [code for line in console_errors for code in ("422", "409") if code in line] == ["422", "409"]
    console_errors.clear()
