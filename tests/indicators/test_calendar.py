"""The calendar's days are the sessions that the statistics count, and only of places one may look at."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from core.dates import Period, plan_year_of
from indicators.statistics.selectors import statistics
from tests.factories import finished_class


@pytest.fixture
def year(cast, reference):
    """A plan year that is surely over its first month, with sessions of two centres."""
    finished_class(cast.centre_a, passing=1, failing=0, sessions=3)
    finished_class(cast.centre_b, passing=1, failing=0, sessions=2)
    return plan_year_of(timezone.localdate()).ends_on.year


def days_on(client, years, **asked):
    """Counts by day, over the plan years asked for."""
    found = {}
    for year in years:
        response = client.get(reverse("indicators:calendar"), {"year": year, **asked})
        assert response.status_code == 200
        body = response.content.decode()
        shown = re.findall(r"<title>(\d\d)/(\d\d)/(\d{4}): (\d+) buổi</title>", body)
        found |= {dt.date(int(y), int(m), int(d)): int(n) for d, m, y, n in shown if n != "0"}
    return found


@pytest.mark.parametrize(("who", "place"), [("lan", "centre_a"), ("tuan", "city"), ("hoa", "district_a")])
def test_the_days_add_up_to_the_statistics(as_user, cast, year, who, place):
    chosen, user = getattr(cast, place), getattr(cast, who)
    key = f"c{chosen.pk}" if place.startswith("centre") else f"u{chosen.pk}"
    years = range(year - 2, year + 1)
    counted = 0
    for one in years:
        period = Period.plan_year(one)
        asked = {"centre": chosen} if key[0] == "c" else {"unit": chosen}
        counted += statistics(user=user, starts_on=period.starts_on, ends_on=period.ends_on, **asked).total.sessions
    days = days_on(as_user(user), years, place=key)
    assert sum(days.values()) == counted
    if place == "centre_a":
        assert counted == 3


def test_a_foreign_place_is_not_found(as_user, cast, year):
    client = as_user(cast.lan)
    assert client.get(reverse("indicators:calendar"), {"place": f"c{cast.centre_b.pk}"}).status_code == 404
    assert client.get(reverse("indicators:calendar"), {"place": "x"}).status_code == 404
    assert client.get(reverse("indicators:calendar"), {"year": "1999"}).status_code == 200
