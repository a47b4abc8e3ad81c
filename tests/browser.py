"""Browser fixtures: Chromium of this machine, driven by Playwright, against pytest-django's live server.

``page`` is one person's window; ``open_window`` opens one more with cookies of its own. Any error in a console
fails the test: a test that provokes one on purpose takes it out of ``console_errors``. Without a browser these tests
fail; they are never skipped.
"""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

CANDIDATES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
# How long a click, an address or an expectation waits before the test fails: a phone on a slow network, on a machine
# that does other things as well. Whoever waits for what comes loses nothing by it; only a failing test takes longer.
TIMEOUT_MS = 60_000
expect.set_options(timeout=TIMEOUT_MS)


def chromium_path() -> str:
    """Path of Chromium. Raises LookupError with what to do."""
    for name in (os.environ.get("CLC_CHROMIUM"), *CANDIDATES):
        if name and (path := shutil.which(name)):
            return path
    raise LookupError("No Chromium found. Start the tests with ./run test, which installs it, or set CLC_CHROMIUM.")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole session."""
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else list(FLAGS)  # root cannot use the sandbox
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=flags, timeout=TIMEOUT_MS)
        yield chromium
        chromium.close()


def seeing(browser: Browser, film: Path) -> Browser:
    """A Chromium of its own whose camera sees a film (MJPEG)."""
    flags = [*FLAGS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
             f"--use-file-for-fake-video-capture={film}"]  # fmt: skip
    if os.geteuid() == 0:
        flags.append("--no-sandbox")
    return browser.browser_type.launch(executable_path=chromium_path(), args=flags, timeout=TIMEOUT_MS)


@pytest.fixture
def console_errors() -> list[str]:
    """Errors seen in any window of this test."""
    return []


@pytest.fixture
def server_at_rest(live_server: Any) -> Iterator[None]:
    """Let the server finish what a closed window had asked for, before the tables are emptied under it.

    Else a late answer writes a row into the next test, or on PostgreSQL the emptying and it wait for each other.
    """
    under_way: dict[threading.Thread, int] = {}

    def begun(**_more: Any) -> None:
        under_way[threading.current_thread()] = under_way.get(threading.current_thread(), 0) + 1

    def done(**_more: Any) -> None:
        under_way[threading.current_thread()] = under_way.get(threading.current_thread(), 0) - 1

    request_started.connect(begun)
    request_finished.connect(done)
    yield
    deadline = time.monotonic() + TIMEOUT_MS / 1000
    while time.monotonic() < deadline and any(
        count > 0 and thread.is_alive() and thread is not threading.main_thread()
        for thread, count in list(under_way.items())
    ):
        time.sleep(0.01)
    request_started.disconnect(begun)
    request_finished.disconnect(done)


@pytest.fixture
def open_context(
    browser: Browser, live_server: Any, server_at_rest: None, console_errors: list[str]
) -> Iterator[Callable[..., BrowserContext]]:
    """``open_context(viewport=…, java_script_enabled=False)`` → a person's browser, with cookies of its own."""
    contexts: list[BrowserContext] = []

    def console(message: ConsoleMessage) -> None:
        if message.type == "error":
            console_errors.append(f"{message.text} ({message.location.get('url', '')})")

    def stays_here(request: Request) -> None:
        if request.url.startswith(("http:", "https:")) and not request.url.startswith(live_server.url):
            console_errors.append(f"a page asked another host: {request.url}")

    def watch(page: Page) -> None:
        page.on("console", console)
        page.on("pageerror", lambda error: console_errors.append(str(error)))

    def open_one(**options: Any) -> BrowserContext:
        settings = {"locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh", "base_url": live_server.url, **options}
        context = browser.new_context(**settings)
        context.set_default_timeout(TIMEOUT_MS)
        context.on("page", watch)
        context.on("request", stays_here)
        contexts.append(context)
        return context

    yield open_one
    for context in contexts:
        context.close()
    assert not console_errors, "errors in the browser's console:\n" + "\n".join(console_errors)


@pytest.fixture
def open_window(open_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """``open_window(**context options)`` → a page of a new person."""
    return lambda **options: open_context(**options).new_page()


@pytest.fixture
def page(open_window: Callable[..., Page]) -> Page:
    """One window; addresses may be relative (``page.goto("/")``)."""
    return open_window()


def fits(page: Page) -> bool:
    """Whether nothing is wider than the window, once the page is there: between two pages there is no document."""
    page.wait_for_load_state()
    page.locator("body").wait_for()
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))
