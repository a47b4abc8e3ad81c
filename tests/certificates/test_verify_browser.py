"""The verdict page in a browser: whose paper it is, forged or not, and nothing left in the address bar."""

import datetime as dt
import json
import shutil

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from certificates.models import Certificate
from certificates.services import Decision, supersede_certificate
from certificates.signing.keys import KeyFolder, key_folder
from tests.browser import fits
from tests.certificates.addresses import address, renamed, signed_by_a_stranger
from tests.certificates.signed import signed_pairs
from tests.factories import make_certificates

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"viewport": {"width": 360, "height": 740}}
GENUINE, FORGED = "Chữ ký đúng", "Chữ ký giả"
NO_ED25519 = """crypto.subtle.importKey = () => Promise.reject(new DOMException("no", "NotSupportedError"));"""


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path):
    """Keys of this test alone: one is compromised here."""
    cache.clear()
    shutil.copytree(settings.SIGNING_KEYS_DIR, tmp_path / "keys")
    settings.SIGNING_KEYS_DIR = tmp_path / "keys"


@pytest.fixture
def row(cast, reference):
    made = make_certificates(cast.centre_a, passing=1)[0]
    return Certificate.objects.select_related("signed_claims").get(pk=made.pk)


def title(page):
    return page.get_by_role("heading", level=1)


def expect_clean(page, row):
    """Nothing signed is in the address bar, in what the browser keeps, or was sent."""
    assert page.url.endswith(f"/C/{row.token}")
    kept = page.evaluate(
        "() => JSON.stringify([location.href, document.referrer, {...localStorage}, {...sessionStorage}])"
    )
    assert row.signed_claims.fragment not in kept
    assert page.context.cookies() == []


@pytest.mark.parametrize("way", ["webcrypto", "noble"])
def test_a_paper_shows_its_holder_and_a_changed_name_is_forged(open_window, live_server, row, way):
    page, asked = open_window(**PHONE), []
    page.on("request", lambda request: asked.append(request.url))
    if way == "noble":
        page.add_init_script(NO_ED25519)
    page.goto(live_server.url + address(row))
    expect(page.get_by_text(GENUINE)).to_be_visible()
    name = f"{row.content['learner']}, sinh năm {row.content['birth_year']}"
    expect(page.locator("[data-name]")).to_have_text(name)
    expect(title(page)).to_have_text("Chứng nhận hợp lệ")
    expect_clean(page, row)
    assert fits(page)
    assert any("/vendor/noble/" in url for url in asked) == (way == "noble")
    assert not any(row.signed_claims.fragment in url for url in asked)

    other = open_window(**PHONE)
    if way == "noble":
        other.add_init_script(NO_ED25519)
    letters = row.content["learner"]
    other.goto(live_server.url + address(row, renamed(row, letters[:-1] + ("b" if letters[-1] == "a" else "a"))))
    expect(title(other)).to_have_text(FORGED)
    expect(other.get_by_text("giấy thật mang mã tra cứu này")).to_be_visible()
    expect_clean(other, row)
    assert fits(other)


def test_another_key_another_code_and_another_paper_are_told_apart(
    open_window, live_server, row, tmp_path, console_errors
):
    page = open_window(**PHONE)
    for fragment in (
        signed_by_a_stranger(row, KeyFolder(tmp_path / "stranger")),
        "KHONG",
        row.signed_claims.fragment[:-8],
    ):
        page.goto("about:blank")
        page.goto(live_server.url + address(row, fragment))
        expect(title(page)).to_have_text(FORGED)
    # Signed by us, for a code that the register does not know.
    token, fragment, _claims = signed_pairs(key_folder(), 1)[0]
    page.goto(f"{live_server.url}/C/{token}#{fragment}")
    expect(page.get_by_text("sổ gốc không có mã này")).to_be_visible()
    expect(title(page)).to_have_text("Không có chứng nhận này")
    console_errors[:] = [line for line in console_errors if "404" not in line]  # the browser's word for an unknown code


def test_without_script_and_without_keys_the_register_still_answers(open_window, live_server, row, console_errors):
    page = open_window(**PHONE, java_script_enabled=False)
    page.goto(live_server.url + address(row))
    expect(title(page)).to_have_text("Chứng nhận hợp lệ")
    expect(page.get_by_text("không chạy chương trình của trang")).to_be_visible()
    assert row.content["learner"] not in page.content()
    assert fits(page)

    page = open_window(**PHONE)
    page.route("**/clc-keys.json", lambda route: route.abort())
    page.goto(live_server.url + address(row))
    expect(page.get_by_text("Chưa kiểm tra được chữ ký")).to_be_visible()
    expect(title(page)).to_have_text("Chứng nhận hợp lệ")
    console_errors[:] = [line for line in console_errors if "ERR_FAILED" not in line]


def test_the_other_language_takes_the_signature_along(open_window, live_server, row):
    page = open_window(**PHONE)
    page.goto(live_server.url + address(row))
    expect(page.get_by_text(GENUINE)).to_be_visible()
    page.get_by_role("link", name="English").click()
    expect(page.get_by_text("The signature is right")).to_be_visible()
    expect(page.locator("[data-name]")).to_contain_text(row.content["learner"])
    assert "#" not in page.url


@pytest.mark.parametrize("before", [True, False])
def test_a_compromised_key_stands_for_what_was_logged_before(open_window, live_server, row, before, console_errors):
    since = timezone.now() + dt.timedelta(hours=1 if before else -1)
    key_folder().compromise(row.signed_claims.kid, since=since)
    page = open_window(**PHONE)
    page.goto(live_server.url + address(row))
    if before:
        expect(page.get_by_text(GENUINE)).to_be_visible()
    else:
        expect(title(page)).to_have_text("Chữ ký không còn đáng tin")


def test_the_scripts_judge_as_the_server_does(open_window, live_server, row, console_errors):
    """Every bit of a signed part turned, and the same nonsense that tests/certificates/test_signed_qr.py signs."""
    page = open_window()
    page.goto(f"{live_server.url}/c/")
    keys = json.loads(json.dumps({"format": "clc-keys/1", "keys": [key.as_dict() for key in key_folder().known()]}))
    pairs = [(token, fragment) for token, fragment, _claims in signed_pairs(key_folder(), 12)]
    found = page.evaluate(JUDGE, [keys, pairs])
    assert found["names"] == [claims.name for _t, _f, claims in signed_pairs(key_folder(), 12)]
    assert found["days"] == [claims.issued_on.isoformat() for _t, _f, claims in signed_pairs(key_folder(), 12)]
    assert found["flips"] > 1000
    assert found["accepted"] == 0
    assert found["tokens"] == ["0123456789ABCDEF"] * 3 + [None] * 4


JUDGE = """async ([document_, pairs]) => {
  const { judge, readKeys, readToken } = await import("/static/js/verify/judge.js");
  const keys = await readKeys(document_), names = [], days = [];
  for (const [token, fragment] of pairs) {
    const found = await judge(token, fragment, keys, null);
    names.push(found.claims && found.claims.name);
    days.push(found.claims && found.claims.issuedOn);
  }
  const [token, fragment] = pairs[0], letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  let flips = 0, accepted = 0;
  for (let at = 0; at < fragment.length; at += 1) {
    for (let bit = 0; bit < 5; bit += 1) {
      const other = fragment.slice(0, at) + letters[letters.indexOf(fragment[at]) ^ 1 << bit] + fragment.slice(at + 1);
      flips += 1;
      if ((await judge(token, other, keys, null)).outcome !== "forged") accepted += 1;
    }
  }
  const others = [
    fragment.toLowerCase(), fragment + "A", fragment + "=", fragment.slice(0, -1), "", "A".repeat(3001), "Đ"];
  for (const wrong of others) {
    if ((await judge(token, wrong, keys, null)).outcome !== "forged") accepted += 1;
  }
  if ((await judge(pairs[1][0], fragment, keys, null)).outcome !== "forged") accepted += 1;
  const typed = ["0123-4567-89ab-cdef", " OI23 4567 89AB CDEF ", "ol23456789abcdef",
    "0123", "U".repeat(16), "Đ".repeat(16), "0".repeat(65)];
  return { names, days, flips, accepted, tokens: typed.map(readToken) };
}"""


def test_the_paper_in_force_is_reached_from_the_old_one_on_a_phone_without_script(open_window, live_server, cast, row):
    new = supersede_certificate(certificate=row, by=cast.duc, decision=Decision("Sai tên"), correct=True)
    page = open_window(**PHONE, java_script_enabled=False)
    page.goto(f"{live_server.url}/C/{row.token}")
    assert fits(page)
    page.get_by_role("link", name="Bản đang có giá trị").click()
    expect(title(page)).to_contain_text(new.register_number)
    assert fits(page)
    assert new.token not in page.content()
    page.get_by_role("link", name="English").click()
    expect(title(page)).to_contain_text("The one that stands")
    page.get_by_role("link", name="See the old one").click()
    expect(title(page)).to_contain_text("chỉnh sửa")
