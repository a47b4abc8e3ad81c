"""Issuing and checking in a real browser: the list fills by itself, files come down, a phone needs no script."""

from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from certificates.models import Certificate
from certificates.services import Decision, issue_class, render_reserved, revoke_certificate
from core.models import Job
from tests.browser import fits
from tests.factories import AT_SERVER, closed_class, make_certificates

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"viewport": {"width": 360, "height": 740}, "java_script_enabled": False}


@pytest.fixture
def window_of(open_context, live_server):
    """``window_of(user, **context options)`` → a page of somebody who has signed in."""

    def open_signed_in(user, **options):
        client = Client()
        client.force_login(user)
        context = open_context(**options)
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        return context.new_page()

    return open_signed_in


def test_papers_appear_while_they_are_printed_and_come_down_as_files(cast, reference, window_of, monkeypatch, tmp_path):
    monkeypatch.setattr("certificates.jobs.render_reserved", lambda **_: [])
    group = closed_class(cast.centre_a, passing=2, failing=1)[0]
    issue_class(class_group=group, by=cast.lan)
    Job.objects.update(status="running", finished_at=None)  # as a worker has it that is still at it
    page = window_of(cast.lan)
    page.goto(reverse("certificates:issue", args=[group.pk]))
    expect(page.get_by_text("đã giữ số, đang in")).to_have_count(2)

    render_reserved(class_group=group)
    Job.objects.update(status="done")

    page.get_by_text("có hiệu lực").nth(1).wait_for()
    with page.expect_download() as coming:
        page.get_by_role("link", name="Tải một tệp PDF cả lớp").click()
    target = Path(tmp_path / "lop.pdf")
    coming.value.save_as(target)
    assert len(pypdfium2.PdfDocument(target)) == 2


def test_issue_and_revoke_on_a_phone_without_script(cast, reference, window_of):
    group = closed_class(cast.centre_a, passing=2, failing=1)[0]
    page = window_of(cast.duc, **PHONE)
    page.goto(reverse("certificates:issue", args=[group.pk]))
    assert fits(page)
    page.get_by_role("button", name="Cấp 2 chứng nhận").click()
    page.get_by_role("rowheader").get_by_role("link").first.click()
    assert fits(page)
    page.get_by_role("link", name="Thu hồi").click()
    page.get_by_label("Lý do").fill("Cấp nhầm người")
    page.get_by_label("Số quyết định").fill("12/QĐ")
    page.get_by_label("Người ký quyết định").fill("Nguyễn Văn Đức")
    page.get_by_role("button", name="Ghi vào sổ").click()
    page.get_by_text("đang chờ người thứ hai").wait_for()
    other = window_of(cast.van, **PHONE)
    other.goto(reverse("certificates:proposals"))
    assert fits(other)
    other.get_by_role("button", name="Xác nhận").click()
    other.get_by_text("bị thu hồi").wait_for()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("đã thu hồi")
    assert Certificate.objects.filter(state="revoked").count() == 1


def test_a_passer_by_scans_the_paper(cast, reference, open_window, live_server):
    """The code is read from the printed page by another program; what it says opens, on a phone without script."""
    row = make_certificates(cast.centre_a, passing=1)[0]
    picture = pypdfium2.PdfDocument(row.pdf.path)[0].render(scale=150 / 72).to_pil()
    (code,) = zxingcpp.read_barcodes(picture)
    path = code.text.removeprefix("HTTP://LOCALHOST:8000")
    assert path == f"/C/{row.token}#{row.signed_claims.fragment}"
    page = open_window(**PHONE)
    page.goto(live_server.url + path)
    expect(page.get_by_role("heading", level=1)).to_have_text("Chứng nhận hợp lệ")
    assert fits(page)
    assert page.context.cookies() == []

    revoke_certificate(certificate=row, by=cast.duc, second=AT_SERVER, decision=Decision("Cấp nhầm"))
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Chứng nhận đã thu hồi")

    page.get_by_role("link", name="Tra cứu giấy khác").click()
    page.get_by_label("Mã tra cứu in trên giấy").fill(row.printed_token.lower().replace("0", "o"))
    page.get_by_role("button", name="Tra cứu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Chứng nhận đã thu hồi")
    assert fits(page)
