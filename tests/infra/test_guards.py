"""The harness itself: no network, and a browser that runs here."""

import socket
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.conftest import NetworkUsedError


def test_other_machines_cannot_be_reached() -> None:
    with socket.socket() as outside, pytest.raises(NetworkUsedError, match="192\\.0\\.2\\.1"):
        outside.connect(("192.0.2.1", 80))


def test_the_browser_runs_and_speaks_vietnamese(page: Page) -> None:
    response = page.goto("/healthz")
    assert response is not None
    assert response.status == 200
    assert page.evaluate("navigator.language") == "vi-VN"


def test_errors_in_the_console_are_seen(open_window: Callable[..., Page], console_errors: list[str]) -> None:
    page = open_window()
    page.goto("/healthz")
    with page.expect_console_message():
        page.evaluate("console.error('broken on purpose')")
    assert [error.split(" (")[0] for error in console_errors if "broken" in error] == ["broken on purpose"]
    console_errors.clear()
