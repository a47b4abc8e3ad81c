"""Titles of learners and populations of units: recorded once, with a paper; taken back or corrected, never lost."""

import datetime as dt

import pytest
from django.utils import timezone

from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from indicators.evidence import evidence_of
from indicators.models import CitizenTitle, Population
from indicators.services import record_population, record_title, take_back_title
from learners.models import Learner
from tests.factories import make_learner

DAY = dt.date(2026, 1, 5)


def record(cast, learner, *, by=None, **more):
    given = {"recognised_on": DAY, "decided_by": "UBND xã", "document": "QĐ 7"} | more
    return record_title(learner=learner, by=by or cast.lan, **given)


def count(cast, unit=None, day=None):
    return evidence_of(code="D1", unit=unit or cast.city, as_of=day or timezone.localdate()).numerator


def test_a_title_counts_while_it_is_valid_and_until_taken_back(cast, reference):
    person = make_learner(cast.centre_a)
    Learner.objects.filter(pk=person.pk).update(unit=cast.old_commune_a)
    row = record(cast, person, valid_to=dt.date(2026, 6, 30))
    assert [count(cast, day=day) for day in (DAY - dt.timedelta(days=1), DAY, dt.date(2026, 7, 1))] == [0, 1, 0]
    again = record(cast, person, recognised_on=dt.date(2026, 8, 1))
    assert count(cast) == 1
    # Lives in a commune that went whole into another: counted there.
    assert [count(cast, unit) for unit in (cast.commune_a, cast.commune_b)] == [1, 0]
    take_back_title(row=again, reason="Nhầm người", by=cast.lan)
    assert count(cast) == 0
    with pytest.raises(Conflict):
        take_back_title(row=again, reason="Lần nữa", by=cast.lan)
    assert record(cast, person, recognised_on=dt.date(2026, 8, 1)).pk != again.pk
    assert AuditEvent.objects.filter(verb="indicators.record_title").count() == 3
    assert row.pk in CitizenTitle.objects.standing().values_list("pk", flat=True)


def test_what_is_refused(cast, reference):
    person = make_learner(cast.centre_a)
    future = timezone.localdate() + dt.timedelta(days=1)
    for wrong, field in (
        ({"document": " "}, "document"), ({"decided_by": ""}, "decided_by"),
        ({"recognised_on": future}, "recognised_on"),
        ({"valid_to": DAY - dt.timedelta(days=1)}, "valid_to"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as refused:
            record(cast, person, **wrong)
        assert set(refused.value.fields) == {field}
    record(cast, person)
    with pytest.raises(Conflict):
        record(cast, person)
    for who, refusal in ((cast.minh, OutOfScope), (cast.oanh, Forbidden), (cast.van, Forbidden)):
        with pytest.raises(refusal):
            record(cast, person, by=who, recognised_on=dt.date(2026, 2, 2))
    with pytest.raises(OutOfScope):
        take_back_title(row=CitizenTitle.objects.get(), reason="x", by=cast.minh)


def test_the_pages_of_titles(as_user, cast, reference):
    person = make_learner(cast.centre_a)
    client, page = as_user(cast.lan), f"/plan/learners/{person.pk}/titles/"
    assert page in client.get(f"/learners/{person.pk}/").content.decode()
    assert "Chưa ghi danh hiệu nào" in client.get(page).content.decode()
    wrong = client.post(f"{page}add/", {"recognised_on": "05/01/2026", "decided_by": "UBND xã", "document": ""})
    assert wrong.status_code == 422
    assert "UBND xã" in wrong.content.decode()
    given = {"recognised_on": "05/01/2026", "decided_by": "UBND xã", "document": "QĐ 7"}
    assert client.post(f"{page}add/", given).status_code == 302
    assert client.post(f"{page}add/", given).status_code == 409
    row = CitizenTitle.objects.get()
    body = client.get(page, headers={"HX-Request": "true"}).content.decode()
    assert "QĐ 7" in body
    assert "<html" not in body
    back = f"/plan/titles/{row.pk}/take-back/"
    assert as_user(cast.minh).get(back).status_code == 404
    assert as_user(cast.van).get(back).status_code == 403
    assert as_user(cast.lan).post(back, {"reason": "Nhầm"}).status_code == 302
    assert "rút lại: Nhầm" in as_user(cast.lan).get(page).content.decode()
    assert as_user(cast.minh).get(page).status_code == 404


def test_a_population_is_said_once_and_corrected_with_a_reason(as_user, cast, reference):
    given = {"unit": cast.commune_b, "group": "adults", "counted_on": DAY, "source_name": "Công an", "by": cast.nam}
    first = record_population(people=1000, **given)
    assert record_population(people=1000, **given) == first
    with pytest.raises(InvalidInput, match="1000"):
        record_population(people=1100, **given)
    second = record_population(people=1100, note="Cộng thiếu một tổ", **given)
    assert (second.version, Population.objects.count()) == (2, 2)
    assert evidence_of(code="D2", unit=cast.commune_b, as_of=DAY).denominator == 1100
    assert evidence_of(code="D2", unit=cast.commune_b, as_of=DAY - dt.timedelta(days=1)).denominator is None
    assert evidence_of(code="B3", unit=cast.commune_b, as_of=DAY).denominator is None  # other ages
    for who, refusal in ((cast.hoa, OutOfScope), (cast.oanh, Forbidden), (cast.minh, Forbidden)):
        with pytest.raises(refusal):
            record_population(people=5, **(given | {"by": who}))
    page = f"/plan/populations/?unit={cast.commune_b.pk}"
    typed = {"group": "working_age", "people": "20.500", "counted_on": "05/01/2026", "source_name": "Công an"}
    assert as_user(cast.nam).post(page, typed | {"source_name": ""}).status_code == 422
    assert as_user(cast.nam).post(page, typed).status_code == 302
    assert evidence_of(code="B3", unit=cast.commune_b, as_of=DAY).denominator == 20500
    body = as_user(cast.nam).get(page).content.decode()
    for part in ("1.100", "1.000", "20.500", "Cộng thiếu một tổ"):
        assert part in body
    assert as_user(cast.oanh).post("/plan/populations/", typed).status_code == 403
