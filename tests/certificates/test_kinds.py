"""The four kinds of papers, each from the form of its course to the words on the page, by the pages alone."""

import io

import pypdfium2
import pytest
from django.urls import reverse

from certificates.choices import CertificateKind
from certificates.models import Certificate
from courses.models import Course
from literacy.models import LiteracyAward
from tests.factories import closed_class, finished_class, make_course


def words_of(certificate):
    """What the printed page says, on one line."""
    with certificate.pdf.open("rb") as stream:
        text = pypdfium2.PdfDocument(io.BytesIO(stream.read()))[0].get_textpage().get_text_range()
    return " ".join(text.split())


def set_up_course(client, kind):
    """Make the course by its form; literacy courses are shared ones."""
    shared = {CertificateKind.LITERACY_PHASE_1: "XMC-GD1", CertificateKind.LITERACY_PHASE_2: "XMC-GD2"}
    if kind in shared:
        return Course.objects.get(code=shared[kind])
    form = {
        "code": "KNS", "name": "Kỹ năng số cho người cao tuổi", "topic": Course.objects.first().topic_id,
        "planned_sessions": 5, "min_attendance_percent": 80,
        "certifies": "attendance" if kind == CertificateKind.ATTENDANCE else "completion",
    }  # fmt: skip
    assert client.post(reverse("courses:course-add"), form).status_code == 302
    return Course.objects.get(code="KNS")


SAYS = {
    CertificateKind.LITERACY_PHASE_1: ("GIẤY XÁC NHẬN", "Chương trình xóa mù chữ giai đoạn 1", "Kết quả: Hoàn thành"),
    CertificateKind.LITERACY_PHASE_2: ("GIẤY XÁC NHẬN", "Chương trình xóa mù chữ giai đoạn 2", "Kết quả: Hoàn thành"),
    CertificateKind.COURSE: ("GIẤY CHỨNG NHẬN", "Hoàn thành khóa học", "đã hoàn thành Kỹ năng số"),
    CertificateKind.ATTENDANCE: ("GIẤY CHỨNG NHẬN", "Tham gia khóa học", "đã tham gia Kỹ năng số"),
}


@pytest.mark.parametrize("kind", CertificateKind)
def test_every_kind_comes_out_of_the_pages(cast, as_user, reference, kind):
    client = as_user(cast.lan)
    course = set_up_course(client, kind)
    options = {}
    if kind == CertificateKind.LITERACY_PHASE_2:  # who starts phase 2 has completed phase 1
        options["people"] = before_phase_2(cast)
    group = finished_class(cast.centre_a, course=course, passing=1, failing=0, **options)
    last = group.sessions.order_by("-held_on")[0].held_on
    answer = client.post(reverse("courses:close-results", args=[group.pk]), {"closed_on": f"{last:%Y-%m-%d}"})
    assert answer.url == reverse("certificates:issue", args=[group.pk])
    page = client.get(answer.url).content.decode()
    assert str(kind.label) in page  # what will be issued is said before it is

    assert client.post(answer.url, {"issued_on": page_day(page), "signer_name": ""}).status_code == 302

    rows = list(Certificate.objects.filter(enrolment__class_group=group))
    assert [(row.kind, row.state) for row in rows] == [(kind, "issued")]
    said = words_of(rows[0])
    for words in SAYS[kind]:
        assert words in said
    if kind == CertificateKind.ATTENDANCE:
        assert "Kết quả" not in said
        assert "hoàn thành" not in said.lower()
    public = client.get(f"/c/{rows[0].token}").content.decode()
    assert rows[0].content["achievement"] in public


def before_phase_2(cast):
    """Somebody with phase 1."""
    group, _report = closed_class(
        cast.centre_a, course=Course.objects.get(code="XMC-GD1"), passing=1, failing=0, sessions=1
    )
    return [row.learner for row in group.enrolments.all()]


def page_day(page):
    """The day the form proposes."""
    return page.split('name="issued_on" value="')[1].split('"')[0]


def test_phase_2_makes_people_literate_at_level_2(cast, reference):
    people = before_phase_2(cast)
    closed_class(
        cast.centre_a, course=Course.objects.get(code="XMC-GD2"), people=people, passing=1, sessions=1, failing=0
    )
    levels = LiteracyAward.objects.filter(learner__in=people).values_list("level", flat=True)
    assert sorted(levels) == [1, 2]


def test_a_literacy_course_confirms_completion(cast, as_user, reference):
    """An attendance paper of a course that ends a phase would deny what the register of literates says."""
    course = make_course(cast.centre_a)
    form = {
        "name": course.name, "topic": course.topic_id, "planned_sessions": 5, "min_attendance_percent": 80,
        "certifies": "attendance", "completes_phase": "2", "is_active": "on",
    }  # fmt: skip
    answer = as_user(cast.lan).post(reverse("courses:course-edit", args=[course.pk]), form)
    assert answer.status_code == 422
    assert "cấp giấy xác nhận hoàn thành" in answer.content.decode()
    course.refresh_from_db()
    assert (course.certifies, course.completes_phase) == ("completion", None)
