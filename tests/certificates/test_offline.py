"""A scanned address judged by published files alone: no database, no network."""

import datetime as dt
import json
import shutil

import pytest
from django.core.management import call_command
from django.utils import timezone

from certificates.selectors import qr_texts
from certificates.services import Decision, revoke_certificate, supersede_certificate
from certificates.services.decisions import Second
from certificates.services.signing import compromise_key, create_key
from certificates.signing.keys import KeyUse, instant_text, key_folder
from tests.certificates.tampering import rewrite
from tests.factories import make_certificates


@pytest.fixture
def published(cast, reference, settings, tmp_path, capsys):
    """Three papers, and a function that publishes and judges an address."""
    settings.LOG_DIR, settings.SIGNING_KEYS_DIR = tmp_path / "log", tmp_path / "keys"
    create_key()
    create_key(use=KeyUse.LOG)
    rows = make_certificates(cast.centre_a, passing=3, failing=0)

    def judge(address, *, publish=True):
        if publish:
            call_command("publish_log", "--out", str(tmp_path / "out"), "--json")
        capsys.readouterr()
        call_command("verify", "--offline", str(tmp_path / "out"), address, "--json")
        return json.loads(capsys.readouterr().out)

    judge.rows, judge.out = rows, tmp_path / "out"
    judge.scanned = [qr_texts(rows)[row.pk] for row in rows]
    return judge


DECISION = Decision("Sai nội dung", "12/QĐ", timezone.localdate(), "Ông Đức")


@pytest.mark.django_db
def test_status_and_claims_without_asking_the_database(published, cast, django_assert_num_queries):
    rows, scanned = published.rows, published.scanned
    revoke_certificate(certificate=rows[0], by=cast.duc, second=Second(operator="root"), decision=DECISION)
    supersede_certificate(certificate=rows[1], by=cast.duc, decision=DECISION)
    assert published(scanned[0])["status"] == "revoked"

    with django_assert_num_queries(0):
        verdicts = [published(each, publish=False) for each in scanned]

    assert [verdict["status"] for verdict in verdicts] == ["revoked", "replaced", "valid"]
    for row, verdict in zip(rows, verdicts, strict=True):
        assert verdict["name"] == row.content["learner"]
        assert verdict["register_number"] == row.register_number
        assert verdict["issued_on"] == str(row.issued_on)
        assert (verdict["list_age_hours"], verdict["log_size"]) == (0.0, 10)
        assert verdict["log_as_of"].endswith("Z")


@pytest.mark.django_db
def test_forged_unsigned_and_unreadable_addresses(published):
    row, scanned = published.rows[0], published.scanned
    base, _hash, fragment = scanned[0].partition("#")
    other = "A" if fragment[-9] != "A" else "B"  # a letter of the signature
    changed, swapped = f"{fragment[:-9]}{other}{fragment[-8:]}", scanned[1].partition("#")[0]
    for forged in (f"{base}#{changed}", f"{swapped}#{fragment}", f"{base}#XYZ"):
        verdict = published(forged, publish=forged.endswith(changed))
        assert (verdict["status"], verdict["name"]) == ("forged", None)
    assert published(base, publish=False)["status"] == "unsigned"
    assert published(row.token, publish=False)["status"] == "unsigned"
    nowhere = published("https://example.com/", publish=False)
    assert nowhere.keys() == published(base, publish=False).keys()  # one shape, whatever was asked
    assert {name: value for name, value in nowhere.items() if value is not None} == {
        "status": "unknown", "reason": "no_code",
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("hours", [25, -1])
def test_an_old_list_does_not_say_that_a_paper_still_stands(published, cast, monkeypatch, hours):
    """As on the page without a network. What the list names is gone however old the list."""
    rows, scanned = published.rows, published.scanned
    revoke_certificate(certificate=rows[0], by=cast.duc, second=Second(operator="root"), decision=DECISION)
    assert published(scanned[1])["status"] == "valid"
    later = timezone.now() + dt.timedelta(hours=hours)
    monkeypatch.setattr("certificates.management.commands.verify.timezone.now", lambda: later)
    verdict = published(scanned[1], publish=False)
    assert (verdict["status"], verdict["reason"]) == ("unconfirmed", "old_list")
    assert verdict["name"] == rows[1].content["learner"]
    assert published(scanned[0], publish=False)["status"] == "revoked"


def asked(address, capsys):
    """What ``verify`` says of a whole address where the database is at hand."""
    capsys.readouterr()
    call_command("verify", address, "--json")
    return json.loads(capsys.readouterr().out)


@pytest.mark.django_db
def test_a_signature_that_is_not_ours_overrules_the_register(published, cast, capsys):
    rows, scanned = published.rows, published.scanned
    usual = {"status", "register_number", "kind", "centre", "issued_on"}
    for address in (scanned[0], rows[0].token, scanned[0].partition("#")[0]):
        assert asked(address, capsys).keys() == usual
        assert asked(address, capsys)["status"] == "valid"
    swapped = f"{scanned[1].partition('#')[0]}#{scanned[0].partition('#')[2]}"
    assert (asked(swapped, capsys)["status"], asked(swapped, capsys)["reason"]) == ("forged", "signature")
    assert asked(f"{rows[0].token}#XYZ", capsys)["status"] == "forged"
    assert asked(f"HTTPS://X/C/0000000000000000#{scanned[0].partition('#')[2]}", capsys)["status"] == "forged"
    assert asked("HTTPS://X/nothing#XYZ", capsys)["status"] == "unknown"
    revoke_certificate(certificate=rows[1], by=cast.duc, second=Second(operator="root"), decision=DECISION)
    assert asked(scanned[1], capsys)["status"] == "revoked"
    compromise_key(kid=rows[0].signed_claims.kid, since=rows[0].events.get(kind="issued").at)
    assert (asked(scanned[0], capsys)["status"], asked(scanned[0], capsys)["reason"]) == (
        "untrusted",
        "key_compromised",
    )


@pytest.mark.django_db
def test_signed_claims_of_another_entry_do_not_fit_the_register(published, capsys):
    """Genuine, and not what the book says: the row was changed after it was signed."""
    row = published.rows[0]
    assert rewrite(row, "register_number", "000099/2026") == 1
    assert asked(published.scanned[0], capsys)["status"] == "mismatch"


@pytest.mark.django_db
def test_without_a_readable_key_list_nothing_is_said_of_a_signature(published, capsys):
    key_folder().list_path.write_text("{")
    with pytest.raises(SystemExit):
        asked(published.scanned[0], capsys)
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "key_folder"


@pytest.mark.django_db
def test_a_compromised_key_and_a_list_that_cannot_be_believed(published, capsys):
    scanned = published.scanned[0]
    published(scanned)
    status = published.out / "log/status"
    good = status.read_text()
    status.write_text(good.replace("entries 0", "entries 1"))
    assert published(scanned, publish=False)["status"] == "unconfirmed"
    status.unlink()
    verdict = published(scanned, publish=False)
    assert (verdict["status"], verdict["list_as_of"]) == ("unconfirmed", None)

    kid = published.rows[0].signed_claims.kid
    moment = published.rows[0].events.get(kind="issued").at
    keys = published.out / ".well-known/clc-keys.json"
    compromise_key(kid=kid, since=moment)  # in whole seconds: the second in which the paper was logged
    assert published(scanned)["status"] == "untrusted"
    # A later moment, as the list would have said it had the key been lost an hour later.
    listed = json.loads(keys.read_text())
    later = instant_text(moment + dt.timedelta(hours=1))
    next(key for key in listed["keys"] if key["kid"] == kid)["compromised_at"] = later
    key_folder().list_path.write_text(json.dumps(listed))
    assert published(scanned)["status"] == "valid"

    shutil.rmtree(published.out / ".well-known")
    with pytest.raises(SystemExit):
        published(scanned, publish=False)
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "no_key_list"
