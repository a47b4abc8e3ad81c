"""Checking papers with the network off: Chromium's fake camera sees a printed paper, the page was kept before."""

import datetime as dt
import json
import shutil

import pypdfium2
import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from certificates.models import Certificate
from certificates.services import Decision, publishing, revoke_certificate, supersede_certificate
from certificates.signing.keys import KeyUse, key_folder
from certificates.tlog.status import FRESH_HOURS
from tests.browser import TIMEOUT_MS, fits, seeing
from tests.certificates.addresses import address, renamed
from tests.factories import AT_SERVER, make_certificates
from tests.learners.card_pictures import HIGH, WIDE, film

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 360, "height": 740}
BASE = "HTTP://LOCALHOST:8000"


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path):
    cache.clear()
    shutil.copytree(settings.SIGNING_KEYS_DIR, tmp_path / "keys")
    settings.SIGNING_KEYS_DIR = tmp_path / "keys"
    key_folder().create_first(at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC), use=KeyUse.LOG)


@pytest.fixture
def rows(cast, reference):
    made = make_certificates(cast.centre_a, passing=4)
    return list(
        Certificate.objects.select_related("signed_claims").filter(pk__in=[row.pk for row in made]).order_by("pk")
    )


def seen(row: Certificate) -> Image.Image:
    """The corner of the printed page with the QR, held before a telephone's camera."""
    page = pypdfium2.PdfDocument(row.pdf.path)[0].render(scale=300 / 72).to_pil().convert("RGB")
    left, top, right, bottom = code_box(page)
    margin = (right - left) // 4
    part = page.crop((left - margin, top - margin, right + margin, bottom + margin))
    edge = int(HIGH * 0.95)
    scene = Image.new("RGB", (WIDE, HIGH), (120, 100, 80))
    scene.paste(part.resize((edge, edge), Image.Resampling.LANCZOS), ((WIDE - edge) // 2, (HIGH - edge) // 2))
    return scene


def code_box(page: Image.Image) -> tuple[int, int, int, int]:
    """Where the QR is on the page, as another decoder finds it."""
    import zxingcpp

    (code,) = zxingcpp.read_barcodes(page)
    corners = [code.position.top_left, code.position.top_right, code.position.bottom_left, code.position.bottom_right]
    return (min(c.x for c in corners), min(c.y for c in corners), max(c.x for c in corners), max(c.y for c in corners))


@pytest.fixture
def open_telephone(browser, live_server, server_at_rest, console_errors, tmp_path):
    """``open_telephone(picture)`` → a page on a telephone whose camera sees the picture."""
    started = []

    def start(picture):
        path = tmp_path / "camera.mjpeg"
        path.write_bytes(film(picture))
        chromium = seeing(browser, path)
        started.append(chromium)
        context = chromium.new_context(locale="vi-VN", base_url=live_server.url, viewport=PHONE)
        context.set_default_timeout(TIMEOUT_MS)
        page = context.new_page()
        page.on("console", lambda line: console_errors.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: console_errors.append(str(error)))
        return page

    yield start
    for chromium in started:
        chromium.close()
    assert not console_errors


def keep(page):
    page.goto(reverse("verify-scan"))
    expect(page.locator("[data-kept=yes]")).to_be_attached()
    expect(page.locator("[data-known]")).to_contain_text("Danh sách giấy hết giá trị lập lúc")


def off_line(page, errors):
    """Take the network away and open the page anew: nothing but what was kept is left."""
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_role("heading", name="Kiểm tra chứng nhận")).to_be_visible()
    assert page.evaluate("() => fetch('/healthz').then(() => 'reached', () => 'no network')") == "no network"
    expect(page.locator("[data-known]")).to_contain_text("Danh sách giấy hết giá trị lập lúc")
    errors[:] = [line for line in errors if "ERR_INTERNET_DISCONNECTED" not in line and "Failed to fetch" not in line]


def typed(page, text):
    page.get_by_label("Hoặc nhập mã in trên giấy").fill(text)
    page.get_by_role("button", name="Tra cứu", exact=True).click()


def answer(page):
    return page.locator("[data-answer]")


def test_a_paper_is_scanned_with_the_network_off(open_telephone, rows, console_errors):
    page = open_telephone(seen(rows[0]))
    keep(page)
    off_line(page, console_errors)
    page.get_by_role("button", name="Quét mã QR").click()

    expect(answer(page).get_by_role("heading", name="Chứng nhận hợp lệ")).to_be_visible()
    expect(answer(page)).to_contain_text(f"{rows[0].content['learner']}, sinh năm {rows[0].content['birth_year']}")
    expect(answer(page)).to_contain_text(rows[0].register_number)
    expect(answer(page)).to_contain_text("lập lúc")
    expect(page.locator("video")).to_be_hidden()
    assert page.evaluate("() => document.querySelector('video').srcObject === null")
    assert fits(page)


def test_four_answers_without_a_network(open_window, live_server, cast, rows, console_errors, monkeypatch):
    good, revoked, replaced, _other = rows
    revoke_certificate(certificate=revoked, by=cast.duc, second=AT_SERVER, decision=Decision("Cấp nhầm"))
    supersede_certificate(certificate=replaced, by=cast.duc, decision=Decision("Mất giấy"))
    page = open_window(viewport=PHONE)
    keep(page)
    off_line(page, console_errors)
    letters = good.content["learner"]
    forged = renamed(good, letters[:-1] + ("b" if letters[-1] == "a" else "a"))
    for text, title in (
        (BASE + address(good), "Chứng nhận hợp lệ"),
        (BASE + address(good, forged), "Chữ ký giả"),
        (BASE + address(revoked), "Chứng nhận đã thu hồi"),
        (BASE + address(replaced), "Chứng nhận đã được cấp lại"),
        (revoked.printed_token.lower(), "Chứng nhận đã thu hồi"),
        (good.token.replace("0", "o"), "Chưa kết luận được"),  # honestly: without the signed part, only the list
    ):
        typed(page, text)
        expect(answer(page).get_by_role("heading", name=title)).to_be_visible()
        assert fits(page)
    expect(answer(page)).to_contain_text("không kèm phần chữ ký")
    assert page.evaluate("() => location.hash") == ""

    # The same paper after the list has grown old.
    page.clock.set_fixed_time(timezone.now() + dt.timedelta(hours=FRESH_HOURS + 2))
    typed(page, BASE + address(good))
    expect(answer(page).get_by_role("heading", name="Chữ ký đúng, chưa rõ còn giá trị không")).to_be_visible()
    expect(answer(page)).to_contain_text("26 giờ")


def answer_with(text):
    return lambda route: route.fulfill(body=text, content_type="text/plain")


def test_a_list_that_somebody_changed_is_not_believed(open_window, live_server, cast, rows):
    revoke_certificate(certificate=rows[0], by=cast.duc, second=AT_SERVER, decision=Decision("Cấp nhầm"))
    note = publishing.signed_status_list()
    line = next(line for line in note.splitlines() if line.endswith(" revoked"))
    page = open_window(viewport=PHONE, service_workers="block")
    for changed in (note.replace(line + "\n", ""), note.replace("revoked", "replaced"), note.split("\n\n")[0] + "\n\n"):
        page.route("**/log/status", answer_with(changed))
        page.goto(reverse("verify-scan"))
        expect(page.locator("[data-known]")).to_contain_text("Chưa có danh sách")
        typed(page, BASE + address(rows[0]))
        expect(answer(page).get_by_role("heading", name="Chữ ký đúng, chưa rõ còn giá trị không")).to_be_visible()
    page.unroute("**/log/status")
    page.get_by_role("button", name="Cập nhật danh sách").click()
    expect(page.locator("[data-known]")).to_contain_text("lập lúc")


def test_the_page_installs(open_window, client):
    page = open_window()
    page.goto(reverse("verify-scan"))
    expect(page.locator("[data-kept=yes]")).to_be_attached()
    told = page.context.new_cdp_session(page)
    found = told.send("Page.getAppManifest")
    assert found["errors"] == []
    content = json.loads(found["data"])
    assert (content["start_url"], content["scope"], content["display"]) == ("/c/scan", "/c/scan", "standalone")
    assert told.send("Page.getInstallabilityErrors")["installabilityErrors"] in (
        [],
        [{"errorId": "in-incognito", "errorArguments": []}],
    )
    english = client.get(reverse("verify-manifest"), {"lang": "en"}).json()
    assert (english["name"], english["start_url"]) == ("Check a certificate", "/c/scan?lang=en")
    worker = client.get(reverse("verify-worker"))
    assert worker["Content-Type"].startswith("text/javascript")
    assert f'"{reverse("log-status")}"' in worker.content.decode()


def test_without_script_the_typed_code_still_leads_to_the_verdict(open_window, rows):
    page = open_window(viewport=PHONE, java_script_enabled=False)
    page.goto(reverse("verify-scan"))
    expect(page.get_by_role("button", name="Quét mã QR")).to_be_hidden()
    assert fits(page)
    typed(page, rows[0].printed_token)
    expect(page.get_by_role("heading", level=1)).to_have_text("Chứng nhận hợp lệ")
