"""Web server and worker live and die together, and leave nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from django.conf import settings

from clc_manager.startup import port_is_free

SUPERVISOR = """
import sys
from clc_manager.startup import Programs
commands = {{"a": [sys.executable, "-c", {a!r}], "b": [sys.executable, "-c", {b!r}]}}
code = Programs(commands).run(
    when_started=lambda: True,
    then=lambda: print("started", flush=True),
    died=lambda name, code: print(f"{{name}} died with {{code}}", flush=True),
)
sys.exit(code)
"""
# A program with a child of its own; both write down their process ids.
WITH_CHILD = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open({path!r}, "w").write(f"{{os.getpid()}} {{child.pid}}")
time.sleep(600)
"""
FOREVER = "import time; time.sleep(600)"
TIMEOUT_S = 120


def start(a: str, b: str) -> subprocess.Popen[str]:
    """Run two programs under the supervisor in a process of its own, as ``./run`` does."""
    return subprocess.Popen(
        [sys.executable, "-c", "import django; django.setup()\n" + SUPERVISOR.format(a=a, b=b)],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "clc_manager.settings.test", "TMPDIR": str(settings.DATA_DIR)},
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_for_ids(path: Path) -> list[int]:
    """The process ids a program wrote down."""
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        if path.exists() and (text := path.read_text()):
            return [int(word) for word in text.split()]
        time.sleep(0.05)
    raise AssertionError("the program never started")


def is_alive(pid: int) -> bool:
    """Whether the process runs (a zombie does not)."""
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(shown.stdout.strip()) and not shown.stdout.strip().startswith("Z")


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_stopping_ends_everything_with_code_0(tmp_path: Path, signum: signal.Signals) -> None:
    ids = tmp_path / "ids"
    with start(textwrap.dedent(WITH_CHILD).format(path=str(ids)), FOREVER) as supervisor:
        pids = wait_for_ids(ids)
        assert all(map(is_alive, pids))
        supervisor.send_signal(signum)
        assert supervisor.wait(TIMEOUT_S) == 0
    assert not any(map(is_alive, pids))


def test_when_one_dies_the_other_is_stopped_and_it_is_said(tmp_path: Path) -> None:
    ids = tmp_path / "ids"
    dying = f"import os, sys, time\nwhile not os.path.exists({str(ids)!r}): time.sleep(0.05)\nsys.exit(7)"
    with start(textwrap.dedent(WITH_CHILD).format(path=str(ids)), dying) as supervisor:
        output, _ = supervisor.communicate(timeout=TIMEOUT_S)
        assert supervisor.returncode == 1
    assert "b died with 7" in output
    assert not any(map(is_alive, wait_for_ids(ids)))


def test_killing_the_supervisor_outright_leaves_no_orphan(tmp_path: Path) -> None:
    if sys.platform != "linux":  # only Linux tells a program of its parent's death
        return
    ids = tmp_path / "ids"
    alone = f"import os, time\nopen({str(ids)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)"
    with start(alone, FOREVER) as supervisor:
        pids = wait_for_ids(ids)
        supervisor.kill()
        supervisor.wait(TIMEOUT_S)
        deadline = time.monotonic() + TIMEOUT_S
        while any(map(is_alive, pids)) and time.monotonic() < deadline:
            time.sleep(0.05)
    assert not any(map(is_alive, pids))


def test_a_taken_port_is_seen() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert not port_is_free("127.0.0.1", taken.getsockname()[1])
