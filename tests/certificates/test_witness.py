"""Witnesses: other hosts that remember, refuse a rewritten history, and whose word stands under the checkpoint."""

import base64
import datetime as dt
import json
import shutil

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from certificates.models import Certificate, LogCheckpoint, LogCosignature, LogPlace
from certificates.selectors import log_proof, place_of
from certificates.services import Decision, Second, revoke_certificate
from certificates.services.auditing import audit_register
from certificates.services.sequencing import log_origin, make_checkpoint, signed_by_us
from certificates.services.signing import create_key
from certificates.signing.keys import KeyUse, key_folder
from certificates.tlog.checkpoint import Checkpoint, read_checkpoint, read_proof, sign_checkpoint
from certificates.tlog.folder import LogFolder, log_folder
from certificates.tlog.merkle import as_leaves, in_memory, root_of
from certificates.tlog.notes import NoteKey
from certificates.tlog.tiles import grown_bundles, grown_tiles
from tests.certificates.rows import without_guards
from tests.factories import make_certificates


@pytest.fixture
def log(settings, tmp_path):
    settings.LOG_DIR = tmp_path / "log"
    return log_folder()


@pytest.fixture
def witnessed(cast, reference, log, tmp_path, capsys):
    """A log of one class, and a function that lets a witness look at what is published."""
    make_certificates(cast.centre_a, passing=3, failing=0)
    out, state = tmp_path / "out", tmp_path / "state"

    def look(*more, folder=out):
        if folder == out:
            call_command("publish_log", "--out", str(out), "--json")
            capsys.readouterr()
        try:
            call_command("witness", "--dir", str(folder), "--state", str(state), "--name", "ba-vi/w1", "--json", *more)
        except SystemExit:
            return json.loads(capsys.readouterr().out)["error"]
        return json.loads(capsys.readouterr().out)

    look.out, look.state = out, state
    return look


@pytest.mark.django_db
def test_a_witness_cosigns_what_continues(witnessed, cast):
    first = witnessed()
    assert (first["size"], first["before"], len(first["first_keys"])) == (6, None, 1)
    make_certificates(cast.centre_b, passing=2, failing=0)
    second = witnessed()
    assert (second["size"], second["before"], second["first_keys"]) == (10, 6, [])
    assert witnessed()["before"] == 10
    # The cosignature as others read it: c2sp.org/tlog-cosignature.
    name, key_id, encoded = second["witness_key"].split("+", 2)
    checkpoint, note = read_checkpoint((witnessed.state / "checkpoint").read_bytes())
    assert signed_by_us(note, checkpoint.origin)
    raw = base64.b64decode(encoded)
    key = NoteKey(name, raw[1:])
    assert (raw[0], key.key_id(4).hex()) == (4, key_id)
    assert abs(note.cosigned_at(key) - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=5)
    assert (witnessed.state / "witness.pem").stat().st_mode & 0o077 == 0


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["shrunk", "same size", "longer"])
def test_a_witness_refuses_a_rewritten_history(witnessed, cast, log, settings, tmp_path, how):
    """The operator has everything: database, files, log key. Only what somebody else remembers contradicts it."""
    witnessed()
    kept = (witnessed.state / "checkpoint").read_bytes()
    entries = [data.encode() for data in LogPlace.objects.order_by("index").values_list("leaf__data", flat=True)]
    forged = [entries[0].replace(b'"number":1', b'"number":9'), *entries[1:]]
    forged = {"shrunk": entries[:-1], "same size": forged, "longer": [*forged, b"more"]}[how]
    publish_forged(tmp_path / "forged", forged, witnessed.out)

    refusal = witnessed(folder=tmp_path / "forged")

    assert refusal["code"] == "rewritten_history"
    assert "LỊCH SỬ BỊ VIẾT LẠI" in refusal["message"]
    assert (witnessed.state / "checkpoint").read_bytes() == kept
    (evidence,) = witnessed.state.glob("refused-*")
    assert evidence.read_bytes() == (tmp_path / "forged/log/checkpoint").read_bytes()


def publish_forged(folder, entries, honest):
    """Publish another history, rightly signed."""
    target, leaves = LogFolder(folder / "log"), as_leaves(entries)
    target.write([*grown_tiles(target.read, 0, leaves), *grown_bundles(target.read, 0, entries)])
    checkpoint = Checkpoint(log_origin(), len(entries), root_of(in_memory(leaves), len(entries)))
    signer = key_folder().signer(KeyUse.LOG)
    target.write([("checkpoint", sign_checkpoint(checkpoint, signer.public, signer.sign, timezone.now()).encode())])
    (folder / ".well-known").mkdir()
    shutil.copy(honest / ".well-known/clc-keys.json", folder / ".well-known")


@pytest.mark.django_db
def test_a_witness_believes_no_tiles_without_the_root_and_no_key_it_does_not_know(witnessed, cast, settings, tmp_path):
    settings.SIGNING_KEYS_DIR = tmp_path / "keys"
    create_key(use=KeyUse.LOG)
    witnessed()
    tile = witnessed.out / "log/tile/0/000.p/6"
    good = tile.read_bytes()
    tile.write_bytes(b"\0" * 192)
    assert witnessed(folder=tmp_path / "nothing")["code"] == "no_log"
    copy = tmp_path / "copy"
    shutil.copytree(witnessed.out, copy)
    assert witnessed(folder=copy)["code"] == "rewritten_history"
    tile.write_bytes(good)

    kid = create_key(use=KeyUse.LOG).kid
    decision = Decision("Sai nội dung", "12/QĐ", timezone.localdate(), "Ông Đức")
    row = Certificate.objects.first()
    revoke_certificate(certificate=row, by=cast.duc, second=Second(operator="root"), decision=decision)
    refusal = witnessed()
    assert refusal["code"] == "new_key"
    assert kid in refusal["message"]
    assert witnessed("--accept-key", kid)["before"] == 6
    assert witnessed()["first_keys"] == []


@pytest.mark.django_db
def test_a_witness_refuses_an_unsigned_checkpoint_and_another_log(witnessed, settings, tmp_path):
    witnessed()
    copy = tmp_path / "copy"
    shutil.copytree(witnessed.out, copy)
    path = copy / "log/checkpoint"
    path.write_text(path.read_text().replace("localhost:8000/log\n6", "localhost:8000/log\n5", 1))
    assert witnessed(folder=copy)["code"] == "unsigned"
    settings.PUBLIC_BASE_URL = "https://other.example"
    publish_forged(tmp_path / "other", [b"1", b"2"], witnessed.out)
    assert witnessed(folder=tmp_path / "other")["code"] == "another_log"


@pytest.mark.django_db(transaction=True)
def test_a_witness_looks_over_the_network(cast, reference, log, live_server, tmp_path, capsys):
    make_certificates(cast.centre_a, passing=1, failing=0)
    make_checkpoint()
    for before in (None, 2):
        call_command("witness", "--url", live_server.url, "--state", str(tmp_path / "state"), "--json")
        seen = json.loads(capsys.readouterr().out)
        assert (seen["size"], seen["before"]) == (2, before)
    with pytest.raises(SystemExit):
        call_command("witness", "--url", "file:///etc", "--state", str(tmp_path / "state"), "--json")
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "log_unreadable"


# --- what they say, under the checkpoint ------------------------------------------------------------------------------


@pytest.fixture
def merge(witnessed, settings, tmp_path, capsys):
    """A witness whose key the operator has written down, and the command that brings back what it said."""
    key = witnessed()["witness_key"]
    settings.LOG_WITNESSES = tmp_path / "witnesses"
    settings.LOG_WITNESSES.write_text(f"# huyện\n{key}\n")

    def merge(*sources):
        try:
            call_command("merge_cosignatures", *map(str, sources), "--json")
        except SystemExit:
            return json.loads(capsys.readouterr().out)["error"]["code"]
        (said,) = json.loads(capsys.readouterr().out)["checkpoints"]
        return said

    return merge


@pytest.mark.django_db
def test_a_cosignature_is_published_under_the_checkpoint_and_in_proofs(merge, witnessed, log, cast, client):
    said = merge(witnessed.state / "checkpoint")
    assert (said["size"], list(said["witnesses"]), said["new"], said["published"]) == (6, ["ba-vi/w1"], 1, True)
    served = client.get("/log/checkpoint").content
    assert served.decode().splitlines() == (witnessed.state / "checkpoint").read_text().splitlines()
    name, _id, encoded = witnessed()["witness_key"].split("+", 2)
    key = NoteKey(name, base64.b64decode(encoded)[1:])
    assert read_checkpoint(served)[1].cosigned_at(key)
    proof = read_proof(log_proof(place_of(Certificate.objects.get(number=1))).encode())
    assert proof.note.cosigned_at(key)
    assert signed_by_us(proof.note, log_origin())
    assert audit_register().findings == []

    assert merge(witnessed.state / "checkpoint")["new"] == 0  # again: nothing twice
    text = (witnessed.state / "checkpoint").read_text()
    assert text.count(" ba-vi/w1 ") == 1  # nor when the witness finds its own line published
    # The next checkpoint stands without it until the witness has seen it, and the folder may be lost meanwhile.
    make_certificates(cast.centre_b, passing=1, failing=0)
    kept = tmp_copy(witnessed.state / "checkpoint")
    make_checkpoint()
    assert "ba-vi/w1" not in client.get("/log/checkpoint").content.decode()
    assert merge(kept)["published"] is False
    witnessed()
    assert merge(witnessed.state / "checkpoint")["published"]
    shutil.rmtree(log.path)
    make_checkpoint()
    assert "ba-vi/w1" in client.get("/log/checkpoint").content.decode()
    assert audit_register().findings == []


def tmp_copy(path):
    return shutil.copy(path, path.with_name("earlier"))


@pytest.mark.django_db
def test_the_page_of_the_log_names_the_witnesses(merge, witnessed, cast, as_user):
    merge(witnessed.state / "checkpoint")
    assert "ba-vi/w1" in as_user(cast.duc).get("/certificates/log/").content.decode()


@pytest.mark.django_db
def test_only_known_witnesses_of_this_very_history_are_merged(merge, witnessed, settings, tmp_path, cast, log):
    good = witnessed.state / "checkpoint"
    other = settings.LOG_WITNESSES.read_text().replace("ba-vi/w1", "ba-vi/w2")
    settings.LOG_WITNESSES.write_text("khong-phai-khoa")
    assert merge(good) == "bad_witnesses"
    settings.LOG_WITNESSES.write_text(other.splitlines()[0])  # a list without keys
    assert merge(good) == "no_known_witness"
    settings.LOG_WITNESSES = None
    assert merge(good) == "no_witnesses"

    call_command("witness", "--dir", str(witnessed.out), "--state", str(tmp_path / "w"), "--name", "x/w", "--json")
    settings.LOG_WITNESSES = tmp_path / "witnesses"
    settings.LOG_WITNESSES.write_text(witnessed()["witness_key"])
    assert merge(tmp_path / "w/checkpoint") == "no_known_witness"
    for name, content in {"none": b"x", "changed": good.read_bytes().replace(b"/log\n6\n", b"/log\n5\n")}.items():
        (tmp_path / name).write_bytes(content)
    assert merge(tmp_path / "none") == "no_checkpoint"
    assert merge(tmp_path / "changed") == "not_our_checkpoint"
    assert merge(tmp_path / "not there") == "bad_file"
    assert not LogCosignature.objects.exists()


@pytest.mark.django_db
def test_a_line_that_nobody_merged_and_one_that_was_taken_away_are_found(merge, witnessed, log):
    merge(witnessed.state / "checkpoint")
    with pytest.raises(DatabaseError), transaction.atomic():
        LogCosignature.objects.update(name="x")
    whole = log.read("checkpoint")
    log.write([("checkpoint", LogCheckpoint.objects.get().note.encode())])
    assert {each.kind for each in audit_register().findings} == {"checkpoint"}
    log.write([("checkpoint", whole)])
    with without_guards("certificates_logcosignature"):
        LogCosignature.objects.all()._raw_delete("default")
    assert {each.kind for each in audit_register().findings} == {"checkpoint"}
