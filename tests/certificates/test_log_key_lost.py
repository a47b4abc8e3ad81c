"""A log key that somebody else had: the history it signed is signed again and stands; what the thief signs does not."""

import pytest
from django.utils import timezone

from certificates.models import LogCheckpoint
from certificates.services import Decision, revoke_certificate
from certificates.services.decisions import Second
from certificates.services.sequencing import make_checkpoint, signed_by_us
from certificates.services.signing import compromise_key, create_key, rotate_key
from certificates.signing.keys import KeyUse, key_folder
from certificates.tlog.checkpoint import Checkpoint, read_checkpoint, sign_checkpoint
from certificates.tlog.folder import log_folder
from certificates.tlog.sources import from_folder
from certificates.tlog.witness import Refused, Witness
from tests.certificates.tampering import audit, found, rewrite
from tests.factories import make_certificates

ORIGIN = "localhost:8000/log"
DECISION = Decision("Sai nội dung", "12/QĐ", timezone.localdate(), "Ông Đức")


@pytest.fixture
def history(cast, reference, settings, tmp_path):
    """Two checkpoints of one key. Returns rows, key id and what that key signs with."""
    settings.LOG_DIR, settings.SIGNING_KEYS_DIR = tmp_path / "log", tmp_path / "keys"
    create_key()
    kid = create_key(use=KeyUse.LOG).kid
    thief = key_folder().signer(KeyUse.LOG)
    rows = make_certificates(cast.centre_a, passing=2, failing=0)
    make_checkpoint()
    revoke_certificate(certificate=rows[0], by=cast.duc, second=Second(operator="root"), decision=DECISION)
    make_checkpoint()
    return rows, kid, thief


def published():
    return read_checkpoint(log_folder().read("checkpoint"))


@pytest.mark.django_db
@pytest.mark.parametrize("since", ["before everything", "now"])
def test_what_a_compromised_key_signed_is_signed_again(history, since, settings, tmp_path, client, cast):
    rows, kid, _thief = history
    before, at = published()[0], LogCheckpoint.objects.first().at
    compromise_key(kid=kid, since=rows[0].created_at if since.startswith("before") else timezone.now())
    assert found() == {(None, None, "checkpoint")}  # nothing vouches for the log any more
    create_key(use=KeyUse.LOG)

    assert make_checkpoint() == LogCheckpoint.objects.first()  # nothing happened, so the tree is the same
    now, note = published()
    assert (now, signed_by_us(note, ORIGIN)) == (before, at)  # and so is the moment
    assert audit()[1] == 0
    lines = [row.published.count("\n— ") for row in LogCheckpoint.objects.all()]
    assert lines == [4, 4]  # two of the old key, two of the new one, under both checkpoints
    assert [row.witnesses for row in LogCheckpoint.objects.all()] == [[], []]

    make_checkpoint()  # once is enough
    assert [row.published.count("\n— ") for row in LogCheckpoint.objects.all()] == lines
    make_certificates(rows[0].centre, passing=1, failing=0)
    make_checkpoint()
    assert audit()[1] == 0
    # The same again with the second key.
    second = key_folder().signer(KeyUse.LOG).kid
    compromise_key(kid=second, since=timezone.now())
    create_key(use=KeyUse.LOG)
    make_checkpoint()
    assert audit()[1] == 0


@pytest.mark.django_db
def test_a_retired_key_needs_no_second_signature(history):
    rotate_key(use=KeyUse.LOG)
    before = log_folder().read("checkpoint")
    make_checkpoint()
    assert log_folder().read("checkpoint") == before
    assert audit()[1] == 0


@pytest.mark.django_db
def test_what_the_thief_signs_stays_worthless(history):
    """A checkpoint of another tree, signed with the stolen key, is neither believed nor signed again."""
    rows, kid, thief = history
    compromise_key(kid=kid, since=rows[0].created_at)
    create_key(use=KeyUse.LOG)
    row = LogCheckpoint.objects.first()
    forged = sign_checkpoint(Checkpoint(ORIGIN, row.size, b"\0" * 32), thief.public, thief.sign, row.at)
    log_folder().write([("checkpoint", forged.encode())])
    with pytest.raises(Exception, match="audit_register"):
        make_checkpoint()
    assert found() == {(None, None, "checkpoint")}
    assert not any(row.cosignatures.exists() for row in LogCheckpoint.objects.all())


@pytest.mark.django_db
def test_a_row_that_was_edited_meanwhile_is_still_found(history):
    rows, kid, _thief = history
    compromise_key(kid=kid, since=timezone.now())
    create_key(use=KeyUse.LOG)
    rewrite(rows[1], "signer_name", "Ai đó")
    make_checkpoint()
    assert {kind for _centre, _number, kind in found()} == {"edited"}


@pytest.mark.django_db
def test_a_witness_goes_on_after_a_person_has_confirmed_the_new_key(history, tmp_path):
    _rows, kid, _thief = history
    witness, now = Witness(tmp_path / "witness", "ba-vi.example/w1"), timezone.now()

    def read(name):
        return key_folder().list_path.read_bytes() if name.startswith(".well-known") else from_folder(tmp_path)(name)

    witness.look(read, at=now)
    compromise_key(kid=kid, since=now)
    new = create_key(use=KeyUse.LOG).kid
    with pytest.raises(Refused, match="unsigned"):
        witness.look(read, at=now)
    make_checkpoint()
    with pytest.raises(Refused, match="new_key"):
        witness.look(read, at=now)
    assert witness.look(read, at=now, accept=new).before.size == published()[0].size
