"""The right to be forgotten by the published log: what goes, what stays, what an audit says of it."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from certificates.models import Certificate, LogLeaf, LogSalt
from certificates.services import Decision, Second, erase_from_log, hand_out_copies
from certificates.services.auditing import audit_register
from certificates.services.sequencing import make_checkpoint
from certificates.tlog.leaves import FIELDS, leaf_data, read_leaf
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from tests.certificates.rows import without_guards
from tests.factories import make_certificates


@pytest.fixture
def row(cast, reference, settings, tmp_path):
    settings.LOG_DIR = tmp_path / "log"
    row = make_certificates(cast.centre_a, passing=2, failing=0)[0]
    make_checkpoint()
    return row


def erase(row, by, reason="Người học yêu cầu", second=None):
    return erase_from_log(
        certificate=row, by=by, second=second or Second(operator="root"), decision=Decision(reason, "5/QĐ")
    )


def kinds():
    return [each.kind for each in audit_register().findings]


@pytest.mark.django_db
def test_the_link_goes_and_all_else_stays(row, cast):
    values = row.events.values(*FIELDS).get(kind="issued")
    salt, leaf = values["certificate__log_salt__salt"], LogLeaf.objects.get(pk=values["pk"]).data
    assert leaf_data(values, salt) == leaf  # so far the leaf says who it is of, to whoever has the salt

    event = erase(row, cast.duc)

    assert not LogSalt.objects.filter(certificate=row).exists()
    assert LogSalt.objects.count() == 1
    assert salt not in "".join(LogLeaf.objects.values_list("data", flat=True))
    said = read_leaf(LogLeaf.objects.get(pk=event.pk).data)
    assert (said["event"], said["number"]) == ("erased", row.number)
    assert AuditEvent.objects.get(verb="certificates.erase_from_log").data["second"] == "root"
    row.refresh_from_db()
    assert row.state == "issued"
    assert row.pdf

    hand_out_copies(certificate=row, by=cast.duc, copies=1, recipient="Nga", reason="")
    make_checkpoint()
    audit = audit_register()
    assert (audit.findings, audit.erased) == ([], 1)
    with pytest.raises(Conflict):
        erase(row, cast.duc)


@pytest.mark.django_db
def test_what_the_log_says_openly_is_still_held_to_it(row, cast):
    erase(row, cast.duc)
    make_checkpoint()
    with without_guards("certificates_certificate"):
        Certificate.objects.filter(pk=row.pk).update(issued_on="2020-01-01")
    assert kinds() == ["backdated"]


@pytest.mark.django_db
def test_a_salt_that_was_taken_away_is_no_erasure(row):
    LogSalt.objects.filter(certificate=row)._raw_delete("default")
    (finding,) = audit_register().findings
    assert (finding.kind, finding.register_number) == ("unsalted", row.register_number)
    assert "no erasure" in finding.words


@pytest.mark.django_db
def test_it_takes_two_people_a_reason_and_the_right_centre(row, cast):
    with pytest.raises(InvalidInput):
        erase(row, cast.duc, reason=" ")
    with pytest.raises(Forbidden):
        erase(row, cast.lan)
    with pytest.raises(Forbidden):
        erase(row, cast.duc, second=Second(user=cast.duc))
    with pytest.raises((Forbidden, OutOfScope)):
        erase(row, cast.minh)
    assert LogSalt.objects.count() == 2
    erase(row, cast.lan, second=Second(user=cast.duc))
    assert LogSalt.objects.count() == 1


@pytest.mark.django_db
def test_the_command(row, cast):
    out = StringIO()
    words = ("--centre", row.centre.code, "--by", cast.duc.username, "--reason", "Người học yêu cầu", "--json")
    call_command("erase_from_log", row.register_number, *words, stdout=out)
    assert json.loads(out.getvalue())["register_number"] == row.register_number
    assert not LogSalt.objects.filter(certificate=row).exists()
    with pytest.raises(SystemExit):
        call_command("erase_from_log", "999999/2026", *words, stdout=(out := StringIO()))
    assert json.loads(out.getvalue())["error"]["code"] == "unknown_certificate"
