"""One window per person, kept open for the whole walk."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page

from accounts.models import User

AXE = Path(__file__).parent.parent / "vendor" / "axe.min.js"


@pytest.fixture
def window_of(open_context: Callable[..., Any], live_server: Any) -> Callable[..., Page]:
    """``window_of(user)`` → this person's one window, signed in; None is a visitor."""
    windows: dict[Any, Page] = {}

    def open_window_of(user: User | None) -> Page:
        key = user and user.username
        if key not in windows:
            context = open_context(viewport={"width": 360, "height": 740})
            context.add_init_script(path=AXE)  # quicker than sending it to each page
            if user:
                client = Client()
                client.force_login(user)
                cookie = client.cookies["sessionid"].value
                context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
            windows[key] = context.new_page()
        return windows[key]

    return open_window_of
