"""Pages of locks, exceptions, drafts and the inbox by level: what is said, and what was typed stays."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.choices import Role
from courses.models import Topic
from indicators.models import Figure, FigureDraft, Indicator, LockException, PeriodLock
from indicators.services import report_figure
from tests.cast import make_user
from tests.factories import closed_class, make_course

DAY = "30/09/2026"
FORM = {"kind": "", "starts_on": "01/12/2025", "ends_on": "30/11/2026", "reason": "Đã gửi báo cáo năm"}


def typed(**more):
    return {"value": "40", "ends_on": DAY, "source_name": "Hội Khuyến học", "document": "BC 1"} | more


@pytest.fixture
def lock(as_user, cast, reference):
    assert as_user(cast.tuan).post("/plan/locks/add/", FORM).status_code == 302
    return PeriodLock.objects.get()


def test_closing_and_opening_on_the_page(as_user, cast, lock):
    again = as_user(cast.tuan).post("/plan/locks/add/", FORM)
    assert again.status_code == 409
    assert "Đặng Anh Tuấn khóa ngày" in again.content.decode()
    assert as_user(cast.tuan).post("/plan/locks/add/", FORM | {"reason": " "}).status_code == 422
    for who in (cast.lan, cast.nam, cast.oanh):
        body = as_user(who).get("/plan/locks/").content.decode()
        for part in ("01/12/2025–30/11/2026", "Đã gửi báo cáo năm", "Đặng Anh Tuấn", "cho đến khi thành phố mở"):
            assert part in body
        assert as_user(who).get(f"/plan/locks/{lock.pk}/lift/").status_code == 403
        assert as_user(who).get("/plan/locks/add/").status_code == 403
    lift = f"/plan/locks/{lock.pk}/lift/"
    assert as_user(cast.tuan).post(lift, {"reason": ""}).status_code == 422
    assert as_user(cast.tuan).post(lift, {"reason": "Khóa nhầm"}).status_code == 302
    assert as_user(cast.tuan).post(lift, {"reason": "Khóa nhầm"}).status_code == 409
    assert "Khóa nhầm" in as_user(cast.nam).get("/plan/locks/").content.decode()


def test_from_a_refused_entry_to_one_by_exception(as_user, cast, lock):
    unit = cast.commune_b.pk
    page = f"/plan/figures/D1/report/?unit={unit}"
    refused = as_user(cast.nam).post(page, typed())
    assert refused.status_code == 409
    body = refused.content.decode()
    assert "Đặng Anh Tuấn khóa ngày" in body
    assert 'value="Hội Khuyến học"' in body  # nothing typed is lost
    ask = f"/plan/locks/{lock.pk}/ask/?unit={unit}&code=D1"
    assert ask.replace("&", "&amp;") in body
    form = as_user(cast.nam).get(ask)
    line = form.context["form"].initial["indicator"]
    assert line.code == "D1"
    assert as_user(cast.nam).post(ask, {"unit": unit, "indicator": line.pk, "reason": ""}).status_code == 422
    assert as_user(cast.nam).post(ask, {"unit": unit, "indicator": line.pk, "reason": "Thiếu"}).status_code == 302
    assert as_user(cast.lan).get(ask).status_code == 403
    row = LockException.objects.get()
    answer = f"/plan/exceptions/{row.pk}/answer/"
    until = timezone.localdate() + dt.timedelta(days=3)
    assert as_user(cast.nam).post(answer, {"answer": "x", "verdict": "granted"}).status_code == 403
    missing = as_user(cast.tuan).post(answer, {"answer": "Được", "verdict": "granted"}, follow=True)
    assert missing.status_code == 422
    assert "ngày hết hạn" in missing.content.decode()
    assert 'value="Được"' in missing.content.decode()  # nothing typed is lost
    given = {"answer": "Được", "verdict": "granted", "expires_on": f"{until:%d/%m/%Y}"}
    assert as_user(cast.tuan).post(answer, given).status_code == 302
    again = as_user(cast.tuan).post(answer, given, follow=True).content.decode()
    assert "đã trả lời yêu cầu này" in again
    assert f"nhập được đến {until:%d/%m/%Y}" in as_user(cast.nam).get("/plan/locks/").content.decode()
    assert as_user(cast.nam).post(page, typed()).status_code == 422  # says why it is entered after the lock
    assert as_user(cast.nam).post(page, typed(note="Bổ sung")).status_code == 302
    assert Figure.objects.get(source="reported").note == "Bổ sung"


def test_a_draft_is_kept_offered_again_and_submitted(as_user, cast, reference):
    page = f"/plan/figures/D1/report/?unit={cast.commune_b.pk}"
    client = as_user(cast.nam)
    assert client.post(page, {"action": "draft", "value": "", "source_name": ""}).status_code == 422
    assert client.post(page, {"action": "draft", "value": "abc", "source_name": "Hội"}).status_code == 302
    assert not Figure.objects.exists()
    body = client.get(page).content.decode()
    assert 'value="abc"' in body
    assert "Bản nháp Hoàng Hải Nam lưu lúc" in body
    assert client.post(page, {"action": "discard"}).status_code == 302
    assert not FigureDraft.objects.exists()
    client.post(page, {"action": "draft", "source_name": "Hội"})
    done = client.post(page, typed(action="submit", period_kind="plan_year"), follow=True)
    assert "Đang chờ thành phố duyệt" in done.content.decode()
    figure = Figure.objects.get()
    assert (figure.period_kind, figure.starts_on) == ("plan_year", dt.date(2025, 12, 1))
    assert not FigureDraft.objects.exists()


def test_what_changed_since_the_inbox_was_opened_is_shown_with_what_was_typed(as_user, cast, reference):
    course = make_course(cast.centre_b, topic=Topic.objects.get(code="ky_nang_so"))
    closed_class(cast.centre_b, course=course, passing=4, failing=0)
    today = f"{timezone.localdate():%d/%m/%Y}"
    page = f"/plan/figures/D2/report/?unit={cast.commune_b.pk}"
    given = typed(value="50", population="10", ends_on=today, explanation="Có người học ở cơ quan")
    assert as_user(cast.nam).post(page, given).status_code == 302
    inbox = as_user(cast.tuan).get("/plan/inbox/")
    assert "Có người học ở cơ quan" in inbox.content.decode()
    (row,) = inbox.context["rows"]
    closed_class(cast.centre_b, course=course, passing=2, failing=0)
    approve = f"/plan/inbox/{row.figure.pk}/approve/"
    changed = as_user(cast.tuan).post(approve, {"token": row.token, "reason": "Tôi đã hỏi"})
    body = changed.content.decode()
    assert changed.status_code == 409
    assert "đã đổi từ khi trang được mở" in body
    assert "lúc nộp là 40,0%" in body
    assert 'value="Tôi đã hỏi"' in body
    token = changed.context["rows"][0].token
    assert as_user(cast.tuan).post(approve, {"token": token, "reason": "Tôi đã hỏi"}).status_code == 302
    row.figure.refresh_from_db()
    assert row.figure.state == "approved"


def test_one_inbox_for_each_level(as_user, cast, reference):
    report_figure(
        indicator=Indicator.objects.get(code="D1"), unit=cast.old_commune_a, value=Decimal(40), status_value="",
        source_name="UBND", document="BC", document_on=None, ends_on=dt.date(2025, 6, 30), by=cast.tuan,
    )  # fmt: skip
    make_user("mai", "Lý Thị Mai", Role.CITY_OFFICER, unit=cast.city)
    assert len(as_user(cast.hoa).get("/plan/inbox/").context["rows"]) == 1
    assert as_user(cast.tuan).get("/plan/inbox/").context["rows"] == []
    figure = Figure.objects.get()
    done = as_user(cast.hoa).post(f"/plan/inbox/{figure.pk}/approve/", follow=True).content.decode()
    assert "Đã chuyển D1 của Xã Ba Vì lên thành phố" in done
    figure.refresh_from_db()
    assert (figure.state, figure.stage) == ("submitted", "city")
