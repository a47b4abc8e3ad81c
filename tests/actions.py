"""A hand that works a page as a person does, and counts.

One action is a click, a tap, a key that chooses or sends, a choice in a list, or a text typed into one field (getting
to the field included, as people count it: "write the name"). Looking and waiting cost nothing. ``phone_of`` opens a
phone of 360 × 740 with a finger and a slow network, signed in; ``desk_of`` a computer with mouse and keyboard.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Locator, Page

PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2,
}  # fmt: skip
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}


class Hand:
    """Do ``hand.type("bui nga")``, ``hand.press("Enter")``, ``hand.tap(button)``; then read ``hand.actions``."""

    def __init__(self, page: Page, *, touch: bool = False) -> None:
        self.page = page
        self.touch = touch
        self.done: list[str] = []

    @property
    def actions(self) -> int:
        """How many actions so far."""
        return len(self.done)

    def start(self) -> None:
        """Count from here: what came before (signing in, opening the page) belongs to another job."""
        self.done.clear()

    def tap(self, target: Locator) -> None:
        """A finger or a click on one thing."""
        self.done.append(f"tap {target}")
        if self.touch:
            target.tap()
        else:
            target.click()

    def press(self, key: str) -> None:
        """One key that chooses, sends or moves, where the focus is."""
        self.done.append(f"press {key}")
        self.page.keyboard.press(key)

    def type(self, text: str, into: Locator | None = None) -> None:
        """A text in one field: where the focus is, or in the field named, whose old text it replaces."""
        self.done.append(f"type {text!r}")
        if into is not None:
            into.fill("")
        self.page.keyboard.type(text)

    def give(self, target: Locator, name: str, content: bytes) -> None:
        """A file picked in the dialog of the device: one action, however many folders it takes."""
        self.done.append(f"give {name!r}")
        target.set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})

    def choose(self, target: Locator, label: str) -> None:
        """One line of a drop-down list."""
        self.done.append(f"choose {label!r}")
        target.select_option(label=label)


def slow_down(page: Page, *, latency_ms: int = 400, bytes_per_second: int = 50_000) -> None:
    """Make the network of this page that of a village on slow 3G, by the DevTools protocol."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": latency_ms,
            "downloadThroughput": bytes_per_second,
            "uploadThroughput": bytes_per_second,
        },
    )


def _signed_in(open_context: Callable[..., BrowserContext], address: str, user: Any, options: dict[str, Any]) -> Page:
    client = Client()
    client.force_login(user)
    context = open_context(**options)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": address}])
    return context.new_page()


@pytest.fixture
def phone_of(open_context: Callable[..., BrowserContext], live_server: Any) -> Callable[..., Hand]:
    """``phone_of(cast.lan)`` → her hand on a phone on a slow network; more options go to the browser's context."""

    def open_phone(user: Any, **options: Any) -> Hand:
        page = _signed_in(open_context, live_server.url, user, PHONE | options)
        slow_down(page)
        return Hand(page, touch=True)

    return open_phone


@pytest.fixture
def desk_of(open_context: Callable[..., BrowserContext], live_server: Any) -> Callable[..., Hand]:
    """``desk_of(cast.lan)`` → her hand on a computer; more options go to the browser's context."""
    return lambda user, **options: Hand(_signed_in(open_context, live_server.url, user, DESK | options))
