"""Closing a literacy year: kept as it was, never changed, corrections seen, a new version says why."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from literacy.models import Difficulty, YearClosing
from literacy.services.year_closing import close_year, mark_difficult
from literacy.standards.closings import corrections
from literacy.standards.handing_out import tables_of
from literacy.standards.roll_up import roll_up
from literacy.standards.tables import Form, forms_of
from literacy.standards.tally import people_hash
from tests.literacy.test_standards import DAY, resident, say

PAGE = reverse("literacy:year-closing")


@pytest.fixture
def closed(cast, reference):
    """The commune of B, closed by its officer for 2026 with one unknown person among two."""
    place = {"unit": cast.commune_b, "centre": cast.centre_b}
    cast.known = resident(cast, 20, 2, **place)
    cast.unknown = resident(cast, 30, full_name="Phàn Thị Lạ", **place)
    cast.closing = close_year(unit=cast.commune_b, year=2026, by=cast.nam)
    cast.closing.refresh_from_db()
    return cast


def test_a_closed_year_stays_what_it_was_and_shows_what_changed(closed, as_user):
    kept = tables_of(closed.commune_b, 2026)
    assert kept.closing == closed.closing
    assert "đã khóa ngày" in kept.head.state
    say(closed.unknown, 0, closed.minh)
    assert tables_of(closed.commune_b, 2026).forms == kept.forms
    now = forms_of(roll_up(closed.commune_b, DAY))
    changed = corrections(kept.forms, now)
    assert {(row.was, row.now) for row in changed if row.form == "CMC-2" and "Chưa rõ" in row.column} == {(1, 0)}
    assert {row.form for row in changed} == {"CMC-1", "CMC-2", "XMC-3", "XMC-4"}
    body = as_user(closed.minh).get(PAGE, {"year": 2026, "unit": closed.commune_b.pk}).content.decode()
    assert "Phàn Thị Lạ" in body
    assert "Ghi thêm sau khi khóa: 1 người" in body
    # Somebody registered since is named as well: their facts of that year are unknown.
    resident(closed, 40, full_name="Triệu Thị Mới", unit=closed.commune_b, centre=closed.centre_b)
    assert "Triệu Thị Mới" in as_user(closed.minh).get(PAGE, {"year": 2026}).content.decode()
    changed = corrections(kept.forms, forms_of(roll_up(closed.commune_b, DAY)))
    # A fact of the next year is no correction of this one.
    say(closed.known, 1, closed.minh, dt.date(2026, 10, 20))
    assert corrections(kept.forms, forms_of(roll_up(closed.commune_b, DAY))) == changed


def test_closing_again_needs_a_change_and_a_reason_and_makes_the_next_version(closed):
    given = {"unit": closed.commune_b, "year": 2026, "by": closed.nam}
    with pytest.raises(InvalidInput) as refused:
        close_year(**given)
    assert refused.value.code == "reason_missing"
    with pytest.raises(Conflict) as refused:
        close_year(**given, reason="Thử")
    assert refused.value.code == "nothing_changed"
    say(closed.unknown, 0, closed.minh)
    again = close_year(**given, reason="Phiếu 12 nộp muộn")
    assert (again.version, again.reason) == (2, "Phiếu 12 nộp muộn")
    assert again.people_hash != closed.closing.people_hash
    assert tables_of(closed.commune_b, 2026).closing == again
    assert YearClosing.objects.get(version=1).tables == closed.closing.tables
    assert list(AuditEvent.objects.filter(verb="literacy.close_year").values_list("data__version", flat=True).order_by(
        "pk")) == [1, 2]  # fmt: skip


def test_the_hash_is_of_the_people_and_of_nothing_else(closed):
    digest, count = people_hash(closed.commune_b, DAY)
    assert (digest, count) == (closed.closing.people_hash, 2)
    say(closed.known, 1, closed.minh, dt.date(2026, 10, 20))
    assert people_hash(closed.commune_b, DAY)[0] == digest
    closed.known.sex = "male"
    closed.known.save()
    assert people_hash(closed.commune_b, DAY)[0] != digest


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_what_was_kept(closed, change):
    row = Difficulty.objects.create(
        unit=closed.commune_b, difficult=True, valid_from=DAY, source="QĐ 1", recorded_by=closed.tuan
    )
    for table, values in ((YearClosing.objects, {"people_count": 0}), (Difficulty.objects, {"difficult": False})):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            table.update(**values) if change == "update" else table.all()._raw_delete(table.db)
    assert YearClosing.objects.get().people_count == 2
    assert Difficulty.objects.get() == row


def test_a_version_after_the_first_must_say_why(closed):
    given = {"unit": closed.commune_b, "year": 2026, "tables": [], "people_hash": "0" * 64, "people_count": 0}
    given |= {"closed_by": closed.nam, "closed_at": timezone.now()}
    for wrong in ({"version": 2}, {"version": 1}, {"version": 0}):
        with pytest.raises(DatabaseError), transaction.atomic():
            YearClosing.objects.create(**given, **wrong)


def test_who_may_close_and_when(cast, reference):
    for user, unit, error in (
        (cast.minh, cast.commune_b, Forbidden), (cast.oanh, cast.city, Forbidden),
        (cast.nam, cast.commune_a, OutOfScope), (cast.nam, cast.city, OutOfScope),
    ):  # fmt: skip
        with pytest.raises(error):
            close_year(unit=unit, year=2026, by=user)
    running = timezone.localdate().year + (timezone.localdate().month >= 10)
    with pytest.raises(InvalidInput) as refused:
        close_year(unit=cast.city, year=running, by=cast.tuan)
    assert refused.value.code == "year_not_over"
    city = close_year(unit=cast.city, year=2026, by=cast.tuan)
    assert {kept["code"] for kept in city.tables} == {"CMC-1", "CMC-2", "XMC-3", "XMC-4"}
    assert Form.from_json(city.tables[0]).row("total").cells["whole.all"] == 0


def test_the_page_closes_and_refuses_without_losing_words(closed, as_user):
    given = {"unit": closed.commune_b.pk, "year": 2026}
    client = as_user(closed.nam)
    assert client.post(PAGE, given).status_code == 422
    response = client.post(PAGE, given | {"reason": "Không có gì đổi"})
    assert response.status_code == 409
    assert "Không có gì đổi" in response.content.decode()
    say(closed.unknown, 0, closed.minh)
    assert client.post(PAGE, given | {"reason": "Phiếu nộp muộn"}).status_code == 302
    body = client.get(PAGE, given).content.decode()
    assert "Lần 2" in body
    assert "Phiếu nộp muộn" in body
    assert as_user(closed.minh).post(PAGE, given | {"reason": "x"}).status_code == 403
    assert as_user(closed.lan).post(PAGE, given).status_code == 404
    assert YearClosing.objects.count() == 2


def test_the_city_lays_down_which_communes_are_difficult(cast, reference, as_user):
    url, day = reverse("literacy:difficulty"), "01/01/2026"
    given = {"unit": cast.commune_a.pk, "difficult": "1", "valid_from": day, "source": "QĐ 861/QĐ-TTg"}
    client = as_user(cast.tuan)
    assert client.post(url, given | {"source": ""}).status_code == 422
    assert client.post(url, given | {"unit": cast.old_commune_a.pk}).status_code == 422
    assert client.post(url, given).status_code == 302
    assert "QĐ 861/QĐ-TTg" in client.get(url).content.decode()
    assert roll_up(cast.commune_a, DAY).lines[0].difficult
    assert as_user(cast.hoa).get(url).status_code == 403
    with pytest.raises(Forbidden):
        mark_difficult(unit=cast.commune_a, difficult=False, valid_from=DAY, source="x", by=cast.lan)
    with pytest.raises(InvalidInput):
        mark_difficult(unit=cast.city, difficult=True, valid_from=DAY, source="x", by=cast.tuan)
