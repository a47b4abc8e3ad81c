"""What every test runs under: no network, no skips, no loose template variable, a real browser where one is asked for.

Domain fixtures live in ``tests/cast.py``.
"""

import ipaddress
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from certificates.signing.keys import KeyFolder, KeyUse

pytest_plugins = [
    "tests.database", "tests.cast", "tests.browser", "tests.matrix.world", "tests.matrix.reading", "tests.actions",
]  # fmt: skip

# Playwright's synchronous API keeps an event loop in the test's thread; Django would refuse the database there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

# The same examples everywhere: a failure seen by one person is seen by all, and no run is red by luck of the draw.
hypothesis_settings.register_profile(
    "clc", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "clc"))


class NetworkUsedError(AssertionError):
    """A test tried to reach another machine."""


def _is_local(address: Any) -> bool:
    if not isinstance(address, tuple):  # a Unix socket
        return True
    host = str(address[0])
    if host in {"localhost", ""}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    """Refuse connections that leave this machine."""
    patch = pytest.MonkeyPatch()
    for name in ("connect", "connect_ex"):
        original = getattr(socket.socket, name)

        def guarded(self: socket.socket, address: Any, _original: Callable[..., Any] = original) -> Any:
            if not _is_local(address):
                raise NetworkUsedError(f"A test tried to reach {address!r}.")
            return _original(self, address)

        patch.setattr(socket.socket, name, guarded)
    yield
    patch.undo()


@pytest.fixture(scope="session", autouse=True)
def _signing_key() -> None:
    """Keys to sign with: without one nothing is printed. Programs that a test starts find it by the variable."""
    os.environ["CLC_TEST_SIGNING_KEYS"] = str(settings.SIGNING_KEYS_DIR)
    for use in KeyUse:
        KeyFolder(settings.SIGNING_KEYS_DIR).create_first(at=timezone.now(), use=use)


@pytest.fixture(scope="session", autouse=True)
def _last_connection_out(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """End sessions that a thread or a live server left open: PostgreSQL drops no database that is still in use."""
    yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )


# A browser on a machine that is busy elsewhere may be late where our pages are not to blame. Such a test runs once
# more, the summary names it, and more of them than this is no bad luck: the run fails.
SECOND_TRIES = 3


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests in a real browser a second try, and no others: what needs luck without a browser is a bug."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A skipped test is a failed run: what is not run is not known to work. So is one that needed luck too often."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    if reporter.stats.get("skipped"):
        reporter.write_line(f"{len(reporter.stats['skipped'])} tests were skipped; nothing may be.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    if len(again := reporter.stats.get("rerun", [])) > SECOND_TRIES:
        reporter.write_line(f"{len(again)} browser tests needed a second try; {SECOND_TRIES} may.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure() -> None:
    """Remove the data folder that the test settings made for this process."""
    if settings.configured:
        shutil.rmtree(settings.DATA_DIR, ignore_errors=True)
