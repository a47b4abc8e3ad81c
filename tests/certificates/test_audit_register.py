"""Rewritten history: what was done with the database's password is found and named, each time, on both databases."""

import datetime as dt
import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from certificates.models import (
    Certificate,
    LogCheckpoint,
    LogLeaf,
    LogPlace,
    Register,
    RegisterEvent,
    SignedClaims,
)
from certificates.services import (
    Decision,
    erase_from_log,
    hand_out_copies,
    issue_class,
    revoke_certificate,
    supersede_certificate,
)
from certificates.services.auditing import audit_register
from certificates.services.decisions import Second
from certificates.services.events import write_events
from certificates.services.sequencing import make_checkpoint
from certificates.signing.keys import KeyUse, key_folder
from certificates.tlog.checkpoint import Checkpoint, sign_checkpoint
from certificates.tlog.folder import log_folder
from certificates.tlog.leaves import FIELDS, leaf_data
from certificates.tlog.merkle import as_leaves, in_memory, root_of
from core.tokens import new_token
from tests.certificates.rows import without_guards
from tests.certificates.tampering import (
    ENTRY,
    EVENT,
    EVERYTHING,
    LEAF,
    audit,
    delete_entry,
    found,
    named,
    published_book,
    rewrite,
    taken_back,
)
from tests.factories import closed_class, make_certificates


@pytest.fixture
def book(cast, reference, settings, tmp_path):
    return published_book(cast.centre_a, settings, tmp_path)


@pytest.mark.django_db
def test_an_honest_register_has_no_findings(book, cast, capsys):
    decision = Decision("Sai nội dung", "12/QĐ", timezone.localdate(), "Ông Đức")
    revoke_certificate(certificate=book[0], by=cast.duc, second=Second(operator="root"), decision=decision)
    supersede_certificate(certificate=book[1], by=cast.duc, decision=decision, correct=True)
    hand_out_copies(certificate=book[2], by=cast.duc, copies=1, recipient="Nga", reason="")
    erase_from_log(certificate=book[2], by=cast.duc, second=Second(operator="root"), decision=decision)
    cast.centre_a.code = "HN-KHAC"  # a centre may get another code
    cast.centre_a.save()

    assert audit() == ({"entries": 4, "ok": True, "findings": [], "erased": 1}, 0)
    make_checkpoint()
    assert audit()[1] == 0
    call_command("audit_register")
    said = capsys.readouterr().out
    assert "4 mục, không có gì sai" in said
    assert "1 mục đã xóa liên kết" in said


# --- four kinds of tampering, before and after a checkpoint -----------------------------------------------------------


@pytest.mark.django_db
def test_an_edited_entry(book):
    row = book[1]
    edits = (
        ("content", '{"learner": "Người Khác"}'), ("token", "0000000000000000"), ("signer_name", "Ai đó"),
        ("pdf_sha256", "0" * 64), ("kind", "attendance"), ("number", 77), ("state", "revoked"),
    )  # fmt: skip
    for column, value in edits:
        with taken_back():
            assert rewrite(row, column, value) == 1
            assert named(row, "edited") in found(), column
            assert audit()[1] == 1
    rewrite(row, "signer_name", "Ai đó")
    make_certificates(row.centre, passing=1, failing=0)
    make_checkpoint()  # the next checkpoint does not make it good
    assert found() == {named(row, "edited")}


@pytest.mark.django_db
def test_an_edited_event(book):
    event = book[1].events.get(kind="issued")
    for column, value in (("kind", "voided"), ("operator", "ai đó"), ("recipient", "Ai đó"), ("copies", 3)):
        with taken_back():
            with without_guards(EVENT):
                RegisterEvent.objects.filter(pk=event.pk).update(**{"reason": "Khác", column: value})
            assert named(book[1], "edited") in found(), column
            assert {number for _centre, number, _kind in found()} == {book[1].register_number}


@pytest.mark.django_db
def test_what_was_signed_for_the_qr_is_held_to_the_log_too(book):
    """Another text that a stolen key signed, another key's name, or the row gone: the leaf knows what was printed."""
    signed = SignedClaims.objects.get(certificate=book[1])
    for change in ({"fragment": "B" + signed.fragment[1:]}, {"kid": "00000000"}):
        with taken_back():
            with without_guards("certificates_signedclaims"):
                SignedClaims.objects.filter(pk=signed.pk).update(**change)
            assert found() == {named(book[1], "edited")}, change
    with without_guards("certificates_signedclaims"):
        SignedClaims.objects.filter(pk=signed.pk)._raw_delete("default")
    assert found() == {named(book[1], "edited")}


@pytest.mark.django_db
def test_a_leaf_of_the_first_version_is_held_to_its_own_rule(cast, reference, settings, tmp_path):
    settings.LOG_DIR = tmp_path / "log"
    row = make_certificates(cast.centre_a, passing=1, failing=0)[0]
    with without_guards(LEAF):
        for values in RegisterEvent.objects.values(*FIELDS):
            data = leaf_data(values, values["certificate__log_salt__salt"], 1)
            LogLeaf.objects.filter(pk=values["pk"]).update(data=data)
    make_checkpoint()
    assert audit()[1] == 0
    rewrite(row, "signer_name", "Ai đó")
    assert found() == {named(row, "edited")}


@pytest.mark.django_db
def test_a_deleted_entry(book):
    with taken_back():
        delete_entry(book[1])
        assert found() == {named(book[1], "deleted")}
        assert audit()[0]["entries"] == 2
    # The last of the book, and the counter turned back: no gap is left behind, only what was published knows.
    delete_entry(book[2])
    Register.objects.update(next_number=3)
    assert found() == {named(book[2], "deleted")}


@pytest.mark.django_db
def test_a_deleted_revocation(book, cast):
    """The paper stands again, and the book says nothing of it."""
    row = book[2]
    decision = Decision("Sai nội dung", "12/QĐ", timezone.localdate(), "Ông Đức")
    revoke_certificate(certificate=row, by=cast.duc, second=Second(operator="root"), decision=decision)
    make_checkpoint()
    event = row.events.get(kind="revoked")
    with without_guards(*EVERYTHING):
        LogPlace.objects.filter(leaf=event.pk)._raw_delete("default")
        LogLeaf.objects.filter(pk=event.pk)._raw_delete("default")
        RegisterEvent.objects.filter(pk=event.pk)._raw_delete("default")
        Certificate.objects.filter(pk=row.pk).update(state="issued")
    assert found() == {named(row, "deleted")}


@pytest.mark.django_db
def test_a_deletion_that_leaves_the_place_behind(book):
    """With the database's own checks switched off the place may point to nothing."""
    with taken_back(), without_guards(*EVERYTHING):
        if connection.vendor == "postgresql":
            connection.cursor().execute("SET LOCAL session_replication_role = replica")
        LogLeaf.objects.filter(event__certificate=book[1])._raw_delete("default")
        RegisterEvent.objects.filter(certificate=book[1], kind="issued")._raw_delete("default")
        assert named(book[1], "deleted") in found()


def insert_copy(row, **changes):
    """A second entry beside an honest one, as somebody with the password writes it."""
    new = Certificate.objects.get(pk=row.pk)
    learner = row.enrolment.learner
    new.pk, new.token, new._state.adding = None, new_token(), True
    for name, value in changes.items():
        setattr(new, name, value)
    new.register_number = f"{new.number:06d}/{new.register.year}"
    new.learner, new.state = learner, "revoked"  # an enrolment has one living entry
    new.save()
    return new


@pytest.mark.django_db
@pytest.mark.parametrize("events", [(), ("reserved", "issued", "revoked")])
def test_an_inserted_entry(book, cast, events):
    with without_guards(*EVERYTHING):
        row = insert_copy(book[0], number=4)
        Register.objects.update(next_number=5)
        RegisterEvent.objects.bulk_create(
            RegisterEvent(certificate=row, kind=kind, by=cast.duc, reason="x", operator="x") for kind in events
        )
    assert found() == {named(row, "inserted")}
    hand_out_copies(certificate=book[1], by=cast.duc, copies=1, recipient="Nga", reason="")
    make_checkpoint()  # what has no leaf does not slip into the log at the next turn
    assert found() == {named(row, "inserted")}


@pytest.mark.django_db
def test_an_inserted_entry_beyond_the_counter(book, cast):
    row = insert_copy(book[0], number=9)
    write_events(
        RegisterEvent(certificate=row, kind=kind, by=cast.duc, reason="x", operator="x")
        for kind in ("reserved", "revoked")
    )
    assert found() == {named(row, "inserted")}


@pytest.mark.django_db
def test_a_date_of_issue_or_an_event_turned_back(book):
    row = book[1]
    with taken_back():
        rewrite(row, "issued_on", dt.date(2020, 1, 1))
        assert found() == {named(row, "backdated")}
    with without_guards(EVENT):
        row.events.filter(kind="issued").update(at=timezone.now() - dt.timedelta(days=90))
    assert found() == {named(row, "backdated")}


@pytest.mark.django_db
def test_an_entry_written_with_an_old_date_after_the_checkpoints_of_that_time(cast, reference, settings, tmp_path):
    """Complete in itself, leaf and all: but it came into the log long after the day it claims."""
    settings.LOG_DIR = tmp_path / "log"
    make_certificates(cast.centre_a, passing=1, failing=0)
    make_checkpoint()
    row = make_certificates(cast.centre_b, passing=1, failing=0)[0]
    with without_guards(EVENT, LEAF):
        RegisterEvent.objects.filter(certificate=row).update(at=timezone.now() - dt.timedelta(days=30))
        for values in RegisterEvent.objects.filter(certificate=row).values(*FIELDS):
            data = leaf_data(values, values["certificate__log_salt__salt"])
            LogLeaf.objects.filter(pk=values["pk"]).update(data=data)
    assert found() == {named(row, "backdated")}  # already: the last checkpoint should have had it
    make_checkpoint()
    assert found() == {named(row, "backdated")}


# --- whoever knows the log, too ---------------------------------------------------------------------------------------


def rewrite_leaf(row, **changes):
    """Edit an entry and make its leaves fit, as somebody who knows the scheme."""
    with without_guards(ENTRY, LEAF):
        Certificate.objects.filter(pk=row.pk).update(**changes)
        for values in RegisterEvent.objects.filter(certificate=row).values(*FIELDS):
            data = leaf_data(values, values["certificate__log_salt__salt"])
            LogLeaf.objects.filter(pk=values["pk"]).update(data=data)


@pytest.mark.django_db
def test_leaves_rewritten_with_their_rows(book):
    rewrite_leaf(book[1], signer_name="Ai đó")
    assert found() == {named(book[1], "edited")}


@pytest.mark.django_db
def test_rows_leaves_and_files_rewritten(book):
    """All that lies on the machine but the key: the signed root contradicts it."""
    rewrite_leaf(book[1], signer_name="Ai đó")
    rewrite_files()
    assert found() == {(None, None, "checkpoint")}


def rewrite_files():
    folder = log_folder()
    entries = [data.encode() for data in LogPlace.objects.order_by("index").values_list("leaf__data", flat=True)]
    name = f".p/{len(entries)}"
    folder.write([
        (f"tile/0/000{name}", b"".join(as_leaves(entries))),
        (f"tile/entries/000{name}", b"".join(len(entry).to_bytes(2) + entry for entry in entries)),
    ])  # fmt: skip
    return entries


@pytest.mark.django_db
def test_everything_rewritten_and_signed_anew_contradicts_what_a_witness_kept(book, tmp_path):
    kept = tmp_path / "kept"
    kept.write_bytes(log_folder().read("checkpoint"))
    assert audit("--kept", str(kept))[1] == 0
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("audit_register", "--json", "--kept", "/nowhere/at-all", stdout=out, stderr=StringIO())
    assert json.loads(out.getvalue())["error"]["code"] == "bad_file"
    rewrite_leaf(book[1], signer_name="Ai đó")
    entries = rewrite_files()
    root, signer = root_of(in_memory(as_leaves(entries)), len(entries)), key_folder().signer(KeyUse.LOG)
    row = LogCheckpoint.objects.get()
    note = sign_checkpoint(
        Checkpoint("localhost:8000/log", len(entries), root), signer.public, signer.sign, row.at
    )  # fmt: skip
    with without_guards("certificates_logcheckpoint"):
        LogCheckpoint.objects.update(root=root.hex(), note=note)
    log_folder().write([("checkpoint", note.encode())])
    assert audit()[1] == 0  # nothing on this machine knows better
    assert found("--kept", str(kept)) == {(None, None, "checkpoint")}


@pytest.mark.django_db
def test_a_changed_checkpoint_and_a_damaged_or_removed_folder(book):
    for change in ({"root": "0" * 64}, {"at": timezone.now() - dt.timedelta(days=9)}, {"note": "x"}):
        with taken_back():
            with without_guards("certificates_logcheckpoint"):
                LogCheckpoint.objects.update(**change)
            assert found() == {(None, None, "checkpoint")}, change
    path = log_folder().path / "tile/entries/000.p/6"
    path.write_bytes(path.read_bytes()[:-1])
    assert found() == {(None, None, "checkpoint")}
    (log_folder().path / "checkpoint").unlink()
    assert found() == {(None, None, "checkpoint")}


# --- files and gaps ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_another_file_a_missing_one_and_a_number_that_is_not_there(book):
    with taken_back():
        Register.objects.update(next_number=5)
        assert found() == {(book[0].centre.code, f"000004/{book[0].register.year}", "deleted")}
    with open(book[0].pdf.path, "ab") as stream:
        stream.write(b"%")
    book[1].pdf.storage.delete(book[1].pdf.name)
    assert found() == {named(book[0], "file"), named(book[1], "file")}


@pytest.mark.django_db
def test_a_reserved_number_is_in_order(cast, reference, settings, tmp_path):
    settings.LOG_DIR, settings.SIGNING_KEYS_DIR = tmp_path / "log", tmp_path / "keys"
    issue_class(class_group=closed_class(cast.centre_a, passing=1, failing=0)[0], by=cast.duc)
    assert audit_register().findings == []
