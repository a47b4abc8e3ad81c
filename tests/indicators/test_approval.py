"""Reported figures are approved or returned by who is above, with a reason where they differ; never one's own."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from courses.models import Topic
from indicators.inbox import inbox
from indicators.models import Figure, FigureDecision, Indicator
from indicators.proxies import known_people
from indicators.selectors import plan_lines
from indicators.services import approve_figure, report_figure, return_figure
from tests.cast import make_user
from tests.factories import closed_class, make_course
from tests.race import race


def report(cast, code="D1", value="40", *, unit=None, by=None, **more):
    given = {
        "indicator": Indicator.objects.get(code=code), "unit": unit or cast.commune_b, "value": Decimal(value),
        "status_value": "", "source_name": "Hội Khuyến học", "document": "BC 12", "document_on": None,
        "ends_on": timezone.localdate(), "by": by or cast.nam,
    } | more  # fmt: skip
    return report_figure(**given)


@pytest.fixture
def graduates(cast, reference):
    """Four adults who completed a class of digital skills at centre B, and one who did not."""
    course = make_course(cast.centre_b, topic=Topic.objects.get(code="ky_nang_so"))
    return closed_class(cast.centre_b, course=course, passing=4, failing=1)


def test_it_waits_for_who_is_above_and_for_nobody_else(cast, reference):
    figure = report(cast)
    waiting = {name: [row.figure for row in inbox(user)] for name, user in cast.users.items()}
    assert waiting == {name: [figure] if name == "tuan" else [] for name in waiting}
    of_district = report(cast, unit=cast.old_commune_a, by=cast.tuan)
    assert [row.figure for row in inbox(cast.hoa)] == [of_district]
    assert [row.figure for row in inbox(cast.tuan)] == [figure]  # what he entered himself is another's
    for user, refusal in (
        (cast.tuan, Forbidden), (cast.nam, OutOfScope), (cast.lan, OutOfScope), (cast.oanh, Forbidden),
    ):  # fmt: skip
        for decide in (approve_figure, return_figure):
            with pytest.raises(refusal):
                decide(figure=of_district, by=user, reason="x")
    for user in (cast.nam, cast.oanh):
        with pytest.raises(Forbidden):
            approve_figure(figure=figure, by=user)
    assert not FigureDecision.objects.exists()


def test_approving_keeps_who_and_when_and_happens_once(cast, reference):
    figure = report(cast)
    approve_figure(figure=figure, by=cast.tuan)
    figure.refresh_from_db()
    assert figure.state == "approved"
    assert inbox(cast.tuan) == []
    mai = make_user("mai", "Lý Thị Mai", Role.CITY_OFFICER, unit=cast.city)
    for decide in (approve_figure, return_figure):
        with pytest.raises(Conflict, match="Đặng Anh Tuấn vừa xử lý số liệu này: đã duyệt"):
            decide(figure=figure, by=mai, reason="Sai")
    event = AuditEvent.objects.get(verb="indicators.figure_approved")
    assert (event.actor, event.data["code"]) == (cast.tuan, "D1")
    for change in (lambda rows: rows.update(reason="khác"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(FigureDecision.objects.all())


def test_a_returned_figure_does_not_count_and_comes_back_as_a_new_version(cast, reference, as_user):
    first = report(cast, value="38")
    approve_figure(figure=first, by=cast.tuan)
    second = report(cast, value="83", note="Số mới")
    with pytest.raises(InvalidInput):
        return_figure(figure=second, by=cast.tuan, reason="  ")
    return_figure(figure=second, by=cast.tuan, reason="Gõ ngược hai chữ số?")

    def shown():
        return plan_lines(unit=cast.commune_b, as_of=timezone.localdate(), code="D1")[0].figure

    assert shown() == first  # the one before still stands
    home = as_user(cast.nam).get("/").content.decode()
    assert "D1 bị trả lại: Gõ ngược hai chữ số?" in home
    page = as_user(cast.nam).get(reverse("indicators:figure", args=["D1"]), {"unit": cast.commune_b.pk})
    assert "Đặng Anh Tuấn" in page.content.decode()
    third = report(cast, value="38.5", note="Sửa lại")
    assert shown() == third
    assert "bị trả lại" not in as_user(cast.nam).get("/").content.decode()
    with pytest.raises(Conflict):
        approve_figure(figure=second, by=cast.tuan)
    approve_figure(figure=third, by=cast.tuan)


def test_a_newer_version_takes_the_place_of_one_that_waits(cast, reference):
    first = report(cast, value="38")
    second = report(cast, value="39", note="Cập nhật")
    assert [row.figure for row in inbox(cast.tuan)] == [second]
    with pytest.raises(Conflict, match="mới hơn"):
        approve_figure(figure=first, by=cast.tuan)


def test_a_proxy_stands_beside_and_a_difference_needs_a_reason(cast, graduates):
    figure = report(cast, "D2", "50", population=10)
    (row,) = inbox(cast.tuan)
    assert (row.computed.numerator, row.computed.denominator, row.computed.value) == (4, 10, Decimal(40))
    assert row.computed.evidence_hash == known_people(
        code="D2", unit=cast.commune_b, as_of=timezone.localdate()
    ).hash  # fmt: skip
    assert row.difference == Decimal("10.0")
    with pytest.raises(InvalidInput, match="lý do"):
        approve_figure(figure=figure, by=cast.tuan)
    decision = approve_figure(figure=figure, by=cast.tuan, reason="Có người học ở cơ quan")
    assert (decision.computed_value, decision.computed_hash) == (Decimal(40), row.computed.evidence_hash)
    same = report(cast, "D2", "40", population=10, note="Tính lại")
    assert Figure.objects.filter(source="computed").count() == 1  # the same people: no new version
    approve_figure(figure=same, by=cast.tuan)


def test_whom_a_proxy_counts(cast, graduates):
    today = timezone.localdate()

    def count(unit, day=today, code="D2"):
        return known_people(code=code, unit=unit, as_of=day).people

    assert [count(unit) for unit in (cast.city, cast.commune_b, cast.commune_a)] == [4, 4, 0]
    assert count(cast.city, graduates[0].closed_on - dt.timedelta(days=1)) == 0
    assert count(cast.city, code="B3") == 0
    people = [row.learner for row in graduates[1].passed]
    type(people[0]).objects.filter(pk=people[0].pk).update(birth_year=None, birth_month=None, birth_day=None)
    type(people[1]).objects.filter(pk=people[1].pk).update(birth_year=today.year - 17)
    assert count(cast.city) == 2  # unknown age and too young are not counted


def test_the_page_approves_and_returns_and_keeps_what_was_typed(as_user, cast, graduates):
    figure = report(cast, "D2", "50", population=10)
    other = report(cast, "D1", "40")
    client = as_user(cast.tuan)
    assert "2 số liệu chờ duyệt" in client.get("/").content.decode()
    assert reverse("indicators:inbox") in client.get("/plan/").content.decode()
    body = client.get(reverse("indicators:inbox")).content.decode()
    for text in ("50,0%", "40,0%", "10,0 điểm", "4/10", "không có số để đối chiếu", "BC 12"):
        assert text in body
    approve, back = (reverse(f"indicators:{name}-figure", args=[figure.pk]) for name in ("approve", "return"))
    assert client.post(approve).status_code == 422
    assert client.post(back, {"reason": " "}).status_code == 422
    assert client.get(approve).status_code == 405
    for who, status in (("lan", 404), ("hoa", 404), ("thu", 403), ("oanh", 403), ("nam", 403)):
        assert as_user(getattr(cast, who)).post(approve, {"reason": "x"}).status_code == status, who
    client = as_user(cast.tuan)
    done = client.post(approve, {"reason": "Có người học ở cơ quan"}, follow=True).content.decode()
    assert "Đã duyệt D2 của Phường Ba Đình." in done
    again = client.post(approve, {"reason": "x"}, follow=True).content.decode()
    assert "vừa xử lý số liệu này" in again
    done = client.post(reverse("indicators:return-figure", args=[other.pk]), {"reason": "Thiếu văn bản"}, follow=True)
    assert "Không có số liệu nào chờ duyệt" in done.content.decode()


def test_the_inbox_costs_the_same_for_few_and_many(as_user, cast, reference):
    client = as_user(cast.tuan)
    page = reverse("indicators:inbox")

    def queries():
        with CaptureQueriesContext(connection) as log:
            client.get(page)
        return len(log)

    report(cast)
    client.get(page)
    few = queries()
    for code in ("D2", "D3", "D4", "B3", "B5"):
        report(cast, code, population=1000)
    assert queries() == few


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_one_decides_and_the_other_is_told(cast, reference):
    figure = report(cast)
    mai = make_user("mai", "Lý Thị Mai", Role.CITY_OFFICER, unit=cast.city)
    results = race(
        lambda: approve_figure(figure=figure, by=cast.tuan),
        lambda: return_figure(figure=figure, by=mai, reason="Sai"),
    )
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "FigureDecision"]
    assert FigureDecision.objects.count() == 1
