"""Browser fixtures: Chromium of this machine, driven by Playwright, against pytest-django's live server.

``page`` is one person's window; ``open_window`` opens one more with cookies of its own. Any error in a console
fails the test: a test that provokes one on purpose takes it out of ``console_errors``. Without a browser these tests
fail; they are never skipped.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

CANDIDATES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
TIMEOUT_MS = 60_000  # as patient as what a test expects, below
expect.set_options(timeout=60_000)  # a phone on a slow network, on a busy machine


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
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=flags)
        yield chromium
        chromium.close()


@pytest.fixture
def console_errors() -> list[str]:
    """Errors seen in any window of this test."""
    return []


@pytest.fixture
def open_context(
    browser: Browser, live_server: Any, console_errors: list[str]
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
