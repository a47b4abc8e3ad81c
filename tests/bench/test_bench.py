"""The harness measures both sides alternately, leaves nothing behind, and answers as operators expect."""

import json

import pytest
from django.core.management import call_command

from bench import (
    harness,
    literacy_cohorts,
    literacy_register,
    lookalikes,
    person_search,
    roster_import,
    roster_memory,
    roster_rival,
    statistics_export,
)
from centres.models import Centre
from clc_manager.management.commands.bench import NAMES
from courses.models import Enrolment, RosterImport

KEYS = {"name", "ours", "floor", "ratio", "target", "ok"}


def test_sides_alternate_and_the_ratio_is_ours_over_floor(monkeypatch):
    order = []
    clock = iter(range(0, 10_000, 1))
    monkeypatch.setattr(harness, "cost", lambda work: (work(), next(clock) + 1.0)[1])
    result = harness.compare(
        "x", ours=lambda: order.append("o"), floor=lambda: order.append("f"), units=10, target=0.1, rounds=2
    )
    assert order == ["f", "o", "o", "f", "f", "o"]
    assert set(result) == KEYS
    assert result["ok"]


@pytest.mark.parametrize(
    ("module", "sizes"),
    [
        (roster_rival, {"ROWS": 240, "RIVAL_ROWS": 120}),
        (statistics_export, {"CENTRES": 2}),
        (person_search, {"PEOPLE": 300, "QUESTIONS": 40}),
        (lookalikes, {"PEOPLE": 300, "QUESTIONS": 40}),
        (literacy_cohorts, {"PEOPLE": 300}),
        (literacy_register, {"PEOPLE": 300, "COMMUNE": 200}),
    ],
)
def test_benchmarks_run_and_roll_back(db, monkeypatch, module, sizes):
    for name, value in sizes.items():
        monkeypatch.setattr(module, name, value)
    result = module.run(rounds=1)
    assert set(result) >= KEYS
    assert result["name"] == module.NAME in NAMES
    assert not Centre.objects.exists()


def test_the_import_bench_imports_and_keeps_no_file(db, monkeypatch):
    monkeypatch.setattr(roster_import, "ROWS", 120)
    result = roster_import.run(rounds=1)
    assert set(result) >= KEYS
    assert result["name"] == roster_import.NAME in NAMES
    assert Enrolment.objects.filter(roster_import__isnull=False).count() == 2 * 118
    kept = RosterImport.objects.exclude(wrong_file="")
    assert kept
    assert not any(row.wrong_file.storage.exists(row.wrong_file.name) for row in kept)


def test_what_the_memory_bench_imports_in_another_process_comes_in(db, tmp_path):
    assert roster_memory.NAME in NAMES
    roster_memory.import_list(roster_memory.describe(40, 7, tmp_path))
    assert Centre.objects.get(code="BENCH-R7").class_groups.get().enrolments.count() == 39
    assert 10 < roster_memory.peak() < 10_000


def test_unknown_name_is_refused(capsys):
    with pytest.raises(SystemExit) as left:
        call_command("bench", "nothing", "--json")
    assert left.value.code == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "unknown_bench"
