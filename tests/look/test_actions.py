"""The hand that counts counts right, and the slow phone is slow."""

import time

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_action_is_counted_once(cast, desk_of):
    hand = desk_of(cast.lan)
    hand.page.goto("/")
    hand.press("/")
    hand.type("bui nga")
    hand.press("Enter")
    hand.page.wait_for_url("**/search/?q=bui+nga*")
    assert hand.actions == 3
    hand.type("lop", into=hand.page.locator("[data-search]"))
    hand.start()
    expect(hand.page.locator("[data-search]")).to_have_value("lop")
    assert hand.actions == 0


def test_a_phone_in_a_village_waits_for_every_answer(cast, phone_of):
    hand = phone_of(cast.lan)
    began = time.monotonic()
    hand.page.goto("/")
    assert time.monotonic() - began > 0.4  # one round trip at least: no upper bound, machines differ
    hand.tap(hand.page.get_by_role("link", name="Lớp học", exact=True).first)
    hand.page.get_by_role("heading", name="Lớp học", level=1).wait_for()
    assert hand.actions == 1
    assert hand.page.evaluate("document.documentElement.clientWidth") == 360
