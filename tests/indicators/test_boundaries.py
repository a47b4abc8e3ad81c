"""Statistics on both maps: every cell against plain SQL, totals the same on all, what is unknown said."""

import datetime as dt
from collections import defaultdict
from fractions import Fraction
from itertools import pairwise

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.choices import Role
from centres.models import AdminUnit, Centre, CentreLocation, UnitLineage
from centres.services import load_units
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from courses.models import ClassGroup, Course, Session, Topic
from indicators.models import WeightTable
from indicators.services.boundaries import place_neighbourhoods, restate, save_weights, withdraw_weights
from indicators.statistics.boundaries import Status, UnitMap, allot
from indicators.statistics.restate import kind_of
from indicators.statistics.selectors import statistics
from tests.cast import NEW_START, OLD_END, make_user
from tests.factories import hold, make_class, make_enrolled, make_sessions
from tests.indicators.boundary_world import FROM, TO, by_sql, make_world, weights_by_sql

YEAR = {"starts_on": FROM, "ends_on": TO}
MAPS = ("then", "old", "new")


class Undo(Exception):
    """Leaves a transaction."""


def shares_of(value, weights):
    """Largest remainder again, with fractions: floors first, then one each to the largest rests, the first first."""
    exact = [Fraction(value * share, 1_000_000) for _unit, share in weights]
    given_out = [int(part) for part in exact]
    order = sorted(enumerate(exact), key=lambda pair: (-(pair[1] - int(pair[1])), pair[0]))
    for index, _part in order[: value - sum(given_out)]:
        given_out[index] += 1
    return [(unit, part) for (unit, _share), part in zip(weights, given_out, strict=True)]


def expected(boundaries):
    """What each place should show, weights applied."""
    cells, weights = by_sql(boundaries), weights_by_sql(boundaries) if boundaries != "then" else {}
    after = defaultdict(lambda: defaultdict(int))
    for place, values in cells.items():
        for name, value in values.items():
            table = weights.get((-place, str(kind_of(name)))) or weights.get((-place, "")) if place < 0 else None
            for target, part in shares_of(value, table) if table else [(place, value)]:
                after[target][name] += part
    return {place: {n: v for n, v in values.items() if v} for place, values in after.items() if any(values.values())}


def shown(found):
    """The lines of a result in the same shape."""
    lines = {}
    for line in found.lines:
        values = line.counts.as_dict() | {"classes": 0, "centres": 0}
        lines[-line.unit.pk if line.is_open else line.unit.pk] = {n: v for n, v in values.items() if v}
    return {place: values for place, values in lines.items() if values}


@pytest.mark.django_db
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_every_cell_equals_plain_sql_and_totals_are_the_same_on_every_map(seed):
    with pytest.raises(Undo), transaction.atomic():
        world = make_world(seed)
        totals = []
        for boundaries in MAPS:
            found = restate(by=world.tuan, boundaries=boundaries, unit=world.city, **YEAR)
            assert shown(found) == expected(boundaries), boundaries
            for name in ("sessions", "minutes", "untimed", "certificates", "revoked", "centres"):
                assert sum(getattr(line.counts, name) for line in found.lines) == getattr(found.total, name)
            assert not found.estimated
            totals.append(found.totals | found.hours)
            each_unit_alone(world, boundaries, found)
        assert totals[0] == totals[1] == totals[2]
        plain = statistics(user=world.tuan, unit=world.city, **YEAR).totals
        assert plain == found.totals
        raise Undo


def each_unit_alone(world, boundaries, found):
    """A unit asked for by itself has the figures of its line; what may belong to it stands beside the total."""
    on_map = {"then": [], "old": world.olds, "new": world.news}[boundaries]
    lines = {line.unit.pk: line.counts for line in found.lines if not line.is_open}
    for unit in on_map:
        alone = restate(by=world.tuan, boundaries=boundaries, unit=unit, **YEAR)
        whole = lines.get(unit.pk)
        assert alone.total.as_dict() == (whole.as_dict() if whole else dict.fromkeys(alone.total.as_dict(), 0))
        assert all(line.unit.pk == unit.pk for line in alone.lines if not line.is_open)
        assert not any(line.counted for line in alone.lines if line.is_open)


def test_a_district_on_the_old_map_holds_what_is_certainly_inside(cast, reference):
    both = make_class(cast.centre_a, starts_on=dt.date(2025, 6, 23))
    rows = make_enrolled(both, 2)
    for session in make_sessions(both, 4):  # 23, 26, 30 June and 3 July
        hold(session)
    found = restate(by=cast.hoa, boundaries="old", unit=cast.district_a, **YEAR)
    assert (found.total.sessions, found.total.learners, found.total.classes) == (4, len(rows), 1)
    assert [line.unit for line in found.lines] == [cast.old_commune_a]
    # On the map of each day the class is in two communes; drawn on one map it is in one, and counts once.
    then = restate(by=cast.tuan, boundaries="then", unit=cast.city, **YEAR)
    assert [(line.unit, line.counts.sessions) for line in then.lines if line.counts.sessions] == [
        (line.unit, line.counts.sessions) for line in then.lines if line.unit in (cast.old_commune_a, cast.commune_a)
    ]
    assert sum(line.counts.classes for line in then.lines) == 2
    new = restate(by=cast.tuan, boundaries="new", unit=cast.city, **YEAR)
    assert [(line.unit, line.counts.classes) for line in new.lines if line.counts.sessions] == [(cast.commune_a, 1)]


def test_before_any_lineage_there_is_a_clear_answer_and_an_audit_row(cast, reference, as_user):
    UnitLineage.objects.all().delete()
    with pytest.raises(InvalidInput) as refused:
        restate(by=cast.tuan, boundaries="new", unit=cast.city, **YEAR)
    assert refused.value.code == "no_lineage"
    row = AuditEvent.objects.get(verb="indicators.restate_refused")
    assert row.actor == cast.tuan
    assert row.data == {"from": "2025-01-01", "to": "2025-12-31"}
    assert restate(by=cast.tuan, boundaries="then", unit=cast.city, **YEAR).total.sessions == 0
    page = as_user(cast.tuan).get("/plan/statistics/units/?boundaries=old")
    assert page.status_code == 422
    assert "load_units" in page.content.decode()


def test_units_of_the_other_map_and_foreign_ones_are_refused(cast, reference):
    for boundaries, unit in (("new", cast.district_a), ("new", cast.old_commune_a), ("old", cast.commune_a)):
        with pytest.raises(InvalidInput) as refused:
            restate(by=cast.tuan, boundaries=boundaries, unit=unit, **YEAR)
        assert refused.value.code == "unit_of_other_boundaries"
    for asked in ({"unit": cast.city}, {"unit": cast.commune_b}, {"centre": cast.centre_b}):
        with pytest.raises(OutOfScope):
            restate(by=cast.hoa, boundaries="new", **asked, **YEAR)


def test_the_whole_city_328_communes_whole_and_198_said(db, reference, django_user_model):
    load_units()
    city = AdminUnit.objects.get(level="city")
    tuan = make_user("tuan", "Đặng Anh Tuấn", Role.CITY_OFFICER, unit=city)
    olds = list(AdminUnit.objects.filter(level="commune", valid_to=OLD_END))
    centres = Centre.objects.bulk_create(
        Centre(code=f"C{old.code}", name=old.name, established_on=dt.date(2010, 1, 1), search_key="x", sort_key="x")
        for old in olds
    )
    CentreLocation.objects.bulk_create(
        CentreLocation(centre=centre, unit=old, valid_from=dt.date(2010, 1, 1))
        for centre, old in zip(centres, olds, strict=True)
    )
    topic = Topic.objects.all()[0]
    courses = Course.objects.bulk_create(
        Course(centre=centre, code="K", name="Khóa", topic=topic, search_key="x") for centre in centres
    )
    groups = ClassGroup.objects.bulk_create(
        ClassGroup(centre=course.centre, unit=old, course=course, code=f"L{old.code}", name="Lớp", search_key="x",
                   starts_on=dt.date(2024, 3, 1), ends_on=dt.date(2024, 6, 1))
        for course, old in zip(courses, olds, strict=True)
    )  # fmt: skip
    Session.objects.bulk_create(
        Session(
            class_group=group,
            number=1,
            held_on=dt.date(2024, 3, 4),
            status="held",
            unit=group.unit,
            marked_at=timezone.now(),
        )
        for group in groups
    )
    asked = {"by": tuan, "unit": city, "starts_on": dt.date(2024, 1, 1), "ends_on": dt.date(2024, 12, 31)}
    new = restate(boundaries="new", **asked)
    statuses = list(new.sources.values())
    assert (statuses.count(Status.WHOLE), statuses.count(Status.OPEN), len(statuses)) == (328, 198, 526)
    marked = [line for line in new.lines if line.is_open]
    assert len(marked) == 198
    assert {line.remark for line in marked} == {"không so sánh được"}
    assert sum(line.counts.sessions for line in new.lines if not line.is_open) == 328
    old, then = restate(boundaries="old", **asked), restate(boundaries="then", **asked)
    assert new.totals == old.totals == then.totals
    assert len(old.lines) == len(then.lines) == 526
    assert "198 đơn vị không so sánh được." in new.notes
    # One of them gets weights: marked as an estimate, no longer open.
    drawn = UnitMap("new")
    source = drawn.divided[0]
    targets = drawn.targets[source.pk]
    save_weights(source=source, measure="", millionths={targets[0]: 1_000_000}, document="CV 9", by=tuan)
    again = restate(boundaries="new", **asked)
    assert again.totals == new.totals
    assert again.sources[source.pk] == Status.WEIGHTED
    assert next(line for line in again.lines if line.unit.pk == targets[0]).estimated >= {"sessions", "classes_led"}


@pytest.fixture
def divided(cast):
    """Old commune A also gave land to commune B."""
    UnitLineage.objects.create(effective_on=NEW_START, old=cast.old_commune_a, new=cast.commune_b, old_is_split=True)
    return cast


def test_weights_add_up_to_all_and_are_never_overwritten(divided, as_user):
    one, other = divided.commune_a.pk, divided.commune_b.pk
    given = {"source": divided.old_commune_a, "measure": "", "document": "CV 12", "by": divided.tuan}
    for wrong in ({one: 500_000, other: 499_999}, {one: 1_100_000, other: -100_000}, {divided.city.pk: 1_000_000}):
        with pytest.raises(InvalidInput):
            save_weights(millionths=wrong, **given)
    with pytest.raises(Forbidden):
        save_weights(millionths={one: 1_000_000}, **given | {"by": divided.hoa})
    with pytest.raises(InvalidInput):
        save_weights(millionths={one: 1_000_000}, **given | {"document": " "})
    with pytest.raises(InvalidInput):
        save_weights(millionths={one: 1_000_000}, **given | {"source": divided.old_commune_b})
    save_weights(millionths={one: 333_333, other: 666_667}, **given)
    save_weights(millionths={one: 250_000, other: 750_000}, **given)
    assert [row.version for row in WeightTable.objects.order_by("version")] == [1, 2]
    assert UnitMap("new").shares(divided.old_commune_a.pk, "people").millionths == ((one, 250_000), (other, 750_000))
    withdraw_weights(source=divided.old_commune_a, measure="", document="CV 13", by=divided.tuan)
    assert UnitMap("new").shares(divided.old_commune_a.pk, "people") is None
    with pytest.raises(Conflict):
        withdraw_weights(source=divided.old_commune_a, measure="", document="CV 13", by=divided.tuan)
    assert AuditEvent.objects.filter(verb="indicators.save_weights").count() == 2
    # By the page, as people write numbers.
    client, url = as_user(divided.tuan), f"/plan/boundaries/{divided.old_commune_a.pk}/"
    said = client.post(
        url, {"what": "weights", "measure": "people", "document": "CV 14", f"w{one}": "40,5", f"w{other}": "59"}
    )
    assert said.status_code == 422
    assert "99,5%" in said.content.decode()
    client.post(
        url, {"what": "weights", "measure": "people", "document": "CV 14", f"w{one}": "40,5", f"w{other}": "59,5"}
    )
    assert UnitMap("new").shares(divided.old_commune_a.pk, "people").millionths == ((one, 405_000), (other, 595_000))


def test_a_neighbourhood_decides_for_its_people(divided, as_user):
    village = divided.old_commune_a.neighbourhoods.create(name="Thôn Thượng")
    client, url = as_user(divided.tuan), f"/plan/boundaries/{divided.old_commune_a.pk}/"
    client.post(url, {"what": "places", "document": "QĐ 7", f"n{village.pk}": divided.commune_b.pk})
    drawn = UnitMap("new")
    place = drawn.place(divided.old_commune_a.pk, 0)
    assert place == -divided.old_commune_a.pk
    assert drawn.place_of_person(place, village.pk) == divided.commune_b.pk
    assert drawn.place(divided.old_commune_a.pk, divided.centre_a.pk) == divided.commune_a.pk
    given = {"source": divided.old_commune_a, "document": "QĐ 7", "by": divided.tuan}
    with pytest.raises(InvalidInput):
        place_neighbourhoods(places={village.pk: divided.city.pk}, **given)
    assert place_neighbourhoods(places={village.pk: None}, **given) == 1
    assert AuditEvent.objects.filter(verb="indicators.place_neighbourhoods").count() == 2


@given(st.integers(0, 10_000), st.lists(st.integers(0, 1_000_000), min_size=1, max_size=6))
def test_allotting_loses_nobody(value, cuts):
    edges = [0, *sorted(cuts), 1_000_000]
    weights = [end - start for start, end in pairwise(edges)]
    parts = allot(value, weights)
    assert sum(parts) == value
    assert all(abs(Fraction(value * weight, 1_000_000) - part) < 1 for weight, part in zip(weights, parts, strict=True))
