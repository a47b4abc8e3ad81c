"""Credentials where people get them: the entry's page, the holder's link, the command; no key, no credential."""

import hashlib
import io
import json
from pathlib import Path

import pikepdf
import pytest
from django.core.management import call_command

from certificates.badges.models import Credential
from certificates.holder.secret import new_secret
from certificates.services.credentials import credential_of
from certificates.services.holder import make_holder_link
from core.errors import Unavailable
from courses.models import ClassGroup
from tests.certificates.credentials import fetcher, issue_unprinted, verdict
from tests.factories import closed_class, make_certificates


@pytest.fixture
def row(cast, reference, monkeypatch):
    return issue_unprinted(cast.centre_a, monkeypatch, 1)[0]


def test_without_a_key_nothing_is_made_and_it_is_said(as_user, cast, row, settings, tmp_path):
    settings.SIGNING_KEYS_DIR = tmp_path / "none"
    with pytest.raises(Unavailable):
        credential_of(row)
    refused = as_user(cast.lan).get(f"/certificates/{row.pk}/credential.json")
    assert refused.status_code == 503
    assert "Chưa lập được chứng chỉ số" in refused.content.decode()
    assert not Credential.objects.exists()


def test_staff_download_it(as_user, cast, row):
    client = as_user(cast.lan)
    for form, kind in (("json", "application/vc"), ("jwt", "application/vc+jwt")):
        response = client.get(f"/certificates/{row.pk}/credential.{form}")
        assert response["Content-Type"] == kind
        assert response["Cache-Control"] == "no-store"
    assert f"/certificates/{row.pk}/credential.json" in client.get(f"/certificates/{row.pk}/").content.decode()
    assert client.get(f"/certificates/{row.pk}/credential.exe").status_code == 404


def test_strangers_download_none(as_user, cast, row):
    for who, status in ((cast.minh, 404), (cast.hai, 404), (cast.thu, 403), (cast.nam, 404)):
        for form in ("json", "jwt", "pdf"):
            assert as_user(who).get(f"/certificates/{row.pk}/credential.{form}").status_code == status
    assert not Credential.objects.exists()


def test_the_holder_downloads_it_and_the_paper_with_it_inside(client, cast, reference):
    row = make_certificates(cast.centre_a, passing=1)[0]
    secret = make_holder_link(learner=row.learner, by=cast.lan, after=None).secret
    with row.pdf.open("rb") as stream:
        before = stream.read()

    base = f"/h/{secret}/{row.token}"
    assert f"{base}/credential.json" in client.get(f"/h/{secret}").content.decode()
    document, token = client.get(f"{base}/credential.json").content, client.get(f"{base}/credential.jwt").content
    copy_ = client.get(f"{base}/credential.pdf")
    assert copy_["Cache-Control"] == "no-store"
    with pikepdf.open(io.BytesIO(copy_.content)) as paper:
        assert paper.attachments["credential.json"].get_file().read_bytes() == document
        assert paper.attachments["credential.jwt"].get_file().read_bytes() == token
        assert len(paper.pages) == 1
        assert not paper.check_pdf_syntax()
    with row.pdf.open("rb") as stream:
        assert stream.read() == before, "the frozen file stays"
    assert hashlib.sha256(before).hexdigest() == row.pdf_sha256
    assert client.get(f"/h/{new_secret()}/{row.token}/credential.json").status_code == 404
    assert verdict((document, token.decode()), fetcher()) == ("valid", "valid")


def test_the_command_writes_both_forms_beside_the_paper(cast, reference, tmp_path, capsys):
    group: ClassGroup = closed_class(cast.centre_a, passing=2)[0]
    for _again in range(2):
        call_command("issue_certificates", class_code=group.code, by="lan", out=tmp_path, credentials=True, json=True)
        issued = json.loads(capsys.readouterr().out)["issued"]
    assert len(issued) == 2
    for entry in issued:
        files = Path(entry["credential_json"]), Path(entry["credential_jwt"])
        assert [file.suffix for file in files] == [".json", ".jwt"]
        assert {file.parent for file in files} == {tmp_path}
        assert verdict(tuple(file.read_text() for file in files), fetcher()) == ("valid", "valid")
    assert Credential.objects.count() == 2
