"""A centre's year walked in a real browser by three people: staff, a passer-by, the district's officer.

Roster to class, teaching, closing, certificates; the QR is read from the rendered PDF by another program and its
address opened without sign-in and script; then literacy follow-up, the plan and the district's statistics.
"""

import csv
import datetime as dt
import io
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
import zxingcpp
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from certificates.models import Certificate, Register
from courses.models import ClassGroup, Enrolment
from literacy.models import FollowUp, LiteracyAward
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)
SAMPLE = Path(__file__).parent.parent / "data" / "roster_literacy_class.xlsx"
SESSIONS = 3


def sign_in(window, user):
    window.goto(reverse("accounts:sign-in"))
    window.get_by_label("Tên đăng nhập").fill(user.username)
    window.get_by_label("Mật khẩu").fill(PASSWORD)
    window.get_by_role("button", name="Đăng nhập").click()
    window.get_by_role("heading", name="Chào").wait_for()


def open_class(window, starts_on):
    window.get_by_role("link", name="Lớp học", exact=True).first.click()
    window.get_by_role("link", name="Mở lớp").first.click()
    window.get_by_label("Khóa học").select_option(label="Xóa mù chữ – giai đoạn 1")
    window.get_by_label("Tên lớp").fill("Xóa mù chữ – thôn 5")
    window.get_by_label("Khai giảng").fill(f"{starts_on:%d/%m/%Y}")
    window.get_by_label("Kết thúc (dự kiến)").fill(f"{timezone.localdate():%d/%m/%Y}")
    window.get_by_role("button", name="Mở lớp").click()
    window.get_by_role("heading", name="Xóa mù chữ – thôn 5").wait_for()
    return ClassGroup.objects.get()


def upload_roster(window, group):
    window.goto(reverse("courses:roster-upload", args=[group.pk]))
    window.get_by_label("Tệp danh sách").set_input_files(SAMPLE)
    window.get_by_role("button", name="Xem trước").click()
    window.get_by_role("button", name="Nhập 32 người vào lớp").click()
    window.get_by_text("Đã ghi danh 32 người vào lớp.").wait_for()


def enrol_by_hand(window, group):
    window.goto(reverse("courses:enrol", args=[group.pk]))
    window.get_by_label("Họ và tên").fill("Bàn Thị Ợt")
    window.get_by_label("Ngày sinh").fill("1961")
    window.get_by_role("button", name="Lưu và ghi danh").click()
    window.get_by_text("Đã thêm Bàn Thị Ợt và ghi danh vào lớp.").wait_for()
    assert Enrolment.objects.filter(class_group=group).count() == 33


def plan_sessions(window, group, starts_on):
    window.goto(reverse("courses:schedule", args=[group.pk]))
    for day in range(7):
        window.locator(f"input[name=weekdays][value='{day}']").set_checked(day == starts_on.weekday())
    window.get_by_label("Từ ngày").fill(f"{starts_on:%d/%m/%Y}")
    window.get_by_label("Số buổi").fill(str(SESSIONS))
    window.get_by_label("Học cả ngày lễ, ngày nghỉ").check()  # the test runs on any day of the year
    window.get_by_role("button", name="Xem trước các ngày").click()
    window.get_by_role("button", name="Lưu lịch này").click()
    window.get_by_text(f"đã học 0 trên {SESSIONS}").wait_for()


def take_attendance(window, group):
    for session in group.sessions.order_by("number"):
        window.goto(reverse("courses:session-detail", args=[session.pk]))
        window.get_by_role("group", name="Trần Thị Hoa").get_by_label("Vắng", exact=True).check()
        window.get_by_role("button", name="Lưu điểm danh").click()
        window.get_by_text("32 trên 33 có mặt").wait_for()


def record_results(window, group):
    window.goto(reverse("courses:results", args=[group.pk]))
    for enrolment in group.enrolments.select_related("learner"):
        value = "fail" if enrolment.learner.full_name == "Phan Quang Khải" else "pass"
        window.locator(f"input[name=result_{enrolment.pk}][value={value}]").check(force=True)
    window.get_by_role("button", name="Lưu kết quả").click()
    window.get_by_text("Đã lưu").first.wait_for()


def close(window, group):
    window.goto(reverse("courses:close", args=[group.pk]))
    window.get_by_text("31 hoàn thành").first.wait_for()
    window.get_by_role("button", name="Kết thúc lớp").click()
    window.get_by_text("31 người hoàn thành, 2 người chưa hoàn thành").wait_for()


def issue(window, group, folder):
    page = reverse("certificates:issue", args=[group.pk])
    left_open = window.context.new_page()
    left_open.goto(page)
    window.goto(page)
    window.get_by_role("button", name="Cấp 31 chứng nhận").click()
    window.get_by_text("31 người đã có số vào sổ").wait_for()
    # The second click, on a page that was left open, is answered with the same papers: nobody gets two.
    left_open.get_by_role("button", name="Cấp 31 chứng nhận").click()
    left_open.get_by_text("31 người đã có số vào sổ").wait_for()
    left_open.close()
    assert Certificate.objects.count() == 31
    assert Register.objects.get().next_number == 32
    with window.expect_download() as download:
        window.get_by_role("link", name="PDF cả lớp").first.click()
    target = folder / "lop.pdf"
    download.value.save_as(target)
    return target


def address_on_paper(pdf, page_number):
    image = pypdfium2.PdfDocument(pdf)[page_number].render(scale=150 / 72).to_pil()
    return zxingcpp.read_barcodes(image)[0].text


def passer_by_looks(window, address):
    window.goto("about:blank")  # an address with a fragment that is open already is not asked for again
    window.goto(address)
    window.get_by_role("heading", level=1).wait_for()
    return window.inner_text("body")


def check_somebody(window):
    follow_up = FollowUp.objects.order_by("pk")[0]
    FollowUp.objects.filter(pk=follow_up.pk).update(due_on=timezone.localdate())
    window.get_by_role("link", name="Theo dõi biết chữ").click()
    window.get_by_role("button", name="Giữ mức độ 1").first.click()
    window.get_by_text("Đã ghi kết quả của").wait_for()


def district_exports(window, folder, kind, starts_on):
    """Two clicks from the home page."""
    window.goto(reverse("home"))
    window.get_by_role("link", name="Thống kê và xuất tệp").click()
    if starts_on.year != timezone.localdate().year:  # in January the year shown first does not hold the whole class
        window.get_by_label("Từ ngày").fill(f"{starts_on:%d/%m/%Y}")
        window.get_by_role("button", name="Xem").click()
    with window.expect_download() as download:
        window.get_by_role("link", name=f"Xuất {kind}").click()
    target = folder / f"thong-ke.{kind.lower()}"
    download.value.save_as(target)
    return target


def test_a_centres_year(cast, reference, open_window, live_server, settings, tmp_path):
    settings.PUBLIC_BASE_URL = live_server.url
    starts_on = timezone.localdate() - dt.timedelta(days=7 * (SESSIONS - 1))

    lan = open_window()
    sign_in(lan, cast.lan)
    group = open_class(lan, starts_on)
    upload_roster(lan, group)
    enrol_by_hand(lan, group)
    plan_sessions(lan, group, starts_on)
    take_attendance(lan, group)
    record_results(lan, group)
    close(lan, group)
    pdf = issue(lan, group, tmp_path)
    assert len(pypdfium2.PdfDocument(pdf)) == 31

    address = address_on_paper(pdf, 0)
    row = Certificate.objects.order_by("number")[0]
    assert address == f"{live_server.url.upper()}/C/{row.token}#{row.signed_claims.fragment}"
    stranger = open_window(java_script_enabled=False)
    seen = passer_by_looks(stranger, address)
    assert "Chứng nhận hợp lệ" in seen
    assert row.register_number in seen
    assert row.content["learner"] not in seen

    duc = open_window()
    sign_in(duc, cast.duc)
    duc.goto(reverse("certificates:revoke", args=[row.pk]))
    duc.get_by_label("Thu hồi").check()
    duc.get_by_label("Lý do").fill("Cấp nhầm")
    duc.get_by_label("Số quyết định").fill("12/QĐ-TTHTCĐ")
    duc.get_by_label("Người ký quyết định").fill("Nguyễn Văn Đức")
    duc.get_by_role("button", name="Ghi vào sổ").click()
    duc.get_by_role("button", name="Đồng ý").click()
    duc.get_by_text("Đã gửi đề nghị thu hồi").wait_for()
    assert "Chứng nhận hợp lệ" in passer_by_looks(stranger, address)  # until a second person confirms
    lan.goto(reverse("home"))
    lan.get_by_role("listitem").filter(has_text="chờ bạn xác nhận").get_by_role("link", name="Xem").click()
    lan.get_by_role("button", name="Xác nhận").click()
    lan.get_by_role("button", name="Đồng ý").click()
    lan.get_by_text("bị thu hồi").wait_for()
    assert "Chứng nhận đã thu hồi" in passer_by_looks(stranger, address)
    other = address_on_paper(pdf, 30)
    assert "Chứng nhận hợp lệ" in passer_by_looks(stranger, other)

    assert LiteracyAward.objects.filter(level=1).count() == 31
    check_somebody(lan)

    hoa = open_window()
    sign_in(hoa, cast.hoa)
    exported = district_exports(hoa, tmp_path, "XLSX", starts_on)
    sheet = openpyxl.load_workbook(exported, data_only=True).active  # totals are formulas: what they came to
    cells = [[cell.value for cell in line] for line in sheet.iter_rows()]
    heads = next(line for line in cells if "Lượt người học" in line)
    total = next(line for line in cells if "TỔNG CỘNG" in line)
    found = dict(zip(heads, total, strict=True))
    assert (found["Số lớp"], found["Lượt người học"], found["Số người học"]) == (1, 33, 33)
    assert (found["Số buổi"], found["Chứng nhận đã cấp"], found["Trong đó đã thu hồi"]) == (SESSIONS, 31, 1)
    text = district_exports(hoa, tmp_path, "CSV", starts_on).read_text(encoding="utf-8-sig")
    assert dict(zip(*list(csv.reader(io.StringIO(text)))[:2], strict=True))["Số người học"] == "33"
    hoa.get_by_role("link", name="Chỉ tiêu", exact=True).click()
    expect(hoa.locator("tr.plan-line")).to_have_count(27)


def test_an_unknown_code_is_told_so(open_window, cast):
    stranger = open_window(java_script_enabled=False)
    stranger.goto(reverse("verify-ask"))
    stranger.get_by_label("Mã tra cứu").fill("abcd-efgh-jkmn")
    stranger.get_by_role("button", name="Tra cứu").click()
    expect(stranger.locator("body")).to_contain_text("Mã chưa đủ")


def test_a_renamed_pdf_is_refused_in_words(cast, reference, open_window, tmp_path, console_errors):
    lan = open_window()
    sign_in(lan, cast.lan)
    group = open_class(lan, timezone.localdate())
    fake = tmp_path / "danh-sach.xlsx"
    fake.write_bytes(b"%PDF-1.7 not a sheet")
    lan.goto(reverse("courses:roster-upload", args=[group.pk]))
    lan.get_by_label("Tệp danh sách").set_input_files(fake)
    lan.get_by_role("button", name="Xem trước").click()
    lan.get_by_text("Đây là tệp PDF").first.wait_for()
    assert not Enrolment.objects.exists()
    refusal = [error for error in console_errors if "422" in error]  # what the refusal rightly is
    assert len(refusal) == 1
    console_errors.remove(refusal[0])
