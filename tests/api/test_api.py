"""API v1: the same scope as the pages, no identity numbers, one form of error, a schema without warnings."""

import io
import json

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import ApiToken
from api.authentication import make_token
from certificates.guessing import MISSES_PER_MINUTE
from certificates.services import issue_class
from indicators.models import Figure, Indicator
from tests.factories import closed_class, make_class, make_enrolled, make_learner

LISTS = ("units", "centres", "courses", "classes", "enrolments", "certificates", "indicators", "figures")


@pytest.fixture
def world(cast, reference):
    """Closed classes with certificates in both centres."""
    for centre, user in ((cast.centre_a, cast.lan), (cast.centre_b, cast.minh)):
        group = closed_class(centre, passing=2, name=f"Lớp của {centre.code}")[0]
        issue_class(class_group=group, by=user)
    return cast


def get(client, path, user=None, **query):
    if user:
        client.force_login(user)
    return client.get(f"/api/v1/{path}", query)


def rows(client, path, user, **query):
    response = get(client, f"{path}/", user, **query)
    assert response.status_code == 200, (path, user.username, response.content)
    return response.json()["results"]


def test_everybody_sees_own_rows_only(client, world):
    for path, code in (("classes", "centre"), ("enrolments", "centre"), ("certificates", "centre")):
        assert {row[code] for row in rows(client, path, world.lan)} == {world.centre_a.code}
        assert {row[code] for row in rows(client, path, world.hoa)} == {world.centre_a.code}
        assert {row[code] for row in rows(client, path, world.nam)} == {world.centre_b.code}
        assert {row[code] for row in rows(client, path, world.tuan)} == {world.centre_a.code, world.centre_b.code}
    assert [row["code"] for row in rows(client, "centres", world.lan)] == [world.centre_a.code]
    assert len(rows(client, "indicators", world.lan)) == 27


def test_foreign_rows_are_404_and_filters_do_not_help(client, world):
    for path in ("classes", "enrolments", "certificates", "centres"):
        foreign = rows(client, path, world.minh)[0]["id"]
        response = get(client, f"{path}/{foreign}/", world.lan)
        assert (response.status_code, response.json()["code"]) == (404, "not_found")
    for path in ("classes", "enrolments", "certificates"):
        assert rows(client, path, world.lan, centre=world.centre_b.code) == []


def test_unknown_ordering_and_filters_are_refused_or_ignored(client, world):
    response = get(client, "classes/", world.lan, ordering="centre__memberships__user__password")
    assert response.status_code == 400
    assert set(response.json()) == {"code", "detail", "fields"}
    assert len(rows(client, "classes", world.lan, teacher__password="x")) == 1


def test_filters_narrow(client, world):
    assert rows(client, "classes", world.tuan, status="open") == []
    assert len(rows(client, "classes", world.tuan, status="closed", centre=world.centre_a.code)) == 1
    assert len(rows(client, "units", world.tuan, code="00004")) == 2
    assert len(rows(client, "units", world.tuan, code="00004", on="2026-01-01")) == 1
    assert len(rows(client, "units", world.tuan, search="ba dinh")) == 2
    assert rows(client, "certificates", world.tuan, state="revoked") == []


def test_no_identity_number_phone_or_address_anywhere(client, world):
    learner = make_learner(world.centre_a, phone="0912345678", address="Số 1 ngõ kín")
    learner.set_personal_id("001184000123")
    learner.save()
    make_enrolled(make_class(world.centre_a), [learner])
    for path in LISTS:
        body = get(client, f"{path}/", world.lan).content.decode()
        for secret in ("001184000123", learner.personal_id_index, "0912345678", "ngõ kín"):
            assert secret not in body


def test_roles_without_the_verb_get_403_and_nobody_401(client, world):
    for path in ("certificates", "figures", "indicators", "units"):
        assert get(client, f"{path}/", world.thu).status_code == 403
    assert rows(client, "classes", world.thu) == []
    client.logout()
    for path in LISTS:
        response = get(client, f"{path}/")
        assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")


def test_writing_is_refused(client, world):
    client.force_login(world.lan)
    for path in LISTS:
        for method in ("post", "put", "patch", "delete"):
            response = getattr(client, method)(f"/api/v1/{path}/", "{}", content_type="application/json")
            assert response.status_code == 405, (path, method)


def test_key_acts_as_its_user_until_revoked(client, world):
    token, key = make_token(world.lan, "Phần mềm thử")
    header = {"HTTP_AUTHORIZATION": f"Bearer {key}"}
    found = client.get("/api/v1/classes/", **header).json()["results"]
    assert {row["centre"] for row in found} == {world.centre_a.code}
    assert key not in str(ApiToken.objects.values())
    client.force_login(world.lan)
    assert client.post("/api/keys/", {"revoke": token.pk}).status_code == 302
    client.logout()
    response = client.get("/api/v1/classes/", **header)
    assert (response.status_code, set(response.json())) == (401, {"code", "detail", "fields"})
    assert client.get("/api/v1/classes/", HTTP_AUTHORIZATION="Bearer clc_x").status_code == 401


def test_key_is_shown_once_and_is_ones_own(client, world):
    client.force_login(world.lan)
    body = client.post("/api/keys/", {"name": "Sổ tay"}).content.decode()
    assert "clc_" in body
    assert "clc_" not in client.get("/api/keys/").content.decode()
    token = ApiToken.objects.get()
    client.force_login(world.minh)
    assert client.post("/api/keys/", {"revoke": token.pk}).status_code == 404
    assert "Sổ tay" not in client.get("/api/keys/").content.decode()


def test_public_verification(client, world):
    row = world.centre_a.certificates.first()
    response = client.get(f"/api/v1/verify/{row.token.lower()}/")
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert set(response.json()) == {
        "status", "register_number", "kind", "course", "centre", "issued_on", "masked_name",
    }  # fmt: skip
    assert row.content["learner"] not in response.content.decode()
    unknown = [client.get(f"/api/v1/verify/{token}/") for token in ("0" * 16, "khong-phai", "x" * 60)]
    assert {answer.status_code for answer in unknown} == {404}
    assert len({answer.content for answer in unknown}) == 1


def test_figures_of_other_units_are_not_shown(client, world):
    for unit in (world.commune_a, world.commune_b, world.city):
        Figure.objects.create(
            indicator=Indicator.objects.get(code="D1"),
            unit=unit,
            period_kind="calendar_year",
            starts_on="2026-01-01",
            ends_on="2026-09-30",
            source="reported",
            value=50,
            source_name="Thử",
            entered_by=world.tuan,
        )
    assert {row["unit"] for row in rows(client, "figures", world.nam)} == {world.commune_b.code, "01"}


def test_queries_do_not_grow(client, world):
    client.force_login(world.tuan)

    def queries(path):
        with CaptureQueriesContext(connection) as log:
            client.get(f"/api/v1/{path}/")
        return len(log)

    few = {path: queries(path) for path in LISTS}
    for _ in range(3):
        group = closed_class(world.centre_a, passing=3)[0]
        issue_class(class_group=group, by=world.lan)
    assert {path: queries(path) for path in LISTS} == few


def test_schema_is_complete_and_without_warnings(world):
    out = io.StringIO()
    call_command("spectacular", "--fail-on-warn", "--validate", "--format", "openapi-json", stdout=out)
    schema = json.loads(out.getvalue())
    for path in LISTS:
        assert f"/api/v1/{path}/" in schema["paths"]
    assert "/api/v1/verify/{token}/" in schema["paths"]


def test_schema_and_docs_are_read_by_signed_in_people(client, world):
    assert get(client, "schema/").status_code == 401
    assert client.get("/api/v1/docs/").status_code == 302
    assert get(client, "schema/", world.lan).status_code == 200
    body = get(client, "docs/", world.lan).content.decode()
    for path in LISTS:
        assert f"/api/v1/{path}/" in body


def test_guessing_is_slowed_and_no_header_helps(client, world):
    cache.clear()
    row = world.centre_a.certificates.first()
    for number in range(MISSES_PER_MINUTE):
        client.get("/api/v1/verify/0000000000000000/", HTTP_X_FORWARDED_FOR=f"10.0.0.{number}")
    slowed = client.get("/api/v1/verify/0000000000000000/", HTTP_X_FORWARDED_FOR="10.9.9.9")
    assert (slowed.status_code, set(slowed.json())) == (429, {"code", "detail", "fields"})
    assert client.get(f"/api/v1/verify/{row.token}/").status_code == 200  # a real paper can still be checked
    cache.clear()


def test_odd_input_is_answered_not_crashed(client, world):
    client.force_login(world.lan)
    assert client.post("/api/keys/", {"revoke": "²"}).status_code == 404
    assert get(client, "classes/", world.lan, updated_since="0001-01-01T00:00:00+14:00").status_code == 200
    for query in ({"page": "x"}, {"starts_after": "x"}, {"updated_since": "x"}):
        assert get(client, "classes/", world.lan, **query).status_code in (400, 404)


def test_private_answers_are_not_kept_by_caches(client, world):
    for path in ("classes/", "certificates/"):
        assert "no-store" in get(client, path, world.lan)["Cache-Control"]
    assert "no-store" in client.get("/api/keys/")["Cache-Control"]


def test_an_address_that_no_api_has_is_a_problem_not_a_page(client, world):
    client.force_login(world.lan)
    for path in ("nothing/", "classes/x/y/", "CLASSES/"):
        response = client.get(f"/api/v1/{path}")
        assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_the_docs_say_every_type(client, world):
    """Choices are references in the schema; the page says their values."""
    client.force_login(world.lan)
    groups = client.get("/api/v1/docs/").context["groups"]
    operations = [operation for group in groups.values() for operation in group]
    lines = [line for operation in operations for line in operation["fields"] + operation["parameters"]]
    assert [line["name"] for line in lines if not line["type"]] == []
    states = {line["type"] for line in lines if line["name"] == "state"}
    assert any("revoked" in kind for kind in states)
