"""A list of people in a real browser, on a phone and a slow network: how many actions it takes, nothing lost."""

import io
from pathlib import Path

import openpyxl
import pytest
from django.urls import reverse

from courses.models import RosterImport
from tests.browser import fits
from tests.factories import make_class
from tests.rosters.sheets import person, roster

pytestmark = pytest.mark.django_db(transaction=True)
SURVEY = Path(__file__).parent.parent / "data" / "roster_survey_sheet.xlsx"


@pytest.fixture
def group(cast):
    return make_class(cast.centre_a, name="Xóa mù chữ thôn 5", capacity=None)


def test_a_list_comes_in_with_four_actions_and_its_wrong_rows_go_out_with_one(cast, group, phone_of):
    hand = phone_of(cast.lan)
    page = hand.page
    rows = [person(number) for number in range(1, 31)]
    rows[4] = person(5, **{"Ngày sinh": "31/02/1984"})
    page.goto(reverse("courses:class-detail", args=[group.pk]))
    hand.start()
    hand.tap(page.get_by_role("link", name="Nhập danh sách Excel").first)
    hand.give(page.locator("input[type=file]"), "ds.xlsx", roster(rows))
    hand.tap(page.get_by_role("button", name="Xem trước"))
    page.get_by_role("heading", name="Dòng sai").wait_for()
    assert fits(page)
    hand.tap(page.get_by_role("button", name="Nhập 29 người vào lớp"))
    page.get_by_text("Đã ghi danh 29 người vào lớp.").wait_for()
    assert hand.actions == 4, hand.done
    with page.expect_download() as arriving:
        hand.tap(page.get_by_role("link", name="Tải các dòng chưa nhập"))
    assert hand.actions == 5, hand.done
    assert arriving.value.suggested_filename == "ds-dong-sai.xlsx"

    book = openpyxl.load_workbook(io.BytesIO(Path(arriving.value.path()).read_bytes()))
    book.active["C8"] = "01/02/1984"
    mended = io.BytesIO()
    book.save(mended)
    hand.tap(page.get_by_role("link", name="Nhập tệp đã sửa"))
    hand.give(page.locator("input[type=file]"), "ds-dong-sai.xlsx", mended.getvalue())
    hand.tap(page.get_by_role("button", name="Xem trước"))
    hand.tap(page.get_by_role("button", name="Nhập 1 người vào lớp"))
    page.get_by_text("Đã ghi danh 1 người vào lớp.").wait_for()
    assert group.enrolments.count() == 30


def test_the_wrong_list_is_taken_back_with_two_actions_from_its_page(cast, group, phone_of):
    hand = phone_of(cast.lan)
    page = hand.page
    page.goto(reverse("courses:roster-upload", args=[group.pk]))
    hand.give(page.locator("input[type=file]"), "phieu.xlsx", SURVEY.read_bytes())
    hand.tap(page.get_by_role("button", name="Xem trước"))
    hand.tap(page.get_by_role("button", name="Nhập 60 người vào lớp"))
    page.get_by_text("Đã ghi danh 60 người vào lớp.").wait_for()
    page.goto(reverse("courses:roster-upload", args=[group.pk]))
    hand.start()
    hand.tap(page.get_by_role("link", name="phieu.xlsx"))
    hand.tap(page.get_by_role("button", name="Hoàn tác lần nhập này"))
    page.get_by_text("không còn trong lớp").wait_for()
    assert hand.actions == 2, hand.done
    assert group.enrolments.count() == 0


def test_a_layout_nobody_knows_is_explained_once_on_a_phone(cast, group, phone_of):
    hand = phone_of(cast.lan)
    page = hand.page
    header = ("Số", "Người học lớp mình", "Sinh", "Mã")
    page.goto(reverse("courses:roster-upload", args=[group.pk]))
    hand.give(page.locator("input[type=file]"), "la.xlsx", roster([[1, "Bùi Thị Nga", "1984", ""]], header=header))
    hand.tap(page.get_by_role("button", name="Xem trước"))
    page.get_by_label("Tiêu đề bắt đầu ở dòng số").fill("7")
    hand.tap(page.get_by_role("button", name="Đọc dòng này"))
    hand.choose(page.get_by_label("Cột B được đọc là"), "Họ và tên")
    hand.choose(page.get_by_label("Cột C được đọc là"), "Ngày sinh hoặc năm sinh")
    assert fits(page)
    hand.tap(page.get_by_role("button", name="Ghi nhớ và xem trước"))
    page.get_by_role("button", name="Nhập 1 người vào lớp").wait_for()
    assert RosterImport.objects.get().status == "preview"
