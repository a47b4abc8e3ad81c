"""The manner of the operator commands: one JSON object, exit codes 0, 1 and 2, and words that say what to do."""

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command, get_commands, load_command_class

from certificates.models import Certificate, RegisterEvent
from core.commands import OperatorCommand
from tests.factories import closed_class, make_certificates, make_class

# What each needs to be told; without it the use is wrong.
COMMANDS: dict[str, bool] = {
    "seed_demo": False, "import_roster": True, "close_class": True, "issue_certificates": True, "verify": True,
    "revoke_certificate": True, "export_statistics": True, "indicators": True, "literacy_cohorts": True, "bench": False,
}  # fmt: skip


def run(capsys: pytest.CaptureFixture[str], name: str, *words: str) -> tuple[int, dict[str, Any], str]:
    """Run a command in this process: exit code, JSON object ({} for none), standard error."""
    code = 0
    try:
        call_command(name, *words, "--json")
    except SystemExit as stop:
        code = int(stop.code or 0)
    written = capsys.readouterr()
    assert written.out.count("\n") <= 1, "one object, nothing else"
    return code, json.loads(written.out or "{}"), written.err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_speaks_json_and_knows_wrong_use(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = load_command_class(get_commands()[name], name)
    assert isinstance(command, OperatorCommand)
    command._called_from_command_line = True  # called from code, Django's parser raises instead of ending with 2
    parser = command.create_parser("manage.py", name)
    for words in (["--no-such-option"], *([[]] if COMMANDS[name] else [])):
        with pytest.raises(SystemExit) as stopped:
            parser.parse_args([*words, "--json"])
        assert stopped.value.code == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("text", ["hôm qua", "30/11/2026", "2026-13-01", ""])
def test_a_day_that_is_none_is_wrong_use_said_in_words(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = load_command_class(get_commands()["indicators"], "indicators")
    command._called_from_command_line = True
    with pytest.raises(SystemExit) as stopped:
        command.create_parser("manage.py", "indicators").parse_args(["--unit", "01", "--as-of", text])
    assert stopped.value.code == 2
    assert "YYYY-MM-DD" in capsys.readouterr().err


@pytest.mark.django_db
def test_no_number_is_taken_when_the_files_have_nowhere_to_go(cast, reference, tmp_path, capsys):
    group = closed_class(cast.centre_a, passing=1, failing=0)[0]
    in_the_way = tmp_path / "a-file"
    in_the_way.touch()
    for folder in (in_the_way, in_the_way / "below"):
        code, answer, told = run(
            capsys, "issue_certificates", "--class", group.code, "--by", "lan", "--out", str(folder)
        )
        assert (code, answer["error"]["code"]) == (1, "cannot_write")
        assert str(folder) in told
    assert not Certificate.objects.exists()


@pytest.mark.django_db
def test_an_export_outside_the_scope_says_so_and_writes_nothing(cast, reference, tmp_path, capsys):
    target = tmp_path / "s.csv"
    code, answer, told = run(
        capsys, "export_statistics", "--unit", "01", "--from", "2026-01-01", "--to", "2026-06-30", "--format", "csv",
        "--out", str(target), "--by", "lan",
    )  # fmt: skip
    assert (code, answer["error"]["code"]) == (1, "not_found")
    assert "Đơn vị 01 nằm ngoài phạm vi của lan" in told
    assert not target.exists()


@pytest.mark.django_db
def test_the_code_of_a_class_is_known_in_any_case(cast, tmp_path, capsys):
    group = make_class(cast.centre_a)
    sheet = tmp_path / "a.csv"
    sheet.write_text("Họ và tên,Năm sinh\nBàn Thị Nga,1984\n", encoding="utf-8")
    code, answer, _told = run(capsys, "import_roster", str(sheet), "--class", group.code.lower(), "--by", "lan")
    assert (code, answer["new"], answer["committed"], answer["errors"]) == (0, 1, 0, [])


@pytest.mark.django_db
def test_two_people_stand_for_a_revocation_at_the_server_too(cast, reference, capsys, monkeypatch):
    """The director named, and a second user or whoever works at the server; the register names both."""
    monkeypatch.setattr("getpass.getuser", lambda: "may-chu-01")
    first, second = make_certificates(cast.centre_a, passing=2)
    why = ("--centre", cast.centre_a.code, "--by", "duc", "--reason", "Cấp nhầm")

    code, answer, told = run(capsys, "revoke_certificate", first.register_number, *why, "--second", "duc")
    assert (code, answer["error"]["code"]) == (1, "two_people")
    assert told

    code, answer, _told = run(capsys, "revoke_certificate", first.register_number, *why, "--second", "lan")
    assert (code, answer["status"]) == (0, "revoked")
    code, answer, _told = run(capsys, "revoke_certificate", second.register_number, *why)
    assert (code, answer["status"]) == (0, "revoked")
    events = RegisterEvent.objects.filter(kind="revoked").order_by("pk")
    assert [(event.by, event.confirmed_by, event.operator) for event in events] == [
        (cast.duc, cast.lan, ""), (cast.duc, None, "may-chu-01"),
    ]  # fmt: skip


def command_line(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py as an operator does."""
    return subprocess.run(
        [sys.executable, "manage.py", *words], cwd=settings.BASE_DIR, env={**os.environ, **environment},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_a_command_that_does_not_exist_is_wrong_use() -> None:
    ran = command_line("indicator", "--json")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "Did you mean indicators?" in ran.stderr


@pytest.mark.parametrize("name", ["seed_demo", "check"])
def test_settings_that_are_refused_are_one_clear_line(name: str) -> None:
    production = {"DJANGO_SETTINGS_MODULE": "clc_manager.settings.production", "CLC_SECRET_KEY": ""}
    ran = command_line(name, **production)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.splitlines() == [
        "CLC_SECRET_KEY is not set. Production settings need it; see docs/operations.md."
    ]
    assert "Traceback" in command_line(name, "--traceback", **production).stderr


def test_a_database_that_does_not_answer_is_said_in_words(tmp_path: Path) -> None:
    away = {
        "DJANGO_SETTINGS_MODULE": "clc_manager.settings.local", "CLC_DATA_DIR": str(tmp_path),
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
    }  # fmt: skip
    ran = command_line("verify", "0000-0000-0000-0000", "--json", **away)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("The database refuses: ")
    assert "Traceback" not in ran.stderr


def test_days_are_read_as_they_are_written() -> None:
    parser = load_command_class(get_commands()["indicators"], "indicators").create_parser("manage.py", "indicators")
    assert parser.parse_args(["--unit", "01", "--as-of", "2026-11-30"]).as_of == dt.date(2026, 11, 30)
