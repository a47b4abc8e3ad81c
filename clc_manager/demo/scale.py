"""A centre in every commune and 100,000 learners, written in bulk with every rule kept.

What the services would compute one by one is computed here row by row before the bulk write: keys of names, sealed
identity numbers, learner codes from the counter, units of the day, counters frozen by closing. Database constraints
hold as ever; one audit row per centre says what was written.
"""

import datetime as dt
import random
from collections.abc import Callable, Iterator
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.choices import UnitLevel
from centres.models import AdminUnit, Centre
from centres.services import create_centre, neighbourhood_named
from clc_manager.demo.build import check_allowed, describe
from clc_manager.demo.names import SUBJECTS, Subject, make_person
from clc_manager.demo.people import create_demo_users, create_desk
from clc_manager.demo.teaching import renew_statistics
from core import audit
from core.text import split_name
from courses.choices import AttendanceStatus, ClassStatus, EnrolmentStatus, OrganiserRole, Result, SessionStatus
from courses.models import Attendance, ClassGroup, Course, Enrolment, Session, Topic
from courses.services import create_course
from learners.models import Learner, LearnerCentre, LearnerCounter
from literacy.services import derive_awards

SEED = 45  # the year the plan looks ahead to
LEARNERS = 100_000
CLASS_SIZE = 25
SESSIONS = 3
SHARE_TWICE = 0.25  # of the people are in a second class
FOUNDED = dt.date(2025, 7, 1)


def build_city(*, today: dt.date, say: Callable[[str], None]) -> dict[str, Any]:
    """Build the big demo; about two minutes on a small machine."""
    check_allowed()
    rng = random.Random(SEED)  # noqa: S311 - believable, not secret
    communes = list(AdminUnit.objects.filter(level=UnitLevel.COMMUNE).on(today).order_by("code"))
    per_centre = -(-LEARNERS // len(communes))
    with transaction.atomic():
        next_number = _take_codes(per_centre * len(communes))
        for index, unit in enumerate(communes, start=1):
            centre = create_centre(
                code=f"HN{unit.code}",
                name=f"Trung tâm học tập cộng đồng {unit.name[:1].lower()}{unit.name[1:]}",
                unit=unit,
                established_on=FOUNDED,
                by=None,
            )
            desk = create_desk(centre=centre, number=index, full_name="Nguyễn Văn Sơn")
            if index == 1:
                district = AdminUnit.objects.get(code="001", level=UnitLevel.DISTRICT)
                city = AdminUnit.objects.get(level=UnitLevel.CITY)
                create_demo_users(centre=centre, units={"district": district, "commune": unit, "city": city})
            _fill_centre(rng, centre, unit, desk, today, next_number, per_centre)
            next_number += per_centre
            if index % 20 == 0:
                say(_("%(n)s/%(all)s trung tâm") % {"n": index, "all": len(communes)})
        renew_statistics()
        derive_awards()
    return describe()


def _take_codes(count: int) -> int:
    counter, _created = LearnerCounter.objects.get_or_create(pk=1)
    first = counter.next_number
    LearnerCounter.objects.filter(pk=1).update(next_number=first + count)
    return first


def _learners(
    rng: random.Random, centre: Centre, unit: AdminUnit, today: dt.date, first: int, count: int
) -> Iterator[Learner]:
    places = {name: neighbourhood_named(unit=unit, name=name) for name in (f"Tổ dân phố {n}" for n in range(1, 21))}
    seen: set[str] = set()
    for number in range(first, first + count):
        person = make_person(rng, year=today.year, highland=False)
        learner = Learner(
            code=f"HV{number:07d}",
            sex=person.sex,
            ethnicity=person.ethnicity,
            phone=person.phone,
            unit=unit,
            neighbourhood=places[person.neighbourhood],
        )
        learner.set_name(split_name(person.full_name))
        learner.set_birth(person.birth)
        # The number's last six digits come from the running number, so that no two people share one.
        identity = person.personal_id[:6] + f"{number % 1_000_000:06d}" if person.personal_id else ""
        learner.set_personal_id("" if identity in seen else identity)
        seen.add(identity)
        yield learner


def _fill_centre(
    rng: random.Random, centre: Centre, unit: AdminUnit, desk: User, today: dt.date, first: int, count: int
) -> None:
    learners = Learner.objects.bulk_create(list(_learners(rng, centre, unit, today, first, count)), batch_size=500)
    LearnerCentre.objects.bulk_create(
        [LearnerCentre(learner=learner, centre=centre, since=FOUNDED) for learner in learners], batch_size=1000
    )
    subjects = rng.sample([subject for subject in SUBJECTS if not subject.partner], 3)
    courses = [_course(centre, subject, desk) for subject in subjects]
    literacy = Course.objects.get(centre__isnull=True, code="XMC-GD1")
    people = learners + rng.sample(learners, int(count * SHARE_TWICE))
    groups = []
    for index, start in enumerate(range(0, len(people), CLASS_SIZE)):
        course = literacy if index % 16 == 0 else rng.choice(courses)
        # Distinct people only: somebody drawn twice in one class is one enrolment.
        members = list({learner.pk: learner for learner in people[start : start + CLASS_SIZE]}.values())
        groups.append((_class(rng, centre, unit, course, desk, index, today), members))
    ClassGroup.objects.bulk_create([group for group, _members in groups], batch_size=500)
    sessions = Session.objects.bulk_create(
        [session for group, _members in groups for session in _sessions(group, desk)], batch_size=500
    )
    by_class: dict[int, list[Session]] = {}
    for session in sessions:
        by_class.setdefault(session.class_group_id, []).append(session)
    marks: list[Attendance] = []
    enrolments: list[Enrolment] = []
    rows: list[tuple[Enrolment, list[str]]] = []
    for group, members in groups:
        for learner in members:
            statuses = [
                str(AttendanceStatus.PRESENT if rng.random() < 0.9 else AttendanceStatus.ABSENT)
                for _n in range(SESSIONS)
            ]
            row = _enrolment(rng, group, learner, statuses)
            enrolments.append(row)
            rows.append((row, statuses))
    Enrolment.objects.bulk_create(enrolments, batch_size=1000)
    for row, statuses in rows:
        for session, status in zip(by_class[row.class_group_id], statuses, strict=True):
            marks.append(Attendance(session=session, enrolment=row, status=status))
    Attendance.objects.bulk_create(marks, batch_size=2000)
    audit.record(
        "clc_manager.seed_city",
        centre,
        by=desk,
        centre_id=centre.pk,
        data={"learners": len(learners), "classes": len(groups), "enrolments": len(enrolments), "marks": len(marks)},
    )


def _course(centre: Centre, subject: Subject, desk: User) -> Course:
    return create_course(
        centre=centre,
        code=subject.code,
        name=subject.name,
        topic=Topic.objects.get(code=subject.topic),
        by=desk,
        planned_sessions=SESSIONS,
        min_attendance_percent=subject.percent,
    )


def _class(
    rng: random.Random, centre: Centre, unit: AdminUnit, course: Course, desk: User, index: int, today: dt.date
) -> ClassGroup:
    span = max(30, (today - FOUNDED).days - 40)
    starts_on = FOUNDED + dt.timedelta(days=rng.randint(0, span))
    ends_on = starts_on + dt.timedelta(days=7 * SESSIONS)
    closed_on = min(ends_on, today)
    group = ClassGroup(
        centre=centre,
        unit=unit,
        course=course,
        code=f"{centre.code}-{starts_on.year}-{index + 1:03d}",
        name=f"{course.name} – lớp {index + 1}",
        starts_on=starts_on,
        ends_on=ends_on,
        organiser_role=OrganiserRole.LED,
        status=ClassStatus.CLOSED,
        closed_on=closed_on,
        closed_by=desk,
        closed_at=timezone.now(),
    )
    group.search_key = group.compute_search_key()
    return group


def _sessions(group: ClassGroup, desk: User) -> list[Session]:
    return [
        Session(
            class_group=group,
            number=number + 1,
            held_on=group.starts_on + dt.timedelta(days=7 * number),
            unit=group.unit,
            status=SessionStatus.HELD,
            marked_at=timezone.now(),
            marked_by=desk,
        )
        for number in range(SESSIONS)
    ]


def _enrolment(rng: random.Random, group: ClassGroup, learner: Learner, statuses: list[str]) -> Enrolment:
    attended = sum(status == AttendanceStatus.PRESENT for status in statuses)
    passed = attended * 100 >= group.course.min_attendance_percent * SESSIONS
    result = Result.UNKNOWN
    if group.course.needs_result:
        result = Result.PASS if rng.random() < 0.93 else Result.FAIL
        passed = passed and result == Result.PASS
    return Enrolment(
        class_group=group,
        learner=learner,
        enrolled_on=group.starts_on,
        neighbourhood_id=learner.neighbourhood_id,
        status=EnrolmentStatus.PASSED if passed else EnrolmentStatus.FAILED,
        result=result,
        sessions_held=SESSIONS,
        sessions_attended=attended,
    )
