"""Numbers without gaps, nothing twice, what is issued stays as it was."""

import hashlib
import json
import threading

import pypdfium2
import pytest
import zxingcpp
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction

from certificates import services
from certificates.models import Certificate, Register, RegisterEvent
from certificates.selectors import qr_texts
from certificates.services import (
    Decision,
    issue_class,
    merged_pdf,
    render_reserved,
    resume_printing,
    revoke_certificate,
    supersede_certificate,
    void_certificate,
)
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.text import split_name
from courses.models import Course
from tests.factories import AT_SERVER, closed_class, finished_class


@pytest.fixture
def group(cast, reference):
    return closed_class(cast.centre_a, passing=3, failing=1)[0]


def numbers(centre):
    return list(Certificate.objects.filter(centre=centre).order_by("number").values_list("number", flat=True))


def test_everybody_who_passed_and_nobody_else(cast, group):
    batch = issue_class(class_group=group, by=cast.lan)

    assert len(batch.certificates) == 3
    rows = Certificate.objects.all()
    assert {row.state for row in rows} == {"issued"}  # the job ran at once
    assert set(rows.values_list("enrolment__status", flat=True)) == {"passed"}
    assert numbers(cast.centre_a) == [1, 2, 3]
    names = [split_name(row.content["learner"]).sort_key for row in rows.order_by("number")]
    assert names == sorted(names)
    assert rows.order_by("number")[0].register_number.startswith("000001/")
    assert [event.kind for event in rows[0].events.all()] == ["reserved", "issued"]


def test_second_click_takes_no_second_number(cast, group):
    issue_class(class_group=group, by=cast.lan)
    again = issue_class(class_group=group, by=cast.duc)

    assert (again.certificates, again.already) == ([], 3)
    assert numbers(cast.centre_a) == [1, 2, 3]


def test_open_class_partner_class_and_dates_are_refused(cast, reference):
    running = finished_class(cast.centre_a)
    with pytest.raises(Conflict, match="chưa kết thúc"):
        issue_class(class_group=running, by=cast.lan)
    partner = closed_class(cast.centre_a, organiser_role="took_part", partner="Đoàn thanh niên")[0]
    with pytest.raises(Conflict, match="chủ trì"):
        issue_class(class_group=partner, by=cast.lan)
    group = closed_class(cast.centre_a)[0]
    with pytest.raises(InvalidInput, match="tương lai"):
        issue_class(class_group=group, by=cast.lan, issued_on=group.closed_on.replace(year=2100))
    with pytest.raises(InvalidInput, match="trở đi"):
        issue_class(class_group=group, by=cast.lan, issued_on=group.starts_on)
    assert not Certificate.objects.exists()


def test_who_may_issue_and_revoke(cast, group):
    with pytest.raises(OutOfScope):
        issue_class(class_group=group, by=cast.minh)
    with pytest.raises(Forbidden):
        issue_class(class_group=group, by=cast.tuan)
    batch = issue_class(class_group=group, by=cast.van)
    row = batch.certificates[0]
    for user in (cast.lan, cast.van, cast.tuan):
        with pytest.raises(Forbidden):
            revoke_certificate(certificate=row, by=user, second=AT_SERVER, decision=Decision("Thử"))
    with pytest.raises(OutOfScope):
        revoke_certificate(certificate=row, by=cast.hai, second=AT_SERVER, decision=Decision("Thử"))
    with pytest.raises(InvalidInput):
        revoke_certificate(certificate=row, by=cast.duc, second=AT_SERVER, decision=Decision(" "))
    assert (
        revoke_certificate(certificate=row, by=cast.duc, second=AT_SERVER, decision=Decision("Cấp nhầm")).state
        == "revoked"
    )
    with pytest.raises(Conflict):
        revoke_certificate(certificate=row, by=cast.duc, second=AT_SERVER, decision=Decision("Lần hai"))


def test_crash_between_number_and_paper_leaves_no_gap_and_resumes(cast, group, monkeypatch):
    monkeypatch.setattr("certificates.jobs.render_reserved", lambda **_: [])
    issue_class(class_group=group, by=cast.lan)
    assert set(Certificate.objects.values_list("state", flat=True)) == {"reserved"}

    calls = []
    real = services.printing._put_in_force

    def crash_after_one(printed):
        if calls:
            raise KeyboardInterrupt
        calls.extend(row.certificate.pk for row in printed)
        return real(printed)

    monkeypatch.setattr(services.printing, "CHUNK", 1)
    monkeypatch.setattr(services.printing, "_put_in_force", crash_after_one)
    with pytest.raises(KeyboardInterrupt):
        render_reserved(class_group=group)
    monkeypatch.setattr(services.printing, "_put_in_force", real)
    first = Certificate.objects.get(pk=calls[0])

    assert len(render_reserved(class_group=group)) == 2
    assert numbers(cast.centre_a) == [1, 2, 3]
    again = Certificate.objects.get(pk=first.pk)
    assert (again.pdf.name, again.pdf_sha256) == (first.pdf.name, first.pdf_sha256)
    assert RegisterEvent.objects.filter(kind="issued").count() == 3


def test_failure_while_numbering_takes_no_number(cast, group, monkeypatch):
    monkeypatch.setattr("certificates.services.numbering.audit.record", lambda *a, **k: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        issue_class(class_group=group, by=cast.lan)
    monkeypatch.undo()

    issue_class(class_group=group, by=cast.lan)
    assert numbers(cast.centre_a) == [1, 2, 3]


def test_correcting_the_learner_does_not_touch_the_paper(cast, group):
    row = issue_class(class_group=group, by=cast.lan).certificates[0]
    row.refresh_from_db()
    before = (row.content, row.pdf_sha256)
    learner = row.learner
    learner.set_name(split_name("Tên Khác Hẳn"))
    learner.save()

    row.refresh_from_db()
    assert (row.content, row.pdf_sha256) == before
    new = supersede_certificate(certificate=row, by=cast.duc, decision=Decision("Ghi sai tên"), correct=True)
    row.refresh_from_db()
    new.refresh_from_db()
    assert (row.state, new.state, new.content["learner"], new.number) == ("corrected", "issued", "Tên Khác Hẳn", 4)
    assert new.events.get(kind="reserved").related == row


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE certificates_certificate SET number = 99",
        "UPDATE certificates_certificate SET issued_on = '2020-01-01'",
        "UPDATE certificates_certificate SET content = '{}'",
        "UPDATE certificates_certificate SET pdf_sha256 = 'x'",
        "DELETE FROM certificates_certificate",
        "UPDATE certificates_registerevent SET reason = 'x'",
        "DELETE FROM certificates_registerevent",
    ],
)
def test_the_database_refuses_to_bend_the_register(cast, group, sql):
    issue_class(class_group=group, by=cast.lan)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.django_db(transaction=True)
def test_numbers_stay_gapless_when_many_issue_at_once(cast, reference):
    groups = [closed_class(cast.centre_a, passing=3, failing=0)[0] for _ in range(6)]
    errors = []

    def issue(group):
        try:
            with transaction.atomic():
                enrolments = services.papers_to_issue(group)
                services.numbering.reserve(
                    enrolments, centre=cast.centre_a, issued_on=group.closed_on, signer_name="", by=cast.lan
                )
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=issue, args=(group,)) for group in groups]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert numbers(cast.centre_a) == list(range(1, 19))
    assert Register.objects.get().next_number == 19


@pytest.mark.django_db(transaction=True)
def test_two_people_issuing_one_class_at_once_make_one_set(cast, reference):
    group = closed_class(cast.centre_a, passing=4, failing=0)[0]
    results = []

    def issue(user):
        try:
            results.append(len(issue_class(class_group=group, by=user).certificates))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=issue, args=(user,)) for user in (cast.lan, cast.duc)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == [0, 4]
    assert numbers(cast.centre_a) == [1, 2, 3, 4]


def test_command_writes_files_and_repeats_without_new_numbers(cast, reference, tmp_path, capsys):
    course = Course.objects.get(code="XMC-GD1")
    group = closed_class(cast.centre_a, course=course, passing=2, failing=1)[0]
    args = ("issue_certificates", "--class", group.code, "--by", "lan", "--out", str(tmp_path), "--json")
    call_command(*args)
    first = json.loads(capsys.readouterr().out)
    call_command(*args)
    second = json.loads(capsys.readouterr().out)

    assert first == second
    assert len(first["issued"]) == 2
    assert len(pypdfium2.PdfDocument(first["merged_pdf"])) == 2
    assert Certificate.objects.first().kind == "literacy_phase_1"


@pytest.mark.parametrize(
    ("start", "sql"),
    [
        ("issued", "UPDATE certificates_certificate SET state = 'reserved'"),
        ("issued", "UPDATE certificates_certificate SET state = 'voided'"),
        ("revoked", "UPDATE certificates_certificate SET state = 'issued'"),
    ],
)
def test_the_database_refuses_steps_that_do_not_exist(cast, group, start, sql):
    rows = issue_class(class_group=group, by=cast.lan).certificates
    if start == "revoked":
        revoke_certificate(certificate=rows[0], by=cast.duc, second=AT_SERVER, decision=Decision("Cấp nhầm"))
        sql += f" WHERE id = {rows[0].pk}"

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_what_the_director_revoked_is_not_issued_again_by_a_click(cast, group):
    rows = issue_class(class_group=group, by=cast.lan).certificates
    revoke_certificate(certificate=rows[0], by=cast.duc, second=AT_SERVER, decision=Decision("Cấp nhầm"))

    again = issue_class(class_group=group, by=cast.lan)

    assert (again.certificates, again.already, again.job) == ([], 2, None)
    assert numbers(cast.centre_a) == [1, 2, 3]


def test_voided_number_stays_in_the_book_and_the_person_gets_the_next(cast, group, monkeypatch):
    monkeypatch.setattr("certificates.jobs.render_reserved", lambda **_: [])
    spoiled = issue_class(class_group=group, by=cast.lan).certificates[1]
    with pytest.raises(Forbidden):
        void_certificate(certificate=spoiled, by=cast.van, decision=Decision("In hỏng"))
    void_certificate(certificate=spoiled, by=cast.duc, decision=Decision("In hỏng"))

    made = issue_class(class_group=group, by=cast.lan).certificates

    assert [(row.number, row.enrolment_id) for row in made] == [(4, spoiled.enrolment_id)]
    assert numbers(cast.centre_a) == [1, 2, 3, 4]


def test_failed_printing_is_resumed_without_new_numbers(cast, group, monkeypatch):
    def no_space(**_):
        raise Conflict("disk_full", "Đĩa đầy")

    monkeypatch.setattr("certificates.jobs.render_reserved", no_space)
    failed = issue_class(class_group=group, by=cast.lan).job
    assert failed.status == "failed"
    monkeypatch.undo()

    resumed = resume_printing(class_group=group, by=cast.van)

    assert (resumed.pk, resumed.status) == (failed.pk, "done")
    assert set(Certificate.objects.values_list("state", flat=True)) == {"issued"}
    assert numbers(cast.centre_a) == [1, 2, 3]
    with pytest.raises(Conflict, match="in xong"):
        resume_printing(class_group=group, by=cast.lan)


def test_files_of_a_killed_run_are_swept_and_those_in_force_stay(cast, group, monkeypatch):
    monkeypatch.setattr("certificates.jobs.render_reserved", lambda **_: [])
    row = issue_class(class_group=group, by=cast.lan).certificates[0]
    storage = Certificate._meta.get_field("pdf").storage
    left = storage.save(
        f"certificates/{row.centre_id}/{row.register.year}/{row.number:06d}-x-killed.pdf", ContentFile(b"x")
    )

    render_reserved(class_group=group)

    assert not storage.exists(left)
    for kept in Certificate.objects.all():
        assert hashlib.sha256(kept.pdf.read()).hexdigest() == kept.pdf_sha256
        kept.pdf.close()


def test_the_worker_that_comes_second_throws_its_files_away(cast, group, monkeypatch):
    """While it prints, another one prints everything, sets it in force and sweeps."""
    monkeypatch.setattr("certificates.jobs.render_reserved", lambda **_: [])
    issue_class(class_group=group, by=cast.lan)
    real, first = services.printing._put_in_force, []

    def late(printed):
        if not first:
            first.append(True)
            first.append(render_reserved(class_group=group))
        return real(printed)

    monkeypatch.setattr(services.printing, "_put_in_force", late)
    assert render_reserved(class_group=group) == []

    rows = list(Certificate.objects.order_by("number"))
    assert first[1] == [row.pk for row in rows]
    folder, _slash, _name = rows[0].pdf.name.rpartition("/")
    kept = {row.pdf.name.rpartition("/")[2] for row in rows}
    found = set(rows[0].pdf.storage.listdir(folder)[1])
    assert {name for name in found if name[:6] in {"000001", "000002", "000003"}} == kept
    assert RegisterEvent.objects.filter(kind="issued").count() == 3


def test_merged_file_holds_every_paper_with_its_own_code(cast, group, tmp_path):
    rows = issue_class(class_group=group, by=cast.lan).certificates
    target = tmp_path / "lop.pdf"

    assert merged_pdf(class_group=group, target=target) == 3

    document = pypdfium2.PdfDocument(target)
    read = [zxingcpp.read_barcodes(page.render(scale=150 / 72).to_pil())[0].text for page in document]
    assert read == list(qr_texts(rows).values())
    assert all(len(text) > len(row.verify_url) + 150 for text, row in zip(read, rows, strict=True))
