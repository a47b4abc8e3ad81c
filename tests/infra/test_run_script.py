"""``./run``: plain POSIX, keeps standard output for the command, and installs again only when a lock file changed."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

APPS = tuple(app for app in settings.INSTALLED_APPS if "." not in app and (settings.BASE_DIR / app).is_dir())
RUN: Path = settings.BASE_DIR / "run"
SHELLS = [shell for shell in ("sh", "dash", "bash", "busybox") if shutil.which(shell)]

FAKE_UV = """#!/bin/sh
case "$1" in --version) echo "uv 1.0"; exit 0 ;; esac
echo "$*" >>"{log}"
case "$1 $2" in
    "python find") echo "{python}" ;;
    "venv --quiet") mkdir -p .venv/bin && ln -s "{python}" .venv/bin/python ;;
esac
"""


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_can_read_it(shell: str) -> None:
    command = [shell, "sh", "-n", str(RUN)] if shell == "busybox" else [shell, "-n", str(RUN)]
    read = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (read.returncode, read.stderr) == (0, "")


def test_it_is_posix_and_executable() -> None:
    text = RUN.read_text(encoding="utf-8")
    assert text.startswith("#!/bin/sh\n")
    assert os.access(RUN, os.X_OK)
    for bashism in (r"\[\[ ", r"^\s*function ", r"<\(", r"^\s*local ", r"^\s*source ", r"=~"):
        assert not re.search(bashism, text, re.M), bashism


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A project folder with the script, both locks and a uv that only writes down what it was asked."""
    project = tmp_path / "dự án"  # a space and Vietnamese letters: every path must be quoted
    (project / ".tools" / "bin").mkdir(parents=True)
    shutil.copy(RUN, project / "run")
    for name in ("requirements.lock", "requirements-dev.lock", ".python-version"):
        shutil.copy(settings.BASE_DIR / name, project / name)
    uv = project / ".tools" / "bin" / "uv"
    uv.write_text(FAKE_UV.format(log=project / "uv.log", python=sys.executable), encoding="utf-8")
    uv.chmod(0o755)
    return project


def set_up(project: Path, *words: str) -> list[str]:
    """Run ``./run setup`` and return what uv was asked to install."""
    (project / "uv.log").write_text("", encoding="utf-8")
    ran = subprocess.run(
        [project / "run", "setup", *words], cwd="/", capture_output=True, text=True, timeout=300, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == ""
    asked = (project / "uv.log").read_text(encoding="utf-8").splitlines()
    return [line.split()[-1] for line in asked if line.startswith("pip sync")]


def test_a_second_start_installs_nothing(copy: Path) -> None:
    assert set_up(copy) == ["requirements.lock"]
    assert set_up(copy) == []


def test_a_changed_lock_is_installed_again(copy: Path) -> None:
    set_up(copy)
    with (copy / "requirements.lock").open("a", encoding="utf-8") as lock:
        lock.write("# changed\n")
    assert set_up(copy) == ["requirements.lock"]


def test_test_packages_serve_the_runtime_too(copy: Path) -> None:
    """Going from tests to serving and back must not reinstall each time."""
    assert set_up(copy) == ["requirements.lock"]
    assert set_up(copy, "dev") == ["requirements-dev.lock"]
    (copy / ".venv" / "bin" / "pytest").touch(mode=0o755)
    assert set_up(copy) == []
    assert set_up(copy, "dev") == []


def test_hashes_are_required(copy: Path) -> None:
    set_up(copy)
    assert "--require-hashes" in (copy / "uv.log").read_text(encoding="utf-8")


def test_a_network_with_its_own_certificates_is_no_obstacle(copy: Path) -> None:
    """uv refuses what its own list of authorities does not know; the system's list is tried before giving up."""
    uv = copy / ".tools" / "bin" / "uv"
    refusal = 'case "$1" in pip) [ -n "${UV_SYSTEM_CERTS:-}" ] || { echo UnknownIssuer >&2; exit 2; } ;; esac\n'
    uv.write_text(uv.read_text(encoding="utf-8") + refusal, encoding="utf-8")
    assert set_up(copy) == ["requirements.lock", "requirements.lock"]
    assert set_up(copy) == []


def test_a_network_that_is_not_there_is_named(copy: Path) -> None:
    uv = copy / ".tools" / "bin" / "uv"
    uv.write_text(uv.read_text(encoding="utf-8") + 'case "$1" in pip) exit 2 ;; esac\n', encoding="utf-8")
    ran = subprocess.run([copy / "run", "setup"], capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 1
    assert "Is the network there?" in ran.stderr
    assert not (copy / ".venv" / ".clc-stamp").exists()


def test_an_unknown_word_is_wrong_use(copy: Path) -> None:
    ran = subprocess.run([copy / "run", "frobnicate"], capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert "./run test" in ran.stderr


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder for PATH that holds the tools of any POSIX system: no Python, no uv, no package manager."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ("sh", "cat", "cksum", "dirname", "uname", "rm", "ln", "mkdir", "grep", "sed", "awk", "sort", "env"):
        found = shutil.which(tool)
        assert found
        (folder / tool).symlink_to(found)
    write_tool(folder / "id", "echo 0")  # as root, so that no sudo is asked for
    return folder


def write_tool(path: Path, *lines: str) -> None:
    """A small program in sh."""
    path.write_text("#!/bin/sh\n" + "\n".join(lines) + "\n", encoding="utf-8")
    path.chmod(0o755)


def run_bare(project: Path, bare: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the script with nothing but the bare tools."""
    return subprocess.run(
        [project / "run", *words],
        env={"PATH": str(bare), "HOME": str(bare)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_without_uv_and_python_it_says_what_to_install(copy: Path, bare: Path) -> None:
    (copy / ".tools" / "bin" / "uv").unlink()
    ran = run_bare(copy, bare, "setup")
    assert ran.returncode == 1
    assert "cannot get uv" in ran.stderr
    assert not (copy / ".venv").exists()


def test_the_system_is_asked_for_what_makes_uv_possible(copy: Path, bare: Path, tmp_path: Path) -> None:
    """Debian's python3 comes without venv: apt installs it, then pip installs uv, into the project only."""
    (copy / ".tools" / "bin" / "uv").replace(tmp_path / "uv")
    write_tool(bare / "apt-get", f'echo "$*" >>"{tmp_path}/apt.log"')
    write_tool(
        bare / "python3",
        f'grep -q python3-venv "{tmp_path}/apt.log" || exit 1',
        "mkdir -p .tools/bin",
        f"ln -s '{tmp_path}/uv' .tools/bin/uv",
        f"ln -s '{shutil.which('true')}' .tools/bin/python",  # pip has nothing left to do
    )
    ran = run_bare(copy, bare, "setup")
    assert ran.returncode == 0, ran.stderr
    assert "install -y --no-install-recommends python3 python3-venv" in (tmp_path / "apt.log").read_text()
    assert (copy / ".venv" / ".clc-stamp").exists()


def test_without_a_browser_the_tests_fail_with_words(copy: Path, bare: Path) -> None:
    """No package manager, no Chromium: the run stops and says what to do; it does not leave browser tests out."""
    ran = run_bare(copy, bare, "test")
    assert ran.returncode == 1
    assert "Chromium is missing" in ran.stderr
    assert "not skipped" in ran.stderr


def test_standard_output_belongs_to_the_command(copy: Path, tmp_path: Path) -> None:
    """On a fresh machine ``./run manage X --json`` sets up, migrates and loads, and prints one JSON object."""
    for name in ("manage.py", "static", "templates", "locale", *APPS):
        if (settings.BASE_DIR / name).exists():
            (copy / name).symlink_to(settings.BASE_DIR / name)
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    environment |= {"CLC_DATA_DIR": str(tmp_path / "data"), "DATABASE_URL": "", "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [copy / "run", "manage", "load_reference", "--json"]
    first = subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, timeout=600, check=False)
    assert first.returncode == 0, first.stderr
    assert set(json.loads(first.stdout).values()) == {0}, "everything was loaded by the set-up before"
    assert "installing the packages" in first.stderr
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0, "personal data is for its owner only"


def test_an_unusable_port_is_refused_before_anything_starts(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "manage.py", "serve"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "PORT": "99999", "CLC_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 1
    assert "99999" in ran.stderr
    assert not (tmp_path / "clc.sqlite3").exists()
