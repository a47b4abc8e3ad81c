"""Rows that tests need. Each section belongs to one app; what has rules is made through the services.

People who act default to the staff of the centre at hand (tests/cast.py gives centres A and B one each).
"""

import datetime as dt
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.choices import Role
from accounts.models import SignIn, User
from centres.models import Centre, Membership
from certificates.models import Certificate
from certificates.services import Second, issue_class
from core.dates import PartialDate, add_months
from core.text import split_name
from courses import services as courses
from courses.models import ClassGroup, Course, Enrolment, Session, Topic
from indicators.models import ReportRun
from learners.models import Learner, LearnerCentre

# A Monday in the past, after the change of units of 1 July 2025.
STARTS_ON = dt.date(2026, 3, 2)
NAMES = (
    "Bùi Thị Nga",
    "Đinh Văn Lực",
    "Triệu Thị Mùi",
    "Phùng Văn Én",
    "Đặng Thị Ợt",
    "Bàn Văn Đức",
    "Lý Thị Ánh",
    "Quách Văn Ễnh",
    "Hà Thị Em",
    "Nguyễn Văn Ân",
)
BIRTH = PartialDate(1980, 5, 3)
_numbers = count(1)


def staff_of(centre: Centre) -> User:
    """The centre's staff member."""
    staff = Membership.objects.select_related("user").filter(centre=centre, role=Role.CENTRE_STAFF)
    return staff.order_by("pk")[0].user


# --- learners ---------------------------------------------------------------------------------------------------------


def make_learner(centre: Centre, full_name: str = "", *, birth: PartialDate | None = BIRTH, **fields: Any) -> Learner:
    """A person the centre knows; ``birth=None`` is an unknown birth date. Written straight to the table."""
    number = next(_numbers)
    learner = Learner(code=f"HV9{number:06d}", **fields)
    learner.set_name(split_name(full_name or NAMES[number % len(NAMES)]))
    learner.set_birth(birth)
    learner.save()
    LearnerCentre.objects.create(learner=learner, centre=centre)
    return learner


# --- courses ----------------------------------------------------------------------------------------------------------


def make_topic(code: str = "ky_nang_so") -> Topic:
    """The topic of that code, as the reference data has it."""
    return Topic.objects.get_or_create(code=code, defaults={"name": code, "name_en": code})[0]


def make_course(centre: Centre, *, by: User | None = None, **fields: Any) -> Course:
    """A course of the centre: 80 % attendance, no result needed, unless said otherwise."""
    number = next(_numbers)
    given = {"code": f"KH{number}", "name": f"Kỹ năng số cơ bản {number}", "planned_sessions": 5} | fields
    given.setdefault("topic", make_topic())
    return courses.create_course(centre=centre, by=by or staff_of(centre), **given)


def make_class(centre: Centre, *, course: Course | None = None, by: User | None = None, **fields: Any) -> ClassGroup:
    """An open class without people and sessions, from 2 March to 30 June 2026 unless said otherwise."""
    by = by or staff_of(centre)
    starts_on = fields.pop("starts_on", STARTS_ON)
    given = {"name": f"Lớp {next(_numbers)}", "ends_on": starts_on + dt.timedelta(days=120)} | fields
    return courses.create_class(
        centre=centre, course=course or make_course(centre, by=by), starts_on=starts_on, by=by, **given
    )


def make_enrolled(
    class_group: ClassGroup, people: int | list[Learner] = 3, *, by: User | None = None, **fields: Any
) -> list[Enrolment]:
    """Enrol new people (a number) or given ones on the first day of the class, in that order."""
    if isinstance(people, int):
        people = [make_learner(class_group.centre, **fields) for _ in range(people)]
    by = by or staff_of(class_group.centre)
    return [
        courses.enrol(class_group=class_group, learner=learner, by=by, enrolled_on=class_group.starts_on)
        for learner in people
    ]


def make_sessions(class_group: ClassGroup, number: int = 5, *, by: User | None = None) -> list[Session]:
    """Plan sessions on Mondays and Thursdays from the first day of the class on; none is held."""
    return courses.generate_sessions(
        class_group=class_group,
        by=by or staff_of(class_group.centre),
        weekdays=[0, 3],
        first_on=class_group.starts_on,
        count=number,
    )


def hold(session: Session, *, absent: list[Enrolment] | None = None, by: User | None = None) -> Session:
    """Take attendance: everybody active is present but those named as absent."""
    away = {row.pk for row in absent or []}
    active = session.class_group.enrolments.filter(status="active").values_list("pk", flat=True)
    marks = {pk: "absent" if pk in away else "present" for pk in active}
    return courses.mark_attendance(session=session, marks=marks, by=by or staff_of(session.class_group.centre))


def finished_class(
    centre: Centre,
    *,
    course: Course | None = None,
    passing: int = 2,
    failing: int = 1,
    sessions: int = 5,
    by: User | None = None,
    people: list[Learner] | None = None,
    **fields: Any,
) -> ClassGroup:
    """A class that is ready to close without exceptions: people, held sessions, results.

    ``passing`` people attend all sessions with result "pass", ``failing`` none with result "fail"; new ones, or the
    given ``people``. Pass a literacy
    course such as ``Course.objects.get(code="XMC-GD1")`` (fixture ``reference``) to make people newly literate.
    ``fields`` go to the class. Close it with ``courses.services.close_class(class_group=…, by=…)``.
    """
    by = by or staff_of(centre)
    class_group = make_class(centre, course=course, by=by, **fields)
    rows = make_enrolled(class_group, people or passing + failing, by=by)
    for session in make_sessions(class_group, sessions, by=by):
        hold(session, absent=rows[passing:], by=by)
    results = {row.pk: ("pass" if place < passing else "fail", "") for place, row in enumerate(rows)}
    courses.record_results(class_group=class_group, results=results, by=by)
    return class_group


def closed_class(centre: Centre, **options: Any) -> tuple[ClassGroup, courses.ClosingReport]:
    """A ``finished_class`` closed by the staff on the day of its last session (or ``closed_on``)."""
    closed_on = options.pop("closed_on", None)
    class_group = finished_class(centre, **options)
    last = class_group.sessions.order_by("-held_on")[0].held_on
    report = courses.close_class(
        class_group=class_group, by=options.get("by") or staff_of(centre), closed_on=closed_on or last
    )
    return class_group, report


# The second person of a step that takes two, where a test is about something else.
AT_SERVER = Second(operator="tests")

# --- certificates -----------------------------------------------------------------------------------------------------


def make_certificates(centre: Centre, passing: int = 2, *, by: User | None = None, **options: Any) -> list[Certificate]:
    """Issued (printed) certificates of a class of ``passing`` people, by number; ``options`` as of ``closed_class``."""
    by = by or staff_of(centre)
    class_group, _report = closed_class(centre, passing=passing, by=by, **options)
    issue_class(class_group=class_group, by=by)  # the suite runs the job at once
    return list(Certificate.objects.filter(enrolment__class_group=class_group).order_by("number"))


# --- indicators -------------------------------------------------------------------------------------------------------


def sign_in_monthly(user: User, *, months: int = 13, until: dt.date | None = None) -> None:
    """A sign-in in each of so many calendar months, the latest one on ``until`` (today)."""
    until = until or timezone.localdate()
    for back in range(months):
        day = add_months(until.replace(day=1), -back) if back else until
        SignIn.objects.create(user=user, at=timezone.make_aware(dt.datetime.combine(day, dt.time(8, 15))))


def use_system(centre: Centre, *, months: int = 13, classes: int = 2, report: bool = True) -> None:
    """What C3 asks of a centre, done by its staff until today: sign-ins, classes with attendance, a report."""
    today, staff = timezone.localdate(), staff_of(centre)
    sign_in_monthly(staff, months=months)
    for _ in range(classes):
        group = make_class(centre, starts_on=today)
        make_enrolled(group, 1)
        hold(
            courses.generate_sessions(class_group=group, by=staff, weekdays=[today.weekday()], first_on=today, count=1)[
                0
            ]
        )
    if report:
        ReportRun.objects.create(
            centre=centre, starts_on=today, ends_on=today, format="csv", rows=1, sha256="0" * 64, made_by=staff
        )
