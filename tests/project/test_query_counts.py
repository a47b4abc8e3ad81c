"""Lists cost the same number of queries for 3 rows and for 30 (issue 2), shown on lists that really grow.

Each list is asked for by somebody in whose scope the new rows lie, and must show more of them the second time: a
list that stays empty would cost the same whatever its code does.
"""

import datetime as dt
import re
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from centres.choices import UnitKind
from centres.models import AdminUnit, Centre, CentreLocation
from clc_manager.demo.teaching import renew_statistics
from courses import services as courses
from courses.models import Course, Topic
from courses.services import materials, planning
from tests.cast import NEW_START, make_user
from tests.factories import (
    finished_class,
    make_certificates,
    make_class,
    make_course,
    make_enrolled,
    make_learner,
    make_sessions,
    staff_of,
)

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
    ("literacy:standards", {}, "tuan"),
    ("literacy:cohort-list", {"split": "class"}, "tuan"),
    ("literacy:cohort-people", {}, "tuan"),
    ("certificates:register", {}, "tuan"),
    ("indicators:plan", {}, "tuan"),
    ("indicators:annual-list", {}, "tuan"),
    ("indicators:evaluation-list", {}, "tuan"),
    ("indicators:community-list", {}, "tuan"),
    ("indicators:year-form", {}, "tuan"),
    ("indicators:statistics", {"preset": "custom", "from": "2020-01-01", "to": "2100-12-31"}, "tuan"),
    ("indicators:statistics-units", {"preset": "custom", "from": "2020-01-01", "to": "2100-12-31"}, "tuan"),
    ("indicators:statistics-people", {"preset": "custom", "from": "2020-01-01", "to": "2100-12-31"}, "tuan"),
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
    # What PostgreSQL's house-keeping does by itself within minutes: here it cannot look into the transaction, and on
    # tables that other tests filled and emptied before, plans for none turn into minutes of reading.
    renew_statistics()


def look(client, user, address, asked=None):
    """Queries and lines of one page for one person."""
    client.force_login(user)
    client.get(address, asked)  # caches of the process fill, session of this sign-in is written
    with CaptureQueriesContext(connection) as log:
        response = client.get(address, asked)
    assert response.status_code == 200, address
    return len(log), len(re.findall(r"<(?:tr|li)\b", response.content.decode()))


def measure(client, cast):
    """Queries and lines of each list, by list and person."""
    return {(name, who): look(client, getattr(cast, who), reverse(name), asked) for name, asked, who in LISTS}


def compare(few, many, summed_up=frozenset()):
    """No page costs more for more rows, and each shows that there are more."""
    dearer = {key: (few[key][0], many[key][0]) for key in few if few[key][0] != many[key][0]}
    assert not dearer
    unmoved = {key for key in few if few[key][1] >= many[key][1] and key not in summed_up}
    assert not unmoved, "these lists did not grow, so they prove nothing"


@pytest.mark.django_db
def test_every_list_costs_the_same_for_3_rows_and_for_30(client, cast, reference):
    grow(cast, range(FEW))
    few = measure(client, cast)
    grow(cast, range(FEW, MANY))
    many = measure(client, cast)

    compare(few, many, SUMMED_UP)


YEAR = 2027


@pytest.fixture
def desk_work(cast, reference):
    """What a centre plans with: a survey and the plan of a year, a course with materials, a class that is full."""
    course = make_course(cast.centre_a)
    survey = planning.open_survey(centre=cast.centre_a, year=YEAR, by=cast.lan)
    full = make_class(cast.centre_a, course=course, capacity=1, starts_on=timezone.localdate())
    make_enrolled(full, 1)
    plan = planning.start_plan(centre=cast.centre_a, year=YEAR, by=cast.lan, survey=survey)
    return SimpleNamespace(course=course, survey=survey, full=full, plan=plan)


def plan_more(cast, rows, numbers):
    """For each number: a room, a day off, a material in use, a place and a thing asked, a line, somebody who waits."""
    lan, topic = cast.lan, Topic.objects.get(code="suc_khoe")
    add_places(cast, numbers)
    for number in numbers:
        courses.add_room(centre=cast.centre_a, by=lan, name=f"Phòng {number}")
        day = timezone.localdate() + dt.timedelta(days=number + 1)
        courses.add_days_off(centre=cast.centre_a, by=lan, name="Mùa gặt", first_on=day)
        materials.add_material(
            centre=cast.centre_a, by=lan, title=f"Bài {number}", licence="cc_by", author="Tổ biên soạn",
            url=f"https://hoclieu.example/{number}", is_shared=True, course=rows.course,
        )  # fmt: skip
        idea = planning.add_idea(survey=rows.survey, by=lan, name=f"Nghề {number}", topic=topic)
        visit = planning.add_neighbourhood(survey=rows.survey, name=f"Thôn {number}", by=lan)
        planning.record_needs(survey=rows.survey, by=lan, counts={(visit.pk, idea.pk): 20 + number})
        line = planning.add_line(
            plan=rows.plan, by=lan, name=f"Nghề {number}", topic=topic, quarter=1, class_count=1,
            expected_participants=20, funding="budget", partner="",
        )  # fmt: skip
        make_class(cast.centre_a, course=rows.course, starts_on=dt.date(YEAR, 2, 1), plan_line=line)
        courses.sign_up(class_group=rows.full, learner=make_learner(cast.centre_a), by=lan)
        place = Centre.objects.get(code=f"HN-N{number}")
        planning.start_plan(centre=place, year=YEAR, by=staff_of(place))


def pages_of(cast, rows):
    """Page and person, with the address."""
    of_plan, of_survey, of_class = ([row.pk] for row in (rows.plan, rows.survey, rows.full))
    named = [
        ("room-list", []), ("days-off", []), ("material-list", []), ("course-materials", [rows.course.pk]),
        ("survey-detail", of_survey), ("survey-entry", of_survey), ("plan-detail", of_plan), ("plan-report", of_plan),
        ("class-detail", of_class), ("enrol", of_class),
    ]  # fmt: skip
    found = {(name, "lan"): reverse(f"courses:{name}", args=args) for name, args in named}
    readers = ("material-list", "survey-detail", "plan-detail", "plan-report", "class-detail")
    found |= {(name, "tuan"): found[name, "lan"] for name in readers}
    return found | {("plan-list", "tuan"): reverse("courses:plan-list") + f"?year={YEAR}"}


@pytest.mark.django_db
def test_pages_of_planning_materials_rooms_and_waitlists_cost_the_same_for_3_rows_and_for_30(client, cast, desk_work):
    pages = pages_of(cast, desk_work)
    found = []
    for numbers in (range(FEW), range(FEW, MANY)):
        plan_more(cast, desk_work, numbers)
        found.append({key: look(client, getattr(cast, key[1]), address) for key, address in pages.items()})
    compare(*found, summed_up={("enrol", "lan")})
