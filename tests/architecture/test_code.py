"""Rules of the house that a reader of one file cannot see: sizes, leftovers, import directions, addresses."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT: Path = settings.BASE_DIR
APPS = (
    "core", "accounts", "centres", "learners", "courses", "literacy", "certificates", "indicators", "api",
    "clc_manager",
)  # fmt: skip
MAX_PYTHON_LINES = 400
MAX_TEMPLATE_LINES = 150
# Files that may be longer, each with its reason. Empty: split by noun or by verb instead.
LONG_FILES: dict[str, str] = {}
MARKS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
TEXT_SUFFIXES = {".py", ".html", ".css", ".js", ".toml", ".md", ".txt", ".lock", ".sh", ".csv", ".json", ".po", ""}


def tracked_files() -> list[Path]:
    """Files of the project; without git (an unpacked archive), whatever lies in the known folders."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode == 0:
        names = listed.stdout.splitlines()
    else:
        names = [
            str(path.relative_to(ROOT)) for top in (*APPS, "tests", "templates") for path in (ROOT / top).rglob("*")
        ]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def own_python() -> Iterator[Path]:
    """Python of the product: no tests, no migrations."""
    for path in tracked_files():
        parts = path.relative_to(ROOT).parts
        if path.suffix == ".py" and parts[0] != "tests" and "migrations" not in parts:
            yield path


def _relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_file_is_too_long() -> None:
    lengths = {_relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in own_python()}
    assert len(lengths) > 50
    too_long = {name: lines for name, lines in lengths.items() if lines > MAX_PYTHON_LINES and name not in LONG_FILES}
    assert not too_long


def test_no_template_is_too_long() -> None:
    lengths = {
        _relative(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in tracked_files()
        if path.suffix == ".html"
    }
    assert not {name: lines for name, lines in lengths.items() if lines > MAX_TEMPLATE_LINES}


# What a page shows at this very moment: on a slow network that is the page before, or half of this one.
AT_ONCE = re.compile(
    r"assert .*\b(page|window|phone|desk|hand)\b.*"
    r"\.(is_visible|is_hidden|is_checked|is_enabled|input_value|text_content|inner_text|get_attribute|count)\(\)"
    r"|assert .*\.evaluate\(.*(scrollWidth|activeElement)"  # tests.browser.fits; to_be_focused
    r"|\.wait_for_timeout\("  # what is waited for is said; time itself goes by page.clock
)


def test_browser_tests_wait_for_what_they_expect() -> None:
    """Playwright's ``expect`` waits; ``assert page.….is_visible()`` passes or fails by how busy the machine is."""
    assert AT_ONCE.search("    assert page.get_by_text('Đã lưu').is_visible()")
    assert AT_ONCE.search("    page.wait_for_timeout(300)")
    hasty = [
        f"{_relative(path)}:{number}: {line.strip()}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if AT_ONCE.search(line)
    ]
    assert not hasty


def test_events_are_written_through_one_door() -> None:
    """The published log would miss a line of the register that went past services/events.py."""
    past = [
        _relative(path)
        for path in own_python()
        if "RegisterEvent.objects" in path.read_text(encoding="utf-8")
        and re.search(r"RegisterEvent\.objects\.(create|bulk_create|get_or_create)", path.read_text(encoding="utf-8"))
    ]
    assert past == ["certificates/services/events.py"]


def test_nothing_is_left_for_later() -> None:
    own = Path(__file__).resolve()
    left = [
        f"{_relative(path)}:{number}"
        for path in tracked_files()
        if path.suffix in {".py", ".html", ".css", ".js", ".toml", ""}
        and path.resolve() != own
        and "vendor" not in path.parts
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if MARKS.search(line)
    ]
    assert not left


def test_import_contracts_are_kept() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr
    assert "2 kept, 0 broken" in ran.stdout


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_files_name_no_address_and_carry_hashes(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "index" not in text
    packages = re.findall(r"^[a-z0-9][a-z0-9._-]*(?:\[[^\]]*\])?==\S+.*$", text, re.M)
    assert len(packages) > 25
    for block in re.split(r"\n(?=[a-z0-9])", "\n".join(line for line in text.splitlines() if not line.startswith("#"))):
        if "==" in block:
            assert "--hash=sha256:" in block, block.splitlines()[0]


def test_the_test_packages_contain_the_runtime_ones() -> None:
    """``./run`` serves with the packages of ``./run test`` when those are installed: they must be the same versions."""

    def pins(name: str) -> set[str]:
        return set(re.findall(r"^([a-z0-9][a-z0-9._-]*==[^\s;\\]+)", (ROOT / name).read_text(encoding="utf-8"), re.M))

    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_no_path_of_a_machine_and_no_registry_is_committed() -> None:
    # Spelled in two parts so that this file does not accuse itself.
    forbidden = [re.compile(a + b) for a, b in (
        (r"(?<![\w.])/wor", r"k/(main|wt|shared|\.mirror|\.library)"), (r"pypi\.", r"org"), (r"pythonhosted\.", r"org"),
        (r"registry\.npmjs\.", r"org"), (r"/root/\.py", r"env"),
    )]  # fmt: skip
    guilty = [
        f"{_relative(path)}: {pattern.pattern}"
        for path in tracked_files()
        if path.suffix in TEXT_SUFFIXES
        for pattern in forbidden
        if pattern.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert not guilty
