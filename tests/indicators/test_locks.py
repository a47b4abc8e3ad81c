"""A closed period: who, when, why, until when, how to ask; an exception lets in for a while and ends by itself."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.choices import Role
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from indicators.models import Figure, Indicator, LockException, PeriodLock
from indicators.services import (
    answer_exception,
    approve_figure,
    ask_exception,
    compute_figure,
    lift_lock,
    lock_period,
    report_figure,
)
from indicators.services.locks import period_of, release_ended
from tests.cast import make_user
from tests.race import race

DAY = dt.date(2026, 9, 30)


def report(cast, code="D1", value="40", *, unit=None, by=None, **more):
    given = {
        "indicator": Indicator.objects.get(code=code), "unit": unit or cast.commune_b, "value": Decimal(value),
        "status_value": "", "source_name": "Hội Khuyến học", "document": "BC 12", "document_on": None,
        "ends_on": DAY, "by": by or cast.nam,
    } | more  # fmt: skip
    return report_figure(**given)


def close(cast, **more):
    given = {
        "kind": "", "starts_on": dt.date(2025, 12, 1), "ends_on": dt.date(2026, 11, 30), "by": cast.tuan,
        "reason": "Đã gửi báo cáo năm",
    } | more  # fmt: skip
    return lock_period(**given)


@pytest.fixture
def mai(cast):
    return make_user("mai", "Lý Thị Mai", Role.CITY_OFFICER, unit=cast.city)


def test_periods_of_each_kind():
    assert period_of("plan_year", DAY) == (dt.date(2025, 12, 1), dt.date(2026, 11, 30))
    assert period_of("plan_year", dt.date(2026, 12, 1)) == (dt.date(2026, 12, 1), dt.date(2027, 11, 30))
    assert period_of("literacy_year", DAY) == (dt.date(2025, 10, 1), DAY)
    assert period_of("literacy_year", dt.date(2026, 10, 1))[0] == dt.date(2026, 10, 1)
    assert period_of("school_year", DAY) == (dt.date(2026, 9, 1), dt.date(2027, 8, 31))
    assert period_of("calendar_year", DAY) == (dt.date(2026, 1, 1), dt.date(2026, 12, 31))


def test_entering_a_closed_period_says_everything_and_is_on_record(cast, reference):
    figure = report(cast)
    with pytest.raises(Conflict, match="Còn 1 số liệu của kỳ này chờ duyệt"):
        close(cast)
    approve_figure(figure=figure, by=cast.tuan)
    lock = close(cast, until_on=timezone.localdate() + dt.timedelta(days=30))
    figure.refresh_from_db()
    assert figure.state == "locked"
    with pytest.raises(Conflict) as refused:
        report(cast, "D2")
    today = timezone.localdate()
    for part in (
        "01/12/2025–30/11/2026", "Đặng Anh Tuấn", f"{today:%d/%m/%Y}", "Đã gửi báo cáo năm",
        f"Khóa đến hết ngày {lock.until_on:%d/%m/%Y}", "xin ngoại lệ",
    ):  # fmt: skip
        assert part in str(refused.value.message)
    event = AuditEvent.objects.get(verb="indicators.report_figure_refused")
    assert (event.actor, event.data["refused"], event.data["lock"]) == (cast.nam, "period_locked", lock.pk)
    assert (event.data["code"], event.data["unit"]) == ("D2", cast.commune_b.code)
    with pytest.raises(Conflict):
        compute_figure(code="C3", unit=cast.commune_b, as_of=dt.date(2026, 11, 30), by=cast.nam)
    assert report(cast, "D2", ends_on=dt.date(2025, 11, 30)).pk  # another period is open


@pytest.mark.parametrize(
    ("change", "closed"),
    [
        ({"kind": "literacy_year"}, False),  # the figure is one of a calendar year
        ({"kind": "calendar_year"}, True),
        ({"ends_on": dt.date(2026, 9, 29)}, False),
        ({"starts_on": DAY, "ends_on": DAY}, True),
    ],
)
def test_what_a_lock_covers(cast, reference, change, closed):
    close(cast, **change)
    if closed:
        with pytest.raises(Conflict):
            report(cast)
    else:
        assert report(cast).pk


def test_a_lock_of_one_unit_leaves_the_others_open(cast, reference):
    close(cast, unit=cast.district_a)
    with pytest.raises(Conflict):
        report(cast, unit=cast.old_commune_a, by=cast.tuan)  # below the unit
    assert report(cast).pk
    close(cast, unit=cast.commune_a)
    with pytest.raises(Conflict):
        report(cast, unit=cast.commune_a, by=cast.tuan)


def test_an_exception_is_granted_by_another_lets_in_and_ends_by_itself(cast, reference, mai, monkeypatch):
    approve_figure(figure=report(cast), by=cast.tuan)
    lock = close(cast)
    line, today = Indicator.objects.get(code="D1"), timezone.localdate()
    with pytest.raises(InvalidInput):
        ask_exception(lock=lock, unit=cast.commune_b, indicator=line, reason=" ", by=cast.nam)
    asked = ask_exception(lock=lock, unit=cast.commune_b, indicator=line, reason="Cộng nhầm", by=cast.nam)
    with pytest.raises(Conflict, match="đã xin rồi"):
        ask_exception(lock=lock, unit=cast.commune_b, indicator=line, reason="Nữa", by=cast.nam)
    for who, refusal in ((cast.nam, Forbidden), (cast.hoa, Forbidden), (cast.oanh, Forbidden)):
        with pytest.raises(refusal):
            answer_exception(row=asked, granted=True, answer="ok", expires_on=today, by=who)
    with pytest.raises(Conflict):
        report(cast, value="41", note="Sửa")  # asking is not yet leave
    with pytest.raises(InvalidInput, match="ngày hết hạn"):
        answer_exception(row=asked, granted=True, answer="Được", expires_on=today + dt.timedelta(days=61), by=mai)
    answer_exception(row=asked, granted=True, answer="Sửa một lần", expires_on=today + dt.timedelta(days=2), by=mai)
    with pytest.raises(Conflict, match="Lý Thị Mai đã trả lời"):
        answer_exception(row=asked, granted=False, answer="Thôi", by=cast.tuan)
    with pytest.raises(InvalidInput, match="lý do"):
        report(cast, value="41")
    with pytest.raises(Conflict):
        report(cast, "D3", note="Dòng khác")  # granted for one line only
    second = report(cast, value="41", note="Cộng nhầm một tổ")
    assert (second.version, second.replaces.state) == (2, "locked")
    approve_figure(figure=second, by=cast.tuan)
    second.refresh_from_db()
    assert second.state == "locked"
    later = today + dt.timedelta(days=3)
    monkeypatch.setattr(timezone, "localdate", lambda *_args: later)
    with pytest.raises(Conflict):
        report(cast, value="42", note="Lại sửa")
    assert Figure.objects.filter(source="reported").count() == 2


def test_nobody_answers_their_own_request_and_a_refusal_lets_nobody_in(cast, reference, mai):
    lock = close(cast)
    own = ask_exception(lock=lock, unit=cast.city, reason="Sửa số của thành phố", by=cast.tuan)
    with pytest.raises(Forbidden, match="người khác"):
        answer_exception(row=own, granted=True, answer="Tự cho", expires_on=timezone.localdate(), by=cast.tuan)
    answer_exception(row=own, granted=False, answer="Đợi năm sau", by=mai)
    with pytest.raises(Conflict):
        report(cast, unit=cast.city, by=cast.tuan, note="x")
    for user, unit, refusal in ((cast.hoa, cast.commune_b, OutOfScope), (cast.lan, cast.commune_a, Forbidden)):
        with pytest.raises(refusal):
            ask_exception(lock=lock, unit=unit, reason="x", by=user)
    assert LockException.objects.count() == 1


def test_opening_again_and_locks_that_end(cast, reference):
    figure = report(cast)
    approve_figure(figure=figure, by=cast.tuan)
    lock = close(cast)
    with pytest.raises(Conflict, match="đã khóa"):
        close(cast)
    for user in (cast.nam, cast.oanh, cast.lan):
        with pytest.raises(Forbidden):
            lift_lock(lock=lock, reason="x", by=user)
    second = close(cast, kind="calendar_year", until_on=timezone.localdate())
    lift_lock(lock=lock, reason="Khóa nhầm", by=cast.tuan)
    figure.refresh_from_db()
    assert figure.state == "locked"  # the other one still holds it
    with pytest.raises(Conflict, match="đã được mở"):
        lift_lock(lock=lock, reason="Lần nữa", by=cast.tuan)
    with pytest.raises(Conflict, match="không còn khóa"):
        ask_exception(lock=lock, unit=cast.commune_b, reason="x", by=cast.nam)
    assert release_ended(timezone.localdate()) == 0
    PeriodLock.objects.filter(pk=second.pk).update(until_on=timezone.localdate() - dt.timedelta(days=1))
    assert release_ended(timezone.localdate()) == 1
    assert release_ended(timezone.localdate()) == 0
    figure.refresh_from_db()
    assert figure.state == "approved"
    assert report(cast, value="41", note="Mở rồi").version == 2


@pytest.mark.django_db(transaction=True)
def test_closing_while_somebody_enters_leaves_no_figure_behind_the_lock(cast, reference):
    results = race(lambda: report(cast), lambda: close(cast))
    names = sorted(type(result).__name__ for result in results)
    assert names in (["Conflict", "Figure"], ["Conflict", "PeriodLock"])
    assert Figure.objects.filter(source="reported").exists() != PeriodLock.objects.exists()
    assert AuditEvent.objects.filter(verb__endswith="_refused").count() == 1
