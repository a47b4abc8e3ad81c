"""Lists cost the same number of queries for 3 rows and for 30 (issue 2), shown on lists that really grow.

Each list is asked for by somebody in whose scope the new rows lie, and must show more of them the second time: a
list that stays empty would cost the same whatever its code does.
"""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from centres.choices import UnitKind
from centres.models import AdminUnit, Centre, CentreLocation
from courses.models import Course
from tests.cast import NEW_START, make_user
from tests.factories import finished_class, make_certificates, make_class, make_enrolled, make_sessions

FEW, MANY = 3, 30
# List, what is asked, who asks: Lan of one centre, and Tuấn, to whom lists name each row's centre as well.
LISTS = (
    ("home", {}, "lan"),
    ("home", {}, "tuan"),
    ("search", {"q": "nhieu"}, "lan"),
    ("learners:learner-list", {}, "lan"),
    ("courses:class-list", {}, "lan"),
    ("courses:course-list", {}, "lan"),
    ("literacy:followup-list", {}, "lan"),
    ("certificates:register", {}, "lan"),
    ("search", {"q": "nhieu"}, "tuan"),
    ("learners:learner-list", {}, "tuan"),
    ("courses:class-list", {}, "tuan"),
    ("courses:course-list", {}, "tuan"),
    ("literacy:followup-list", {}, "tuan"),
    ("certificates:register", {}, "tuan"),
    ("indicators:plan", {}, "tuan"),
    ("indicators:statistics", {"preset": "custom", "from": "2020-01-01", "to": "2100-12-31"}, "tuan"),
    ("centres:centre-list", {}, "tuan"),
    ("centres:unit-list", {}, "tuan"),
    ("centres:audit-list", {"verb": "session"}, "oanh"),
)
# Many rows stand behind these, but the page sums them up: the plan has 27 lines, an officer's start page one per area.
SUMMED_UP = {("indicators:plan", "tuan"), ("home", "tuan")}


def started_on():
    """Long enough ago for a first follow-up after three months to be due."""
    return timezone.localdate() - dt.timedelta(days=150)


def add_places(cast, numbers):
    """For each number a commune of today with a centre, its staff and a class that was taught."""
    for number in numbers:
        unit = AdminUnit.objects.create(
            code=f"8{number:04d}", level="commune", kind=UnitKind.XA, name=f"Xã Nhiều {number}", parent=cast.city,
            valid_from=NEW_START,
        )  # fmt: skip
        centre = Centre.objects.create(
            code=f"HN-N{number}", name=f"Trung tâm học tập cộng đồng xã Nhiều {number}",
            established_on=dt.date(2020, 1, 1), director_name="",
        )  # fmt: skip
        CentreLocation.objects.create(centre=centre, unit=unit, valid_from=NEW_START)
        make_user(f"nhieu{number}", f"Nguyễn Thị Nhiều {number}", Role.CENTRE_STAFF, centre=centre)
        finished_class(centre, passing=1, failing=0, sessions=1, starts_on=started_on())


def grow(cast, numbers):
    """For each number: a centre, a course, a class to teach today, one to close, a certified person to follow up."""
    add_places(cast, numbers)
    today = timezone.localdate()
    for number in numbers:
        running = make_class(cast.centre_a, name=f"Lớp nhiều {number}", starts_on=today)
        make_enrolled(running, 1)
        make_sessions(running, 1)
        finished_class(
            cast.centre_a, name=f"Lớp nhiều xong {number}", passing=1, failing=0, sessions=1, starts_on=started_on()
        )
    make_certificates(
        cast.centre_a, passing=len(numbers), failing=0, sessions=1, course=Course.objects.get(code="XMC-GD1"),
        starts_on=started_on(),
    )  # fmt: skip


def measure(client, cast):
    """Queries and lines of each list, by list and person."""
    found = {}
    for name, asked, who in LISTS:
        client.force_login(getattr(cast, who))
        address = reverse(name)
        client.get(address, asked)  # caches of the process fill, session of this sign-in is written
        with CaptureQueriesContext(connection) as log:
            response = client.get(address, asked)
        assert response.status_code == 200, name
        lines = len(re.findall(r"<(?:tr|li)\b", response.content.decode()))
        found[name, who] = (len(log), lines)
    return found


@pytest.mark.django_db
def test_every_list_costs_the_same_for_3_rows_and_for_30(client, cast, reference):
    grow(cast, range(FEW))
    few = measure(client, cast)
    grow(cast, range(FEW, MANY))
    many = measure(client, cast)

    dearer = {key: (few[key][0], many[key][0]) for key in few if few[key][0] != many[key][0]}
    assert not dearer
    unmoved = {key for key in few if few[key][1] >= many[key][1] and key not in SUMMED_UP}
    assert not unmoved, "these lists did not grow, so they prove nothing"
