"""Templates: versions that never change, whose they are, what is refused in words, and what the paper then says."""

import io
import re

import pikepdf
import pypdfium2
import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from certificates.choices import CertificateKind
from certificates.models import Certificate, CertificateTemplate
from certificates.services import Decision, issue_class, supersede_certificate
from certificates.services.templates import give_back_template, remove_logo, save_template, set_logo
from certificates.wording.blocks import BLOCKS
from certificates.wording.builtin import builtin_blocks
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from tests.certificates.pictures import picture
from tests.factories import closed_class, make_course

DECIDED = Decision("Ghi sai", "12/QĐ", None, "Đức")


def blocks(kind=CertificateKind.COURSE, **changes):
    """The program's words in Vietnamese, with some blocks changed."""
    return {"vi": builtin_blocks(kind)["vi"] | changes}


def save(by, *, centre=None, kind=CertificateKind.COURSE, language="vi", reason="Thử", seen=None, **changes):
    return save_template(
        centre=centre, kind=kind, language=language, blocks=blocks(kind, **changes), reason=reason, by=by, seen=seen
    )


def file_of(certificate):
    with certificate.pdf.open("rb") as stream:
        return stream.read()


def said(certificate):
    text = pypdfium2.PdfDocument(io.BytesIO(file_of(certificate)))[0].get_textpage().get_text_range()
    return " ".join(text.split())


def issued(centre, by, **options):
    course = make_course(centre, name="Kỹ năng số", name_en="Digital Skills")
    group, _report = closed_class(centre, course=course, passing=1, failing=0, sessions=1)
    return Certificate.objects.get(pk=issue_class(class_group=group, by=by, **options).certificates[0].pk)


def form_of(response):
    """What a browser would send back: every field as the page shows it."""
    form = response.context["form"]
    return {name: "" if form[name].value() is None else form[name].value() for name in form.fields}


# --- versions ---------------------------------------------------------------------------------------------------------


def test_a_new_version_changes_new_papers_and_no_old_ones(cast, reference):
    before = issued(cast.centre_a, cast.lan)
    held = file_of(before)
    city = save(cast.tuan, body="đã học xong {khoa_hoc}\nKết quả: {ket_qua}")
    between = issued(cast.centre_a, cast.lan)
    own = save(cast.duc, centre=cast.centre_a, heading="Giấy khen học tập", lead="Ban giám đốc chứng nhận {ong_ba}")
    after = issued(cast.centre_a, cast.lan)

    assert [row.template_version for row in (before, between, after)] == [
        "a4-2026-3", f"a4-2026-3/{city.pk}", f"a4-2026-3/{own.pk}",
    ]  # fmt: skip
    assert file_of(before) == held
    assert "đã hoàn thành Kỹ năng số" in said(before)
    assert "đã học xong Kỹ năng số" in said(between)
    assert "tham dự" not in said(between)
    assert "GIẤY KHEN HỌC TẬP" in said(after)
    assert re.search("Ban giám đốc chứng nhận (Ông|Bà)", said(after))
    assert after.content["title"] == "Giấy khen học tập"  # the register and the public page call it so, too
    assert issued(cast.centre_b, cast.minh).content["template"] == city.pk  # B wrote none of its own


def test_what_waits_for_printing_keeps_the_words_it_was_numbered_with(cast, reference, monkeypatch):
    monkeypatch.setattr("certificates.services.numbering.start_printing", lambda *args: None)
    row = issued(cast.centre_a, cast.lan)
    save(cast.duc, centre=cast.centre_a, heading="Giấy khác")
    from certificates.services import render_reserved

    render_reserved(class_group=row.enrolment.class_group)
    row.refresh_from_db()
    assert row.state == "issued"
    assert "GIẤY CHỨNG NHẬN" in said(row)


def test_a_correction_is_set_with_the_words_of_its_own_day(cast, reference):
    old = issued(cast.centre_a, cast.lan, language="vi_en")
    save(cast.duc, centre=cast.centre_a, language="vi")
    new = supersede_certificate(certificate=old, by=cast.duc, decision=DECIDED, correct=True)
    assert new.content["language"] == "vi_en"


def test_an_earlier_version_comes_back_as_a_new_one(cast, as_user):
    first = save(cast.duc, centre=cast.centre_a, heading="Bản một")
    save(cast.duc, centre=cast.centre_a, heading="Bản hai")
    client = as_user(cast.duc)
    url = reverse("certificates:centre-template-edit", args=[cast.centre_a.pk])
    page = client.get(url)
    assert f"from={first.pk}" in page.content.decode()
    assert page.context["form"]["heading"].value() == "Bản hai"

    page = client.get(url, {"kind": "course", "language": "vi", "from": first.pk})
    assert page.context["form"]["heading"].value() == "Bản một"
    answer = client.post(url, form_of(page) | {"do": "save", "reason": "Bản một đẹp hơn"})
    assert answer.status_code == 302
    rows = CertificateTemplate.objects.of(cast.centre_a.pk, "course", "vi")
    assert [(row.version, row.blocks["vi"]["heading"], row.by) for row in rows] == [
        (3, "Bản một", cast.duc), (2, "Bản hai", cast.duc), (1, "Bản một", cast.duc),
    ]  # fmt: skip
    event = AuditEvent.objects.filter(verb="certificates.save_template").latest("pk")
    assert (event.actor, event.data["reason"], event.data["version"]) == (cast.duc, "Bản một đẹp hơn", 3)


def test_giving_back_uses_the_citys_words_again(cast, reference):
    city = save(cast.tuan, heading="Giấy của thành phố")
    save(cast.duc, centre=cast.centre_a, heading="Giấy của Ba Vì")
    give_back_template(centre=cast.centre_a, kind="course", language="vi", reason="Theo thành phố", by=cast.duc)
    assert issued(cast.centre_a, cast.lan).content["template"] == city.pk
    give_back_template(centre=None, kind="course", language="vi", reason="Theo mẫu gốc", by=cast.tuan)
    assert issued(cast.centre_a, cast.lan).content["template"] is None
    with pytest.raises(Conflict):
        give_back_template(centre=cast.centre_a, kind="course", language="vi", reason="Nữa", by=cast.duc)


def test_the_tables_keep_every_version(cast):
    row = save(cast.duc, centre=cast.centre_a, heading="Giấy khen")
    logo = set_logo(centre=cast.centre_a, data=picture(), by=cast.duc)
    writes = (
        lambda: CertificateTemplate.objects.filter(pk=row.pk).update(reason="khác"),
        lambda: CertificateTemplate.objects.filter(pk=row.pk).delete(),
        lambda: type(logo).objects.filter(pk=logo.pk).update(sha256=""),
    )
    for write in writes:
        with pytest.raises(DatabaseError), transaction.atomic():
            write()


def test_two_who_edit_at_once_do_not_overwrite_each_other(cast, as_user):
    client = as_user(cast.duc)
    url = reverse("certificates:centre-template-edit", args=[cast.centre_a.pk])
    mine = form_of(client.get(url))
    save(cast.duc, centre=cast.centre_a, heading="Người kia")
    answer = client.post(url, mine | {"do": "save", "heading": "Của tôi", "reason": "Đẹp"})
    assert answer.status_code == 422
    assert "có người đã lưu một bản khác" in answer.content.decode()
    assert answer.context["form"]["heading"].value() == "Của tôi"  # nothing typed is lost


# --- who --------------------------------------------------------------------------------------------------------------


def test_whose_templates_are_whose(cast):
    with pytest.raises(Forbidden):
        save(cast.duc)  # the city's
    with pytest.raises(Forbidden):
        save(cast.lan, centre=cast.centre_a)
    with pytest.raises(OutOfScope):
        save(cast.hai, centre=cast.centre_a)
    with pytest.raises(OutOfScope):
        set_logo(centre=cast.centre_a, data=picture(), by=cast.hai)
    assert not CertificateTemplate.objects.exists()
    save(cast.tuan, centre=cast.centre_a, heading="Thành phố viết giúp")


def test_strangers_change_nothing_by_posting(cast, as_user):
    for who, expected in ((cast.hai, 404), (cast.lan, 403), (cast.hoa, 403)):
        client = as_user(who)
        for name in ("centre-template-edit", "centre-templates"):
            url = reverse(f"certificates:{name}", args=[cast.centre_a.pk])
            assert client.post(url, {"do": "save", "heading": "X", "reason": "X"}).status_code == expected
    assert as_user(cast.duc).post(reverse("certificates:city-template-edit"), {"do": "save"}).status_code == 403
    assert not CertificateTemplate.objects.exists()


def test_pictures_only_by_us(cast, as_user):
    page = as_user(cast.duc).get(reverse("certificates:centre-template-edit", args=[cast.centre_a.pk]))
    url = page.context["preview"]["picture"]
    assert as_user(cast.hai).get(url).status_code == 404  # of another centre
    client = as_user(cast.duc)
    assert client.get(url[:-1] + ("A" if url[-1] != "A" else "B")).status_code == 404
    assert client.get(reverse("certificates:template-picture")).status_code == 404
    answer = client.get(url)
    assert answer["Content-Type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    assert len(answer.content) < 150_000


# --- what is refused --------------------------------------------------------------------------------------------------

WRONG = {
    "unknown place-holder": ("lead", "Giám đốc {ten_truong} chứng nhận", "Không có chỗ trống tên {ten_truong}"),
    "place-holder in words": ("lead", "Giám đốc {Họ tên} chứng nhận", "Không có chỗ trống tên {Họ tên}"),
    "no name": ("name", "Người học", "Phải có chỗ trống {ho_ten}"),
    "no register number": ("number", "Số vào sổ gốc:", "Phải có chỗ trống {so_vao_so}"),
    "no code": ("code", "Mã:", "Phải có chỗ trống {ma_tra_cuu}"),
    "no address": ("foot", "Hãy kiểm tra.", "Phải có chỗ trống {dia_chi}"),
    "empty": ("heading", "  ", "Không được để trống"),
    "too long": ("heading", "Giấy chứng nhận " * 5, "nhiều nhất 40 ký tự"),
    "too many lines": ("body", "một\nhai\nba\nbốn\nnăm", "Nhiều nhất 4 dòng"),
    "a lone brace": ("how", "(Ký tên {", "Dấu ngoặc nhọn"),
    "a template of another kind": ("how", "{{ settings.SECRET_KEY }}", "Dấu ngoặc nhọn"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_at_its_field(cast, as_user, name):
    block, text, words = WRONG[name]
    client = as_user(cast.duc)
    url = reverse("certificates:centre-template-edit", args=[cast.centre_a.pk])
    answer = client.post(url, form_of(client.get(url)) | {"do": "save", "reason": "Thử", block: text})
    form = answer.context["form"]
    assert answer.status_code == 422
    assert any(words in error for error in form.errors[block]), form.errors
    assert form[block].value() == text
    assert not CertificateTemplate.objects.exists()


def test_words_that_leave_no_room_for_a_signature_are_refused(cast):
    """Every line within its own limit, and yet too much: the layout itself is asked."""
    long = builtin_blocks(CertificateKind.COURSE)
    long["vi"]["role"], long["en"]["role"] = "KT. Giám đốc\nPhó Giám đốc phụ trách", "For the Director\nDeputy Director"
    long["vi"]["how"], long["en"]["how"] = "(Ký, ghi rõ họ tên và đóng dấu)", "(Signature, full name and seal)"
    given = {"centre": cast.centre_a, "kind": "course", "language": "vi_en", "reason": "Thử", "by": cast.duc}
    with pytest.raises(InvalidInput) as refusal:
        save_template(blocks=long, **given)
    assert "Không vừa một trang" in refusal.value.fields["body"][0]
    long["vi"]["how"] = ""
    assert save_template(blocks=long, **given).version == 1


def test_a_reason_is_asked_and_nothing_is_saved_twice(cast):
    with pytest.raises(InvalidInput) as refusal:
        save(cast.duc, centre=cast.centre_a, heading="Giấy khen", reason=" ")
    assert "reason" in refusal.value.fields
    save(cast.duc, centre=cast.centre_a, heading="Giấy khen")
    with pytest.raises(Conflict, match="giống bản đang dùng"):
        save(cast.duc, centre=cast.centre_a, heading="Giấy  khen")
    with pytest.raises(Conflict):
        save(cast.tuan)  # the program's own words


# --- text is only ever text -------------------------------------------------------------------------------------------

HOSTILE = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "<b>đậm</b>", "&lt;i&gt; & &amp;",
    "<style>p{}</style>"[:7], "{% load static %}"[1:-1], "x' OR 1=1 --", "<img src=file:///etc/passwd>",
    "<link rel=attachment href=file:///etc/passwd>", "url(http://127.0.0.1:9/x)", "</p></section><h1>Giả</h1>",
    "\u202edlog", "=HYPERLINK(1)",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_no_block_is_ever_read_as_anything_but_text(cast, as_user, text, monkeypatch):
    """Typed into every block: shown as typed on the page, drawn as typed in the picture's PDF, and nothing fetched."""
    drawn = {}

    def keep(paper):
        from certificates.paper.rendering import Press

        drawn["pdf"] = Press().render([paper])
        return b"\x89PNG"

    monkeypatch.setattr("certificates.views.templates.png_of", keep)
    client = as_user(cast.duc)
    url = reverse("certificates:centre-template-edit", args=[cast.centre_a.pk])
    form = form_of(client.get(url))
    typed = {block.name: f"{text} {{{block.must}}}" if block.must else text for block in BLOCKS}
    page = client.post(url, form | typed | {"do": "preview"})
    body = page.content.decode()
    assert page.status_code == 200
    if "<" in text:
        assert text not in body
    client.get(page.context["preview"]["picture"])
    document = pypdfium2.PdfDocument(drawn["pdf"])
    assert len(document) == 1
    words = document[0].get_textpage().get_text_range().lower()
    clean = text.replace("\u202e", "").lower()
    assert "".join(clean.split()) in "".join(words.split())
    with pikepdf.open(io.BytesIO(drawn["pdf"])) as pdf:
        assert not pdf.attachments
        assert "/JavaScript" not in pdf.Root.get("/Names", {})


# --- the picture ------------------------------------------------------------------------------------------------------


def test_the_preview_is_a_piece_of_page_or_a_whole_one(cast, as_user):
    client = as_user(cast.duc)
    url = reverse("certificates:centre-template-edit", args=[cast.centre_a.pk])
    form = form_of(client.get(url)) | {"do": "preview", "heading": "Giấy {khong_co}", "sample": "long"}
    piece = client.post(url, form, headers={"HX-Request": "true"}).content.decode()
    assert "<form" not in piece
    assert "Tên giấy: Không có chỗ trống tên {khong_co}" in piece
    assert "/certificates/templates/picture/?d=" in piece
    whole = client.post(url, form)  # without JavaScript, by the button
    assert whole.status_code == 200
    assert "Không có chỗ trống tên {khong_co}" in whole.content.decode()
    assert whole.context["form"]["heading"].value() == "Giấy {khong_co}"
    assert not CertificateTemplate.objects.exists()


# --- two languages ----------------------------------------------------------------------------------------------------


def test_two_languages_are_chosen_at_issue_and_remembered(cast, as_user, reference):
    course = make_course(cast.centre_a, name="Kỹ năng số", name_en="Digital Skills")
    first, second = (
        closed_class(cast.centre_a, course=course, passing=1, failing=0, sessions=1)[0] for _turn in range(2)
    )
    client = as_user(cast.lan)
    url = reverse("certificates:issue", args=[first.pk])
    form = form_of(client.get(url))
    assert form["language"] == "vi"
    day = form["issued_on"]
    assert client.post(url, form | {"language": "vi_en", "issued_on": f"{day:%d/%m/%Y}"}).status_code == 302
    words = said(Certificate.objects.get())
    for line in (
        "SOCIALIST REPUBLIC OF VIET NAM",
        "CERTIFICATE",
        "has completed Digital Skills",
        "Born on",
        "DIRECTOR",
    ):
        assert line in words
    assert re.search(r"from \d+ \w+ 2026 to \d+ \w+ 2026, attending 1 of 1 sessions", words)
    # Vietnamese first, English right under it.
    assert words.index("đã hoàn thành Kỹ năng số") < words.index("has completed") < words.index("từ ngày")
    assert form_of(client.get(reverse("certificates:issue", args=[second.pk])))["language"] == "vi_en"


def test_the_paper_speaks_vietnamese_whatever_the_page_speaks(cast, as_user, reference):
    group, _report = closed_class(cast.centre_a, passing=1, failing=0, sessions=1)
    group.enrolments.get().learner.__class__.objects.update(sex="female", ethnicity="06")
    from django.utils.translation import override

    with override("en"):
        row = issue_class(class_group=group, by=cast.lan).certificates[0]
    assert row.content["place_date"].startswith("Ba Vì, ngày")
    assert (row.content["sex"], row.content["ethnicity"]) == ("Nữ", "Mường")


# --- logo -------------------------------------------------------------------------------------------------------------


def images(certificate):
    with pikepdf.open(io.BytesIO(file_of(certificate))) as pdf:
        streams = [item for item in pdf.objects if isinstance(item, pikepdf.Stream)]
        return [image for image in streams if image.get("/Subtype") == "/Image" and image.get("/SMask") is not None]


def test_the_logo_stands_on_new_papers_only_and_can_be_taken_off(cast, reference):
    before = issued(cast.centre_a, cast.lan)
    logo = set_logo(centre=cast.centre_a, data=picture(), by=cast.duc)
    within = issued(cast.centre_a, cast.lan)
    remove_logo(centre=cast.centre_a, by=cast.duc)
    after = issued(cast.centre_a, cast.lan)
    assert [bool(images(row)) for row in (before, within, after)] == [False, True, False]
    assert [row.content["logo"] for row in (before, within, after)] == [None, logo.pk, None]
    assert [event.verb for event in AuditEvent.objects.filter(verb__endswith="_logo").order_by("pk")] == [
        "certificates.set_logo", "certificates.remove_logo",
    ]  # fmt: skip
