"""Checks in somebody's yard: a phone of 360 px, the network gone, and back again (docs/adr/0040)."""

import random

import pytest
from django.contrib.sessions.models import Session as SignedIn
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from literacy.instrument import suggest
from literacy.models import CheckSending, CheckSheet, Instrument, LiteracyCheck
from literacy.services import record_check
from tests.actions import PHONE
from tests.browser import fits
from tests.cast import PASSWORD
from tests.literacy.test_sending import due_check

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ("Lò Thị Mai", "Vàng A Páo", "Giàng Thị Sua", "Hạng A Chứ")


@pytest.fixture
def people(cast, reference):
    return [due_check(cast.centre_a, cast.lan, name) for name in NAMES]


def forgive(console_errors, *words):
    """Take out what the browser rightly logs of a lost network or a refusal."""
    console_errors[:] = [line for line in console_errors if not any(word in line for word in words)]


def take(page, *names):
    """Take people along, and wait until the page itself is on the telephone too."""
    page.goto(reverse("literacy:phone-pick"))
    for name in names:
        page.get_by_role("checkbox", name=name).check()
    page.get_by_role("button", name="Mang những người đã chọn theo").tap()
    expect(page.get_by_role("heading", name="Kiểm tra tại nhà")).to_be_visible()
    expect(page.locator("[data-ready=yes]")).to_be_attached()
    expect(page.locator("[data-people] li")).to_have_count(len(names))


def off_line(page):
    """Take the network away and open the page anew: only what was kept is left."""
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_role("heading", name="Kiểm tra tại nhà")).to_be_visible()
    expect(page.locator("[data-net]")).to_contain_text("Không có mạng")


def visit(page, name):
    page.get_by_role("link", name=f"Kiểm tra {name}").tap()
    expect(page.get_by_role("heading", name=name)).to_be_focused()


def answer(page, **points):
    for code, value in points.items():
        page.locator(f"input[name=item_{code}][value='{value}']").check()


def save(page):
    page.get_by_role("button", name="Lưu vào máy").tap()


def kept(page):
    return page.locator("[data-kept] li")


def store(page):
    return page.evaluate("JSON.stringify(Object.entries(localStorage))")


def test_three_checks_without_a_network_are_sent_once(cast, people, desk_of, console_errors):
    page = desk_of(cast.lan, **PHONE).page
    sendings = []
    page.on("request", lambda request: sendings.append(request) if request.url.endswith("/phone/send/") else None)
    take(page, *NAMES[:3])
    assert NAMES[3] not in store(page)
    off_line(page)

    visit(page, NAMES[0])
    answer(page, D1=2, D2=2, V1=2, V2=2, T1=2, T2=2)
    expect(page.locator("[data-suggested]")).to_contain_text("Đọc 4/6 · Viết 4/6 · Tính 4/6. Theo phiếu: Giữ mức độ 1.")
    expect(page.get_by_label("Giữ mức độ 1")).to_be_checked()
    assert fits(page)
    save(page)
    visit(page, NAMES[1])
    answer(page, D1=0, D2=0)
    expect(page.get_by_label("Tái mù chữ")).to_be_checked()
    page.get_by_label("Giữ mức độ 1").check()
    save(page)
    expect(page.get_by_role("alert")).to_have_text("Kết quả khác với điểm của phiếu. Hãy ghi vì sao.")
    page.get_by_label("Vì sao ghi khác phiếu").fill("Quên kính, đọc được chữ to")
    save(page)
    visit(page, NAMES[2])
    page.get_by_label("Không gặp được").check()
    page.get_by_label("Ghi chú").fill("Đi làm xa, chiều tối mới về")
    save(page)
    expect(kept(page)).to_have_count(3)
    page.reload()
    expect(kept(page)).to_have_count(3)
    expect(page.locator("[data-people] li")).to_have_count(0)
    assert fits(page)
    assert not LiteracyCheck.objects.exists()

    page.context.set_offline(False)
    expect(page.locator("[data-net]")).to_have_text("Đã gửi 3 kết quả.")
    expect(page.locator("[data-told]")).to_contain_text("Lần kiểm tra sau:")
    expect(kept(page)).to_have_count(0)
    left = store(page)
    assert not any(name in left for name in NAMES)
    assert "0912345678" not in left
    page.reload()
    expect(page.locator("[data-nobody]")).to_be_visible()
    found = {row.learner.full_name: (row.outcome, row.note) for row in LiteracyCheck.objects.select_related("learner")}
    assert found == {
        NAMES[0]: ("holds_1", ""),
        NAMES[1]: ("holds_1", ""),
        NAMES[2]: ("not_reached", "Đi làm xa, chiều tối mới về"),
    }
    assert set(CheckSheet.objects.values_list("suggested", "reason")) == {
        ("holds_1", ""),
        ("relapsed", "Quên kính, đọc được chữ to"),
    }
    assert (len(sendings), CheckSending.objects.count()) == (1, 3)
    forgive(console_errors, "ERR_INTERNET_DISCONNECTED", "Failed to fetch")


def test_an_answer_that_never_came_does_no_harm(cast, people, desk_of, console_errors):
    page = desk_of(cast.lan, **PHONE).page
    take(page, NAMES[0])
    send = reverse("literacy:phone-send")

    def saved_but_cut_off(route):
        route.fetch()
        route.abort()

    page.route(f"**{send}", saved_but_cut_off)
    visit(page, NAMES[0])
    page.get_by_label("Đạt mức độ 2").check()
    save(page)
    expect(kept(page)).to_contain_text("Đã gửi mà chưa có trả lời")
    expect(kept(page).get_by_role("link", name="Sửa")).to_have_count(0)  # it may be with the server already
    page.goto("/")
    expect(page.get_by_text("Kết quả kiểm tra tại nhà chưa gửi trên máy này: 1.")).to_be_visible()
    page.unroute(f"**{send}")
    page.get_by_role("link", name="Mở và gửi").tap()
    expect(page.locator("[data-net]")).to_have_text("Đã gửi 1 kết quả.")
    expect(kept(page)).to_have_count(0)
    assert (LiteracyCheck.objects.count(), CheckSending.objects.count()) == (1, 1)
    forgive(console_errors, "ERR_FAILED")


def test_a_sign_in_that_ran_out_loses_nothing(cast, people, desk_of):
    page = desk_of(cast.lan, **PHONE).page
    take(page, NAMES[0])
    visit(page, NAMES[0])
    answer(page, D1=2, D2=1)
    page.reload()  # in the middle of it
    expect(page.locator("input[name=item_D1][value='2']")).to_be_checked()
    page.get_by_label("Từ chối").check()
    SignedIn.objects.all().delete()
    save(page)
    expect(page.locator("[data-net]")).to_contain_text("Phiên làm việc đã hết")
    page.get_by_role("link", name="Đăng nhập lại để gửi").tap()
    page.get_by_label("Tên đăng nhập").fill("lan")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").tap()
    expect(page.locator("[data-net]")).to_have_text("Đã gửi 1 kết quả.")
    assert LiteracyCheck.objects.get().outcome == "refused"
    assert CheckSheet.objects.get().answers == {"D1": 2, "D2": 1}


def test_somebody_else_was_faster_and_both_are_told(cast, people, desk_of, console_errors):
    page = desk_of(cast.lan, **PHONE).page
    take(page, *NAMES[:3])
    page.context.set_offline(True)
    for name, outcome in ((NAMES[0], "Tái mù chữ"), (NAMES[1], "Giữ mức độ 1")):
        visit(page, name)
        page.get_by_label(outcome).check()
        save(page)
        expect(page.locator("[data-kept]")).to_contain_text(name)
    today = timezone.localdate()
    for row in people[:3]:
        record_check(follow_up=row, outcome="holds_1", checked_on=today, by=cast.duc)

    page.context.set_offline(False)
    said = page.locator("[data-told]")
    expect(said).to_contain_text("Lò Thị Mai: Phùng Văn Đức đã ghi trước: Giữ mức độ 1")
    expect(said).to_contain_text("Vàng A Páo: Phùng Văn Đức đã ghi rồi")
    expect(said).to_contain_text("Giàng Thị Sua: không còn trong danh sách cần gặp")
    expect(page.locator("[data-nobody]")).to_be_visible()
    assert LiteracyCheck.objects.count() == 3
    page.goto(reverse("literacy:held"))
    page.get_by_role("button", name="Ghi thêm kết quả của Lò Thị Mai").tap()
    expect(page.get_by_text("Đã ghi thêm kết quả của Lò Thị Mai.")).to_be_visible()
    assert LiteracyCheck.objects.filter(outcome="relapsed").count() == 1
    forgive(console_errors, "ERR_INTERNET_DISCONNECTED")


def test_what_the_server_refuses_is_said_and_can_be_set_right(cast, people, desk_of):
    page = desk_of(cast.lan, **PHONE).page
    take(page, NAMES[0])
    page.clock.set_fixed_time(timezone.now() + timezone.timedelta(days=3, hours=-1))  # a telephone that is ahead
    visit(page, NAMES[0])
    page.get_by_label("Giữ mức độ 1").check()
    save(page)
    expect(kept(page)).to_contain_text("Ngày kiểm tra không được ở tương lai.")
    kept(page).get_by_role("link", name=f"Sửa {NAMES[0]}").tap()
    page.get_by_label("Ngày kiểm tra").fill(f"{timezone.localdate():%d/%m/%Y}")
    save(page)
    expect(page.locator("[data-net]")).to_have_text("Đã gửi 1 kết quả.")
    assert LiteracyCheck.objects.get().checked_on == timezone.localdate()


def test_signing_out_takes_the_names_and_leaves_what_was_not_sent(cast, people, desk_of, console_errors):
    page = desk_of(cast.lan, **PHONE).page
    take(page, *NAMES[:2])
    page.context.set_offline(True)
    visit(page, NAMES[0])
    page.get_by_label("Giữ mức độ 1").check()
    save(page)
    expect(kept(page)).to_have_count(1)
    page.route(f"**{reverse('literacy:phone-send')}", lambda route: route.abort())
    page.context.set_offline(False)
    page.goto("/")
    page.locator("details.who summary").tap()
    page.get_by_role("button", name="Đăng xuất").tap()
    page.get_by_label("Tên đăng nhập").wait_for()
    left = store(page)
    assert not any(name in left for name in NAMES)
    page.unroute(f"**{reverse('literacy:phone-send')}")
    page.get_by_label("Tên đăng nhập").fill("duc")  # somebody else on the same telephone
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").tap()
    page.locator("details.who").wait_for()
    page.goto(reverse("literacy:phone"))
    expect(page.locator("[data-net]")).to_contain_text("không phải người đã ghi")
    expect(kept(page)).to_contain_text(f"Lần theo dõi số {people[0].pk}")
    assert not LiteracyCheck.objects.exists()
    forgive(console_errors, "ERR_INTERNET_DISCONNECTED", "ERR_FAILED")


def test_the_telephone_and_the_server_suggest_the_same(cast, people, desk_of):
    content = Instrument.objects.get(version=1).content
    sheet = Instrument.objects.get(version=1).sheet
    dice = random.Random(40)
    cases = [
        {item.code: dice.randint(0, item.most) for item in sheet.items if dice.random() < share}
        for share in (0.3, 0.6, 0.9, 1)
        for _ in range(150)
    ]
    page = desk_of(cast.lan, **PHONE).page
    page.goto(reverse("literacy:phone"))
    found = page.evaluate(
        "async ([sheet, cases]) => { const rule = await import('/static/js/phone/rule.js');"
        " return cases.map((answers) => rule.suggest(sheet, answers)); }",
        [content, cases],
    )
    expected = [suggest(sheet, answers).outcome for answers in cases]
    assert found == expected
    assert set(expected) == {"", "holds_1", "holds_2", "relapsed"}


def test_without_script_the_form_does_it_all(cast, people, desk_of):
    page = desk_of(cast.lan, **PHONE, java_script_enabled=False).page
    page.goto(reverse("literacy:phone"))
    expect(page.get_by_text("không chạy chương trình của trang")).to_be_visible()
    page.goto(reverse("literacy:phone-pick"))
    expect(page.get_by_text("không giữ được danh sách")).to_be_visible()
    page.get_by_role("link", name=f"Ghi ngay {NAMES[0]}").tap()
    page.locator("summary", has_text="Phiếu kiểm tra").tap()
    answer(page, D1=0, D2=0)
    page.get_by_role("button", name="Lưu kết quả").tap()
    expect(page.get_by_text("Đã ghi kết quả của Lò Thị Mai: Tái mù chữ.")).to_be_visible()
    sheet = CheckSheet.objects.get()
    assert (sheet.suggested, sheet.check_made.reads, sheet.check_made.writes) == ("relapsed", False, None)
