"""Home and search: what the person needs, and nothing of others."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from certificates.services import Decision, propose_revocation
from clc_manager.today import _days_to_report, today_for
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
    assert _days_to_report(dt.date(2026, 11, 30)) == 1
    assert _days_to_report(dt.date(2026, 12, 1)) is None  # nobody counts a year's days


def test_health_needs_no_sign_in(client, db):
    assert client.get("/healthz").json() == {"ok": True}


def waiting(user, day):
    """Codes of deadlines and texts of duties on a person's start page; None: no such panel."""
    page = today_for(user, day)
    if page.duties is None:
        return None
    return [row.due.deadline.code for row in page.due] + [duty.text for duty in page.duties]


def test_what_has_to_be_handed_in_is_named_until_it_is(as_user, cast, reference):
    day = dt.date(2026, 11, 20)
    assert waiting(cast.lan, day) == ["ke-hoach-trung-tam", "tu-khai-cntt"]
    declare(centre=cast.centre_a, year=2026, applies_it=True, note="Điểm danh trên máy", by=cast.lan)
    assert waiting(cast.lan, day) == ["ke-hoach-trung-tam"]
    period = {"format": "csv", "from": "01/12/2025", "to": "30/11/2026"}
    export = as_user(cast.lan).get(reverse("indicators:statistics-export"), period)
    assert b"".join(export.streaming_content).startswith(b"\xef\xbb\xbf")
    assert waiting(cast.lan, day) == []
    assert len(waiting(cast.minh, day)) == 2  # another centre's report is not theirs
    page = today_for(cast.minh, dt.date(2026, 12, 1))
    assert (page.is_late, page.waiting) == (True, 2)
    assert today_for(cast.minh, dt.date(2027, 6, 1)).waiting == 0


def test_the_start_page_says_so_when_nothing_presses(as_user, cast, reference, monkeypatch):
    monkeypatch.setattr("clc_manager.today.pressing", lambda _user, _day: [])
    assert "Không có gì quá hạn hoặc đến hạn trong 60 ngày tới." in as_user(cast.lan).get("/").content.decode()


def test_what_waits_for_a_second_person_is_on_the_page_of_whoever_keeps_the_register(as_user, cast, reference):
    row = make_certificates(cast.centre_a, 1)[0]
    day = timezone.localdate()
    assert waiting(cast.van, day) is None
    propose_revocation(
        certificate=row, by=cast.duc, decision=Decision("Cấp nhầm người", "12/QĐ", dt.date(2026, 2, 1), "Đức")
    )
    assert waiting(cast.van, day) == ["1 đề nghị về chứng nhận chờ bạn xác nhận"]
    page = as_user(cast.van).get("/").content.decode()
    assert "Chờ bạn xác nhận" in page
    assert "Cần nộp" not in page  # she hands nothing in
    assert reverse("certificates:proposals") in page


def test_officers_owe_figures_and_readers_owe_nothing(cast, reference):
    day = dt.date(2026, 11, 20)
    assert waiting(cast.tuan, day) == ["ke-hoach-thanh-pho", "Báo cáo năm 2026 chưa gửi, trước 01/12"]
    (before,) = today_for(cast.tuan, day).due
    report_figure(
        indicator=Indicator.objects.get(code="A4"), unit=cast.city, value=Decimal(100), status_value="",
        source_name="Sở Giáo dục và Đào tạo", document="12/BC", document_on=None,
        ends_on=dt.date(2026, 9, 30), by=cast.tuan,
    )  # fmt: skip
    (after,) = today_for(cast.tuan, day).due
    assert (before.left, after.left) == (25, 24)
    assert waiting(cast.hoa, day) == []  # the district ended in 2025 and owes nothing more
    assert waiting(cast.oanh, day) is None
    assert waiting(cast.thu, day) is None
    late = next(duty for duty in today_for(cast.tuan, dt.date(2026, 12, 1)).duties if "Báo cáo năm" in duty.text)
    assert (late.text, late.late_days) == ("Báo cáo năm 2026 chưa gửi, trước 01/12", 1)


def test_the_plan_year_turns_on_the_first_of_december():
    assert plan_year_of(dt.date(2026, 11, 30)).ends_on == dt.date(2026, 11, 30)
    assert plan_year_of(dt.date(2026, 12, 1)).starts_on == dt.date(2026, 12, 1)


def test_search_shows_ten_and_leads_to_the_rest(as_user, cast, reference):
    for _ in range(12):
        make_learner(cast.centre_a, "Bàn Thị Nhiều")
    page = as_user(cast.lan).get("/search/", {"q": "nhieu ban"})
    assert len(page.context["found"].people) == 10
    assert "/learners/?q=nhieu%20ban" in page.content.decode()
