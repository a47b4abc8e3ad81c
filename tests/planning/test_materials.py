"""Learning materials: hostile files, who sees what, headers, sharing by reference."""

import contextlib

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from courses.materials import recognise as rules
from courses.materials.choices import CONTENT_TYPES, MaterialKind
from courses.materials.recognise import recognise, safe_name
from courses.models import Course, CourseMaterial, Material
from courses.services import materials
from tests.factories import make_class, make_course
from tests.planning import files


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """A folder of its own for what is uploaded."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def add(cast, who="lan", centre=None, **more):
    given = {"title": "Hướng dẫn VNeID", "licence": "cc_by", "author": "Công an thành phố", "content": files.PDF}
    given |= {"file_name": "huong-dan.pdf"} | more
    return materials.add_material(centre=centre or cast.centre_a, by=cast.users[who], **given)


# --- what a file is ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (files.PDF, "pdf"), (files.png(), "png"), (files.JPG, "jpg"), (files.MP3, "mp3"), (files.MP4, "mp4"),
        (files.docx(), "docx"), (files.pptx(), "pptx"), (files.MP3[15:], "mp3"),
    ],
)  # fmt: skip
def test_a_file_is_known_by_its_content(content, kind):
    assert recognise(content) == kind
    assert kind in CONTENT_TYPES


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (files.HTML, "file_unknown"),  # named .pdf, and with the words of a PDF further on
        (b"\xef\xbb\xbf" + files.HTML, "file_unknown"),
        (files.SVG, "file_unknown"),
        (b"GIF89a" + b"\0" * 40, "file_unknown"),
        (files.HEIC, "file_unknown"),
        (b"MZ\x90\0" + b"\0" * 200, "file_unknown"),
        ("Chữ UTF-16".encode("utf-16"), "file_unknown"),  # begins like a frame of MP3
        (b"%PDF-1.4 cut in half", "file_unknown"),
        (files.plain_zip(), "file_is_archive"),
        (files.docx(word__vbaProject="macro"), "file_has_macros"),
        (files.office("xl/workbook.xml", "spreadsheetml.sheet"), "file_not_taken"),
        (files.docx()[:200], "file_broken"),
        (b"PK\x03\x04" + b"\0" * 500, "file_broken"),
        (b"%PDF-" + b"\0" * (20 * 1024 * 1024) + b"%%EOF", "file_too_big"),
    ],
)  # fmt: skip
def test_what_is_not_taught_with_is_refused_in_words(content, code):
    with pytest.raises(InvalidInput) as refused:
        recognise(content)
    assert refused.value.code == code
    assert "file" in refused.value.fields


@pytest.mark.parametrize("make", [files.bomb, files.lying_bomb])
def test_a_zip_bomb_is_refused_whatever_its_directory_says(make):
    content = make()
    assert len(content) < rules.MAX_BYTES
    with pytest.raises(InvalidInput) as refused:
        recognise(content)
    assert refused.value.code in ("file_bomb", "file_broken")


@given(st.binary(max_size=300))
def test_any_bytes_are_a_known_kind_or_a_refusal(content):
    for head in (b"", b"PK\x03\x04", b"ID3", b"%PDF-", b"\0\0\0\x18ftyp"):
        with contextlib.suppress(InvalidInput):
            assert recognise(head + content) in MaterialKind


@pytest.mark.parametrize(
    ("name", "kind", "safe"),
    [
        ("../../etc/passwd", "pdf", "passwd.pdf"),
        ("C:\\Users\\lan\\bài giảng.docx", "docx", "bài giảng.docx"),
        ("hinh.pdf.html", "png", "hinh.pdf.png"),
        ('a"b\r\nSet-Cookie: x.mp3', "mp3", "a b Set-Cookie x.mp3"),
        ("..", "pdf", "hoc-lieu.pdf"),
        ("", "pdf", "hoc-lieu.pdf"),
        ("x" * 400 + ".pdf", "pdf", "x" * 100 + ".pdf"),
    ],
)
def test_names_are_made_safe_and_end_in_what_the_file_is(name, kind, safe):
    assert safe_name(name, MaterialKind(kind)) == safe


@given(st.text(max_size=150))
def test_no_name_leaves_its_folder(name):
    safe = safe_name(name, MaterialKind.PDF)
    assert safe.endswith(".pdf")
    assert len(safe) <= 120
    assert not set(safe) & set('/\\<>:"|?*\r\n\0')


# --- verbs ------------------------------------------------------------------------------------------------------------


def test_a_file_is_kept_under_a_name_nobody_chose(cast, reference, media):
    row = add(cast, file_name="../../../evil.pdf.html", course=make_course(cast.centre_a))
    assert row.file_name == "evil.pdf.pdf"
    assert row.file.name.startswith("materials/")
    assert "evil" not in row.file.name
    assert (media / row.file.name).read_bytes() == files.PDF
    assert (row.kind, row.size, len(row.sha256)) == ("pdf", len(files.PDF), 64)
    assert CourseMaterial.objects.get().material == row
    assert AuditEvent.objects.filter(verb="courses.add_material", centre_id=cast.centre_a.pk).count() == 1


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"content": None, "url": "javascript:alert(1)"}, "url"),
        ({"content": None, "url": "ftp://example.org/x"}, "url"),
        ({"content": None, "url": "https://"}, "url"),
        ({"content": None}, "url"),
        ({"url": "https://example.org/"}, "url"),  # both
        ({"title": "  "}, "title"),
        ({"author": ""}, "author"),
        ({"licence": "mine"}, "licence"),
        ({"content": files.SVG}, "file"),
    ],
)
def test_what_is_missing_or_wrong_is_named_and_nothing_is_kept(cast, reference, media, more, field):
    with pytest.raises(InvalidInput) as refused:
        add(cast, **more)
    assert set(refused.value.fields) == {field}
    assert not Material.objects.exists()
    assert not [path for path in media.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("who", "error"), [("hoa", Forbidden), ("van", Forbidden), ("thu", Forbidden), ("minh", OutOfScope)]
)
def test_only_staff_of_the_centre_add_and_change(cast, reference, who, error):
    with pytest.raises(error):
        add(cast, who)
    row = add(cast, is_shared=True)
    with pytest.raises(error):
        materials.change_material(material=row, by=cast.users[who], title="Khác")
    with pytest.raises(error):
        materials.delete_material(material=row, by=cast.users[who])


def test_another_centre_uses_a_shared_material_by_reference(cast, reference):
    row, theirs = add(cast, is_shared=True), make_course(cast.centre_b)
    for _ in range(2):
        materials.use_material(material=row, course=theirs, centre=cast.centre_b, by=cast.minh)
    link = CourseMaterial.objects.get()
    assert (link.centre, link.material) == (cast.centre_b, row)
    assert Material.objects.count() == 1  # no copy
    assert link in CourseMaterial.objects.visible_to(cast.nam)
    assert link not in CourseMaterial.objects.visible_to(cast.lan)  # what others do with it is theirs
    with pytest.raises(Conflict):
        materials.delete_material(material=row, by=cast.lan)
    materials.change_material(material=row, by=cast.lan, is_shared=False)
    assert not Material.objects.visible_to(cast.minh).exists()
    assert not CourseMaterial.objects.visible_to(cast.minh).exists()
    with pytest.raises(OutOfScope):
        materials.use_material(material=row, course=make_course(cast.centre_b), centre=cast.centre_b, by=cast.minh)


def test_courses_of_others_take_no_materials_of_ours(cast, reference):
    with pytest.raises(InvalidInput):
        materials.use_material(material=add(cast), course=make_course(cast.centre_b), centre=cast.centre_a, by=cast.lan)
    shared = Course.objects.get(code="XMC-K1")
    assert materials.use_material(material=add(cast), course=shared, centre=cast.centre_a, by=cast.lan).pk
    assert not CourseMaterial.objects.visible_to(cast.minh).exists()


@pytest.mark.django_db(transaction=True)
def test_deleting_takes_the_file_along(cast, reference, media):
    row = add(cast)
    path = media / row.file.name
    materials.delete_material(material=row, by=cast.lan)
    assert not path.exists()


def test_the_database_holds_what_the_services_promise(cast, reference):
    row = add(cast, course=make_course(cast.centre_a))
    link = CourseMaterial.objects.get()
    for broken in (
        lambda: Material.objects.filter(pk=row.pk).update(url="https://example.org/"),
        lambda: Material.objects.filter(pk=row.pk).update(kind="link"),
        lambda: Material.objects.filter(pk=row.pk).update(file=""),
        lambda: Material.objects.filter(pk=row.pk).update(kind="html"),
        lambda: Material.objects.filter(pk=row.pk).update(licence="mine"),
        lambda: CourseMaterial.objects.create(
            course=link.course, material=row, centre=cast.centre_a, added_by=cast.lan
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            broken()


# --- pages ------------------------------------------------------------------------------------------------------------


def test_a_file_is_handed_out_to_be_saved_and_never_as_a_page(client, cast, reference):
    row = add(cast, file_name="bài “giảng”.pdf")
    address = reverse("courses:material-file", args=[row.pk])
    client.force_login(cast.lan)
    response = client.get(address)
    assert b"".join(response.streaming_content) == files.PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "private" in response["Cache-Control"]
    for who, status in (("minh", 404), ("hai", 404), ("nam", 404), ("hoa", 200), ("thu", 200)):
        client.force_login(cast.users[who])
        answer = client.get(address)
        assert answer.status_code == status, who
        for close in answer._resource_closers:
            close()
    client.logout()
    assert client.get(address).status_code == 302
    assert client.get(f"{settings.STATIC_URL}{row.file.name}").status_code == 404
    assert client.get(f"/media/{row.file.name}").status_code == 404


def test_uploading_through_the_page(client, cast, reference):
    course = make_course(cast.centre_a)
    client.force_login(cast.lan)
    address = reverse("courses:material-add")
    said = {"title": "Bài 1", "author": "Cô Thu", "licence": "internal", "course": course.pk}
    fake = SimpleUploadedFile("bai-1.pdf", files.HTML, content_type="application/pdf")
    refused = client.post(address, said | {"file": fake})
    assert refused.status_code == 422
    assert "Không nhận loại tệp này" in refused.content.decode()
    true = SimpleUploadedFile("bai-1.html", files.PDF, content_type="text/html")
    assert client.post(address, said | {"file": true})["Location"] == reverse(
        "courses:course-materials", args=[course.pk]
    )
    row = Material.objects.get()
    assert (row.file_name, row.kind) == ("bai-1.pdf", "pdf")
    assert client.post(address, said | {"url": "javascript:alert(1)"}).status_code == 422
    assert client.post(address, said | {"title": "Video", "url": "https://example.org/xem"}).status_code == 302
    body = client.get(reverse("courses:course-materials", args=[course.pk])).content.decode()
    assert "Bài 1" in body
    assert 'href="https://example.org/xem" rel="noopener' in body


def test_the_list_finds_what_others_share_and_says_where_it_is_from(client, cast, reference):
    shared = add(cast, title="Phòng chống lừa đảo qua mạng", is_shared=True)
    add(cast, title="Bài riêng của Ba Vì")
    theirs = make_course(cast.centre_b)
    client.force_login(cast.minh)
    body = client.get(reverse("courses:material-list"), {"q": "lua dao"}).content.decode()
    assert shared.title in body
    assert cast.centre_a.name in body
    assert "Nguyễn Thị Lan" not in body  # who added it is their own affair
    assert "Bài riêng" not in client.get(reverse("courses:material-list")).content.decode()
    use = reverse("courses:material-use", args=[shared.pk])
    assert client.post(use, {"course": theirs.pk}).status_code == 302
    body = client.get(reverse("courses:course-materials", args=[theirs.pk])).content.decode()
    assert shared.title in body
    assert cast.centre_a.name in body
    assert client.get(reverse("courses:material-edit", args=[shared.pk])).status_code == 404
    group = make_class(cast.centre_b, course=theirs)
    detail = client.get(reverse("courses:class-detail", args=[group.pk])).content.decode()
    assert reverse("courses:course-materials", args=[theirs.pk]) in detail
    link = CourseMaterial.objects.get()
    assert client.post(reverse("courses:material-stop", args=[link.pk])).status_code == 302
    assert not CourseMaterial.objects.exists()


def test_posts_by_strangers_change_nothing(client, cast, reference):
    course = make_course(cast.centre_a)
    row = add(cast, course=course)
    link = CourseMaterial.objects.get()
    for who, status in (("minh", 404), ("nam", 404), ("hoa", 403), ("van", 403), ("thu", 403)):
        client.force_login(cast.users[who])
        for address in (
            reverse("courses:material-delete", args=[row.pk]), reverse("courses:material-stop", args=[link.pk]),
            reverse("courses:material-edit", args=[row.pk]),
        ):  # fmt: skip
            assert client.post(address, {"title": "x"}).status_code == status, (who, address)
    row.refresh_from_db()
    assert row.title == "Hướng dẫn VNeID"
    materials.change_material(material=row, by=cast.lan, is_shared=True)
    client.force_login(cast.minh)  # seen, but not theirs
    assert client.post(reverse("courses:material-delete", args=[row.pk])).status_code == 404
    assert Material.objects.exists()


def test_a_long_list_costs_the_same_queries(client, cast, reference):
    course = make_course(cast.centre_a)
    client.force_login(cast.lan)
    pages = [reverse("courses:material-list"), reverse("courses:course-materials", args=[course.pk])]

    def cost():
        found = []
        for address in pages:
            with CaptureQueriesContext(connection) as log:
                client.get(address)
            found.append(len(log))
        return found

    for number in range(3):
        add(cast, title=f"Bài {number}", course=course)
    cost()
    few = cost()
    for number in range(20):
        add(cast, title=f"Bài thêm {number}", course=course)
    assert cost() == few
