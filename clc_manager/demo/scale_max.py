"""A whole city for years, written as rows: 526 centres, 1,000,000 learners, 3,000,000 enrolments, 20,000,000 marks.

For measuring, not for looking at: names repeat, nobody has an identity number, no certificates are printed. Units are
those of each session's own day, so most centres change their commune on 1 July 2025. A tenth of everything else stands
for the same city with a tenth of the rows: the same centres, fewer people and classes.
"""

import datetime as dt
import random
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import SignIn, User
from centres.choices import UnitLevel
from centres.models import AdminUnit, Centre, CentreLocation, UnitLineage
from clc_manager.demo.build import check_allowed
from clc_manager.demo.names import make_person
from clc_manager.demo.people import create_demo_users, create_desk, describe_users
from clc_manager.demo.teaching import renew_statistics
from core import audit
from core.bulk import insert_rows
from core.text import split_name
from courses.choices import ClassStatus, EnrolmentStatus, SessionStatus
from courses.models import Attendance, ClassGroup, Course, Enrolment, Session, Topic
from indicators.models import ReportRun
from indicators.rollups import triggers
from indicators.rollups.rebuilding import rebuild
from learners.models import Learner, LearnerCentre, LearnerCounter

SEED = 526
LEARNERS = 1_000_000
CLASSES = 120_000
CLASS_SIZE = 25
NAMES = 4000
YEARS = 5
TOPICS = 6
# Sessions of a class: twenty million marks in all.
SESSIONS = (7, 7, 6)
MERGER = dt.date(2025, 7, 1)
LAST_OF_OLD = dt.date(2025, 6, 30)
SIGN_INS = 24  # months back, eight a month
CHUNK = 2000  # classes whose marks are written together

Say = Callable[[str], None]


class Town:
    """The city while it is written; ``grow`` may be called again to go on."""

    def __init__(self, *, today: dt.date, say: Say) -> None:
        self.today, self.say = today, say
        self.rng = random.Random(SEED)  # noqa: S311 - believable, not secret
        self.first = today.replace(year=today.year - YEARS, day=1)
        self.learners = self.classes = 0  # of each centre, so far
        self.centres: list[Centre] = []
        self.desks: list[User] = []
        self.units: list[tuple[int, int]] = []  # of each centre: before and from 1 July 2025
        self.courses: list[list[int]] = []
        self.people: list[list[int]] = []

    def found(self) -> None:
        """Write the centres, one in each of the communes that ended on 30 June 2025, with desk, courses and use."""
        old = list(AdminUnit.objects.filter(level=UnitLevel.COMMUNE, valid_to=LAST_OF_OLD).order_by("code"))
        into: dict[int, int] = {}
        for row in UnitLineage.objects.filter(old__in=old).order_by("new_id"):
            into.setdefault(row.old_id, row.new_id)
        founded = dt.date(2010, 1, 1)
        topics = list(Topic.objects.order_by("order")[:TOPICS])
        for number, unit in enumerate(old, start=1):
            name = f"Trung tâm học tập cộng đồng {unit.name[:1].lower()}{unit.name[1:]}"
            centre = Centre.objects.create(code=f"HN{unit.code}", name=name, established_on=founded)
            CentreLocation.objects.create(centre=centre, unit=unit, valid_from=founded, valid_to=LAST_OF_OLD)
            CentreLocation.objects.create(centre=centre, unit_id=into[unit.pk], valid_from=MERGER)
            self.desks.append(create_desk(centre=centre, number=number, full_name="Nguyễn Văn Sơn"))
            rows = [
                Course(
                    centre=centre, code=f"L{topic.pk}", name=topic.name, topic=topic, planned_sessions=7,
                    search_key=topic.code,
                )
                for topic in topics
            ]  # fmt: skip
            self.courses.append([row.pk for row in Course.objects.bulk_create(rows)])
            self.centres.append(centre)
            self.units.append((unit.pk, into[unit.pk]))
            self.people.append([])
        home = self.centres[0]
        city = AdminUnit.objects.get(level=UnitLevel.CITY)
        units = {"district": old[0].parent or city, "commune": AdminUnit.objects.get(pk=self.units[0][1]), "city": city}
        create_demo_users(centre=home, units=units)
        self._use()

    def _use(self) -> None:
        """What C3 asks: sign-ins in every month (of most), a report each."""
        at = [self.today - dt.timedelta(days=30 * back + part) for back in range(SIGN_INS) for part in range(0, 24, 3)]
        rows = ((desk.pk, f"{day} 01:15:00+00:00") for desk in self.desks[: -len(self.desks) // 9] for day in at)
        insert_rows(SignIn, ("user_id", "at"), rows, same={})
        ReportRun.objects.bulk_create(
            [
                ReportRun(centre=centre, starts_on=self.first, ends_on=self.today, format="csv", rows=1,
                          sha256="0" * 64, made_by=desk)
                for centre, desk in zip(self.centres, self.desks, strict=True)
            ],
            batch_size=500,
        )  # fmt: skip

    def grow(self, share: float) -> None:
        """Write people and classes until there is this share of all (0.1, then 1.0)."""
        learners = int(LEARNERS * share) // len(self.centres) + 1
        classes = int(CLASSES * share) // len(self.centres) + 1
        self._write_learners(learners)
        first = ClassGroup.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        self._write_classes(classes)
        self._write_marks(first)
        self.learners, self.classes = learners, classes

    def _names(self) -> list[tuple[Any, ...]]:
        """Different names with all their keys."""
        found = []
        for _number in range(NAMES):
            person = make_person(self.rng, year=self.today.year, highland=self.rng.random() < 0.1)
            row = Learner(sex=person.sex, ethnicity=person.ethnicity)
            row.set_name(split_name(person.full_name))
            found.append((*(self._value(row, name) for name in NAME_COLUMNS), row.sex, row.ethnicity))
        return found

    @staticmethod
    def _value(row: Learner, name: str) -> Any:
        column: Any = Learner._meta.get_field(name)
        return column.pre_save(row, add=True)

    def _write_learners(self, upto: int) -> None:
        names, rng = self._names(), self.rng
        first = (Learner.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1

        def rows() -> Iterator[tuple[Any, ...]]:
            number = first
            for place, (_old, unit) in enumerate(self.units):
                for _person in range(self.learners, upto):
                    year = None if rng.random() < 0.02 else self.today.year - rng.randint(14, 85)
                    exact = year is not None and rng.random() < 0.8
                    birth = (year, rng.randint(1, 12) if exact else None, rng.randint(1, 28) if exact else None)
                    yield (number, f"HV{number:07d}", unit, *birth, *rng.choice(names))
                    self.people[place].append(number)
                    number += 1

        columns = ("id", "code", "unit_id", "birth_year", "birth_month", "birth_day", *NAME_COLUMNS, "sex", "ethnicity")
        insert_rows(Learner, columns, rows(), same={})
        _mend_sequence(Learner)
        links = (
            (person, centre.pk, str(person))
            for place, centre in enumerate(self.centres)
            for person in self.people[place][self.learners :]
        )
        insert_rows(LearnerCentre, ("learner_id", "centre_id", "search_text"), links, same={"since": self.first})
        LearnerCounter.objects.update_or_create(pk=1, defaults={"next_number": LEARNERS * 2})
        self.say(f"{upto * len(self.centres)} learners")

    def _write_classes(self, upto: int) -> None:
        now, rng = timezone.now(), self.rng
        span = (self.today - self.first).days - 60
        groups: list[tuple[Any, ...]] = []
        sessions: list[tuple[Any, ...]] = []
        enrolments: list[tuple[Any, ...]] = []
        pk = ClassGroup.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        for place, centre in enumerate(self.centres):
            people, before, after = self.people[place], *self.units[place]
            for number in range(self.classes, upto):
                pk += 1
                start = self.first + dt.timedelta(days=rng.randint(0, span))
                unit, desk = (before if start < MERGER else after), self.desks[place].pk
                course = self.courses[place][number % TOPICS]
                end = str(start + dt.timedelta(days=42))
                code = f"{centre.code}-{start.year}-{number:03d}"
                role = ("led", "") if number % 5 else ("took_part", "Trạm y tế")
                groups.append(
                    (pk, centre.pk, unit, course, code, code, str(start), end, *role, end, desk, code.lower())
                )
                for turn in range(SESSIONS[number % len(SESSIONS)]):
                    day = start + dt.timedelta(days=7 * turn)
                    sessions.append((pk, turn + 1, str(day), before if day < MERGER else after, desk))
                begin = rng.randrange(len(people))
                status = EnrolmentStatus.PASSED if number % 4 else EnrolmentStatus.WITHDRAWN
                for turn in range(min(CLASS_SIZE, len(people))):
                    person = people[(begin + turn) % len(people)]
                    state = status if turn == 0 else EnrolmentStatus.PASSED
                    left = str(start) if state == EnrolmentStatus.WITHDRAWN else None
                    kept = (None, None) if left else (SESSIONS[0], SESSIONS[-1])
                    enrolments.append((pk, person, str(start), str(state), left, *kept))
        closed = {"status": ClassStatus.CLOSED, "closed_at": now}
        columns = ("id", "centre_id", "unit_id", "course_id", "code", "name", "starts_on", "ends_on", "organiser_role",
                   "partner", "closed_on", "closed_by_id", "search_key")  # fmt: skip
        insert_rows(ClassGroup, columns, groups, same=closed)
        _mend_sequence(ClassGroup)
        held = {"status": SessionStatus.HELD, "marked_at": now}
        insert_rows(Session, ("class_group_id", "number", "held_on", "unit_id", "marked_by_id"), sessions, same=held)
        of_people = ("class_group_id", "learner_id", "enrolled_on", "status", "withdrawn_on", "sessions_held",
                   "sessions_attended")  # fmt: skip
        insert_rows(Enrolment, of_people, enrolments, same={})
        self.say(f"{len(groups)} classes, {len(sessions)} sessions, {len(enrolments)} enrolments")

    def _write_marks(self, after: int) -> None:
        """Everybody in every session; every ninth mark an absence. The database makes them itself."""
        last = ClassGroup.objects.order_by("-pk").values_list("pk", flat=True)[0]
        table, sessions, people = (model._meta.db_table for model in (Attendance, Session, Enrolment))
        with connection.cursor() as cursor:
            for start in range(after, last, CHUNK):
                cursor.execute(
                    f"INSERT INTO {table} (session_id, enrolment_id, status) "  # noqa: S608 - names of models
                    f"SELECT s.id, e.id, CASE WHEN (s.id + e.id) %% 9 = 0 THEN 'absent' ELSE 'present' END "
                    f"FROM {sessions} s JOIN {people} e ON e.class_group_id = s.class_group_id "
                    "WHERE s.class_group_id > %s AND s.class_group_id <= %s",
                    [start, start + CHUNK],
                )
        self.say("marks")


NAME_COLUMNS = (
    "full_name", "family_name", "family_middle", "given_name", "search_key", "sort_key", "search_key_given",
    "search_key_middle",
)  # fmt: skip


def _mend_sequence(model: type[Learner | ClassGroup]) -> None:
    """Rows came with their keys: the database's own counting goes on after them."""
    if connection.vendor == "postgresql":
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"  # noqa: S608
            )


def grow(town: Town, share: float) -> None:
    """Grow the city without marking each row as changed: afterwards everything is worked out anew."""
    triggers.remove(connection)
    try:
        with transaction.atomic():
            town.grow(share)
            audit.record("clc_manager.seed_max", town.centres[0], by=None, data={"share": share})
            renew_statistics()
    finally:
        triggers.install(connection)
    rebuild(whole=True, say=town.say)


def build_max(*, today: dt.date, say: Say, share: float = 1.0) -> dict[str, Any]:
    """Build it; some ten minutes. Returns what the command prints."""
    check_allowed()
    town = Town(today=today, say=say)
    with transaction.atomic():
        town.found()
        grow(town, share)
    models = (Centre, Learner, ClassGroup, Session, Enrolment, Attendance)
    counts = {str(model._meta.model_name): model._default_manager.count() for model in models}
    return {"users": describe_users(), "classes": [], "counts": counts}
