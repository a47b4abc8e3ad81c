"""Home and search: what the person needs, and nothing of others."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from certificates.services import Decision, propose_revocation
from clc_manager.today import _days_to_report
from core.dates import plan_year_of
from courses.models import ClassGroup, Course, Topic
from indicators.models import Indicator
from indicators.services import declare, report_figure
from learners.models import Learner, LearnerCentre
from tests.factories import make_certificates, make_learner


def make_class(cast, centre, unit, name):
    course = Course.objects.create(centre=centre, code=name[:20], name=name, topic=Topic.objects.first())
    today = timezone.localdate()
    return ClassGroup.objects.create(
        centre=centre,
        unit=unit,
        course=course,
        code=f"{centre.code}-{name[:8]}",
        name=name,
        starts_on=today,
        ends_on=today,
    )


@pytest.fixture
def two_classes(cast, reference):
    return (
        make_class(cast, cast.centre_a, cast.commune_a, "Trồng chè an toàn"),
        make_class(cast, cast.centre_b, cast.commune_b, "Trồng chè nơi khác"),
    )


def test_every_role_has_a_home(as_user, cast, reference):
    for user in cast.users.values():
        assert as_user(user).get("/").status_code == 200, user.username


def test_search_finds_without_tones_in_any_order_and_only_in_scope(as_user, cast, two_classes):
    learner = Learner(code="HV0000001", given_name="Nga", family_name="Bàn", family_middle="Bàn Thị")
    learner.save()
    LearnerCentre.objects.create(learner=learner, centre=cast.centre_a)

    lan = as_user(cast.lan).get("/search/", {"q": "nga ban"}).content.decode()
    assert "Bàn Thị Nga" in lan
    assert "Bàn Thị Nga" not in as_user(cast.minh).get("/search/", {"q": "nga ban"}).content.decode()

    classes = as_user(cast.lan).get("/search/", {"q": "trong che"}).content.decode()
    assert "Trồng chè an toàn" in classes
    assert "Trồng chè nơi khác" not in classes


def test_search_finds_papers_and_centres_and_only_in_scope(as_user, cast, reference):
    row = make_certificates(cast.centre_a, 1)[0]
    mine, other = "Trung tâm học tập cộng đồng xã Ba Vì", "Trung tâm học tập cộng đồng phường Ba Đình"

    def found(user, text):
        page = as_user(user).get("/search/", {"q": text}).context["found"]
        return [paper.pk for paper in page.certificates], [centre.name for centre in page.centres]

    for text in (row.register_number, row.printed_token, row.printed_token.lower(), row.content["learner"]):
        assert found(cast.lan, text)[0] == [row.pk], text
        assert found(cast.minh, text)[0] == [], text
        assert found(cast.tuan, text)[0] == [row.pk], text
    assert found(cast.lan, "hoc tap cong dong")[1] == [mine]
    assert set(found(cast.tuan, "hoc tap cong dong")[1]) == {mine, other}


@pytest.mark.parametrize("text", ["", " ", "a", "%", "'; DROP TABLE", "0" * 300, "\x00"])
def test_search_bears_any_text(as_user, cast, text):
    assert as_user(cast.lan).get("/search/", {"q": text}).status_code == 200


def test_report_is_due_before_the_first_of_december():
    assert _days_to_report(dt.date(2026, 11, 23)) == 8
    assert _days_to_report(dt.date(2026, 12, 1)) == 365


def test_health_needs_no_sign_in(client, db):
    assert client.get("/healthz").json() == {"ok": True}


def duties(client):
    page = client.get("/").context["page"]
    # The annual report is a duty from October to March only: tests/indicators/test_annual_pages.py.
    return None if page.duties is None else [
        duty.text for duty in page.duties if not re.match("Báo cáo năm .* chưa gửi", duty.text)
    ]  # fmt: skip


def test_what_has_to_be_handed_in_is_named_until_it_is(as_user, cast, reference):
    year = plan_year_of(timezone.localdate()).ends_on.year
    client = as_user(cast.lan)
    assert duties(client) == [
        f"Tự khai ứng dụng công nghệ thông tin năm {year}", f"Báo cáo thống kê năm {year} chưa xuất",
    ]  # fmt: skip
    declare(centre=cast.centre_a, year=year, applies_it=True, note="Điểm danh trên máy", by=cast.lan)
    assert duties(client) == [f"Báo cáo thống kê năm {year} chưa xuất"]
    export = client.get(reverse("indicators:statistics-export"), {"format": "csv", "preset": "plan"})
    assert b"".join(export.streaming_content).startswith(b"\xef\xbb\xbf")
    assert duties(client) == []
    assert "Số liệu và báo cáo năm nay đã có đủ" in client.get("/").content.decode()
    assert len(duties(as_user(cast.minh))) == 2  # another centre's report is not theirs


def test_what_waits_for_a_second_person_is_on_the_page_of_whoever_keeps_the_register(as_user, cast, reference):
    row = make_certificates(cast.centre_a, 1)[0]
    assert duties(as_user(cast.van)) is None
    propose_revocation(
        certificate=row, by=cast.duc, decision=Decision("Cấp nhầm người", "12/QĐ", dt.date(2026, 2, 1), "Đức")
    )
    client = as_user(cast.van)
    assert duties(client) == ["1 đề nghị về chứng nhận chờ bạn xác nhận"]
    page = client.get("/").content.decode()
    assert "Chờ bạn xác nhận" in page
    assert "Cần nộp" not in page  # she hands nothing in
    assert reverse("certificates:proposals") in page


def test_officers_owe_figures_and_readers_owe_nothing(as_user, cast, reference):
    year = plan_year_of(timezone.localdate()).ends_on.year
    client = as_user(cast.tuan)
    before = duties(client)
    assert before == [f"25 chỉ số chưa có số liệu năm {year}"]
    report_figure(
        indicator=Indicator.objects.get(code="A4"), unit=cast.city, value=Decimal(100), status_value="",
        source_name="Sở Giáo dục và Đào tạo", document="12/BC", document_on=None,
        ends_on=plan_year_of(timezone.localdate()).starts_on, by=cast.tuan,
    )  # fmt: skip
    assert duties(client) == [f"24 chỉ số chưa có số liệu năm {year}"]
    assert duties(as_user(cast.hoa)) == []  # the district ended in 2025 and owes nothing more
    assert duties(as_user(cast.oanh)) is None
    assert duties(as_user(cast.thu)) is None


def test_the_plan_year_turns_on_the_first_of_december():
    assert plan_year_of(dt.date(2026, 11, 30)).ends_on == dt.date(2026, 11, 30)
    assert plan_year_of(dt.date(2026, 12, 1)).starts_on == dt.date(2026, 12, 1)


def test_search_shows_ten_and_leads_to_the_rest(as_user, cast, reference):
    for _ in range(12):
        make_learner(cast.centre_a, "Bàn Thị Nhiều")
    page = as_user(cast.lan).get("/search/", {"q": "nhieu ban"})
    assert len(page.context["found"].people) == 10
    assert "/learners/?q=nhieu%20ban" in page.content.decode()
