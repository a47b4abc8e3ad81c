"""The status list: what no longer stands, signed, for programs that keep it; log keys beside certificate keys."""

import base64
import datetime as dt
import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.management import call_command
from django.utils import timezone

from certificates.models import Certificate, RegisterEvent
from certificates.services import Decision, issue_class, revoke_certificate, supersede_certificate, void_certificate
from certificates.services.decisions import Second
from certificates.services.publishing import signed_status_list, status_list
from certificates.services.signing import compromise_key, create_key
from certificates.signing.claims import Claims
from certificates.signing.fragment import seal
from certificates.signing.judging import judge
from certificates.signing.keys import KeyUse, SigningKey, key_folder, read_list
from certificates.tlog.notes import BrokenNote, NoteKey, read_note, signature_line, write_note
from certificates.tlog.status import BrokenStatusList, StatusList, digest_of, read_status
from tests.certificates.rows import without_guards
from tests.factories import closed_class, make_certificates

NOW = dt.datetime(2026, 11, 30, 8, 15, 42, tzinfo=dt.UTC)
TOKEN = "ABCDEFGHJKMNPQRS"
# The example of the specification (c2sp.org/signed-note): whose key is not printed there, so only its form is read.
EXAMPLE = """\
Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore \
NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
"""


@pytest.fixture
def folder(settings, tmp_path):
    settings.SIGNING_KEYS_DIR = tmp_path / "keys"
    return key_folder()


# --- notes ------------------------------------------------------------------------------------------------------------


def test_the_example_of_the_specification_is_read():
    note = read_note(EXAMPLE.encode())
    assert note.text.endswith("trafitto da un raggio di sole:\n\ned è subito sera.\n")
    assert [(name, len(raw)) for name, raw in note.lines] == [("quasimodo.example/salvatore", 68)]
    assert write_note(note.text, [EXAMPLE.splitlines(keepends=True)[-1]]) == EXAMPLE


def test_a_note_that_another_program_signed_verifies():
    """The example of golang.org/x/mod/sumdb/note, and the key of Go's checksum database as Go has it built in."""
    written = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    key = NoteKey("PeterNeumann", base64.b64decode(written.split("+", 2)[2])[1:])
    assert key.text() == written
    raw = (
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    assert read_note(raw.encode()).signed_by(key)
    assert not read_note(raw.replace("problem is", "problem was").encode()).signed_by(key)
    go = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
    assert NoteKey("sum.golang.org", base64.b64decode(go.split("+", 2)[2])[1:]).text() == go


@pytest.mark.parametrize(
    "broken",
    [
        "", "text\n", "text\n\n", "text\n\n— name\n", "text\n\n- name AAAAAAA=\n", "text\n\n— na+me AAAAAAA=\n",
        "text\n\n— name AAAAAAA=", "text\n\n— name !!!!\n", "text\n\n— name AAAA\n", "te\txt\n\n— name AAAAAAA=\n",
        "text\n\n" + "— name AAAAAAA=\n" * 101,
    ],
)  # fmt: skip
def test_half_a_note_is_refused(broken):
    with pytest.raises(BrokenNote):
        read_note(broken.encode())


def test_a_signature_counts_for_its_text_name_and_key_only(folder):
    folder.create(at=NOW, use=KeyUse.LOG)
    signer = folder.signer(KeyUse.LOG)
    key = NoteKey("localhost/x", signer.public)
    line = signature_line("a text\n", key, signer.sign)
    note = read_note(write_note("a text\n", [line]).encode())
    assert note.signed_by(key)
    assert not note.signed_by(NoteKey("localhost/y", signer.public))
    assert not read_note(write_note("another text\n", [line]).encode()).signed_by(key)
    assert note.cosigned_at(key) is None


# --- keys of two uses -------------------------------------------------------------------------------------------------


def test_a_log_key_signs_no_paper_and_a_paper_key_no_log(folder, capsys):
    paper, log = folder.create(at=NOW), folder.create(at=NOW, use=KeyUse.LOG)
    assert (folder.signer().kid, folder.signer(KeyUse.LOG).kid) == (paper.kid, log.kid)
    assert read_list(folder.list_path.read_bytes()) == [paper, log]
    entries = json.loads(folder.list_path.read_text())["keys"]
    assert [entry.get("use") for entry in entries] == [None, "log"]

    claims = Claims("Bùi Thị Nga", 1984, "course", "Trung tâm A", NOW.date(), "000001/2026").to_bytes()
    forged = seal(TOKEN, claims, log.kid, folder.signer(KeyUse.LOG).sign)
    assert judge(TOKEN, forged, folder.known()).reason == "unknown_key"


@pytest.mark.django_db
def test_the_command_makes_and_rotates_keys_of_one_use(folder, capsys):
    def command(*words):
        call_command("signing_keys", *words, "--json")
        return json.loads(capsys.readouterr().out)

    paper = command("create")["created"]["kid"]
    log = command("create", "--use", "log")["created"]["kid"]
    result = command("rotate", "--use", "log")
    new = result["created"]["kid"]
    assert [key["kid"] for key in result["retired"]] == [log]
    assert {key["kid"]: key["signs"] for key in result["keys"]} == {paper: True, log: False, new: True}
    call_command("signing_keys", "retire", new)
    assert "Không có khóa nhật ký nào ký được" in capsys.readouterr().out


# --- the list ---------------------------------------------------------------------------------------------------------


def test_the_format_letter_for_letter():
    digest = hashlib.sha256(b"clc-status/1\0" + TOKEN.encode()).hexdigest()[:20]
    other = digest_of("0000000000000000")
    found = StatusList("clc.example", NOW, {digest: "revoked", other: "voided"}, {other: NOW, digest: NOW})
    first, last = sorted([digest, other])
    word = {digest: "revoked", other: "voided"}
    assert found.text() == (
        "clc.example/clc-status/1\nas_of 2026-11-30T08:15:42Z\nentries 2\n"
        f"{first} {word[first]}\n{last} {word[last]}\n"
        f"{first} logged 2026-11-30T08:15:42Z\n{last} logged 2026-11-30T08:15:42Z\n"
    )
    assert read_status(found.text()).text() == found.text()


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("entries 1", "entries 2"),
        lambda text: text.replace("revoked", "valid"),
        lambda text: text.replace("clc-status/1", "clc-status/9"),
        lambda text: text.replace("as_of", "at"),
        lambda text: text.replace("Z", ""),
        lambda text: text[:40],
        lambda text: text + text.splitlines()[3] + "\n",
        lambda text: text + "0123 4567 89 10\n",
        lambda text: "",
    ],
)
def test_a_list_that_we_would_not_write_is_refused(damage):
    text = StatusList("clc.example", NOW.replace(microsecond=0), {digest_of(TOKEN): "revoked"}).text()
    assert read_status(text).gone == {digest_of(TOKEN): "revoked"}
    with pytest.raises(BrokenStatusList):
        read_status(damage(text))


@pytest.mark.django_db
def test_what_no_longer_stands_is_listed_and_nothing_else(cast, reference, client):
    rows = make_certificates(cast.centre_a, passing=5, failing=0)
    decision = Decision("Sai nội dung", "12/QĐ", timezone.localdate(), "Ông Đức")
    revoke_certificate(certificate=rows[0], by=cast.duc, second=Second(operator="root"), decision=decision)
    supersede_certificate(certificate=rows[1], by=cast.duc, decision=decision, correct=True)
    supersede_certificate(certificate=rows[2], by=cast.duc, decision=decision)

    response = client.get("/log/status")

    assert (response.status_code, response["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert response["Cache-Control"] == "public, max-age=300"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert not response.cookies
    keys = client.get("/.well-known/clc-keys.json").json()["keys"]
    (log,) = [key for key in keys if key.get("use") == "log"]
    # Judged as a stranger's program does, from the description alone.
    text, _gap, signature = response.content.decode().rpartition("\n\n")
    text += "\n"
    dash, name, encoded = signature.rstrip("\n").split(" ")
    public = base64.urlsafe_b64decode(log["public_key"] + "=")
    raw = base64.b64decode(encoded)
    assert (dash, name) == ("—", text.splitlines()[0]) == ("—", "localhost:8000/clc-status/1")
    assert raw[:4] == hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]
    Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], text.encode())
    assert read_status(text).gone == {
        digest_of(rows[0].token): "revoked",
        digest_of(rows[1].token): "corrected",
        digest_of(rows[2].token): "replaced",
    }
    assert read_status(text).logged == {}
    for row in rows:
        assert row.token not in text
        assert row.content["learner"] not in text


@pytest.mark.django_db
def test_a_voided_number_is_listed(cast, reference, folder):
    issue_class(class_group=closed_class(cast.centre_a, passing=1, failing=0)[0], by=cast.duc)
    row = Certificate.objects.get()
    void_certificate(certificate=row, by=cast.duc, decision=Decision("Phôi hỏng"))
    assert status_list().gone == {digest_of(row.token): "voided"}


@pytest.mark.django_db
def test_entries_of_a_compromised_key_say_when_they_were_logged(cast, reference, folder):
    first = create_key()
    create_key(use=KeyUse.LOG)
    before, after = make_certificates(cast.centre_a, passing=1) + make_certificates(cast.centre_a, passing=1)
    assert status_list().logged == {}
    since = timezone.now().replace(microsecond=0)
    key = SigningKey(first.public, first.state, first.created_at)
    assert key == first
    with without_guards("certificates_registerevent"):
        RegisterEvent.objects.filter(certificate=before, kind="issued").update(at=since - dt.timedelta(seconds=1))
        RegisterEvent.objects.filter(certificate=after, kind="issued").update(at=since)
    compromise_key(kid=first.kid, since=since)

    found = read_status(read_note(signed_status_list().encode()).text)

    assert set(found.logged) == {digest_of(before.token)}
    keys = key_folder().known()
    fragment = before.signed_claims.fragment
    assert judge(before.token, fragment, keys, logged_at=found.logged[digest_of(before.token)]).outcome == "genuine"
    assert judge(after.token, after.signed_claims.fragment, keys, logged_at=None).outcome == "untrusted"


@pytest.mark.django_db
def test_asked_twice_in_a_minute_the_list_is_the_same_text(cast, reference):
    make_certificates(cast.centre_a, passing=1)
    assert status_list(at=NOW).text() == status_list(at=NOW + dt.timedelta(seconds=17)).text()
    assert status_list(at=NOW).as_of == NOW.replace(second=0)


@pytest.mark.django_db
def test_without_a_log_key_the_list_is_not_there(client, folder):
    folder.create(at=NOW)
    assert client.get("/log/status").status_code == 503
    key = folder.create(at=NOW, use=KeyUse.LOG)
    assert client.get("/log/status").status_code == 200
    (folder.path / f"{key.kid}.pem").chmod(0o644)
    assert client.get("/log/status").status_code == 503
    folder.list_path.write_text("{}")
    assert client.get("/log/status").status_code == 503
