"""Statistics export: our CSV with every count and the record of it, against the raw query and csv.writer."""

import csv
import datetime as dt
import io
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from bench.harness import compare
from centres.models import AdminUnit, Centre, CentreLocation, Membership
from core.text import split_name
from courses.models import ClassGroup, Course, Enrolment, Session, Topic
from indicators.statistics.services import export_statistics
from learners.models import Learner

NAME = "statistics_export"
TARGET = 0.1  # honest start: distinct people per line are counted in Python
CENTRES = 40
CLASSES = 10
PEOPLE = 20
DAY = dt.date(2026, 3, 2)
QUERY = """
SELECT c.code, t.name, COUNT(DISTINCT e.learner_id), COUNT(*)
FROM courses_enrolment e
JOIN courses_classgroup g ON g.id = e.class_group_id
JOIN courses_course k ON k.id = g.course_id
JOIN courses_topic t ON t.id = k.topic_id
JOIN centres_centre c ON c.id = g.centre_id
GROUP BY c.code, t.name ORDER BY c.code, t.name
"""


def _fill() -> tuple[AdminUnit, User]:
    city, _ = AdminUnit.objects.get_or_create(
        code="01", level="city", defaults={"kind": "thanh_pho", "name": "Thành phố Hà Nội"}
    )
    unit = AdminUnit.objects.create(code="99997", level="commune", kind="xa", name="Xã Đo Lường", parent=city)
    user = User.objects.create_user("bench-s", None, full_name="Đo Lường")
    Membership.objects.create(user=user, role=Role.CITY_OFFICER, unit=city, valid_from=DAY)
    topic, _ = Topic.objects.get_or_create(code="ky_nang_so", defaults={"name": "Kỹ năng số", "name_en": "Digital"})
    name, now = split_name("Bùi Thị Nga"), timezone.now()
    for number in range(CENTRES):
        centre = Centre.objects.create(code=f"BENCH-S{number}", name=f"Trung tâm {number}", established_on=DAY)
        CentreLocation.objects.create(centre=centre, unit=unit, valid_from=DAY)
        course = Course.objects.create(centre=centre, code="BENCH", name="Kỹ năng số", topic=topic)
        people = []
        for person in range(PEOPLE * 2):
            learner = Learner(
                code=f"BS{number:03d}{person:04d}", birth_year=1950 + person, sex="female", ethnicity="06"
            )
            learner.set_name(name)
            people.append(learner)
        people = Learner.objects.bulk_create(people)
        for group_number in range(CLASSES):
            group = ClassGroup.objects.create(
                centre=centre, unit=unit, course=course, code=f"BENCH-S{number}-{group_number}", name="Lớp đo",
                starts_on=DAY, ends_on=DAY, status="open",
            )  # fmt: skip
            Session.objects.create(
                class_group=group, number=1, held_on=DAY, unit=unit, status="held", marked_at=now, marked_by=user
            )
            Enrolment.objects.bulk_create(
                [
                    Enrolment(class_group=group, learner=learner, enrolled_on=DAY)
                    for learner in people[group_number : group_number + PEOPLE]
                ]
            )
    return city, user


def run(rounds: int = 5) -> dict[str, Any]:
    """Return enrolments counted per CPU second of both sides; everything is rolled back."""
    with transaction.atomic():
        city, user = _fill()

        def ours() -> None:
            out = io.BytesIO()
            run = export_statistics(by=user, unit=city, starts_on=DAY, ends_on=DAY, kind="csv", out=out)
            assert run.totals["participations"] >= CENTRES * CLASSES * PEOPLE

        def floor() -> None:
            out = io.StringIO()
            with connection.cursor() as cursor:
                cursor.execute(QUERY)
                csv.writer(out).writerows(cursor.fetchall())

        units = CENTRES * CLASSES * PEOPLE
        result = compare(NAME, ours=ours, floor=floor, units=units, target=TARGET, rounds=rounds)
        transaction.set_rollback(True)
    return result


def measure() -> dict[str, Any]:
    """What ``manage.py bench statistics_export`` prints."""
    return run()
