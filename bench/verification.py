"""Verification: the public page of a certificate, against a bare Django view behind the same middleware.

The page reads one entry by its token, counts the look-up and renders; the bare view answers "ok". Both are asked in
this process through Django's own handler, so the server in front is left out. The entries are written inside a
transaction that is rolled back.
"""

import datetime as dt
import statistics
import time
from typing import Any

from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone

from accounts.models import User
from centres.models import AdminUnit, Centre
from certificates.choices import CertificateKind, CertificateState
from certificates.models import Certificate, Register
from core.text import split_name
from core.tokens import new_token
from courses.choices import ClassStatus, EnrolmentStatus
from courses.models import ClassGroup, Course, Enrolment, Topic
from learners.models import Learner

NAME = "verification"
# Two statements and a template; the floor does nothing at all. A page without the ORM would come to about half of it.
TARGET = 0.1
ENTRIES = 2000
REQUESTS = 150
DAY = dt.date(2026, 7, 6)


def _entries() -> list[str]:
    """Write a centre with one closed class of ``ENTRIES`` certified people; return the tokens."""
    city, _ = AdminUnit.objects.get_or_create(
        code="01", level="city", defaults={"kind": "thanh_pho", "name": "Thành phố Hà Nội"}
    )
    unit = AdminUnit.objects.create(code="99999", level="commune", kind="xa", name="Xã Đo Lường", parent=city)
    centre = Centre.objects.create(code="BENCH", name="Trung tâm học tập cộng đồng xã Đo Lường", established_on=DAY)
    user = User.objects.create_user("bench", "not-used-to-sign-in", full_name="Đo Lường")
    topic, _ = Topic.objects.get_or_create(code="ky_nang_so", defaults={"name": "Kỹ năng số", "name_en": "Digital"})
    course = Course.objects.create(centre=centre, code="BENCH", name="Kỹ năng số cơ bản", topic=topic)
    group = ClassGroup.objects.create(
        centre=centre, unit=unit, course=course, code="BENCH-1", name="Lớp đo", starts_on=DAY, ends_on=DAY,
        status=ClassStatus.CLOSED, closed_at=timezone.now(), closed_by=user, closed_on=DAY,
    )  # fmt: skip
    people = []
    for number in range(ENTRIES):
        person = Learner(code=f"BENCH{number:06d}")
        person.set_name(split_name("Bùi Thị Nga"))
        people.append(person)
    people = Learner.objects.bulk_create(people)
    enrolments = Enrolment.objects.bulk_create(
        [
            Enrolment(
                class_group=group, learner=person, enrolled_on=DAY, status=EnrolmentStatus.PASSED,
                sessions_held=10, sessions_attended=10,
            )
            for person in people
        ]
    )  # fmt: skip
    register = Register.objects.create(centre=centre, year=DAY.year, next_number=ENTRIES + 1)
    content = {
        "title": "Giấy chứng nhận", "achievement": "Hoàn thành khóa học", "course": course.name,
        "learner": "Bùi Thị Nga", "centre": centre.name,
    }  # fmt: skip
    made = Certificate.objects.bulk_create(
        [
            Certificate(
                register=register, number=number, register_number=f"{number:06d}/{DAY.year}", token=new_token(),
                centre=centre, unit=unit, learner_id=enrolment.learner_id, enrolment=enrolment,
                kind=CertificateKind.COURSE, state=CertificateState.ISSUED, content=content, template_version="bench",
                issued_on=DAY, issued_by=user, pdf_sha256="0" * 64, search_key="bui thi nga",
            )
            for number, enrolment in enumerate(enrolments, 1)
        ]
    )  # fmt: skip
    return [row.token for row in made]


def _seconds(client: Client, tokens: list[str]) -> float:
    client.get(f"/C/{tokens[0]}", secure=True)  # the first request loads addresses and templates
    start = time.process_time()
    for token in tokens:
        if client.get(f"/C/{token}", secure=True).status_code != 200:
            raise AssertionError("the page must answer 200 while it is measured")
    return time.process_time() - start


def run(rounds: int = 5) -> dict[str, Any]:
    """Return pages per CPU second of both sides and the median of the per-round ratios (1 would be a free page)."""
    client = Client(HTTP_HOST="localhost")
    mine, theirs = [], []
    with transaction.atomic():
        tokens = _entries()
        for turn in range(rounds):
            asked = tokens[turn * REQUESTS % ENTRIES :][:REQUESTS]
            for own in (turn % 2 == 0, turn % 2 == 1):
                if own:
                    mine.append(_seconds(client, asked))
                else:
                    with override_settings(ROOT_URLCONF="bench.bare"):
                        theirs.append(_seconds(client, asked))
        transaction.set_rollback(True)
    ratio = statistics.median(floor / own for own, floor in zip(mine, theirs, strict=True))
    return {
        "name": NAME,
        "ours": round(REQUESTS / statistics.median(mine)),
        "floor": round(REQUESTS / statistics.median(theirs)),
        "ratio": round(ratio, 2),
        "target": TARGET,
        "ok": ratio >= TARGET,
    }


def measure() -> dict[str, Any]:
    """What ``manage.py bench verification`` prints."""
    return run()
