"""Numbers without gaps, nothing twice, what is issued stays as it was."""

import hashlib
import io
import json
import threading
import unicodedata

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction
from PIL import Image, ImageDraw, ImageFont

from certificates import services
from certificates.models import Certificate, Register, RegisterEvent
from certificates.paper.rendering import FONTS, Paper, Press
from certificates.services import (
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
from tests.factories import closed_class, finished_class


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
            revoke_certificate(certificate=row, by=user, reason="Thử")
    with pytest.raises(OutOfScope):
        revoke_certificate(certificate=row, by=cast.hai, reason="Thử")
    with pytest.raises(InvalidInput):
        revoke_certificate(certificate=row, by=cast.duc, reason=" ")
    assert revoke_certificate(certificate=row, by=cast.duc, reason="Cấp nhầm").state == "revoked"
    with pytest.raises(Conflict):
        revoke_certificate(certificate=row, by=cast.duc, reason="Lần hai")


def test_crash_between_number_and_paper_leaves_no_gap_and_resumes(cast, group, monkeypatch):
    monkeypatch.setattr("certificates.jobs.render_reserved", lambda **_: [])
    issue_class(class_group=group, by=cast.lan)
    assert set(Certificate.objects.values_list("state", flat=True)) == {"reserved"}

    calls = []
    real = services.printing._put_in_force

    def crash_after_one(certificate, content):
        if calls:
            raise KeyboardInterrupt
        calls.append(certificate.pk)
        return real(certificate, content)

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
    new = supersede_certificate(certificate=row, by=cast.duc, reason="Ghi sai tên", correct=True)
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


def sample(name="Đặng Thị Ợt Ễnh"):
    content = {
        "title": "Giấy xác nhận", "achievement": "Hoàn thành", "authority": "Ủy ban nhân dân xã Ba Vì",
        "centre": "Trung tâm", "learner": name, "birth": "Sinh năm 1984", "course": "XMC", "starts_on": "01/03/2026",
        "ends_on": "30/06/2026", "sessions": 5, "attended": 5, "result": "Hoàn thành", "place_date": "Ba Vì, ngày 05",
        "signer_title": "Giám đốc", "signer_name": "Phùng Văn Đức", "register_number": "000087/2026",
    }  # fmt: skip
    return Paper(content, "ABCD-EFGH-JKMN-PQRS", "HTTP://LOCALHOST:8000/C/ABCDEFGHJKMNPQRS")


@pytest.fixture(scope="module")
def press():
    return Press()


def test_qr_on_paper_is_read_by_another_program(press):
    page = pypdfium2.PdfDocument(press.render([sample()]))[0].render(scale=150 / 72).to_pil()

    found = zxingcpp.read_barcodes(page)

    assert [code.text for code in found] == ["HTTP://LOCALHOST:8000/C/ABCDEFGHJKMNPQRS"]


def test_fonts_are_embedded_and_the_page_is_a4_landscape(press):
    content = press.render([sample()])
    document = pypdfium2.PdfDocument(content)
    assert tuple(round(side) for side in document[0].get_size()) == (842, 595)
    assert len(document) == 1
    with pikepdf.open(io.BytesIO(content)) as pdf:
        fonts = [font.DescendantFonts[0].FontDescriptor for font in pdf.pages[0].Resources.Font.values()]
        assert fonts
        assert all("/FontFile2" in font for font in fonts)


def test_stacked_letters_are_the_right_shapes(press):
    """Compare the printed name with the same words drawn by FreeType: split subsets print other letters."""
    words = "Ễ Ợ Đ Ặ Ữ"
    page = pypdfium2.PdfDocument(press.render([sample(words)]))[0]
    text = page.get_textpage()
    start = text.get_text_range().index(words)
    boxes = [text.get_charbox(start + index) for index in range(0, len(words), 2)]
    scale = 6
    image = page.render(scale=scale).to_pil().convert("L")
    font = ImageFont.truetype(str(FONTS / "Tinos-Bold.ttf"), round(29 * scale))
    for letter, (left, bottom, right, top) in zip(words.split(), boxes, strict=True):
        height = page.get_height()
        edges = (left - 0.3, height - top - 0.3, right + 0.3, height - bottom + 0.3)
        area = tuple(round(value * scale) for value in edges)
        printed = _trimmed(image.crop(area))
        drawn = Image.new("L", (400, 500), 255)
        ImageDraw.Draw(drawn).text((80, 80), letter, font=font, fill=0)
        drawn = _trimmed(drawn).resize(printed.size)
        different = sum(abs(one - other) for one, other in zip(printed.tobytes(), drawn.tobytes(), strict=True))
        assert different / (printed.width * printed.height) < 40, letter


def _trimmed(image):
    mask = image.point(lambda value: 255 if value < 128 else 0)
    return image.crop(mask.getbbox())


def test_decomposed_input_prints_the_same_name(press):
    one = split_name(unicodedata.normalize("NFD", "Đặng Thị Ợt Ễnh")).full
    assert one == "Đặng Thị Ợt Ễnh"


@pytest.mark.parametrize("name", ["An", "Nguyễn " + "Thị Phương Hoàng Anh " * 2 + "Nguyệt", "<b>Đỗ & Con</b>"])
def test_long_and_odd_names_stay_on_one_page(press, name):
    document = pypdfium2.PdfDocument(press.render([sample(name[:60])]))
    assert len(document) == 1
    assert name[:60].split()[0] in document[0].get_textpage().get_text_range()


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
        revoke_certificate(certificate=rows[0], by=cast.duc, reason="Cấp nhầm")
        sql += f" WHERE id = {rows[0].pk}"

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_what_the_director_revoked_is_not_issued_again_by_a_click(cast, group):
    rows = issue_class(class_group=group, by=cast.lan).certificates
    revoke_certificate(certificate=rows[0], by=cast.duc, reason="Cấp nhầm")

    again = issue_class(class_group=group, by=cast.lan)

    assert (again.certificates, again.already, again.job) == ([], 2, None)
    assert numbers(cast.centre_a) == [1, 2, 3]


def test_voided_number_stays_in_the_book_and_the_person_gets_the_next(cast, group, monkeypatch):
    monkeypatch.setattr("certificates.jobs.render_reserved", lambda **_: [])
    spoiled = issue_class(class_group=group, by=cast.lan).certificates[1]
    with pytest.raises(Forbidden):
        void_certificate(certificate=spoiled, by=cast.van, reason="In hỏng")
    void_certificate(certificate=spoiled, by=cast.duc, reason="In hỏng")

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


def test_merged_file_holds_every_paper_with_its_own_code(cast, group, tmp_path):
    rows = issue_class(class_group=group, by=cast.lan).certificates
    target = tmp_path / "lop.pdf"

    assert merged_pdf(class_group=group, target=target) == 3

    document = pypdfium2.PdfDocument(target)
    read = [zxingcpp.read_barcodes(page.render(scale=150 / 72).to_pil())[0].text for page in document]
    assert read == [row.verify_url for row in rows]
