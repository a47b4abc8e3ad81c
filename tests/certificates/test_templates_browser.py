"""Editing a template in a real browser: the picture follows the typing, and a button does it without JavaScript."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from certificates.models import CertificateTemplate
from tests.browser import fits

pytestmark = pytest.mark.django_db(transaction=True)


def drawn(page):
    """Wait until the picture is there."""
    expect(page.locator("#preview img")).to_have_js_property("naturalWidth", 1100)


@pytest.fixture
def editor(cast, open_context, live_server):
    """``editor(**context options)`` → the director's page of the centre's template of courses."""

    def open_it(**options):
        client = Client()
        client.force_login(cast.duc)
        context = open_context(**options)
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        page = context.new_page()
        page.goto(reverse("certificates:centre-template-edit", args=[cast.centre_a.pk]))
        return page

    return open_it


def test_the_picture_follows_the_typing_and_wrong_words_are_said(editor):
    page = editor(viewport={"width": 1280, "height": 900})
    drawn(page)
    picture = page.locator("#preview img")
    before = picture.get_attribute("src")
    page.get_by_label("Tên giấy").fill("Giấy khen {gi}")
    expect(page.get_by_text("Không có chỗ trống tên {gi}")).to_be_visible()
    page.get_by_label("Tên giấy").fill("Giấy khen")
    expect(page.get_by_text("Không có chỗ trống tên {gi}")).to_have_count(0)
    expect(picture).not_to_have_attribute("src", before)
    drawn(page)
    assert not CertificateTemplate.objects.exists()

    page.get_by_label("Vì sao sửa").fill("Khen người học")
    page.get_by_role("button", name="Lưu thành bản mới").click()
    expect(page.get_by_text("Đã lưu bản 1.")).to_be_visible()
    expect(page.get_by_text("mẫu của trung tâm, bản 1")).to_be_visible()
    assert CertificateTemplate.objects.get().blocks["vi"]["heading"] == "Giấy khen"


def test_without_javascript_a_button_draws_the_picture(editor):
    page = editor(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    page.get_by_label("Tên giấy").fill("Giấy {gi}")
    page.get_by_label("Xem thử với").select_option("long")
    page.get_by_role("button", name="Xem lại hình").click()
    expect(page.get_by_text("Tên giấy: Không có chỗ trống tên {gi}")).to_be_visible()
    expect(page.get_by_label("Tên giấy")).to_have_value("Giấy {gi}")
    drawn(page)
    assert fits(page)
