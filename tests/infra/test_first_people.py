"""An empty production system gets its first centre and its first person from the command line."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import User
from centres.models import Centre, Membership
from core.models import AuditEvent

pytestmark = pytest.mark.django_db


def run(name: str, *args: str) -> dict[str, Any]:
    """The command's JSON."""
    out = StringIO()
    call_command(name, *args, "--json", stdout=out, stderr=StringIO())
    result: dict[str, Any] = json.loads(out.getvalue())
    return result


def test_a_city_officer_can_sign_in_with_the_printed_password(cast: Any) -> None:
    made = run("create_user", "binh", "--name", "Trần Bình", "--role", "city_officer", "--unit", "city:01")
    user = User.objects.get(username="binh")
    assert user.check_password(made["password"])
    assert user.must_change_password
    assert Membership.objects.get(user=user).unit == cast.city
    assert AuditEvent.objects.filter(verb="accounts.create_user", object_id=str(user.pk)).exists()
    assert not AuditEvent.objects.filter(data__icontains=made["password"]).exists()


@pytest.mark.parametrize(
    "place",
    [
        ("--role", "director", "--unit", "city:01"),
        ("--role", "city_officer", "--centre", "HN-BAVI"),
        ("--role", "director", "--centre", "NO-SUCH"),
    ],
)
def test_a_wrong_place_makes_no_user(cast: Any, place: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as stopped:
        run("create_user", "binh", "--name", "Trần Bình", *place)
    assert stopped.value.code == 1
    assert not User.objects.filter(username="binh").exists()


def test_a_name_is_taken_once_whatever_the_case(cast: Any) -> None:
    with pytest.raises(SystemExit):
        run("create_user", "LAN", "--name", "Người khác", "--role", "director", "--centre", "HN-BAVI")
    assert User.objects.filter(username__iexact="lan").count() == 1


def test_a_centre_is_made_in_the_commune_of_its_day(cast: Any) -> None:
    run("create_centre", "HN-MOI", "--name", "Trung tâm mới", "--unit", "00004", "--established-on", "2010-01-01")
    centre = Centre.objects.get(code="HN-MOI")
    assert centre.locations.get().unit == cast.old_commune_b
