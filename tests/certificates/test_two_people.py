"""What one person alone may not do to the register, and what the database refuses whoever asks."""

import datetime as dt

import pypdfium2
import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from certificates.models import Certificate, Proposal, Register, RegisterEvent
from certificates.services import (
    Decision,
    Second,
    confirm_proposal,
    hand_out_copies,
    issue_class,
    propose_late_issue,
    propose_revocation,
    refuse_proposal,
    revoke_certificate,
    supersede_certificate,
    withdraw_proposal,
)
from certificates.services.numbering import LATE_DAYS
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from tests.factories import closed_class, make_certificates

pytestmark = pytest.mark.django_db
WHY = Decision("Cấp nhầm người", "12/QĐ-TTHTCĐ", dt.date(2026, 2, 1), "Nguyễn Văn Đức")


@pytest.fixture
def row(cast, reference):
    return make_certificates(cast.centre_a, 1)[0]


@pytest.fixture
def group(cast, reference):
    return closed_class(cast.centre_a, passing=2)[0]


def long_ago(group):
    return timezone.localdate() - dt.timedelta(days=LATE_DAYS + 1)


@pytest.fixture
def old_group(cast, reference):
    """A class closed long enough ago for a date of issue that needs two people."""
    day = timezone.localdate() - dt.timedelta(days=90)
    return closed_class(cast.centre_a, passing=2, starts_on=day - dt.timedelta(days=60))[0]


def test_a_revocation_waits_for_somebody_else(cast, row):
    proposal = propose_revocation(certificate=row, by=cast.lan, decision=WHY)
    row.refresh_from_db()
    assert row.state == "issued"
    with pytest.raises(Forbidden, match="hai người"):
        confirm_proposal(proposal=proposal, by=cast.lan)
    with pytest.raises(Forbidden, match="giám đốc"):  # staff and registrar: nobody of them is the director
        confirm_proposal(proposal=proposal, by=cast.van)
    confirm_proposal(proposal=proposal, by=cast.duc)
    row.refresh_from_db()
    event = row.events.get(kind="revoked")
    assert row.state == "revoked"
    assert (event.by, event.confirmed_by, event.decision_signer) == (cast.lan, cast.duc, "Nguyễn Văn Đức")
    assert AuditEvent.objects.filter(verb="certificates.revoked", data__second="duc").exists()


def test_what_the_director_asks_another_confirms(cast, row):
    proposal = propose_revocation(certificate=row, by=cast.duc, decision=WHY)
    with pytest.raises(Forbidden):
        confirm_proposal(proposal=proposal, by=cast.duc)
    assert set(Proposal.objects.to_settle_by(cast.van)) == {proposal}
    assert not Proposal.objects.to_settle_by(cast.duc).exists()
    assert not Proposal.objects.to_settle_by(cast.hoa).exists()
    confirm_proposal(proposal=proposal, by=cast.van)
    row.refresh_from_db()
    assert row.state == "revoked"


@pytest.mark.parametrize("who", ["thu", "hoa", "tuan", "oanh"])
def test_who_does_not_keep_the_register_neither_asks_nor_confirms(cast, row, who):
    with pytest.raises((Forbidden, OutOfScope)):
        propose_revocation(certificate=row, by=getattr(cast, who), decision=WHY)
    proposal = propose_revocation(certificate=row, by=cast.lan, decision=WHY)
    with pytest.raises((Forbidden, OutOfScope)):
        confirm_proposal(proposal=proposal, by=getattr(cast, who))
    row.refresh_from_db()
    assert row.state == "issued"


def test_strangers_settle_nothing(as_user, cast, row):
    proposal = propose_revocation(certificate=row, by=cast.lan, decision=WHY)
    url = f"/certificates/proposals/{proposal.pk}/settle/"
    for who, status in (("minh", 404), ("hai", 404), ("thu", 403), ("hoa", 403), ("nam", 403), ("oanh", 403)):
        for do in ("confirm", "refuse", "withdraw"):
            assert as_user(getattr(cast, who)).post(url, {"do": do, "answer": "x"}).status_code == status, who
    proposal.refresh_from_db()
    assert proposal.state == "waiting"


def test_one_proposal_at_a_time_and_one_answer(cast, row):
    proposal = propose_revocation(certificate=row, by=cast.lan, decision=WHY)
    with pytest.raises(Conflict, match="đang chờ"):
        propose_revocation(certificate=row, by=cast.van, decision=WHY)
    with pytest.raises(InvalidInput):
        refuse_proposal(proposal=proposal, by=cast.duc, answer=" ")
    refuse_proposal(proposal=proposal, by=cast.duc, answer="Giấy đúng, chỉ nhầm sổ tay")
    for again in (
        lambda: confirm_proposal(proposal=proposal, by=cast.duc),
        lambda: withdraw_proposal(proposal=proposal, by=cast.lan),
    ):
        with pytest.raises(Conflict, match="đã được trả lời"):
            again()
    second = propose_revocation(certificate=row, by=cast.lan, decision=WHY)
    with pytest.raises(Forbidden):
        withdraw_proposal(proposal=second, by=cast.van)
    assert withdraw_proposal(proposal=second, by=cast.lan).state == "withdrawn"


def test_a_paper_that_moved_on_meanwhile_leaves_the_proposal_waiting(cast, row):
    proposal = propose_revocation(certificate=row, by=cast.lan, decision=WHY)
    supersede_certificate(certificate=row, by=cast.duc, decision=Decision("Mất giấy"))
    with pytest.raises(Conflict, match="đã cấp lại"):
        confirm_proposal(proposal=proposal, by=cast.duc)
    proposal.refresh_from_db()
    assert proposal.state == "waiting"


def test_a_late_date_takes_two(cast, old_group):
    day = long_ago(old_group)
    with pytest.raises(Forbidden, match="hai người"):
        issue_class(class_group=old_group, by=cast.duc, issued_on=day)
    with pytest.raises(InvalidInput, match="lý do"):
        propose_late_issue(class_group=old_group, by=cast.lan, issued_on=day, reason="")
    proposal = propose_late_issue(class_group=old_group, by=cast.lan, issued_on=day, reason="Chờ quyết định công nhận")
    assert not Certificate.objects.exists()
    confirm_proposal(proposal=proposal, by=cast.duc)
    rows = list(Certificate.objects.order_by("number"))
    assert [row.issued_on for row in rows] == [day, day]
    event = rows[0].events.get(kind="reserved")
    assert (event.by, event.confirmed_by, event.reason) == (cast.lan, cast.duc, "Chờ quyết định công nhận")


def test_a_date_within_a_week_takes_one(cast, old_group):
    day = timezone.localdate() - dt.timedelta(days=LATE_DAYS)
    assert len(issue_class(class_group=old_group, by=cast.lan, issued_on=day).certificates) == 2
    assert not RegisterEvent.objects.exclude(confirmed_by=None).exists()


def test_the_issue_page_turns_a_late_date_into_a_proposal(as_user, cast, old_group):
    page, day = f"/certificates/classes/{old_group.pk}/", f"{long_ago(old_group):%d/%m/%Y}"
    kept = as_user(cast.lan).post(page, {"issued_on": day, "signer_name": "Ông Ký"})
    assert kept.status_code == 422
    assert "Ông Ký" in kept.content.decode()
    sent = as_user(cast.lan).post(page, {"issued_on": day, "signer_name": "", "late_reason": "Chờ phôi"}, follow=True)
    assert "đang chờ người thứ hai" in sent.content.decode()
    assert not Certificate.objects.exists()
    proposal = Proposal.objects.get()
    as_user(cast.duc).post(f"/certificates/proposals/{proposal.pk}/settle/", {"do": "confirm"})
    assert Certificate.objects.filter(state="issued").count() == 2


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "revoked", "reason": "Một mình"},
        {"kind": "revoked", "reason": "Tự xác nhận", "confirmed_by": "by"},
        {"kind": "copied", "copies": 0, "copy_number": "000001/2026", "recipient": "Ai đó"},
        {"kind": "copied", "copies": 1, "copy_number": "", "recipient": "Ai đó"},
    ],
)
def test_the_database_takes_no_revocation_by_one_and_no_copy_without_number(cast, row, values):
    values = {name: cast.lan if value == "by" else value for name, value in values.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        RegisterEvent.objects.create(certificate=row, by=cast.lan, **values)


def test_the_database_takes_no_confirmation_by_who_asked(cast, row):
    proposal = propose_revocation(certificate=row, by=cast.duc, decision=WHY)
    for values in ({"state": "confirmed", "settled_by": cast.duc}, {"state": "confirmed"}, {"settled_by": cast.van}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Proposal.objects.filter(pk=proposal.pk).update(**values)


def test_events_stay_append_only_after_the_table_was_built_anew(row):
    for sql in ("UPDATE certificates_registerevent SET reason = 'x'", "DELETE FROM certificates_registerevent"):
        with pytest.raises(Exception, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_a_second_person_is_somebody():
    for wrong in ({}, {"operator": ""}):
        with pytest.raises(ValueError, match="second person"):
            Second(**wrong)


def test_an_operator_stands_in_for_the_second_but_not_for_the_director(cast, row):
    with pytest.raises(Forbidden):
        revoke_certificate(certificate=row, by=cast.lan, second=Second(operator="root"), decision=WHY)
    revoke_certificate(certificate=row, by=cast.duc, second=Second(operator="root"), decision=WHY)
    assert row.events.get(kind="revoked").operator == "root"


def test_copies_are_counted_and_numbered(as_user, cast, row):
    before = (row.content, row.pdf_sha256, row.number)
    for number, copies in (("000001", 2), ("000002", 1)):
        line = hand_out_copies(certificate=row, by=cast.van, copies=copies, recipient="Bùi Thị Nga", reason="")
        assert line.copy_number == f"{number}/{timezone.localdate().year}"
    row.refresh_from_db()
    assert (row.content, row.pdf_sha256, row.number) == before
    assert Register.objects.get().next_copy == 3
    page = as_user(cast.lan).get(f"/certificates/{row.pk}/").content.decode()
    assert "số 000002/" in page
    assert '<dd class="num">3</dd>' in page
    answer = as_user(cast.lan).get(f"/certificates/copies/{row.events.filter(kind='copied').first().pk}/pdf/")
    paper = pypdfium2.PdfDocument(answer.content)
    text = paper[1].get_textpage().get_text_range()
    assert len(paper) == 2
    assert "BẢN SAO" in text
    assert "000001/" in text


@pytest.mark.parametrize("values", [{"copies": 0}, {"copies": 51}, {"recipient": " "}])
def test_a_copy_without_name_or_count_takes_no_number(cast, row, values):
    given = {"copies": 1, "recipient": "Bùi Thị Nga", "reason": ""} | values
    with pytest.raises(InvalidInput):
        hand_out_copies(certificate=row, by=cast.lan, **given)
    assert not RegisterEvent.objects.filter(kind="copied").exists()


def test_no_copy_of_a_revoked_paper(as_user, cast, row):
    revoke_certificate(certificate=row, by=cast.duc, second=Second(user=cast.lan), decision=WHY)
    with pytest.raises(Conflict, match="đã thu hồi"):
        hand_out_copies(certificate=row, by=cast.lan, copies=1, recipient="Bùi Thị Nga", reason="")
    kept = as_user(cast.lan).post(f"/certificates/{row.pk}/copy/", {"recipient": "Bùi Thị Ngát", "copies": 1})
    assert kept.status_code == 422
    assert "Bùi Thị Ngát" in kept.content.decode()
    assert Register.objects.get().next_copy == 1
