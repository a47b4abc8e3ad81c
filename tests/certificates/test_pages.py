"""The register's pages and public verification: certain, fast, and silent about people."""

import hashlib
import io
import json
import re
import zipfile

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from certificates.guessing import MISSES_PER_MINUTE
from certificates.models import Certificate
from certificates.services import Decision, issue_class, revoke_certificate, supersede_certificate, void_certificate
from core.errors import Conflict
from learners.models import LearnerCentre
from tests.factories import AT_SERVER, closed_class, make_certificates

DECIDED = {"decision_number": "12/QĐ-TTHTCĐ", "decided_on": "01/02/2026", "decision_signer": "Nguyễn Văn Đức"}


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def group(cast, reference):
    return closed_class(cast.centre_a, passing=3, failing=1)[0]


@pytest.fixture
def row(cast, group):
    return Certificate.objects.get(pk=issue_class(class_group=group, by=cast.lan).certificates[0].pk)


def test_learners_panel_shows_visible_certificates_only(as_user, cast, reference):
    (ours,) = make_certificates(cast.centre_a, passing=1)
    LearnerCentre.objects.create(learner=ours.learner, centre=cast.centre_b)
    url = f"/certificates/learners/{ours.learner_id}/"

    page = as_user(cast.lan).get(url).content.decode()
    assert ours.register_number in page
    assert "<h1>" in page
    fragment = as_user(cast.lan).get(url, headers={"HX-Request": "true"}).content.decode()
    assert ours.register_number in fragment
    assert "<h1>" not in fragment
    # Centre B knows the person too, but not what centre A certified.
    assert ours.register_number not in as_user(cast.minh).get(url).content.decode()
    LearnerCentre.objects.filter(centre=cast.centre_b).delete()
    assert as_user(cast.hai).get(url).status_code == 404


def spellings(token):
    grouped = "-".join(token[i : i + 4] for i in range(0, 16, 4))
    return [f"/C/{token}", f"/c/{token.lower()}", f"/c/{grouped}", f"/c/{token.replace('0', 'O').replace('1', 'l')}"]


def test_valid_in_every_spelling_without_sign_in_script_or_cookie(client, row):
    for url in spellings(row.token):
        response = client.get(url)
        body = response.content.decode()
        assert response.status_code == 200, url
        assert "Chứng nhận hợp lệ" in body
        assert row.register_number in body
        assert not re.search(r"<script(?![^>]*\ssrc=)", body)
        assert not response.cookies
        assert len(response.content) < 30_000
    row.refresh_from_db()
    assert row.lookups == 4


def test_headers_keep_the_page_out_of_caches_and_search_engines(client, row):
    response = client.get(f"/C/{row.token}")

    assert response["Cache-Control"] == "no-store"
    assert "noindex" in response["X-Robots-Tag"]
    assert response["Referrer-Policy"] == "no-referrer"


def test_nothing_personal_but_the_masked_name(client, row):
    learner = row.learner
    learner.phone = "0912345678"
    learner.save()
    body = client.get(f"/C/{row.token}").content.decode()

    assert row.content["learner"] not in body
    assert "** " in body
    for secret in (learner.phone, learner.code, str(learner.birth), "Sinh"):
        assert secret not in body


def test_revoked_replaced_corrected_say_so_first(client, cast, group):
    first, second, third = issue_class(class_group=group, by=cast.lan).certificates
    revoke_certificate(certificate=first, by=cast.duc, second=AT_SERVER, decision=Decision("LÝ DO KÍN"))
    new = supersede_certificate(certificate=second, by=cast.duc, decision=Decision("Mất giấy"))
    supersede_certificate(certificate=third, by=cast.duc, decision=Decision("Sai tên"), correct=True)

    body = client.get(f"/C/{first.token}").content.decode()
    assert "đã thu hồi" in body
    assert "LÝ DO KÍN" not in body
    assert "đã được cấp lại" in (lost := client.get(f"/C/{second.token}").content.decode())
    assert new.register_number in lost
    assert "đã được chỉnh sửa" in client.get(f"/C/{third.token}").content.decode()


def test_unknown_malformed_reserved_and_voided_are_one_answer(client, cast, group, monkeypatch):
    monkeypatch.setattr("certificates.jobs.render_reserved", lambda **_: [])
    reserved, voided, _third = issue_class(class_group=group, by=cast.lan).certificates
    void_certificate(certificate=voided, by=cast.duc, decision=Decision("In hỏng"))

    answers = [
        client.get(f"/C/{token}") for token in (reserved.token, voided.token, "0" * 16, "khong-phai-ma", "A" * 200)
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_guessing_is_slowed_down(client, row):
    answers = {client.get("/C/" + "0" * 16).status_code for _ in range(MISSES_PER_MINUTE)}
    assert answers == {404}

    slowed = client.get("/C/" + "0" * 16)
    assert slowed.status_code == 429
    assert "chờ một phút" in slowed.content.decode()
    # Whoever holds a real paper is answered all the same: a school or a proxy shares one address.
    assert client.get(f"/C/{row.token}").status_code == 200


def test_typed_code_leads_to_the_verdict(client, row):
    response = client.get("/c/", {"code": row.printed_token.lower()})
    assert response.status_code == 302
    assert response.url == f"/C/{row.token}"
    assert "16 chữ và số" in client.get("/c/", {"code": "ABC"}).content.decode()


def test_verification_costs_the_same_for_everybody(client, cast, row):
    with CaptureQueriesContext(connection) as log:
        client.get(f"/C/{row.token}")
    # Read and count; on SQLite also less patience for the count, and the usual patience again.
    assert len([query for query in log if not query["sql"].startswith("PRAGMA")]) == 2


def test_register_shows_own_centre_only_and_its_queries_do_not_grow(as_user, cast, reference):
    client = as_user(cast.lan)

    def show():
        with CaptureQueriesContext(connection) as log:
            body = client.get("/certificates/").content.decode()
        return len(log), body

    issue_class(class_group=closed_class(cast.centre_a, passing=1)[0], by=cast.lan)
    few, _body = show()
    issue_class(class_group=closed_class(cast.centre_a, passing=9)[0], by=cast.lan)
    foreign = issue_class(class_group=closed_class(cast.centre_b, passing=1)[0], by=cast.minh).certificates[0]
    many, body = show()

    assert few == many
    assert foreign.content["course"] not in body
    for path in ("", "pdf/", "decide/"):
        assert as_user(cast.duc).get(f"/certificates/{foreign.pk}/{path}").status_code == 404


def test_search_by_number_name_and_code(as_user, cast, row):
    client = as_user(cast.lan)
    for text in (row.register_number, row.content["learner"], row.printed_token):
        assert row.register_number in client.get("/certificates/", {"q": text}).content.decode()
    assert "Không có mục nào" in client.get("/certificates/", {"q": "999999/1999"}).content.decode()


def test_issue_page_end_to_end(as_user, cast, group):
    client = as_user(cast.lan)
    page = f"/certificates/classes/{group.pk}/"
    assert "Cấp 3 chứng nhận" in client.get(page).content.decode()

    for _ in range(2):
        assert client.post(page, {"issued_on": timezone.localdate().isoformat(), "signer_name": ""}).status_code == 302

    assert Certificate.objects.count() == 3
    for url in (f"{page}merged/", f"/certificates/{Certificate.objects.first().pk}/pdf/"):
        response = client.get(url)
        assert b"".join(response.streaming_content).startswith(b"%PDF")
        for close in response._resource_closers:
            close()
    kept = client.post(page, {"issued_on": "khong", "signer_name": "Ông Ký"})
    assert kept.status_code == 422
    assert "Ông Ký" in kept.content.decode() or "đã có chứng nhận" in kept.content.decode()


def test_one_asks_for_a_revocation_and_another_confirms(as_user, cast, row):
    page, asked = f"/certificates/{row.pk}/decide/", {"step": "revoke", "reason": "Cấp nhầm", **DECIDED}
    assert as_user(cast.hoa).get(page).status_code == 403
    # Who keeps the register may ask for a revocation and for nothing else.
    assert as_user(cast.lan).post(page, asked | {"step": "replace"}).status_code == 422
    assert as_user(cast.lan).post(page, asked | {"reason": ""}).status_code == 422
    assert as_user(cast.lan).post(page, asked | {"decision_number": ""}).status_code == 422
    assert as_user(cast.lan).post(page, asked).status_code == 302
    seen = as_user(cast.duc).get(f"/certificates/{row.pk}/").content.decode()
    assert "đang chờ người thứ hai" in seen
    assert "Cấp nhầm" in seen
    proposal = row.proposals.get()
    settle = f"/certificates/proposals/{proposal.pk}/settle/"
    assert as_user(cast.lan).post(settle, {"do": "confirm"}).status_code == 403
    assert "Rút lại" in as_user(cast.lan).get("/certificates/proposals/").content.decode()
    assert "1 đề nghị về chứng nhận" in as_user(cast.duc).get("/").content.decode()
    assert as_user(cast.duc).post(settle, {"do": "refuse", "answer": " "}).status_code == 302
    row.refresh_from_db()
    assert row.state == "issued"
    done = as_user(cast.duc).post(settle, {"do": "confirm"}, follow=True)
    assert f"{row.register_number} bị thu hồi" in done.content.decode()
    row.refresh_from_db()
    assert row.state == "revoked"
    history = as_user(cast.lan).get(f"/certificates/{row.pk}/").content.decode()
    assert f"{cast.duc.full_name} xác nhận" in history
    assert "12/QĐ-TTHTCĐ" in history


def test_verify_and_revoke_commands(cast, row, capsys):
    call_command("verify", f"http://localhost/C/{row.token}", "--json")
    assert json.loads(capsys.readouterr().out)["status"] == "valid"
    args = ("revoke_certificate", row.register_number, "--centre", cast.centre_a.code, "--reason", "Cấp nhầm", "--json")
    with pytest.raises(SystemExit):
        call_command(*args, "--by", "lan")
    capsys.readouterr()
    call_command(*args, "--by", "duc")
    assert json.loads(capsys.readouterr().out)["status"] == "revoked"
    call_command("verify", row.token, "--json")
    assert json.loads(capsys.readouterr().out)["status"] == "revoked"
    call_command("verify", "0000", "--json")
    assert json.loads(capsys.readouterr().out)["status"] == "unknown"


def test_the_paper_in_force_is_named_over_several_steps_and_never_a_dead_one(client, cast, row):
    second = supersede_certificate(certificate=row, by=cast.duc, decision=Decision("Sai tên"), correct=True)
    second.refresh_from_db()
    third = supersede_certificate(certificate=second, by=cast.duc, decision=Decision("Mất giấy"))
    third.refresh_from_db()
    assert f"số {third.register_number}" in client.get(f"/C/{row.token}").content.decode()

    revoke_certificate(certificate=third, by=cast.duc, second=AT_SERVER, decision=Decision("Cấp nhầm"))

    body = client.get(f"/C/{row.token}").content.decode()
    assert third.register_number not in body
    assert "không còn giá trị" in body


def test_revoked_says_since_when_in_the_citys_time(client, cast, row):
    revoke_certificate(certificate=row, by=cast.duc, second=AT_SERVER, decision=Decision("Cấp nhầm"))
    body = client.get(f"/C/{row.token}").content.decode()
    assert f"Không còn giá trị từ {timezone.localdate():%d/%m/%Y}" in body
    assert "Kiểm tra lúc" in body


def test_files_are_downloads_with_plain_names(as_user, cast, row, group):
    client = as_user(cast.lan)
    year = row.issued_on.year
    single = client.get(f"/certificates/{row.pk}/pdf/")
    assert single["Content-Disposition"] == f'attachment; filename="chung-nhan-000001-{year}.pdf"'
    merged = client.get(f"/certificates/classes/{group.pk}/merged/")
    assert merged["Content-Disposition"].startswith('attachment; filename="chung-nhan-')
    assert merged["Content-Disposition"].isascii()
    for response in (single, merged):
        response.close()


def test_the_single_files_of_a_class_come_in_one_zip(as_user, cast, group):
    """As issued, byte for byte, under number and name; who may not see the class gets nothing."""
    client, page = as_user(cast.lan), f"/certificates/classes/{group.pk}/files/"
    assert client.get(page).status_code == 422  # nothing is printed yet, and that is said
    rows = issue_class(class_group=group, by=cast.lan).certificates
    answer = client.get(page)
    assert answer["Content-Disposition"].endswith('.zip"')
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        assert archive.testzip() is None
        found = {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}
    for close in answer._resource_closers:
        close()
    fresh = Certificate.objects.filter(pk__in=[row.pk for row in rows])
    assert list(found.values()) == list(fresh.order_by("number").values_list("pdf_sha256", flat=True))
    assert all(re.fullmatch(r"00000\d-\d{4}-[a-z-]+\.pdf", name) for name in found)
    assert as_user(cast.hai).get(page).status_code == 404


def test_a_reserved_number_can_be_voided_and_an_issued_one_not(as_user, cast, group, monkeypatch):
    monkeypatch.setattr("certificates.jobs.render_reserved", lambda **_: [])
    reserved = issue_class(class_group=group, by=cast.lan).certificates[0]
    client = as_user(cast.duc)
    page = f"/certificates/{reserved.pk}/decide/"
    assert "Hủy số" in client.get(page).content.decode()
    assert client.post(page, {"step": "revoke", "reason": "Thử", **DECIDED}).status_code == 422

    assert client.post(page, {"step": "void", "reason": "Kẹt giấy"}).status_code == 302

    reserved.refresh_from_db()
    assert reserved.state == "voided"
    assert "đã hủy số" in client.get(f"/certificates/{reserved.pk}/").content.decode()


def test_printing_that_failed_can_be_taken_up_again_on_the_page(as_user, cast, group, monkeypatch):
    def fail(**_):
        raise Conflict("disk_full", "Đĩa đầy")

    monkeypatch.setattr("certificates.jobs.render_reserved", fail)
    client = as_user(cast.lan)
    page = f"/certificates/classes/{group.pk}/"
    client.post(page, {"issued_on": timezone.localdate().isoformat(), "signer_name": ""})
    body = client.get(page).content.decode()
    assert "Đĩa đầy" in body
    assert "In tiếp" in body
    monkeypatch.undo()

    assert client.post(page, {"resume": "1"}).status_code == 302

    assert set(Certificate.objects.values_list("state", flat=True)) == {"issued"}
    assert "In tiếp" not in client.get(page).content.decode()


def test_a_number_in_the_book_is_found_by_the_learners_code(as_user, cast, row):
    body = as_user(cast.lan).get("/certificates/", {"q": row.learner.code.lower()}).content.decode()
    assert row.register_number in body
