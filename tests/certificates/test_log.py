"""The published log: a leaf for every event, checkpoints, proofs, what is served and exported, a witness elsewhere."""

import datetime as dt
import json
import shutil
import threading
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from certificates.jobs import publish_log
from certificates.models import Certificate, LogCheckpoint, LogLeaf, LogPlace, LogSalt, RegisterEvent
from certificates.selectors import log_proof
from certificates.services import Decision, Second, hand_out_copies, issue_class, revoke_certificate, sequencing
from certificates.services.auditing import audit_register
from certificates.services.events import write_events
from certificates.services.publishing import signed_status_list
from certificates.services.sequencing import log_origin, make_checkpoint, signed_by_us
from certificates.services.signing import create_key
from certificates.signing.keys import KeyUse
from certificates.tlog.checkpoint import read_checkpoint, read_proof
from certificates.tlog.folder import log_folder
from certificates.tlog.leaves import read_leaf
from certificates.tlog.merkle import as_leaves, in_memory, leaf_hash, root_of
from certificates.tlog.tiles import entries_in_bundles, leaves_in_tiles
from core.errors import Conflict, Unavailable
from tests.certificates.rows import without_guards
from tests.factories import closed_class, make_certificates

NOW = dt.datetime(2026, 11, 30, 8, 15, tzinfo=dt.UTC)


@pytest.fixture
def log(settings, tmp_path):
    settings.LOG_DIR = tmp_path / "log"
    return log_folder()


def revoke(row, by):
    decision = Decision("Sai nội dung", "12/QĐ", timezone.localdate(), "Ông Đức")
    return revoke_certificate(certificate=row, by=by, second=Second(operator="root"), decision=decision)


def copy_often(row, by, count):
    """Many lines for the log without a paper to render for each."""
    write_events(
        RegisterEvent(certificate=row, kind="copied", by=by, copies=1, copy_number=f"{number:06d}/2026", recipient="x")
        for number in range(count)
    )


# --- leaves -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_every_event_has_its_leaf_and_none_names_a_person(cast, reference):
    rows = make_certificates(cast.centre_a, passing=2, failing=0)
    revoke(rows[0], cast.duc)
    hand_out_copies(certificate=rows[1], by=cast.duc, copies=2, recipient="Bùi Thị Nga", reason="Hồ sơ")

    assert set(LogLeaf.objects.values_list("event_id", flat=True)) == set(
        RegisterEvent.objects.values_list("pk", flat=True)
    )
    said = [read_leaf(data) for data in LogLeaf.objects.order_by("event_id").values_list("data", flat=True)]
    assert [leaf["event"] for leaf in said] == ["reserved", "reserved", "issued", "issued", "revoked", "copied"]
    assert {leaf["centre"] for leaf in said} == {cast.centre_a.code}
    assert [leaf["number"] for leaf in said] == [1, 2, 1, 2, 1, 2]
    text = "".join(LogLeaf.objects.values_list("data", flat=True))
    for row in rows:
        for secret in (row.token, row.content["learner"], row.content["learner"].split()[-1], "Nga", "12/QĐ", "Ông"):
            assert secret not in text
    # Two entries that say the same of two people cannot be told to be so: each has its own salt.
    assert len(set(LogSalt.objects.values_list("salt", flat=True))) == 2
    assert len({leaf["claims"] for leaf in said}) == 2


@pytest.mark.django_db
def test_a_step_that_is_undone_leaves_no_leaf(cast, reference):
    row = make_certificates(cast.centre_a, passing=1, failing=0)[0]
    before = LogLeaf.objects.count()
    with pytest.raises(RuntimeError), transaction.atomic():
        revoke(row, cast.duc)
        assert LogLeaf.objects.count() == before + 1
        raise RuntimeError("killed")
    assert LogLeaf.objects.count() == RegisterEvent.objects.count() == before


@pytest.mark.django_db
def test_leaves_of_a_class_cost_the_same_few_statements(cast, reference, django_assert_num_queries):
    rows = make_certificates(cast.centre_a, passing=1, failing=0)
    with django_assert_num_queries(3):
        copy_often(rows[0], cast.duc, 12)


@pytest.mark.django_db
def test_a_register_from_before_the_log_gets_its_leaves(cast, reference, log):
    make_certificates(cast.centre_a, passing=2, failing=0)
    with without_guards("certificates_logleaf"):
        LogLeaf.objects.all()._raw_delete("default")
    LogSalt.objects.all()._raw_delete("default")
    assert {finding.kind for finding in audit_register().findings} == {"inserted"}
    migration = import_module("certificates.migrations.0011_log_leaves")

    migration.write_leaves(apps, SimpleNamespace(connection=connection))

    assert LogLeaf.objects.count() == RegisterEvent.objects.count() == 4
    make_checkpoint()
    assert audit_register().findings == []


@pytest.mark.django_db
def test_the_tables_are_append_only(cast, reference, log):
    make_certificates(cast.centre_a, passing=1, failing=0)
    make_checkpoint()
    changes = (
        lambda: LogLeaf.objects.update(data="x"), lambda: LogPlace.objects.update(proof=b""),
        lambda: LogCheckpoint.objects.update(root="x"), lambda: LogSalt.objects.update(salt="x"),
        lambda: LogPlace.objects.all()._raw_delete("default"), lambda: LogLeaf.objects.all()._raw_delete("default"),
        lambda: LogCheckpoint.objects.all()._raw_delete("default"),
    )  # fmt: skip
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert LogSalt.objects.all()._raw_delete("default") == 1  # erasure


# --- checkpoints ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_checkpoints_grow_one_signed_tree(cast, reference, log):
    assert make_checkpoint() is None
    rows = make_certificates(cast.centre_a, passing=3, failing=0)
    first = make_checkpoint(at=NOW)
    assert make_checkpoint(at=NOW + dt.timedelta(hours=1)) == first  # nothing happened: nothing new is signed
    revoke(rows[0], cast.duc)
    second = make_checkpoint(at=NOW + dt.timedelta(hours=2))

    assert (first.size, second.size) == (6, 7)
    entries = list(entries_in_bundles(log.read, 7))
    placed = LogPlace.objects.order_by("index").values_list("index", "leaf__data")
    assert [(index, entry.decode()) for index, entry in enumerate(entries)] == list(placed)
    assert list(leaves_in_tiles(log.read, 7)) == as_leaves(entries)
    node = in_memory(as_leaves(entries))
    for row in (first, second):
        checkpoint, note = read_checkpoint(row.note.encode())
        assert (checkpoint.origin, checkpoint.size) == ("localhost:8000/log", row.size)
        assert checkpoint.root == root_of(node, row.size)
        assert signed_by_us(note, log_origin()) == row.at
    assert log.read("checkpoint").decode() == second.note


@pytest.mark.django_db
def test_each_paper_gets_a_proof_that_leads_to_the_signed_root(cast, reference, log):
    make_certificates(cast.centre_a, passing=3, failing=0)
    row = make_checkpoint()
    issued = LogPlace.objects.filter(leaf__event__kind="issued").select_related("leaf", "checkpoint")
    assert len(issued) == 3
    for place in issued:
        proof = read_proof(log_proof(place).encode())
        assert proof.proves(leaf_hash(place.leaf.data.encode()))
        assert (proof.index, proof.checkpoint.root.hex()) == (place.index, row.root)
    assert not any(LogPlace.objects.exclude(leaf__event__kind="issued").values_list("proof", flat=True))


@pytest.mark.django_db
def test_killed_between_rows_and_file_the_next_run_does_the_rest(cast, reference, log, monkeypatch):
    make_certificates(cast.centre_a, passing=1, failing=0)
    make_checkpoint()
    make_certificates(cast.centre_a, passing=2, failing=0)
    kept = log.read("checkpoint")
    last = make_checkpoint()
    log.write([("checkpoint", kept)])

    assert make_checkpoint() == last
    assert log.read("checkpoint").decode() == last.note


@pytest.mark.django_db
def test_killed_before_the_rows_the_tiles_are_written_again(cast, reference, log, monkeypatch):
    make_certificates(cast.centre_a, passing=1, failing=0)

    def killed(*_args, **_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(LogPlace.objects, "bulk_create", killed)
        with pytest.raises(KeyboardInterrupt):
            make_checkpoint()
    assert not LogCheckpoint.objects.exists()
    make_certificates(cast.centre_a, passing=1, failing=0)
    assert make_checkpoint().size == 4


@pytest.mark.django_db
def test_a_lost_folder_is_written_again_from_the_rows(cast, reference, log):
    make_certificates(cast.centre_a, passing=2, failing=0)
    last = make_checkpoint()
    files = {name: log.read(name) for name in log.files()}
    shutil.rmtree(log.path)
    assert make_checkpoint() == last
    assert {name: log.read(name) for name in log.files()} == files


@pytest.mark.django_db
def test_a_second_history_is_never_signed(cast, reference, log):
    """A backup from before was restored: the log has published more than the database knows."""
    make_certificates(cast.centre_a, passing=1, failing=0)
    make_checkpoint()
    with transaction.atomic():
        make_certificates(cast.centre_a, passing=1, failing=0)
        make_checkpoint()
        transaction.set_rollback(True)
    make_certificates(cast.centre_a, passing=1, failing=0)
    published = log.read("checkpoint")

    with pytest.raises(Conflict) as refused:
        make_checkpoint()

    assert refused.value.code == "log_ahead"
    assert publish_log.call() == 0
    assert log.read("checkpoint") == published


@pytest.mark.django_db
def test_broken_tiles_are_not_built_upon(cast, reference, log):
    make_certificates(cast.centre_a, passing=1, failing=0)
    make_checkpoint()
    (log.path / "tile/0/000.p/2").write_bytes(b"\0" * 64)
    make_certificates(cast.centre_a, passing=1, failing=0)
    with pytest.raises(Conflict, match="audit_register"):
        make_checkpoint()


@pytest.mark.django_db
def test_without_a_log_key_events_wait_and_nothing_is_lost(cast, reference, log, settings, tmp_path, caplog):
    settings.SIGNING_KEYS_DIR = tmp_path / "keys"
    create_key()
    make_certificates(cast.centre_a, passing=1, failing=0)
    with pytest.raises(Unavailable):
        make_checkpoint()
    assert publish_log.call() == 0
    assert "signing_keys create --use log" in caplog.text
    create_key(use=KeyUse.LOG)
    assert publish_log.call() == 2


@pytest.mark.django_db(transaction=True)
def test_two_that_publish_at_once_make_one_log(cast, reference, log):
    make_certificates(cast.centre_a, passing=4, failing=0)
    found = []

    def publish():
        try:
            found.append(make_checkpoint().size)
        finally:
            connection.close()

    threads = [threading.Thread(target=publish) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [8, 8, 8, 8]
    assert LogCheckpoint.objects.count() == 1


# --- served and exported ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_publish_log_writes_is_what_the_address_serves(
    cast, reference, log, client, tmp_path, capsys, monkeypatch
):
    rows = make_certificates(cast.centre_a, passing=1, failing=0)
    copy_often(rows[0], cast.duc, 258)
    make_checkpoint()
    revoke(rows[0], cast.duc)
    moment = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: moment)
    out = tmp_path / "out"

    call_command("publish_log", "--out", str(out), "--json")

    result = json.loads(capsys.readouterr().out)
    files = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert result["size"] == 261
    assert result["files"] == len(files)
    assert set(files) == {
        ".well-known/clc-keys.json", ".well-known/did.json", "vc/status/1", "vc/status/1.json", "vc/status/1.jwt",
        "log/checkpoint", "log/status", "log/tile/0/000", "log/tile/0/001.p/4",
        "log/tile/0/001.p/5", "log/tile/1/000.p/1", "log/tile/entries/000", "log/tile/entries/001.p/4",
        "log/tile/entries/001.p/5",
    }  # fmt: skip
    for name, content in files.items():
        response = client.get(f"/{name}")
        assert response.status_code == 200, name
        assert response.content == content, name
        assert response["Access-Control-Allow-Origin"] == "*"
        assert not response.cookies
    tile, checkpoint = client.get("/log/tile/0/000"), client.get("/log/checkpoint")
    assert (tile["Content-Type"], tile["Cache-Control"]) == (
        "application/octet-stream", "public, max-age=31536000, immutable",
    )  # fmt: skip
    assert (checkpoint["Content-Type"], checkpoint["Cache-Control"]) == (
        "text/plain; charset=utf-8", "public, max-age=5",
    )  # fmt: skip
    assert files["log/status"].decode() == signed_status_list()


@pytest.mark.django_db
def test_without_a_key_for_certificates_the_log_goes_out_all_the_same(cast, reference, log, settings, tmp_path, capsys):
    settings.SIGNING_KEYS_DIR = tmp_path / "keys"
    create_key(use=KeyUse.LOG)
    call_command("publish_log", "--out", str(tmp_path / "out"), "--json")
    names = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert names == {".well-known/clc-keys.json", ".well-known/did.json", "log/status"}


@pytest.mark.django_db
def test_parts_of_tiles_go_once_the_tile_is_full(cast, reference, log, tmp_path):
    row = make_certificates(cast.centre_a, passing=1, failing=0)[0]
    call_command("publish_log", "--out", str(tmp_path / "out"), "--json")
    assert (tmp_path / "out/log/tile/0/000.p/2").exists()
    copy_often(row, cast.duc, 254)
    call_command("publish_log", "--out", str(tmp_path / "out"), "--json")
    for folder in (log.path, tmp_path / "out/log"):
        assert not (folder / "tile/0/000.p").exists()
        assert (folder / "tile/0/000").stat().st_size == 8192


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    [
        "checkpoint",
        "tile/0/000",
        "tile/0/../checkpoint",
        "tile/0/%2e%2e/%2e%2e/.lock",
        "tile/entries/000.p/999",
        "tile/x",
    ],
)
def test_what_is_not_there_is_not_found(client, log, name):
    log.path.mkdir(parents=True)
    (log.path / ".lock").touch()
    assert client.get(f"/log/{name}").status_code == 404


@pytest.mark.django_db
def test_a_reserved_number_is_in_the_log_before_its_paper(cast, reference, log, settings, tmp_path):
    settings.SIGNING_KEYS_DIR = tmp_path / "keys"
    create_key(use=KeyUse.LOG)
    issue_class(class_group=closed_class(cast.centre_a, passing=1, failing=0)[0], by=cast.duc)
    assert make_checkpoint().size == 1
    assert Certificate.objects.get().state == "reserved"


@pytest.mark.django_db
def test_a_long_log_grows_in_portions_to_the_same_tree(cast, reference, log, monkeypatch):
    """What a first checkpoint over a million lines does, at the size of a few tiles."""
    row = make_certificates(cast.centre_a, passing=1, failing=0)[0]
    copy_often(row, cast.duc, 300)
    make_checkpoint()
    copy_often(row, cast.duc, 900)
    monkeypatch.setattr(sequencing, "PORTION", 256)
    monkeypatch.setattr(sequencing, "ROWS_A_STATEMENT", 100)
    last = make_checkpoint()

    entries = [data.encode() for data in LogLeaf.objects.order_by("event_id").values_list("data", flat=True)]
    assert last.size == len(entries) == 1202
    assert last.root == root_of(in_memory(as_leaves(entries)), 1202).hex()
    assert list(entries_in_bundles(log.read, 1202)) == entries
    assert list(LogPlace.objects.order_by("index").values_list("leaf_id", flat=True)) == list(
        LogLeaf.objects.order_by("event_id").values_list("event_id", flat=True)
    )
    assert audit_register().findings == []
    shutil.rmtree(log.path)
    make_checkpoint()  # and again from the rows
    assert list(leaves_in_tiles(log.read, 1202)) == as_leaves(entries)
    upper = log.path / "tile/1/000.p/4"
    upper.write_bytes(upper.read_bytes()[:64] + bytes(64))
    assert [each.kind for each in audit_register().findings] == ["checkpoint"]
