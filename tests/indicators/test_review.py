"""The way of a figure: draft, submitted, passed on, approved, returned; what changed since; every refusal on record."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.choices import Role
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from courses.models import Topic
from indicators.inbox import inbox
from indicators.models import Figure, FigureDecision, FigureDraft, Indicator, ReviewGroup
from indicators.services import approve_figure, report_figure, return_figure, save_draft
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


def graduate(cast, count):
    course = make_course(cast.centre_b, topic=Topic.objects.get(code="ky_nang_so"))
    return closed_class(cast.centre_b, course=course, passing=count, failing=0)


def refused(verb):
    return [(row.actor.username, row.data["refused"]) for row in AuditEvent.objects.filter(verb=verb).order_by("pk")]


@pytest.fixture
def thanh(cast):
    """An officer of commune A, which leads a group that commune B belongs to."""
    user = make_user("thanh", "Đinh Công Thành", Role.AREA_OFFICER, unit=cast.commune_a)
    group = ReviewGroup.objects.create(
        name="Cụm 1", lead=cast.commune_a, valid_from=dt.date(2025, 7, 1), document="QĐ 5"
    )
    group.units.set([cast.commune_a, cast.commune_b])
    return user


def test_the_group_looks_first_and_the_city_has_the_last_word(cast, reference, thanh):
    figure = report(cast)
    assert (figure.state, figure.stage) == ("submitted", "middle")
    assert [row.figure for row in inbox(thanh)] == [figure]
    assert inbox(cast.tuan) == []
    assert [row.figure for row in inbox(cast.tuan, not_yet_here=True)] == [figure]
    assert approve_figure(figure=figure, by=thanh).verdict == "passed"
    figure.refresh_from_db()
    assert (figure.state, figure.stage) == ("submitted", "city")
    assert inbox(thanh) == []
    assert [row.figure for row in inbox(cast.tuan)] == [figure]
    with pytest.raises(Conflict, match="Đinh Công Thành vừa xử lý số liệu này: chuyển lên thành phố"):
        return_figure(figure=figure, by=thanh, reason="Nghĩ lại")
    assert approve_figure(figure=figure, by=cast.tuan).verdict == "approved"
    figure.refresh_from_db()
    assert figure.state == "approved"
    own = report(cast, unit=cast.commune_a, by=thanh)
    assert own.stage == "city"  # who leads a group does not look at its own figures


def test_a_middle_level_without_anybody_is_passed_over(cast, reference, thanh):
    thanh.memberships.update(valid_to=timezone.localdate() - dt.timedelta(days=1))
    assert report(cast).stage == "city"
    assert report(cast, unit=cast.old_commune_a, by=cast.tuan).stage == "middle"  # the district has Hoa
    cast.hoa.is_active = False
    cast.hoa.save()
    assert report(cast, "D2", unit=cast.old_commune_a, by=cast.tuan).stage == "city"


def test_a_draft_counts_nowhere_and_is_done_with_when_submitted(cast, reference):
    line = Indicator.objects.get(code="D1")
    save_draft(indicator=line, unit=cast.commune_b, typed={"value": "4", "source_name": ""}, by=cast.nam)
    draft = save_draft(indicator=line, unit=cast.commune_b, typed={"value": "40", "note": " "}, by=cast.nam)
    assert draft.typed == {"value": "40"}
    assert not Figure.objects.exists()
    assert inbox(cast.tuan) == []
    for user, refusal in ((cast.hoa, OutOfScope), (cast.oanh, Forbidden), (cast.minh, Forbidden)):
        with pytest.raises(refusal):
            save_draft(indicator=line, unit=cast.commune_b, typed={"value": "1"}, by=user)
    with pytest.raises(InvalidInput, match="Chưa có gì"):
        save_draft(indicator=line, unit=cast.commune_b, typed={"value": " "}, by=cast.nam)
    report(cast)
    assert not FigureDraft.objects.exists()


def test_an_explanation_of_the_reporter_is_enough_until_the_difference_is_another(cast, reference):
    graduate(cast, 4)
    explained = report(cast, "D2", "50", population=10, explanation="Có người học ở cơ quan")
    assert explained.seen.numerator == 4
    (row,) = inbox(cast.tuan)
    assert (row.differs, row.moved, row.needs_reason) == (True, False, False)
    graduate(cast, 1)
    with pytest.raises(Conflict, match=r"đã đổi từ khi nộp: hệ thống tính 40,0% \(4/10\), nay là 50,0% \(5/10\)"):
        approve_figure(figure=explained, by=cast.tuan)
    assert not FigureDecision.objects.exists()
    (row,) = inbox(cast.tuan)  # the new number was kept, and now stands beside it
    assert (row.computed.numerator, row.moved, row.needs_reason) == (5, True, False)
    approve_figure(figure=explained, by=cast.tuan, token=row.token)
    assert refused("indicators.approve_figure_refused") == [("tuan", "data_changed")]
    event = AuditEvent.objects.get(verb="indicators.approve_figure_refused")
    assert event.data["before"] != event.data["after"]
    assert event.data["after"] == row.computed.evidence_hash


def test_what_changed_since_the_page_was_opened_is_said_and_nothing_approved(cast, reference):
    graduate(cast, 4)
    figure = report(cast, "D2", "40", population=10)
    (seen,) = inbox(cast.tuan)
    graduate(cast, 1)
    with pytest.raises(Conflict, match="đã đổi từ khi trang được mở"):
        approve_figure(figure=figure, by=cast.tuan, token=seen.token)
    with pytest.raises(Conflict, match="đã đổi từ khi trang được mở"):  # the old page, sent again
        approve_figure(figure=figure, by=cast.tuan, token=seen.token)
    (now,) = inbox(cast.tuan)
    assert now.difference == Decimal("-10.0")
    with pytest.raises(InvalidInput, match="lý do"):
        approve_figure(figure=figure, by=cast.tuan, token=now.token)
    approve_figure(figure=figure, by=cast.tuan, token=now.token, reason="Lớp mới kết thúc sau ngày báo cáo")


def test_a_status_that_the_system_sees_otherwise_needs_a_reason(cast, reference):
    """Of the commune nobody is known: the check cannot be said, and that is no difference."""
    figure = report_figure(
        indicator=Indicator.objects.get(code="A1"), unit=cast.commune_b, value=None, status_value="maintain",
        source_name="UBND", document="QĐ 1", document_on=None, ends_on=timezone.localdate(), by=cast.nam,
    )  # fmt: skip
    (row,) = inbox(cast.tuan)
    assert (row.computed.denominator, row.computed.status_value, row.computed.coverage) == (1, "", 0)
    assert (row.computed.lower, row.computed.upper) == (0, 100)
    assert row.needs_reason is False
    Figure.objects.filter(pk=row.computed.pk).update(status_value="not_met")
    assert inbox(cast.tuan)[0].needs_reason is True
    assert figure.seen == row.computed


def test_refused_attempts_stand_in_the_audit_trail(cast, reference):
    figure = report(cast)
    mine = report(cast, "D2", by=cast.tuan)
    for who, row, refusal in (
        (cast.nam, figure, Forbidden), (cast.lan, figure, OutOfScope), (cast.tuan, mine, Forbidden),
    ):  # fmt: skip
        with pytest.raises(refusal):
            approve_figure(figure=row, by=who)
    approve_figure(figure=figure, by=cast.tuan)
    mai = make_user("mai", "Lý Thị Mai", Role.CITY_OFFICER, unit=cast.city)
    with pytest.raises(Conflict):
        return_figure(figure=figure, by=mai, reason="Sai")
    assert refused("indicators.approve_figure_refused") == [
        ("nam", "role_may_not"), ("lan", "not_found"), ("tuan", "own_figure"),
    ]  # fmt: skip
    assert refused("indicators.return_figure_refused") == [("mai", "figure_decided")]
    with pytest.raises(OutOfScope):
        report(cast, by=cast.hoa)
    assert refused("indicators.report_figure_refused") == [("hoa", "not_found")]


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_leave_one_decision_and_one_refusal_on_record(cast, reference):
    figure = report(cast)
    mai = make_user("mai", "Lý Thị Mai", Role.CITY_OFFICER, unit=cast.city)
    (row,) = inbox(cast.tuan)
    results = race(
        lambda: approve_figure(figure=figure, by=cast.tuan, token=row.token),
        lambda: approve_figure(figure=figure, by=mai, token=row.token),
    )
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "FigureDecision"]
    decision = FigureDecision.objects.get()
    (event,) = AuditEvent.objects.filter(verb="indicators.approve_figure_refused")
    assert {event.actor, decision.decided_by} == {cast.tuan, mai}
    assert decision.decided_by.full_name in event.data["why"]


@pytest.mark.django_db(transaction=True)
def test_two_reporters_at_once_make_one_version_and_one_question(cast, reference):
    binh = make_user("binh", "Vũ Thị Bình", Role.AREA_OFFICER, unit=cast.commune_b)
    results = race(lambda: report(cast), lambda: report(cast, value="41", by=binh))
    assert sorted(type(result).__name__ for result in results) == ["Figure", "InvalidInput"]
    assert Figure.objects.get().version == 1
