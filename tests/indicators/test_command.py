"""``indicators`` for operators: 27 lines for any unit and day, clear refusals, the same numbers as the page."""

import json
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.utils import timezone

from core.dates import add_months
from literacy.services import record_award
from tests.factories import make_learner, use_system


def run(capsys, *words):
    """Return (exit code, standard output, standard error)."""
    code = 0
    try:
        call_command("indicators", *words)
    except SystemExit as stop:
        code = stop.code
    written = capsys.readouterr()
    return code, written.out, written.err


def figures(capsys, *words):
    code, out, _err = run(capsys, *words, "--json")
    assert code == 0
    rows = json.loads(out)["figures"]
    assert len(rows) == 27
    return {row["code"]: row for row in rows}


KEYS = {
    "code", "value", "numerator", "denominator", "coverage", "lower", "upper", "target_2025", "target_2030", "source",
    "status",
}  # fmt: skip


def test_every_line_has_every_key_and_nothing_is_made_up(cast, reference, capsys):
    for row in figures(capsys, "--unit", "01", "--as-of", "2026-11-20").values():
        assert row.keys() >= KEYS
        if row["code"] not in {"A3", "C3"}:
            assert (row["value"], row["source"], row["status"]) == (None, "reported", "not_reported")


def test_computed_lines_follow_the_unit_and_the_day(cast, reference, capsys):
    today = timezone.localdate()
    use_system(cast.centre_a)
    for _ in range(2):
        record_award(
            learner=make_learner(cast.centre_a), level=1, proof="test", certified_on=add_months(today, -15),
            centre=cast.centre_a, by=cast.lan,
        )  # fmt: skip

    city = figures(capsys, "--unit", "01", "--as-of", str(today))
    assert (city["C3"]["numerator"], city["C3"]["denominator"], city["C3"]["value"]) == (1, 2, 50.0)
    a3 = city["A3"]
    assert (a3["numerator"], a3["denominator"], a3["value"], a3["coverage"]) == (0, 2, 0.0, 0.0)
    assert (a3["lower"], a3["upper"], a3["source"], a3["status"]) == (0.0, 100.0, "computed", "behind")

    # 00004 is Phường Ba Đình today and was Phường Trúc Bạch before; centre B lay in both, in Quận Ba Đình then.
    for code in ("00004", "district:001"):
        other = figures(capsys, "--unit", code, "--as-of", str(today))
        assert (other["C3"]["denominator"], other["C3"]["numerator"], other["A3"]["denominator"]) == (1, 0, 0)
        assert other["A3"]["value"] is None
    before = figures(capsys, "--unit", "01", "--as-of", str(add_months(today, -4)))
    assert before["A3"]["denominator"] == 0


def test_an_unknown_unit_is_refused_with_words(cast, reference, capsys):
    code, out, err = run(capsys, "--unit", "99999", "--json")
    assert code == 1
    assert "99999" in out + err


@pytest.mark.parametrize("words", [(), ("--unit", "01", "--as-of", "hôm qua")])
def test_wrong_use(words):
    """On the real command line: called from code, Django's parser raises instead of ending with 2."""
    done = subprocess.run(
        [sys.executable, "manage.py", "indicators", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""
