"""Pages of centres, units and the audit trail: found by name, honest about the past, closed to others."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from centres.models import AdminUnit, Centre, UnitLineage
from centres.services import close_centre, create_centre, move_centre
from core import audit
from core.models import AuditEvent
from tests.cast import NEW_START
from tests.factories import make_class


def text_of(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def test_centres_are_found_without_tones_and_in_any_order(as_user, cast):
    client = as_user(cast.tuan)
    url = reverse("centres:centre-list")
    for asked in ("ba dinh phuong", "đình BA", "Trung tâm học tập cộng đồng phường Ba Đình"):
        page = client.get(url, {"q": asked}).context["page_obj"]
        assert list(page) == [cast.centre_b], asked
    assert "Không có trung tâm nào" in text_of(client.get(url, {"q": "khongcodau"}))
    hostile = text_of(client.get(url, {"q": "<script>alert(1)</script>"}))
    assert "<script>alert" not in hostile


def test_the_list_shows_open_classes_and_the_commune_of_today(as_user, cast, reference):
    for _ in range(2):
        make_class(cast.centre_a)
    rows = {row.pk: row for row in as_user(cast.tuan).get(reverse("centres:centre-list")).context["page_obj"]}
    assert (rows[cast.centre_a.pk].running, rows[cast.centre_b.pk].running) == (2, 0)
    body = text_of(as_user(cast.nam).get(reverse("centres:centre-list")))
    assert "Phường Ba Đình" in body
    assert "Phường Trúc Bạch" not in body
    assert "xã Ba Vì" not in body


def test_a_centre_shows_where_it_was_when_and_what_became_of_it(as_user, cast):
    old = create_centre(code="HN-9", name="TT cũ 9", unit=cast.commune_a, established_on=NEW_START, by=cast.tuan)
    close_centre(centre=old, closed_on=dt.date(2026, 6, 30), by=cast.tuan, successor=cast.centre_a)
    move_centre(centre=cast.centre_a, unit=cast.commune_b, moved_on=dt.date(2026, 3, 1), by=cast.tuan)
    client = as_user(cast.tuan)
    body = text_of(client.get(reverse("centres:centre-detail", args=[cast.centre_a.pk])))
    for part in ("01/01/2010", "30/06/2025", "01/07/2025", "28/02/2026", "01/03/2026", "TT cũ 9", "Nguyễn Thị Lan"):
        assert part in body, part
    body = text_of(client.get(reverse("centres:centre-detail", args=[old.pk])))
    assert "30/06/2026" in body
    assert reverse("centres:centre-detail", args=[cast.centre_a.pk]) in body


def test_a_successor_out_of_reach_is_named_but_not_linked(as_user, cast):
    close_centre(centre=cast.centre_a, closed_on=dt.date(2026, 6, 30), by=cast.tuan, successor=cast.centre_b)
    body = text_of(as_user(cast.hoa).get(reverse("centres:centre-detail", args=[cast.centre_a.pk])))
    assert cast.centre_b.name in body
    assert reverse("centres:centre-detail", args=[cast.centre_b.pk]) not in body


@pytest.mark.parametrize(
    ("name", "status"), [("lan", 200), ("hoa", 200), ("tuan", 200), ("minh", 404), ("nam", 404), ("thu", 403)]
)
def test_a_centre_opens_in_scope_only(as_user, cast, name, status):
    url = reverse("centres:centre-detail", args=[cast.centre_a.pk])
    assert as_user(cast.users[name]).get(url).status_code == status


def test_units_are_found_by_name_and_level_and_the_closed_are_marked(as_user, cast):
    client = as_user(cast.tuan)
    url = reverse("centres:unit-list")
    page = client.get(url, {"q": "ba vi", "level": "commune"})
    assert set(page.context["page_obj"]) == {cast.old_commune_a, cast.commune_a}
    assert text_of(page).count("đến 30/06/2025") == 1
    assert set(client.get(url, {"level": "district"}).context["page_obj"]) == {cast.district_a, cast.district_b}
    assert client.get(url, {"level": "nonsense"}).context["page_obj"].paginator.count == AdminUnit.objects.count()


def test_units_of_today_come_before_those_of_the_past(as_user, cast):
    rows = list(as_user(cast.tuan).get(reverse("centres:unit-list")).context["page_obj"])
    closed = [unit.is_closed for unit in rows]
    assert closed == sorted(closed)
    assert any(closed)


def test_a_unit_says_what_it_came_from_and_what_became_of_it(as_user, cast):
    UnitLineage.objects.create(effective_on=NEW_START, old=cast.old_commune_b, new=cast.commune_a, old_is_split=True)
    UnitLineage.objects.filter(old=cast.old_commune_b).update(old_is_split=True)
    client = as_user(cast.tuan)
    old = text_of(client.get(reverse("centres:unit-detail", args=[cast.old_commune_b.pk])))
    assert "kết thúc 30/06/2025" in old
    assert old.count("đơn vị bị chia") == 2
    for heir in (cast.commune_a, cast.commune_b):
        assert heir.name in old
    new = text_of(client.get(reverse("centres:unit-detail", args=[cast.commune_a.pk])))
    assert "Phường Trúc Bạch" in new
    assert new.count("một phần") == 1  # of the split one only, not of the old commune of its own name


def test_lineage_leads_to_the_units_one_may_open_and_only_names_the_others(as_user, cast):
    UnitLineage.objects.create(effective_on=NEW_START, old=cast.old_commune_b, new=cast.commune_a, old_is_split=True)
    url = reverse("centres:unit-detail", args=[cast.old_commune_b.pk])
    own, foreign = (reverse("centres:unit-detail", args=[unit.pk]) for unit in (cast.commune_b, cast.commune_a))
    body = text_of(as_user(cast.nam).get(url))
    assert own in body
    assert foreign not in body
    assert cast.commune_a.name in body
    body = text_of(as_user(cast.tuan).get(url))
    assert own in body
    assert foreign in body
    back = text_of(as_user(cast.tuan).get(own))
    assert url in back


def test_a_district_lists_its_old_communes_and_the_city_those_of_today(as_user, cast):
    client = as_user(cast.tuan)
    district = client.get(reverse("centres:unit-detail", args=[cast.district_a.pk]))
    assert list(district.context["children"]) == [cast.old_commune_a]
    assert list(district.context["centres"]) == [cast.centre_a]
    city = client.get(reverse("centres:unit-detail", args=[cast.city.pk]))
    assert set(city.context["children"]) == {cast.commune_a, cast.commune_b}
    assert set(city.context["centres"]) == {cast.centre_a, cast.centre_b}
    for page in (district, city):
        assert reverse("indicators:statistics-export") in text_of(page)


def test_a_units_page_shows_only_centres_in_reach(as_user, cast):
    """Nam's centre moves into Hoa's commune: each still sees only what their own unit reaches."""
    move_centre(centre=cast.centre_b, unit=cast.commune_a, moved_on=dt.date(2026, 3, 1), by=cast.tuan)
    page = as_user(cast.nam).get(reverse("centres:unit-detail", args=[cast.commune_a.pk]))
    assert list(page.context["centres"]) == [cast.centre_b]
    assert cast.centre_a.name not in text_of(page)


def test_lists_turn_pages(as_user, cast):
    for number in range(60):
        centre = Centre.objects.create(code=f"HN-{number}", name=f"TT {number}", established_on=dt.date(2020, 1, 1))
        centre.locations.create(unit=cast.commune_a, valid_from=dt.date(2025, 7, 1))
    client = as_user(cast.tuan)
    seen = []
    for page in (1, 2):
        seen += client.get(reverse("centres:centre-list"), {"page": page, "q": "tt"}).context["page_obj"]
    assert len(seen) == len(set(seen)) == 60
    assert client.get(reverse("centres:centre-list"), {"page": "x"}).status_code == 200


@pytest.fixture
def trail(cast):
    """One event in each centre, one of the city's own, one of last year."""
    audit.record("courses.close_class", cast.centre_a, by=cast.lan, centre_id=cast.centre_a.pk, data={"where": "A"})
    audit.record("courses.close_class", cast.centre_b, by=cast.minh, centre_id=cast.centre_b.pk, data={"where": "B"})
    audit.record("indicators.export_statistics", cast.city, by=cast.tuan, data={"rows": 3})
    long_ago = dt.datetime(2025, 1, 5, 0, 30, tzinfo=timezone.get_default_timezone())
    AuditEvent.objects.create(
        verb="learners.reveal_personal_id", actor_name="Phạm Thị Vân", centre_id=cast.centre_a.pk, at=long_ago
    )
    return cast


def events(client, **asked):
    page = client.get(reverse("centres:audit-list"), asked)
    assert page.status_code == 200
    return [(row.verb, row.centre_id) for row in page.context["page_obj"]]


def test_the_trail_is_read_by_those_who_may_and_of_their_centre_only(as_user, trail):
    own = events(as_user(trail.duc))
    assert own == [("courses.close_class", trail.centre_a.pk), ("learners.reveal_personal_id", trail.centre_a.pk)]
    assert events(as_user(trail.hai)) == [("courses.close_class", trail.centre_b.pk)]
    assert len(events(as_user(trail.oanh))) == 4
    for name in ("lan", "van", "thu", "hoa", "tuan"):
        assert as_user(trail.users[name]).get(reverse("centres:audit-list")).status_code == 403, name


def test_the_trail_is_filtered_by_deed_person_and_day(as_user, trail):
    client = as_user(trail.oanh)
    assert events(client, verb="export") == [("indicators.export_statistics", None)]
    assert events(client, who="Vân") == [("learners.reveal_personal_id", trail.centre_a.pk)]
    # Half past midnight in Hanoi is that day already, though still the day before in UTC.
    assert len(events(client, **{"from": "05/01/2025", "to": "05/01/2025"})) == 1
    assert events(client, **{"from": "04/01/2025", "to": "04/01/2025"}) == []
    assert len(events(client, **{"from": "nonsense"})) == 4
