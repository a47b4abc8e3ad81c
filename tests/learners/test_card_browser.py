"""The card in a real browser: a scanner that types, the clipboard, Chromium's fake camera. Synthetic people only.

Debian's Chromium has no BarcodeDetector: the camera tests prove the vendored decoder, and one hands in a detector.
"""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from learners.models import Learner
from tests.browser import TIMEOUT_MS, fits, seeing
from tests.cast import PASSWORD
from tests.learners.card_pictures import SHOTS, draw_card, film, photograph
from tests.learners.scanner import scan, type_by_clock
from tests.learners.test_card import FIELDS, NEW, OLD

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 360, "height": 740}
PAYLOADS = {"2021": OLD, "2024": NEW}
SECRETS = ("012345678", "10052021", "15082024", "Trần Văn A", "Lê Thị B", "|")
CAMERA = "Quét bằng máy ảnh"


def open_form(page, cast):
    page.goto(reverse("accounts:sign-in"))
    page.get_by_label("Tên đăng nhập").fill(cast.lan.username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.get_by_role("heading", name="Chào").wait_for()
    page.clock.install()
    page.goto(reverse("learners:learner-add"))
    page.get_by_role("button", name=CAMERA).wait_for()
    return page


def values(page):
    return {name: page.locator(f"#learner [name={name}]").input_value() for name in FIELDS[OLD]}


def expect_filled(page, text):
    page.locator("[data-card-said] .ok").wait_for()
    assert values(page) == FIELDS[text]
    shown = page.evaluate("() => [...document.querySelectorAll('input, textarea')].map((one) => one.value).join(' ')")
    kept = page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}, location.href])")
    everything = shown + kept + page.locator("body").inner_text()
    assert not any(secret in everything for secret in SECRETS)
    assert fits(page)


@pytest.mark.parametrize("text", [OLD, NEW])
def test_a_scanner_types_into_the_name_field_and_the_form_is_filled(open_window, cast, text):
    page = open_form(open_window(viewport=PHONE), cast)
    page.get_by_label("Ghi chú").fill("đến chiều")
    page.get_by_label("Họ và tên").focus()
    scan(page, text)

    expect_filled(page, text)
    expect(page.get_by_label("Ghi chú")).to_have_value("đến chiều")
    assert Learner.objects.count() == 0  # the Enter of the scanner saved nothing
    page.clock.fast_forward(900)  # the time in which another Enter is the scanner's
    page.get_by_label("Họ và tên").press("Enter")
    page.get_by_text("Đã lưu").first.wait_for()
    assert Learner.objects.get().personal_id_tail == FIELDS[text]["personal_id"][-3:]


def test_a_scanner_leaves_what_stood_in_the_field(open_window, cast):
    page = open_form(open_window(), cast)
    note = page.get_by_label("Ghi chú")
    note.fill("đến  chiều")
    note.evaluate("(one) => one.setSelectionRange(4, 4)")
    scan(page, OLD)
    expect_filled(page, OLD)
    page.keyboard.type("sau")

    expect(note).to_have_value("đến sau chiều")


@pytest.mark.parametrize("where", ["select[name=sex]", "#learner button.main", "body"])
def test_a_scanner_presses_no_button_and_changes_no_choice(open_window, cast, where):
    page = open_form(open_window(), cast)
    if where != "body":
        page.locator(where).focus()
    scan(page, "001190000001||Bui Thi Nga|05031990|Nu|Ba Vi|10052021")
    page.locator("[data-card-said] .ok").wait_for()

    assert values(page)["full_name"] == "Bui Thi Nga"
    assert values(page)["sex"] == "female"
    assert page.url.endswith(reverse("learners:learner-add"))


def test_a_nervous_scanner_reads_twice_and_a_hand_is_left_alone(open_window, cast):
    page = open_form(open_window(), cast)
    page.get_by_label("Họ và tên").focus()
    scan(page, OLD, OLD)
    expect_filled(page, OLD)
    page.get_by_label("Ghi chú").focus()
    type_by_clock(page, "001190000001|a", pace_ms=110)

    expect(page.get_by_label("Ghi chú")).to_have_value("001190000001|a")


def test_the_next_card_leaves_nothing_of_the_last(open_window, cast):
    page = open_form(open_window(), cast)
    page.get_by_label("Họ và tên").focus()
    scan(page, OLD)
    expect_filled(page, OLD)
    scan(page, NEW.replace("Xã Ba Vì, Hà Nội", ""))
    page.wait_for_function("() => document.querySelector('[name=full_name]').value === 'Trần Văn Thử'")

    assert values(page) == {**FIELDS[NEW], "address": ""}


PASTE = """([selector, text]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const paste = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
  document.querySelector(selector).dispatchEvent(paste);
}"""


@pytest.mark.parametrize("where", ["[data-card-text]", "[name=full_name]"])
def test_a_payload_is_pasted(open_window, cast, where):
    page = open_form(open_window(viewport=PHONE), cast)
    page.evaluate(PASTE, [where, OLD + "\r\n"])

    expect_filled(page, OLD)


def test_a_wrong_code_is_explained_and_fills_nothing(open_window, cast):
    page = open_form(open_window(viewport=PHONE), cast)
    page.get_by_text("Dán nội dung mã QR").click()
    page.get_by_label("Nội dung mã QR", exact=True).fill(OLD[:60])
    page.get_by_role("button", name="Điền vào phiếu").click()
    page.get_by_text("trong 7 phần").wait_for()

    assert values(page)["full_name"] == ""


def test_without_script_the_form_is_filled_by_the_server(open_window, cast):
    page = open_window(viewport=PHONE, java_script_enabled=False)
    page.goto(reverse("accounts:sign-in"))
    page.get_by_label("Tên đăng nhập").fill(cast.lan.username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.goto(reverse("learners:learner-add"))
    expect(page.get_by_role("button", name=CAMERA)).to_be_hidden()
    page.get_by_text("Dán nội dung mã QR").click()
    page.get_by_label("Nội dung mã QR", exact=True).fill(OLD)
    page.get_by_role("button", name="Điền vào phiếu").click()
    page.locator("[data-card-said] .ok").wait_for()

    assert values(page) == FIELDS[OLD]


def test_a_refused_camera_is_explained(open_window, cast):
    page = open_form(open_window(viewport=PHONE), cast)
    page.get_by_role("button", name=CAMERA).click()

    page.locator("[data-card-said] .bad").wait_for()
    expect(page.get_by_role("button", name=CAMERA)).to_be_enabled()


@pytest.fixture
def open_camera(browser, live_server, server_at_rest, console_errors, tmp_path):
    """``open_camera(picture)`` → a phone whose camera sees the picture, and the list of its requests."""
    started = []

    def start(picture):
        path = tmp_path / "camera.mjpeg"
        path.write_bytes(film(picture))
        chromium = seeing(browser, path)
        started.append(chromium)
        context = chromium.new_context(locale="vi-VN", base_url=live_server.url, viewport=PHONE)
        context.set_default_timeout(TIMEOUT_MS)
        page, asked = context.new_page(), []
        page.on("console", lambda line: console_errors.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: console_errors.append(str(error)))
        page.on("request", lambda request: asked.append(request))
        return page, asked

    yield start
    for chromium in started:
        chromium.close()
    assert not console_errors


def loaded(asked):
    return [request.url for request in asked if "/vendor/qr/" in request.url]


@pytest.mark.parametrize("layout", ["2021", "2024"])
@pytest.mark.parametrize("kind", ["sharp", "tilted", "blurred", "tilted and blurred"])
def test_the_camera_reads_a_card(open_camera, cast, layout, kind):
    text = PAYLOADS[layout]
    page, asked = open_camera(photograph(draw_card(text, layout), SHOTS[kind]))
    open_form(page, cast)
    assert loaded(asked) == []  # the decoder is fetched by the button only
    page.get_by_role("button", name=CAMERA).click()
    expect_filled(page, text)

    assert loaded(asked)
    expect(page.locator("video")).to_be_hidden()
    assert page.evaluate("() => document.querySelector('video').srcObject === null")
    posts = [request for request in asked if request.method == "POST" and "sign-in" not in request.url]
    assert [request.url.endswith(reverse("learners:read-card")) for request in posts] == [True]
    assert len(posts[0].post_data_buffer or b"") < 1000  # words, not a picture


def test_another_code_is_named_and_the_camera_goes_on_until_it_is_shut(open_camera, cast):
    page, _asked = open_camera(photograph(draw_card("https://example.vn/C/ABCD", "2024"), SHOTS["close"]))
    open_form(page, cast)
    page.get_by_role("button", name=CAMERA).click()
    page.get_by_text("Mã này không phải mã QR của thẻ căn cước").wait_for()
    expect(page.locator("video")).to_be_visible()
    page.get_by_role("button", name="Tắt máy ảnh").click()

    expect(page.locator("video")).to_be_hidden()
    assert values(page)["full_name"] == ""


DETECTOR = """window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect(source) { if (!(source instanceof HTMLVideoElement)) throw new TypeError(); %s }
};"""


def test_a_browser_with_a_detector_of_its_own_loads_no_decoder(open_camera, cast):
    page, asked = open_camera(photograph(draw_card(NEW, "2024"), SHOTS["sharp"]))
    page.add_init_script(DETECTOR % f"return [{{rawValue: {OLD!r}}}];")
    open_form(page, cast)
    page.get_by_role("button", name=CAMERA).click()

    expect_filled(page, OLD)
    assert loaded(asked) == []


def test_where_the_detector_fails_ours_takes_over(open_camera, cast):
    page, _asked = open_camera(photograph(draw_card(NEW, "2024"), SHOTS["sharp"]))
    page.add_init_script(DETECTOR % "throw new DOMException('gone', 'NotSupportedError');")
    open_form(page, cast)
    page.get_by_role("button", name=CAMERA).click()

    expect_filled(page, NEW)
