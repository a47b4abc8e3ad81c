"""Labels for cards: the small QR is read by two decoders, 24 a sheet, in force only."""

import io

import pypdfium2
import pytest
import zxingcpp
from django.urls import reverse

from certificates.labels.printing import LABELS_A_SHEET, label_sheets
from certificates.qr import qr_path
from certificates.services import Decision, revoke_certificate
from tests.factories import AT_SERVER, make_certificates


def codes(pdf, dpi=200):
    """What another program reads, page by page."""
    pages = pypdfium2.PdfDocument(io.BytesIO(pdf))
    return [
        sorted(code.text for code in zxingcpp.read_barcodes(page.render(scale=dpi / 72).to_pil())) for page in pages
    ]


@pytest.fixture
def rows(cast, reference):
    return make_certificates(cast.centre_a, passing=3)


def test_a_class_is_printed_24_a_sheet_after_the_places_already_used(as_user, cast, rows):
    group = rows[0].enrolment.class_group
    revoke_certificate(certificate=rows[2], by=cast.duc, second=AT_SERVER, decision=Decision("Cấp nhầm"))
    answer = as_user(cast.lan).get(reverse("certificates:labels", args=[group.pk]), {"skip": LABELS_A_SHEET - 1})
    assert answer["Content-Type"] == "application/pdf"
    assert codes(answer.content) == [[rows[0].verify_url], [rows[1].verify_url]]
    words = pypdfium2.PdfDocument(io.BytesIO(answer.content))[0].get_textpage().get_text_bounded()
    for text in (rows[0].register_number, rows[0].printed_token, rows[0].content["learner"]):
        assert text in words
    page = as_user(cast.lan).get(reverse("certificates:issue", args=[group.pk])).content.decode()
    assert reverse("certificates:labels", args=[group.pk]) in page


def test_a_number_that_is_none_is_a_new_sheet_and_a_dead_paper_has_no_label(as_user, cast, rows):
    client = as_user(cast.lan)
    for skip in ("", "24", "-1", "x"):
        answer = client.get(reverse("certificates:label", args=[rows[0].pk]), {"skip": skip})
        assert codes(answer.content) == [[rows[0].verify_url]]
    revoke_certificate(certificate=rows[0], by=cast.duc, second=AT_SERVER, decision=Decision("Cấp nhầm"))
    assert client.get(reverse("certificates:label", args=[rows[0].pk])).status_code == 404
    for row in rows[1:]:
        revoke_certificate(certificate=row, by=cast.duc, second=AT_SERVER, decision=Decision("Cấp nhầm"))
    nothing = client.get(reverse("certificates:labels", args=[rows[0].enrolment.class_group_id]))
    assert nothing.status_code == 422
    assert "Chưa có chứng nhận nào in xong" in nothing.content.decode()


def test_the_symbol_is_some_15_mm_and_a_full_sheet_is_one_page(rows):
    row = rows[0]
    row.content["learner"] = "Nguyễn Phúc Tôn Nữ Hoàng Khánh Phương Quỳnh Thùy Dương Nghiêng"
    full = label_sheets([row] * LABELS_A_SHEET)
    assert codes(full) == [[row.verify_url] * LABELS_A_SHEET]
    page = pypdfium2.PdfDocument(io.BytesIO(full))[0].render(scale=300 / 72).to_pil()
    position = zxingcpp.read_barcodes(page)[0].position
    width = (position.top_right.x - position.top_left.x) / 300 * 25.4
    modules = qr_path(row.verify_url)[1] - 8
    assert width == pytest.approx(modules * 0.5, abs=0.7)
    assert 14 <= width <= 17
