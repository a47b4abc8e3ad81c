"""Units before and after 1 July 2025: the whole list, its lineage, codes that changed their meaning, places by day."""

import csv
import datetime as dt
from collections import Counter

import pytest
from django.db import IntegrityError, transaction

from accounts.choices import Role
from centres.choices import BEGINNING, UnitLevel
from centres.models import AdminUnit, Centre, CentreLocation, Membership, UnitLineage
from centres.selectors import centres_of, find_unit, successors, unit_of_centre
from centres.services import DATA, close_centre, create_centre, load_units, move_centre
from core.errors import Conflict, InvalidInput
from core.models import AuditEvent
from tests.cast import NEW_START, OLD_END


@pytest.fixture
def hanoi(db):
    return load_units()


def test_the_whole_city_loads_and_loads_again_without_a_second_copy(hanoi):
    assert hanoi == {"units": 683, "lineage": 795}
    before = set(AdminUnit.objects.values_list("pk", flat=True))
    assert load_units() == {"units": 0, "lineage": 0}
    assert set(AdminUnit.objects.values_list("pk", flat=True)) == before
    assert UnitLineage.objects.count() == 795


def test_a_row_that_was_lost_comes_back_and_nothing_else_changes(hanoi):
    row = UnitLineage.objects.select_related("old", "new").first()
    row.delete()
    assert load_units() == {"units": 0, "lineage": 1}
    assert UnitLineage.objects.filter(old=row.old, new=row.new).exists()


def test_the_tiers_are_those_of_the_law(hanoi):
    units = AdminUnit.objects.all()
    assert Counter(units.on(OLD_END).values_list("level", flat=True)) == {"city": 1, "district": 30, "commune": 526}
    assert Counter(units.on(NEW_START).values_list("level", flat=True)) == {"city": 1, "commune": 126}
    new = units.filter(level=UnitLevel.COMMUNE, valid_from=NEW_START)
    assert set(new.values_list("parent__level", flat=True)) == {"city"}
    old = units.filter(level=UnitLevel.COMMUNE, valid_from=BEGINNING)
    assert set(old.values_list("parent__level", flat=True)) == {"district"}
    assert set(old.values_list("valid_to", flat=True)) == {OLD_END}


def test_lineage_leaves_no_old_or_new_commune_out_and_marks_every_split(hanoi):
    pairs = list(UnitLineage.objects.values_list("old_id", "new_id", "old_is_split"))
    old = set(AdminUnit.objects.communes().filter(valid_to=OLD_END).values_list("pk", flat=True))
    new = set(AdminUnit.objects.communes().filter(valid_from=NEW_START).values_list("pk", flat=True))
    assert {pair[0] for pair in pairs} == old
    assert {pair[1] for pair in pairs} == new
    heirs = Counter(pair[0] for pair in pairs)
    assert {pair[0] for pair in pairs if pair[2]} == {pk for pk, number in heirs.items() if number > 1}
    assert sum(number > 1 for number in heirs.values()) == 198


def test_names_and_marks_are_those_of_the_file(hanoi):
    with (DATA / "hanoi_admin_units.csv").open(encoding="utf-8", newline="") as lines:
        expected = {
            (row["code"], row["level"], row["valid_from"] or str(BEGINNING)): row for row in csv.DictReader(lines)
        }
    found = {(unit.code, unit.level, str(unit.valid_from)): unit for unit in AdminUnit.objects.select_related("parent")}
    assert set(found) == set(expected)
    for key, unit in found.items():
        row = expected[key]
        assert (unit.name, unit.kind) == (row["name"], row["kind"])
        assert (unit.parent.code if unit.parent else "") == row["parent_code"], key


def test_one_code_means_two_places(hanoi):
    assert find_unit("00004", OLD_END).name == "Phường Trúc Bạch"
    assert find_unit("00004", NEW_START).name == "Phường Ba Đình"
    assert find_unit("00004").name == "Phường Ba Đình"
    assert find_unit("001", dt.date(2026, 1, 1)).is_closed  # a district asked for after its end is still found
    assert find_unit("city:01").level == UnitLevel.CITY
    for wrong in ("99999", "district:00004", "", "=1"):
        with pytest.raises(InvalidInput):
            find_unit(wrong)
    heirs = successors(find_unit("00004", OLD_END))
    assert heirs
    assert all(unit.valid_from == NEW_START for unit in heirs)


def test_the_key_of_a_unit_cannot_be_taken_twice(cast):
    unit = cast.commune_b
    with pytest.raises(IntegrityError), transaction.atomic():
        AdminUnit.objects.create(
            code=unit.code, level=unit.level, kind=unit.kind, name="Khác", parent=cast.city, valid_from=unit.valid_from
        )


def test_a_centre_lies_where_it_lay_on_the_day(cast):
    centre = cast.centre_b
    assert unit_of_centre(centre.pk, OLD_END) == cast.old_commune_b
    assert unit_of_centre(centre.pk, NEW_START) == cast.commune_b
    assert unit_of_centre(centre.pk, dt.date(1999, 1, 1)) == cast.old_commune_b  # before records: the first place
    moved = dt.date(2026, 3, 15)
    move_centre(centre=centre, unit=cast.commune_a, moved_on=moved, by=cast.tuan)
    assert unit_of_centre(centre.pk, moved - dt.timedelta(days=1)) == cast.commune_b
    assert unit_of_centre(centre.pk, moved) == cast.commune_a
    assert centres_of(cast.commune_b, moved) == []
    assert set(centres_of(cast.commune_a, moved)) == {cast.centre_a, centre}
    assert centres_of(cast.district_b, moved) == [centre]  # a closed district as on its last day
    assert set(centres_of(cast.city, moved)) == {cast.centre_a, centre}
    with pytest.raises(Conflict):
        move_centre(centre=centre, unit=cast.commune_b, moved_on=moved, by=cast.tuan)
    assert unit_of_centre(centre.pk, moved) == cast.commune_a


def test_a_centre_without_a_place_is_refused_in_words(db):
    centre = Centre.objects.create(code="HN-X", name="Không nơi", established_on=dt.date(2020, 1, 1))
    with pytest.raises(InvalidInput, match="địa điểm"):
        unit_of_centre(centre.pk, NEW_START)


def test_a_centre_has_one_open_place_and_one_role_one_kind_of_place(cast):
    with pytest.raises(IntegrityError), transaction.atomic():
        CentreLocation.objects.create(centre=cast.centre_a, unit=cast.commune_b, valid_from=dt.date(2026, 5, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=cast.lan, role=Role.DIRECTOR, unit=cast.city)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=cast.lan, role=Role.AREA_OFFICER, centre=cast.centre_a)


def test_creating_and_closing_leave_a_trace(cast):
    with pytest.raises(InvalidInput):
        create_centre(code="HN-9", name="TT", unit=cast.district_a, established_on=NEW_START, by=cast.tuan)
    with pytest.raises(InvalidInput):
        create_centre(code=cast.centre_a.code, name="TT", unit=cast.commune_a, established_on=NEW_START, by=cast.tuan)
    centre = create_centre(code="HN-9", name="TT 9", unit=cast.commune_a, established_on=NEW_START, by=cast.tuan)
    close_centre(centre=centre, closed_on=dt.date(2026, 6, 30), by=cast.tuan, successor=cast.centre_a)
    with pytest.raises(Conflict):
        close_centre(centre=centre, closed_on=dt.date(2026, 7, 1), by=cast.tuan)
    trace = AuditEvent.objects.filter(centre_id=centre.pk).order_by("id").values_list("verb", "actor_name")
    assert list(trace) == [("centres.create_centre", "Đặng Anh Tuấn"), ("centres.close_centre", "Đặng Anh Tuấn")]
    open_then = Centre.objects.active_on(dt.date(2026, 6, 29))
    assert centre in open_then
    assert centre not in Centre.objects.active_on(dt.date(2026, 6, 30))
