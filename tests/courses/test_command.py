"""close_class for operators: exit codes and the one JSON object."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from courses.models import ClassGroup
from tests.factories import finished_class, hold, make_class, make_enrolled, make_sessions

pytestmark = pytest.mark.django_db


def run(*arguments):
    """Return (exit code, JSON object, standard error)."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command("close_class", *arguments, "--json", stdout=out, stderr=err)
    except SystemExit as stop:
        code = stop.code
    return code, json.loads(out.getvalue()), err.getvalue()


def test_it_closes_and_counts(cast):
    group = finished_class(cast.centre_a, passing=2, failing=1)
    assert run(group.code.lower(), "--by", "lan", "--on", "2026-06-01") == (
        0,
        {"passed": 2, "failed": 1, "exceptions": []},
        "",
    )
    group.refresh_from_db()
    assert str(group.closed_on) == "2026-06-01"


def test_what_is_missing_refuses_with_the_list_and_changes_nothing(cast):
    group = make_class(cast.centre_a)
    make_enrolled(group, 1)
    hold(make_sessions(group, 2)[0])
    code, answer, told = run(group.code, "--by", "lan")
    assert (code, answer["passed"], answer["failed"]) == (1, 0, 0)
    assert [(row["code"], row["session"]) for row in answer["exceptions"]] == [("missing_attendance", 2)]
    assert answer["error"]["code"] == "exceptions_open"
    assert "Buổi 2" in told
    assert ClassGroup.objects.get().status == "open"
    code, answer, _told = run(group.code, "--by", "lan", "--accept-exceptions")
    assert (code, answer["passed"], len(answer["exceptions"])) == (0, 1, 1)


def test_an_unknown_identity_alone_does_not_refuse(cast):
    group = make_class(cast.centre_a)
    make_enrolled(group, 1, birth=None)
    hold(make_sessions(group, 1)[0])
    code, answer, _told = run(group.code, "--by", "lan")
    assert (code, answer["passed"], [row["code"] for row in answer["exceptions"]]) == (0, 1, ["unknown_identity"])


def test_refusals_and_wrong_use(cast):
    group = finished_class(cast.centre_a, teacher=cast.thu)
    assert run(group.code, "--by", "minh")[1]["error"]["code"] == "unknown_class"
    assert run(group.code, "--by", "thu")[1]["error"]["code"] == "role_may_not"
    assert run(group.code, "--by", "nobody")[1]["error"]["code"] == "unknown_user"
    assert run(group.code, "--by", "lan")[0] == 0
    assert run(group.code, "--by", "lan")[1]["error"]["code"] == "class_closed"
    with pytest.raises(CommandError):
        call_command("close_class", group.code)
