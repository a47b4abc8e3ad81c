"""Keys that sign: outside the database, private ones for their owner only, states that mean what they say."""

import datetime as dt
import json
import os
import stat
import threading

import pytest
from django.core.management import call_command
from django.utils import timezone

from certificates.models import Certificate
from certificates.services import issue_class
from certificates.services.signing import compromise_key, create_key, ready_signer, retire_key, rotate_key
from certificates.signing.claims import Claims
from certificates.signing.fragment import seal
from certificates.signing.judging import judge
from certificates.signing.keys import BrokenKeyList, CannotSign, KeyFolder, key_folder, read_list
from core.errors import InvalidInput, Unavailable
from core.jobs import run_job
from core.models import AuditEvent, Job
from tests.factories import closed_class, make_certificates

NOW = dt.datetime(2026, 11, 23, 1, tzinfo=dt.UTC)
CLAIMS = Claims(
    "Bùi Thị Nga", 1984, "literacy_phase_1", "Trung tâm học tập cộng đồng xã Ba Vì", NOW.date(), "000087/2026"
)
TOKEN = "ABCDEFGHJKMNPQRS"


@pytest.fixture
def folder(settings, tmp_path):
    settings.SIGNING_KEYS_DIR = tmp_path / "keys"
    return key_folder()


def sealed(folder):
    signer = folder.signer()
    return seal(TOKEN, CLAIMS.to_bytes(), signer.kid, signer.sign)


def test_files_are_for_their_owner_and_the_list_holds_no_secret(folder):
    key = folder.create(at=NOW)

    private = folder.path / f"{key.kid}.pem"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert "PRIVATE" in private.read_text()
    assert {path.name for path in folder.path.iterdir()} == {private.name, "clc-keys.json", ".lock"}
    assert set(json.loads(folder.list_path.read_text())["keys"][0]) == {
        "kid", "algorithm", "public_key", "state", "created_at", "retired_at", "compromised_at",
    }  # fmt: skip
    assert read_list(folder.list_path.read_bytes()) == folder.known()


def test_the_newest_active_key_signs_and_retired_ones_still_verify(folder):
    folder.create(at=NOW)
    old = sealed(folder)
    first = folder.signer().kid
    second = folder.create(at=NOW)
    assert folder.signer().kid == second.kid

    folder.retire(first, at=NOW)

    assert judge(TOKEN, old, folder.known()).outcome == "genuine"
    assert not (folder.path / f"{first}.pem").exists()
    folder.retire(second.kid, at=NOW)
    assert folder.signer() is None
    with pytest.raises(LookupError):
        folder.retire(second.kid, at=NOW)


def test_a_compromised_key_stands_only_for_what_was_logged_before(folder):
    key = folder.create(at=NOW)
    paper = sealed(folder)
    folder.compromise(key.kid, since=NOW)

    assert folder.signer() is None
    before, at, after = (NOW + dt.timedelta(seconds=step) for step in (-1, 0, 1))
    judged = [judge(TOKEN, paper, folder.known(), logged_at=moment) for moment in (before, at, after, None)]
    assert [each.outcome for each in judged] == ["genuine", "untrusted", "untrusted", "untrusted"]
    assert [each.claims for each in judged] == [CLAIMS, None, None, None]
    # Said again with a later moment, forged papers would be good again.
    assert folder.compromise(key.kid, since=after).compromised_at == NOW
    earlier = NOW - dt.timedelta(days=1)
    assert folder.compromise(key.kid, since=earlier).compromised_at == earlier


def test_a_key_that_cannot_be_trusted_does_not_sign(folder):
    key, other = folder.create(at=NOW), folder.create(at=NOW)
    private = folder.path / f"{other.kid}.pem"
    good = private.read_bytes()
    private.chmod(0o640)
    with pytest.raises(CannotSign, match="chmod 600"):
        folder.signer()
    private.chmod(0o600)
    private.write_bytes((folder.path / f"{key.kid}.pem").read_bytes())
    with pytest.raises(CannotSign, match="another key"):
        folder.signer()
    for damaged in (b"", good[:-40], b"\xff" * 80):
        private.write_bytes(damaged)
        with pytest.raises(CannotSign):
            folder.signer()
    private.unlink()
    with pytest.raises(CannotSign):
        folder.signer()


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:-5],
        lambda text: text.replace("clc-keys/1", "clc-keys/9"),
        lambda text: text.replace('"state": "active"', '"state": "compromised"'),
        lambda text: text.replace('"kid": "', '"kid": "0'),
        lambda text: text.replace('"Ed25519"', '"RSA"'),
        lambda text: "[" * 100_000,
        lambda text: "null",
    ],
)
def test_half_a_list_is_worse_than_none(folder, damage):
    folder.create(at=NOW)
    with pytest.raises(BrokenKeyList):
        read_list(damage(folder.list_path.read_text()))


def test_a_list_with_one_key_twice_is_refused(folder):
    folder.create(at=NOW)
    document = json.loads(folder.list_path.read_text())
    document["keys"] *= 2
    with pytest.raises(BrokenKeyList):
        read_list(json.dumps(document))


def test_keys_made_at_the_same_moment_are_all_in_the_list(folder):
    threads = [threading.Thread(target=lambda: KeyFolder(folder.path).create(at=NOW)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(folder.known()) == 8
    assert all((folder.path / f"{key.kid}.pem").exists() for key in folder.known())
    assert folder.create_first(at=NOW) is None


# --- printing ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_without_a_key_the_job_waits_says_so_and_drains_alone(cast, reference, folder, as_user):
    group = closed_class(cast.centre_a, passing=2, failing=0)[0]
    issue_class(class_group=group, by=cast.lan)

    assert set(Certificate.objects.values_list("state", "pdf")) == {("reserved", "")}
    job = Job.objects.get(kind="certificates.render_class")
    assert job.status == "waiting"
    assert not job.is_finished
    page = as_user(cast.duc).get(f"/certificates/classes/{group.pk}/").content.decode()
    assert "chưa có khóa ký" in page
    assert "In tiếp" not in page

    create_key()
    run_job.call(job.pk)  # what the queue does by itself every few seconds

    rows = Certificate.objects.select_related("signed_claims")
    assert {row.state for row in rows} == {"issued"}
    assert {row.signed_claims.kid for row in rows} == {folder.signer().kid}
    job.refresh_from_db()
    assert (job.status, job.message) == ("done", "")


@pytest.mark.django_db
def test_the_queue_asks_again_by_itself(cast, reference, folder, settings, monkeypatch):
    """With the queue of the product: the waiting job is put back for later, inside the same transaction."""
    from django_ox.models import OxTask

    settings.TASKS = {"default": {"BACKEND": "django_ox.backend.OxBackend"}}
    group = closed_class(cast.centre_a, passing=1, failing=0)[0]
    job = issue_class(class_group=group, by=cast.lan).job
    OxTask.objects.all().delete()

    run_job.call(job.pk)

    (task,) = OxTask.objects.all()
    assert task.run_after > timezone.now()
    job.refresh_from_db()
    assert job.status == "waiting"


@pytest.mark.django_db
def test_a_signer_that_is_down_holds_printing_too(cast, reference, folder):
    key = create_key()
    (folder.path / f"{key.kid}.pem").chmod(0o644)
    group = closed_class(cast.centre_a, passing=1, failing=0)[0]
    job = issue_class(class_group=group, by=cast.lan).job
    assert job.status == "waiting"
    assert "chmod 600" in job.message
    (folder.path / f"{key.kid}.pem").chmod(0o600)
    run_job.call(job.pk)
    assert Certificate.objects.get().state == "issued"


@pytest.mark.django_db
def test_signing_again_gives_the_same_text(cast, reference):
    from certificates.services.signing import sign_claims

    row = make_certificates(cast.centre_a, passing=1)[0]
    again = sign_claims(row, ready_signer())
    assert again.fragment == row.signed_claims.fragment
    signed = judge(row.token, row.signed_claims.fragment, key_folder().known())
    assert signed.claims.as_dict() == {
        "name": row.content["learner"], "birth_year": row.content["birth_year"], "kind": row.kind,
        "centre": row.content["centre"], "issued_on": row.issued_on, "register_number": row.register_number,
    }  # fmt: skip


# --- commands and the published list ----------------------------------------------------------------------------------


def command(capsys, *words):
    call_command("signing_keys", *words, "--json")
    return json.loads(capsys.readouterr().out)


@pytest.mark.django_db
def test_the_command_from_first_key_to_compromise(cast, reference, folder, capsys):
    assert command(capsys, "list")["keys"] == []
    first = command(capsys, "create", "--by", "duc")["created"]["kid"]
    row = make_certificates(cast.centre_a, passing=1)[0]
    rotated = command(capsys, "rotate")
    second = rotated["created"]["kid"]
    assert [key["kid"] for key in rotated["retired"]] == [first]
    assert [(key["kid"], key["state"], key["signs"]) for key in rotated["keys"]] == [
        (first, "retired", False), (second, "active", True),
    ]  # fmt: skip

    result = command(capsys, "compromise", first, "--since", "2026-01-01")

    assert result["compromised"]["compromised_at"] == "2025-12-31T17:00:00Z"  # the day begins in Vietnam
    assert result["to_issue_again"] == [{"centre": row.centre.code, "register_number": row.register_number}]
    assert command(capsys, "retire", second.upper())["keys"][1]["state"] == "retired"
    verbs = (
        AuditEvent.objects.filter(object_type="certificates.signingkey").order_by("pk").values_list("verb", flat=True)
    )
    assert [verb.split(".")[1] for verb in verbs] == [
        "create_key", "create_key", "retire_key", "compromise_key", "retire_key",
    ]  # fmt: skip
    call_command("signing_keys", "list")
    assert "Không có khóa nào ký được" in capsys.readouterr().out


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words",
    [
        ("retire",), ("compromise",), ("create", "abcd"), ("retire", "00000000"), ("compromise", "00000000"),
        ("compromise", "00000000", "--since", "hôm qua"), ("compromise", "00000000", "--since", "2026-02-31"),
        ("compromise", "00000000", "--since", "2999-01-01"),
    ],
)  # fmt: skip
def test_the_command_refuses_in_words(folder, capsys, words):
    with pytest.raises(SystemExit):
        call_command("signing_keys", *words, "--json")
    assert json.loads(capsys.readouterr().out)["error"]["message"]


@pytest.mark.django_db
def test_the_command_says_when_the_folder_cannot_be_used(folder, capsys):
    folder.path.mkdir()
    folder.list_path.write_text("{}")
    with pytest.raises(SystemExit):
        call_command("signing_keys", "create", "--json")
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "key_folder"


@pytest.mark.django_db
def test_services_refuse_what_makes_no_sense(folder):
    with pytest.raises(Unavailable):
        ready_signer()
    key = create_key()
    with pytest.raises(InvalidInput):
        compromise_key(kid=key.kid, since=timezone.now() + dt.timedelta(hours=1))
    retire_key(kid=key.kid)
    with pytest.raises(InvalidInput):
        retire_key(kid=key.kid)
    assert len(rotate_key()[1]) == 0


@pytest.mark.django_db
def test_the_list_is_published_for_everybody(folder, client):
    key = create_key()
    response = client.get("/.well-known/clc-keys.json")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cache-Control"] == "public, max-age=300"
    assert not response.cookies
    assert read_list(response.content) == [key]
    assert response.json()["as_of"].endswith("Z")
    compromise_key(kid=key.kid, since=NOW - dt.timedelta(days=400))
    assert client.get("/.well-known/clc-keys.json").json()["keys"][0]["state"] == "compromised"
    folder.list_path.write_text("{}")
    assert client.get("/.well-known/clc-keys.json").status_code == 503


@pytest.mark.django_db
def test_signed_claims_are_never_changed(cast, reference):
    from django.db import DatabaseError, connection, transaction

    make_certificates(cast.centre_a, passing=1)
    for statement in ("UPDATE certificates_signedclaims SET fragment = 'X'", "DELETE FROM certificates_signedclaims"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert os.path.exists(key_folder().list_path)
