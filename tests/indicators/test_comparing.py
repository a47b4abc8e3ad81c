"""Comparing units fairly: intervals, groups, what is not ranked, every unit on the map, nothing of another map."""

import datetime as dt
import re
from decimal import Decimal
from itertools import pairwise
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from centres.models import AdminUnit
from centres.services import load_units
from indicators.comparing import ENOUGH, UnitValue, groups_of, wilson
from indicators.comparing_pictures import classes_of, key_of
from indicators.models import Figure, Indicator, Population

SHARES = st.decimals(0, 100, places=1)


@given(st.integers(0, 60), st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_whole_counts_agree_with_scipys_binomial(part, more):
    whole = part + more
    expected = stats.binomtest(part, whole).proportion_ci(method="wilson")
    low, high = wilson(Decimal(part) * 100 / whole, whole)
    assert float(low) == pytest.approx(expected.low * 100, abs=0.051)
    assert float(high) == pytest.approx(expected.high * 100, abs=0.051)


@given(st.lists(st.tuples(SHARES, st.one_of(st.none(), st.integers(1, 5000))), max_size=20))
@settings(max_examples=60, deadline=None)
def test_units_of_different_groups_can_be_told_from_the_first_of_the_group_above(rows):
    values = [UnitValue(SimpleNamespace(name=str(at)), share, whole) for at, (share, whole) in enumerate(rows)]
    groups = groups_of(values)
    ranked = [row for group in groups for row in group]
    assert {id(row) for row in ranked} == {id(row) for row in values if row.whole and row.whole >= ENOUGH}
    assert [row.value for row in ranked] == sorted((row.value for row in ranked), reverse=True)
    for group in groups:
        assert all(row.interval[1] >= group[0].interval[0] for row in group)
    for above, below in pairwise(groups):
        assert below[0].interval[1] < above[0].interval[0]


@given(st.lists(SHARES, min_size=1, max_size=126))
@settings(max_examples=60, deadline=None)
def test_there_are_at_most_five_classes_of_round_numbers(values):
    begin, width, count = classes_of(values)
    assert 1 <= count <= 5
    assert begin % width == 0
    assert len(key_of(begin, width, count)) == count


@pytest.fixture
def hanoi(reference, cast):
    """All units of Hanoi; three communes have a share of D1: of many people, of few, of an unknown number."""
    load_units()
    units = list(AdminUnit.objects.filter(level="commune", valid_to__isnull=True).order_by("code")[:4])
    line = Indicator.objects.get(plan__is_default=True, code="D1")
    for unit, value, people in zip(units, ("61.5", "50", "40"), (2000, 12, None), strict=False):
        Figure.objects.create(
            indicator=line, unit=unit, value=Decimal(value), starts_on=dt.date(2026, 1, 1),
            ends_on=dt.date(2026, 9, 30), period_kind="calendar_year", source="reported", state="approved",
            source_name="Hội Khuyến học", document="Số 1", entered_by=cast.tuan,
        )  # fmt: skip
        if people:
            Population.objects.create(
                unit=unit, group="adults", people=people, counted_on=dt.date(2026, 6, 30), source_name="x",
                recorded_by=cast.tuan,
            )  # fmt: skip
    return units


def test_every_commune_is_on_the_map_and_its_numbers_are_those_kept(as_user, cast, hanoi):
    body = as_user(cast.tuan).get(reverse("indicators:unit-map"), {"line": "D1", "year": "2026"}).content.decode()
    svg = body[body.index("<svg xmlns") : body.index("</svg>", body.index("<svg xmlns"))]
    tiles = re.findall(r"<title>([^<]*): ([^<]*)</title>", svg)
    names = AdminUnit.objects.filter(level="commune", valid_to__isnull=True, code__regex="^[0-9]{5}$")
    drawn = {name for name, _value in tiles}
    assert {unit.name for unit in names if unit.code < "80000"} <= drawn
    valued = {name: value for name, value in tiles if value != "–"}
    assert valued == {
        hanoi[0].name: "61,5% (1.230/2.000)",
        hanoi[1].name: "50,0% (6/12 · quá ít để xếp hạng)",
        hanoi[2].name: "40,0%",
    }
    assert svg.count("<a ") == 3


def test_few_people_and_unknown_wholes_are_not_ranked(as_user, cast, hanoi):
    client = as_user(cast.tuan)
    body = client.get(reverse("indicators:unit-ranking"), {"line": "D1", "year": "2026"}).content.decode()
    rows = re.findall(
        r"<tr><th scope=\"row\">([^<]*)</th><td class=\"n\">([^<]*)</td><td class=\"n\">([^<]*)</td>", body
    )
    found = {name: (group, value) for name, group, value in rows}
    assert found[hanoi[0].name] == ("Nhóm 1", "61,5%")
    assert found[hanoi[1].name] == ("Chưa đủ dữ liệu để xếp hạng", "50,0%")
    assert found[hanoi[2].name] == ("Chưa đủ dữ liệu để xếp hạng", "40,0%")
    assert found[hanoi[3].name] == ("Chưa có số liệu", "–")
    pdf = client.get(reverse("indicators:unit-ranking"), {"level": "district", "year": "2024", "format": "pdf"})
    assert pdf.content.startswith(b"%PDF")


def test_units_of_the_other_map_are_not_compared(as_user, cast, hanoi):
    client = as_user(cast.tuan)
    for level, year, words in (("district", "2026", "không còn quận, huyện"), ("commune", "2024", "địa giới khác")):
        body = client.get(reverse("indicators:unit-ranking"), {"level": level, "year": year}).content.decode()
        assert words in body
        assert "<svg xmlns" not in body
    assert client.get(reverse("indicators:unit-map"), {"level": "ward"}).status_code == 404
    assert client.get(reverse("indicators:unit-map"), {"line": "A1"}).status_code == 404


def test_officers_of_a_place_see_values_of_their_own_units_only(as_user, cast, hanoi):
    body = as_user(cast.hoa).get(reverse("indicators:unit-map"), {"line": "D1", "year": "2026"}).content.decode()
    assert "61,5%" not in body


def test_the_map_asks_as_often_for_one_unit_as_for_many(as_user, cast, hanoi):
    client = as_user(cast.tuan)

    def asked(code):
        with CaptureQueriesContext(connection) as log:
            client.get(reverse("indicators:unit-map"), {"line": code, "year": "2026"})
        return len(log)

    asked("D2")
    assert asked("D1") <= asked("D2") + 1  # the one query of a page that has rows to show
