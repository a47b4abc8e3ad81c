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
    assert published("https://example.com/", publish=False) == {"status": "unknown"}


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
