"""The whole year in a real browser: ask, plan, approve, open a class from a line, compare."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from centres.models import Neighbourhood
from courses.models import ClassGroup, NeedsSurvey, SurveyNeed, YearPlan
from tests.browser import fits
from tests.cast import PASSWORD
from tests.factories import make_course


def sign_in(page, username):
    page.goto("/accounts/sign-in/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button.main")
    page.get_by_role("heading", name="Chào").wait_for()


@pytest.mark.django_db(transaction=True)
def test_from_the_survey_to_the_report(open_window, cast, reference):
    year = timezone.localdate().year
    for name in ("Thôn 1", "Thôn 2"):
        Neighbourhood.objects.create(unit=cast.commune_a, name=name)
    course = make_course(cast.centre_a, name="Sử dụng VNeID")

    lan = open_window(viewport={"width": 360, "height": 740})
    sign_in(lan, "lan")
    lan.goto(reverse("courses:class-list"))
    lan.get_by_role("link", name="Kế hoạch năm").click()
    lan.get_by_role("link", name="Mở khảo sát").click()
    lan.get_by_label("Sử dụng VNeID").check()
    lan.get_by_role("button", name="Mở khảo sát").click()
    lan.get_by_role("link", name="Nhập số").click()
    lan.get_by_label("Thôn 1: Sử dụng VNeID").wait_for()
    assert fits(lan)
    lan.get_by_label("Thôn 1: Sử dụng VNeID").fill("45")
    lan.get_by_label("Thôn 1: Số hộ được hỏi").fill("60")  # the box before saves itself
    lan.get_by_text("Đã lưu lúc").wait_for()
    survey = NeedsSurvey.objects.get(year=year)
    assert SurveyNeed.objects.get(visit__survey=survey).people == 45
    lan.get_by_label("Thôn 2: Sử dụng VNeID").fill("20")
    lan.get_by_role("button", name="Lưu trang này").click()
    lan.locator(".messages").get_by_text("Đã lưu").wait_for()  # of the page that follows, not of a box before
    lan.goto(reverse("courses:survey-detail", args=[survey.pk]))
    lan.get_by_role("button", name="Lập kế hoạch từ khảo sát").click()
    lan.get_by_text("Dự thảo chờ giám đốc duyệt").wait_for()

    duc = open_window()
    sign_in(duc, "duc")
    plan = YearPlan.objects.get(year=year)
    duc.goto(reverse("courses:plan-detail", args=[plan.pk]))
    duc.get_by_role("button", name="Duyệt kế hoạch").click()
    duc.get_by_text("Đã duyệt kế hoạch năm").wait_for()
    duc.get_by_role("link", name="Sửa: Sử dụng VNeID").click()
    duc.get_by_label("Số lớp").fill("2")
    duc.get_by_label("Lý do điều chỉnh").fill("Thiếu phòng học")
    duc.get_by_role("button", name="Lưu").click()
    duc.get_by_text("Thiếu phòng học").wait_for()

    lan.goto(reverse("courses:plan-detail", args=[plan.pk]))
    lan.get_by_role("link", name="Mở lớp: Sử dụng VNeID").click()
    day = timezone.localdate().strftime("%d/%m/%Y")
    lan.get_by_label("Khai giảng").fill(day)
    lan.get_by_label("Kết thúc (dự kiến)").fill(day)
    lan.get_by_role("button", name="Mở lớp").click()
    lan.get_by_text("Đã mở lớp").wait_for()
    group = ClassGroup.objects.get()
    assert (group.course, group.plan_line.plan) == (course, plan)
    lan.goto(reverse("courses:plan-report", args=[plan.pk]))
    row = lan.get_by_role("row").filter(has_text="Sử dụng VNeID")
    expect(row).to_contain_text(group.code)
    assert fits(lan)
