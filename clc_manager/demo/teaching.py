"""Two years of classes: people enrol, sessions are held and marked, classes are closed."""

import datetime as dt
import random
from dataclasses import dataclass, field

from django.db import connection

from accounts.models import User
from centres.models import Centre
from clc_manager.demo.city import Place
from clc_manager.demo.names import SUBJECTS, Subject, make_person
from courses import services as teaching
from courses.choices import AttendanceStatus, OrganiserRole, Result, SessionStatus
from courses.models import ClassGroup, Course, Enrolment, PlanLine, Session, Topic
from learners.models import Learner
from learners.services import register_learner
from learners.target_groups import TargetGroup

LONGEST = dt.timedelta(days=90)
CLASSES_BETWEEN_STATISTICS = 20
HOLIDAY_MONTH = 2  # Tết: few classes start in February
LONG_COURSE = 5  # sessions: at two a week it is still running after two weeks


@dataclass
class Town:
    """What has been built so far, for the later parts of the demo."""

    today: dt.date
    rng: random.Random
    people: dict[int, list[Learner]] = field(default_factory=dict)
    courses: dict[tuple[int, str], Course] = field(default_factory=dict)
    literacy_classes: list[ClassGroup] = field(default_factory=list)
    certified_classes: list[ClassGroup] = field(default_factory=list)
    classes: list[ClassGroup] = field(default_factory=list)
    # Invented numbers come out alike once in a while, on some days of the year; such a person has none.
    numbers: set[str] = field(default_factory=set)
    # Lines of a plan by course and year, and whom the classes of a subject are for.
    plan_lines: dict[tuple[int, int], PlanLine] = field(default_factory=dict)
    target_groups: dict[str, list[TargetGroup]] = field(default_factory=dict)

    def course(self, centre: Centre, subject: Subject, by: User) -> Course:
        """Return the centre's course of that subject, making it the first time."""
        key = (centre.pk, subject.code)
        if key not in self.courses:
            self.courses[key] = teaching.create_course(
                centre=centre,
                code=subject.code,
                name=subject.name,
                topic=Topic.objects.get(code=subject.topic),
                by=by,
                planned_sessions=subject.sessions,
                min_attendance_percent=subject.percent,
            )
        return self.courses[key]

    def pick(self, place: Place, count: int, year: int) -> list[Learner]:
        """Return people for a class: about a third have been there before, the others are new."""
        known = self.people.setdefault(place.centre.pk, [])
        chosen = self.rng.sample(known, min(len(known), count // 3))
        while len(chosen) < count:
            person = make_person(self.rng, year=year, highland=place.highland)
            number = "" if person.personal_id in self.numbers else person.personal_id
            self.numbers.add(number)
            learner = register_learner(
                centre=place.centre,
                full_name=person.full_name,
                by=place.desk,
                birth=person.birth,
                sex=person.sex,
                ethnicity=person.ethnicity,
                personal_id=number,
                phone=person.phone,
                neighbourhood=person.neighbourhood,
            )
            known.append(learner)
            chosen.append(learner)
        return chosen


def hold_class(
    town: Town,
    place: Place,
    *,
    course: Course,
    name: str,
    starts_on: dt.date,
    sessions: int,
    learners: list[Learner],
    partner: str = "",
    teacher: User | None = None,
    weekdays: list[int] | None = None,
    presence: float = 0.88,
) -> ClassGroup:
    """Create a class with its people and sessions, and mark every session that lies in the past."""
    weekdays = weekdays or sorted(town.rng.sample(range(7), 2))
    weeks = -(-sessions // len(weekdays))
    group = teaching.create_class(
        centre=place.centre,
        course=course,
        name=name,
        starts_on=starts_on,
        ends_on=starts_on + dt.timedelta(days=7 * weeks + 7),
        by=place.desk,
        place=town.rng.choice(("Nhà văn hóa", "Hội trường UBND", "Phòng máy", "Trường tiểu học")),
        teacher=teacher,
        organiser_role=OrganiserRole.TOOK_PART if partner else OrganiserRole.LED,
        partner=partner,
        capacity=40,
        plan_line=town.plan_lines.get((course.pk, starts_on.year)),
        target_groups=town.target_groups.get(course.code, ()),
    )
    enrolments = [
        teaching.enrol(class_group=group, learner=learner, by=place.desk, enrolled_on=starts_on) for learner in learners
    ]
    evening = town.rng.choice((18, 19))
    planned = teaching.generate_sessions(
        class_group=group,
        by=place.desk,
        weekdays=weekdays,
        first_on=starts_on,
        count=sessions,
        starts_at=dt.time(evening, 30),
        ends_at=dt.time(evening + 2, 0),
    )
    mark_past(town, place, planned, enrolments, presence=presence)
    town.classes.append(group)
    if len(town.classes) % CLASSES_BETWEEN_STATISTICS == 1:
        renew_statistics()
    return group


def mark_past(
    town: Town, place: Place, planned: list[Session], enrolments: list[Enrolment], *, presence: float
) -> None:
    """Take attendance of every session that lies in the past; everybody has a diligence of their own."""
    faithful = {enrolment.pk: min(1.0, town.rng.gauss(presence, 0.12)) for enrolment in enrolments}
    for session in planned:
        # The last days are left for the visitor to mark; slack centres leave more.
        if not enrolments or session.held_on >= town.today - dt.timedelta(days=1):
            continue
        marks = {
            pk: AttendanceStatus.PRESENT
            if town.rng.random() < share
            else (AttendanceStatus.EXCUSED if town.rng.random() < 0.3 else AttendanceStatus.ABSENT)
            for pk, share in faithful.items()
        }
        teaching.mark_attendance(session=session, marks={pk: str(mark) for pk, mark in marks.items()}, by=place.desk)


def renew_statistics() -> None:
    """Tell PostgreSQL how much there is by now.

    Everything is written in one transaction that its own house-keeping cannot look into; without this its planner
    goes on taking the tables for empty and reads whole tables for every class.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for table in connection.introspection.django_table_names(only_existing=True):
                cursor.execute(f"ANALYZE {connection.ops.quote_name(table)}")


def finish_class(town: Town, place: Place, group: ClassGroup, *, failing: float = 0.08) -> bool:
    """Record results where the course asks for them and close the class; False when it is still running."""
    last = group.sessions.order_by("-held_on").first()
    if last is None or last.status != SessionStatus.HELD or last.held_on > town.today - dt.timedelta(days=3):
        return False
    if group.course.needs_result:
        results = {}
        for enrolment in group.enrolments.order_by("pk"):
            draw = town.rng.random()
            result = Result.FAIL if draw < failing else Result.GOOD if draw > 0.7 else Result.PASS
            results[enrolment.pk] = (str(result), "")
        teaching.record_results(class_group=group, results=results, by=place.desk)
    teaching.close_class(
        class_group=group, by=place.desk, closed_on=last.held_on + dt.timedelta(days=2), accept_exceptions=True
    )
    group.refresh_from_db()
    return True


def running_classes(town: Town, places: list[Place]) -> None:
    """What is being taught today: one class at each centre that keeps its books, begun two or three weeks ago."""
    long_ones = [subject for subject in SUBJECTS if subject.sessions >= LONG_COURSE]
    for index, place in enumerate(place for place in places if place.diligence and not place.centre.closed_on):
        subject = long_ones[index % len(long_ones)]
        hold_class(
            town,
            place,
            course=town.course(place.centre, subject, place.desk),
            name=f"{subject.name} – lớp tháng {town.today.month}",
            starts_on=town.today - dt.timedelta(days=13 + index % 3),
            sessions=subject.sessions,
            learners=town.pick(place, town.rng.randint(9, 15), town.today.year),
            partner=subject.partner,
        )


def ordinary_classes(town: Town, place: Place, *, per_year: int) -> None:
    """Two years of the usual programme of a centre; what runs today is ``running_classes``."""
    start = town.today - dt.timedelta(days=730)
    gap = 730 // (per_year * 2)
    for index in range(per_year * 2):
        day = start + dt.timedelta(days=index * gap + town.rng.randint(0, gap // 2))
        if day.month == HOLIDAY_MONTH or not place.teaches_until(day + LONGEST):
            continue
        if place.diligence == 0 and index % 2:
            continue
        subject = SUBJECTS[(index * 5 + place.number) % len(SUBJECTS)]
        group = hold_class(
            town,
            place,
            course=town.course(place.centre, subject, place.desk),
            name=f"{subject.name} – đợt {index // 4 + 1}/{day.year}",
            starts_on=day,
            sessions=subject.sessions,
            learners=town.pick(place, town.rng.randint(8, 16), day.year),
            partner=subject.partner,
        )
        if finish_class(town, place, group) and subject.certified:
            town.certified_classes.append(group)
