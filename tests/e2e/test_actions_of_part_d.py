"""The jobs of officers and of those who look after people, on a slow phone, with their actions counted.

Each figure is the target of our design; enrolling, attendance and closing a class have tests of their own.
"""

import datetime as dt
import gzip
from decimal import Decimal

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import expect

from core.dates import add_months
from courses.models import Topic
from indicators.models import Figure, Indicator
from indicators.services import report_figure
from literacy.models import FollowUp, LiteracyCheck
from literacy.services import record_award
from tests.actions import PHONE, Hand, slow_down
from tests.browser import fits
from tests.factories import closed_class, make_certificates, make_course, make_learner, use_system

KEEP_WAITING = ("document", "stylesheet", "script")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def overdue(cast, reference):
    """Two people whose checks are due."""
    certified = add_months(timezone.localdate(), -7)
    for name in ("Lý Thị Hoa", "Bàn Văn Đức"):
        person = make_learner(cast.centre_a, name, phone="0912345678")
        record_award(learner=person, level=1, proof="test", certified_on=certified, centre=cast.centre_a, by=cast.lan)


@pytest.mark.parametrize("script", [True, False])
def test_a_visit_is_recorded_by_one_tap_and_taken_back_by_one(cast, overdue, phone_of, script):
    hand = phone_of(cast.lan, java_script_enabled=script)
    page = hand.page
    page.goto("/literacy/")
    assert fits(page)
    hand.start()
    hand.tap(page.get_by_role("group", name="Kết quả của Lý Thị Hoa").get_by_role("button", name="Giữ mức độ 1"))
    due_on = FollowUp.objects.get(learner__given_name="Hoa", months=12).due_on
    page.get_by_text(f"Đã ghi kết quả của Lý Thị Hoa: Giữ mức độ 1. Lần kiểm tra sau: {due_on:%d/%m/%Y}.").wait_for()
    assert hand.actions == 1, hand.done
    check = LiteracyCheck.objects.get()
    assert (check.outcome, check.checked_on) == ("holds_1", timezone.localdate())
    expect(page.get_by_role("group", name="Kết quả của Lý Thị Hoa")).to_have_count(0)
    assert fits(page)
    # It was somebody else: one tap, and she is due again.
    hand.start()
    hand.tap(page.get_by_role("button", name="Hoàn tác"))
    page.get_by_text("Đã hoàn tác: kết quả của Lý Thị Hoa chưa được ghi.").wait_for()
    assert hand.actions == 1, hand.done
    page.get_by_role("group", name="Kết quả của Lý Thị Hoa").wait_for()
    assert not LiteracyCheck.objects.exists()


def test_another_day_and_a_note_take_three_actions_more(cast, overdue, phone_of):
    hand = phone_of(cast.lan)
    page = hand.page
    page.goto("/literacy/")
    row = page.get_by_role("group", name="Kết quả của Bàn Văn Đức")
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    hand.start()
    hand.tap(row.locator("summary"))
    hand.type(f"{yesterday:%d/%m/%Y}", row.get_by_label("Ngày kiểm tra"))
    hand.type("Đọc được sổ tiết kiệm", row.get_by_label("Ghi chú"))
    page.keyboard.press("Enter")  # not an outcome: nothing may be chosen for her
    assert not LiteracyCheck.objects.exists()
    assert fits(page)
    hand.tap(row.get_by_role("button", name="Đạt mức độ 2"))
    page.get_by_text("Đã ghi kết quả của Bàn Văn Đức: Đạt mức độ 2.").wait_for()
    assert hand.actions == 4, hand.done
    check = LiteracyCheck.objects.get()
    assert (check.checked_on, check.note) == (yesterday, "Đọc được sổ tiết kiệm")


@pytest.mark.parametrize("script", [True, False])
def test_a_reported_figure_is_approved_by_two_taps_from_home_and_returned_by_three_actions(
    cast, reference, phone_of, script
):
    course = make_course(cast.centre_b, topic=Topic.objects.get(code="ky_nang_so"))
    closed_class(cast.centre_b, course=course, passing=4, failing=1)
    for code, value in (("D1", 38), ("D2", 50), ("D3", 61)):
        report_figure(
            indicator=Indicator.objects.get(code=code), unit=cast.commune_b, value=Decimal(value), status_value="",
            source_name="Hội Khuyến học", document="BC 12", document_on=None, ends_on=timezone.localdate(),
            by=cast.nam, population=10,
        )  # fmt: skip
    hand = phone_of(cast.tuan, java_script_enabled=script)
    page = hand.page
    page.goto("/")
    hand.start()
    hand.tap(page.get_by_role("link", name="Duyệt", exact=True))
    digital = page.get_by_role("group", name="D2 ·")
    digital.wait_for()
    assert fits(page)
    # Reported, computed, the difference and the way to the evidence stand together.
    for text in ("50,0%", "40,0%", "4/10", "10,0 điểm"):
        digital.get_by_text(text).wait_for()
    expect(digital.get_by_role("link", name="Xem chỉ tiêu và các phiên bản")).to_have_count(1)
    hand.tap(page.get_by_role("button", name="Duyệt D1 của Phường Ba Đình"))
    page.get_by_text("Đã duyệt D1 của Phường Ba Đình.").wait_for()
    assert hand.actions == 2, hand.done
    hand.start()
    hand.type("Có người học ở cơ quan", digital.get_by_label("Vì sao chấp nhận chênh lệch"))
    hand.tap(page.get_by_role("button", name="Duyệt D2 của Phường Ba Đình"))
    page.get_by_text("Đã duyệt D2 của Phường Ba Đình.").wait_for()
    assert hand.actions == 2, hand.done
    hand.start()
    families = page.get_by_role("group", name="D3 ·")
    hand.tap(families.get_by_text("Trả lại…"))
    hand.type("Thiếu văn bản của Hội", families.get_by_label("Lý do trả lại"))
    hand.tap(families.get_by_role("button", name="Trả lại", exact=True))
    page.get_by_text("Đã trả lại D3 của Phường Ba Đình.").wait_for()
    assert hand.actions == 3, hand.done
    assert fits(page)
    assert dict(Figure.objects.filter(source="reported").values_list("indicator__code", "state")) == {
        "D1": "approved", "D2": "approved", "D3": "returned",
    }  # fmt: skip


@pytest.mark.parametrize("opener", ["phone_of", "desk_of"])
def test_statistics_of_a_district_are_two_clicks_away(cast, reference, request, opener, tmp_path):
    """From the page of statistics, and from the home page, for each of the periods: the period, then the file."""
    use_system(cast.centre_a, months=1, classes=3, report=False)  # taught today: in each of the periods
    hand = request.getfixturevalue(opener)(cast.hoa)
    page = hand.page
    for start, tab in (("/plan/statistics/", "Năm học"), ("/", "Năm kế hoạch (đến 30/11)"), ("/", "Năm nay")):
        page.goto(start)
        hand.start()
        hand.tap(page.get_by_role("main").get_by_role("link", name=tab))
        page.get_by_role("navigation", name="Kỳ").locator("[aria-current]", has_text=tab).wait_for()
        page.wait_for_load_state()  # the table comes last over a slow network
        page.locator("tr.total").wait_for()
        file = page.get_by_role("link", name="Xuất XLSX")
        with page.expect_download() as coming:
            hand.tap(file)
        assert hand.actions == 2, hand.done
        coming.value.save_as(tmp_path / "thong-ke.xlsx")
        # The totals of the file are those on the screen, in scope.
        book = load_workbook(tmp_path / "thong-ke.xlsx", data_only=True)  # totals are formulas: what they came to
        total = next(row for row in book.active.iter_rows(values_only=True) if row[1] == "TỔNG CỘNG")
        on_screen = page.locator("tr.total td").all_inner_texts()
        assert [str(value) for value in total[3 : 3 + len(on_screen)]] == on_screen
        assert on_screen[5] == "3"
        assert opener == "desk_of" or fits(page)


def test_a_certificate_is_verified_without_any_action(cast, reference, open_context):
    """Scanning opens the address: the answer is there, on a slow phone without script or signing in, in few bytes."""
    row = make_certificates(cast.centre_a, passing=1)[0]
    page = open_context(**PHONE, java_script_enabled=False).new_page()
    slow_down(page)
    answers = []

    def keep(answer):
        answers.append(answer)

    page.on("response", keep)
    hand = Hand(page, touch=True)
    page.goto(f"/C/{row.token}", wait_until="networkidle")
    expect(page.get_by_role("heading", level=1)).to_have_text("Chứng nhận hợp lệ")
    assert hand.actions == 0
    assert page.context.cookies() == []
    assert fits(page)
    # What has to come before the answer can be read, as servers send it (fonts come later and hold nothing up).
    needed = [answer.body() for answer in answers if answer.request.resource_type in KEEP_WAITING]
    assert len(needed) >= 2
    assert sum(len(gzip.compress(body)) for body in needed) < 30_000
