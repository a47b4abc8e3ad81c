"""What ``./run`` does once Django is there: prepare the database, offer the demo city, keep two programs alive."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TextIO

from django.conf import settings
from django.core.management import call_command

from centres.services import load_units
from certificates.services.signing import create_first_key
from certificates.signing.keys import KeyUse
from clc_manager.reference import load_apps

STOP_GRACE_S = 20
POLL_S = 0.2
MOST_WORKERS = 4  # processes of the web server, a hundred megabytes each
THREADS_A_WORKER = 2
_PR_SET_PDEATHSIG = 1


def prepare_database(out: TextIO) -> None:
    """Apply migrations and load reference data; both are safe to repeat. ``out`` hears of what was added.

    Outside production the first signing keys are made too; in production that is the operator's decision.
    """
    call_command("migrate", interactive=False, verbosity=0, stdout=out)
    added = {name: count for name, count in (load_units() | load_apps()).items() if count}
    for use in () if settings.IS_PRODUCTION else KeyUse:
        if create_first_key(use=use):
            out.write(f"A key was made that signs: {use}.\n")
    if added:
        out.write("Reference data added: " + ", ".join(f"{count} {name}" for name, count in added.items()) + ".\n")


def port_is_free(host: str, port: int) -> bool:
    """Whether a server could listen there."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def answers(host: str, port: int) -> bool:
    """Whether something accepts connections there."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(POLL_S)
        return probe.connect_ex((host, port)) == 0


def _follow_parent() -> None:
    """On Linux, have the kernel end this program when its parent is killed outright: no orphans after kill -9."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def web_server(host: str, port: int, application: str) -> list[str]:
    """Return the command that serves a WSGI application, as ``serve`` and the measurements start it.

    Two processes or more, of two threads each: threads of one interpreter that wait for a database hand its lock to
    and fro between cores, which costs more than the page itself; one process of four threads answered the public page
    2.3 times slower than two of two (docs/adr/0035). The second thread keeps a process answering during a long export.
    """
    workers = min(MOST_WORKERS, max(2, os.cpu_count() or 1))
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(workers), "--blocking-threads", str(THREADS_A_WORKER),
        "--working-dir", str(settings.BASE_DIR), "--log-level", "warning", application,
    ]  # fmt: skip


class Programs:
    """A few long-running programs that live and die together.

    Each leads its own process group, so that Ctrl-C in the terminal reaches only us and every program is stopped
    once, by us, with SIGTERM; whatever is left after ``STOP_GRACE_S`` seconds is killed with its whole group.
    """

    def __init__(self, commands: Mapping[str, Sequence[str]]) -> None:
        self._commands = commands
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._stop_asked = False

    def run(
        self, *, when_started: Callable[[], bool], then: Callable[[], None], died: Callable[[str, int], None]
    ) -> int:
        """Start all, call ``then`` once ``when_started`` says so, and wait.

        Returns 0 when stopped by SIGINT or SIGTERM, 1 when a program ended by itself; ``died`` hears its name and
        exit code.
        """
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, self._ask_to_stop)
        announced = False
        try:
            for name, command in self._commands.items():
                self._running[name] = subprocess.Popen(command, start_new_session=True, preexec_fn=_follow_parent)
            while not self._stop_asked:
                for name, program in self._running.items():
                    if (code := program.poll()) is not None:
                        died(name, code)
                        return 1
                if not announced and when_started():
                    announced = True
                    then()
                time.sleep(POLL_S)
            return 0
        finally:
            self._stop_all()

    def _ask_to_stop(self, signum: int, frame: object) -> None:
        self._stop_asked = True

    def _stop_all(self) -> None:
        for program in self._running.values():
            _signal_group(program, signal.SIGTERM)
        deadline = time.monotonic() + STOP_GRACE_S
        for program in self._running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                program.wait(max(0.0, deadline - time.monotonic()))
            _signal_group(program, signal.SIGKILL)  # also children that outlived a program that has ended
            program.wait()


def _signal_group(program: subprocess.Popen[bytes], signum: signal.Signals) -> None:
    try:
        os.killpg(program.pid, signum)
    except ProcessLookupError:
        return
