"""The register on paper and as a table: every number is there, with what happened to it."""

import csv
import io

import openpyxl
import pypdfium2
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from certificates.book.lines import book_lines
from certificates.book.printing import LINES_A_PAGE, book_pdf
from certificates.models import Certificate, Register
from certificates.services import (
    Decision,
    hand_out_copies,
    issue_class,
    receive_blanks,
    revoke_certificate,
    supersede_certificate,
    use_blanks,
)
from core.models import AuditEvent, Job
from learners.models import Learner
from tests.factories import AT_SERVER, closed_class, make_certificates, make_course

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(cast, reference):
    """Four entries and what happened to them: one revoked, one replaced by a fifth, copies of the third."""
    group = closed_class(cast.centre_a, passing=4)[0]
    issue_class(class_group=group, by=cast.lan, recognition="05/QĐ-TTHTCĐ ngày 20/11/2026")
    receive_blanks(centre=cast.centre_a, by=cast.lan, series="HN", first=7, last=30, received_on=timezone.localdate())
    use_blanks(class_group=group, by=cast.lan)
    rows = list(Certificate.objects.order_by("number"))
    revoke_certificate(certificate=rows[0], by=cast.duc, second=AT_SERVER, decision=Decision("Cấp nhầm", "12/QĐ"))
    supersede_certificate(certificate=rows[1], by=cast.duc, decision=Decision("Mất giấy", "13/QĐ"))
    hand_out_copies(certificate=rows[2], by=cast.lan, copies=3, recipient="Bùi Thị Nga", reason="=HYPERLINK(1)")
    return rows


def body_of(answer):
    content = b"".join(answer.streaming_content)
    for close in answer._resource_closers:  # not answer.close(): that would close the test's database too
        close()
    return content


def words_of(content):
    document = pypdfium2.PdfDocument(content)
    return [page.get_textpage().get_text_range() for page in document]


def test_the_lines_tell_what_happened(rows):
    lines = list(book_lines(Certificate.objects.order_by("number")))
    assert [line.number for line in lines] == [1, 2, 3, 4, 5]
    assert lines[0].remark.startswith("Thu hồi")
    assert "QĐ 12/QĐ: Cấp nhầm" in lines[0].remark
    assert "Cấp lại" in lines[1].remark
    assert lines[4].remark == f"Thay cho số {rows[1].register_number}."
    assert [line.copies for line in lines] == [0, 0, 3, 0, 0]
    assert [line.serial for line in lines] == ["HN000007", "HN000008", "HN000009", "HN000010", ""]
    assert {line.recognition for line in lines} == {"05/QĐ-TTHTCĐ ngày 20/11/2026"}


def test_the_pages_have_numbers_and_places_for_signatures(cast, rows):
    cover, page = words_of(book_pdf(Register.objects.get(), Certificate.objects.all()))
    assert "SỔ GỐC" in cover
    assert "lưu vĩnh viễn" in cover
    assert "Trang 1 / 1" in page
    for text in (
        *(row.register_number for row in rows),
        rows[0].content["learner"],
        "Người ghi sổ",
        "Giám đốc",
        "12/QĐ",
    ):
        assert text in page


def test_a_long_book_is_split_into_pages_and_parts(cast, reference, monkeypatch):
    monkeypatch.setattr("certificates.book.printing.PAGES_A_PART", 1)
    make_certificates(cast.centre_a, LINES_A_PAGE + 1)
    seen = []
    pages = words_of(book_pdf(Register.objects.get(), Certificate.objects.all(), progressed=seen.append))
    assert [f"Trang {n} / 2" in page for n, page in ((1, pages[1]), (2, pages[2]))] == [True, True]
    assert f"{LINES_A_PAGE + 1:06d}/" in pages[2]
    assert seen == [LINES_A_PAGE, LINES_A_PAGE + 1]


def test_the_longest_lines_stay_on_their_page(cast, reference):
    course = make_course(cast.centre_a, name="Kỹ thuật trồng, chăm sóc và phòng trừ sâu bệnh cho cây có múi " * 2)
    group = closed_class(cast.centre_a, passing=LINES_A_PAGE, course=course)[0]
    Learner.objects.update(full_name="Nguyễn Phương Hoàng Trường Khương Thượng Nghiêng Tường Nghiễm Quỳnh")
    issue_class(class_group=group, by=cast.lan, recognition="05/QĐ-TTHTCĐ-XH ngày 20/11/2026 của Giám đốc " * 2)
    for row in Certificate.objects.all():
        decision = Decision("Nghỉ quá số buổi quy định mà sổ điểm danh ghi nhầm là có mặt. " * 4, "1234567/QĐ-TTHTCĐ")
        revoke_certificate(certificate=row, by=cast.duc, second=AT_SERVER, decision=decision)
    document = pypdfium2.PdfDocument(book_pdf(Register.objects.get(), Certificate.objects.all()))
    assert len(document) == 2

    def heights_of(words):
        text = document[1].get_textpage()
        index, count = text.search(words).get_next()
        boxes = [text.get_charbox(index + offset) for offset in range(count)]
        return min(box[1] for box in boxes), max(box[3] for box in boxes)

    # The lines of the last row all lie above the place for signatures; heights count from the foot of the page.
    last_number, signature = heights_of(f"{LINES_A_PAGE:06d}/"), heights_of("Người ghi sổ")
    row_half = 27  # points: half of the tallest row
    assert signature[1] < last_number[0] - row_half


def test_the_number_of_queries_does_not_grow(cast, reference):
    make_certificates(cast.centre_a, 2)
    with CaptureQueriesContext(connection) as few:
        list(book_lines(Certificate.objects.all()))
    make_certificates(cast.centre_a, 9)
    with CaptureQueriesContext(connection) as many:
        assert len(list(book_lines(Certificate.objects.all()))) == 11
    assert len(many) == len(few)


def test_a_book_is_printed_in_the_background(as_user, cast, rows):
    client, book = as_user(cast.van), Register.objects.get()
    assert f"/certificates/books/{book.pk}/print/" in client.get("/certificates/books/").content.decode()
    page = f"/certificates/books/{book.pk}/print/"
    assert client.post(page, {"first": 4, "last": 2}).status_code == 422
    assert client.post(page, {"first": 2, "last": 3}).status_code == 302
    job = Job.objects.get(kind="certificates.print_book")
    assert (job.status, job.result["entries"]) == ("done", 2)
    with job.file.open("rb") as stream:
        _cover, text = words_of(stream.read())
    assert rows[1].register_number in text
    assert rows[3].register_number not in text
    assert "Tải tệp" in client.get("/certificates/books/").content.decode()
    client.post(page, {"first": 900})
    assert Job.objects.filter(kind="certificates.print_book", status="failed").count() == 1


def test_the_export_holds_what_the_page_shows(as_user, cast, rows):
    answer = as_user(cast.lan).get("/certificates/export/?state=issued&format=xlsx")
    book = openpyxl.load_workbook(io.BytesIO(body_of(answer)))
    cells = [[cell.value for cell in line] for line in book["Sổ gốc"].iter_rows()]
    heads = next(index for index, line in enumerate(cells) if "Số vào sổ gốc" in line)
    found = [dict(zip(cells[heads], line, strict=True)) for line in cells[heads + 1 :]]
    issued = Certificate.objects.filter(state="issued").order_by("-number")
    assert [line["Số vào sổ gốc"] for line in found] == [row.register_number for row in issued]
    assert found[0]["Ngày cấp"].date() == timezone.localdate()
    copies = [[cell.value for cell in line] for line in book["Sổ cấp bản sao"].iter_rows()]
    assert copies[-1][3:6] == [rows[2].content["learner"], 3, "Bùi Thị Nga"]
    assert copies[-1][-1] == "'=HYPERLINK(1)"
    assert AuditEvent.objects.filter(verb="certificates.register_exported", data__rows=3).exists()


def test_csv_and_another_centres_book(as_user, cast, rows):
    answer = as_user(cast.hoa).get(f"/certificates/export/?format=csv&centre={cast.centre_a.pk}")
    lines = list(csv.reader(io.StringIO(body_of(answer).decode("utf-8-sig"))))
    assert len(lines) == 6
    nothing = as_user(cast.minh).get("/certificates/export/?format=csv")
    assert len(body_of(nothing).decode("utf-8-sig").splitlines()) == 1
    assert as_user(cast.minh).get(f"/certificates/books/{Register.objects.get().pk}/print/").status_code == 404
