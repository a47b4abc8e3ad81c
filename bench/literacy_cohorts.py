"""The city's cohort page at a million learners against the bare query that counts the same people.

Of a million people, 200,000 became literate in the last five years (many times what Hanoi has), each with the four
checks of the plan as far as they fell due, most with a class of term 4 afterwards. The floor is hand-written SQL of the
database at hand that gives the cohort table's counts and nothing else: no curve, no scope, no page. Ours is the whole
page, through the test client: session, scope, cohorts by quarter, curve with its band, table. On PostgreSQL:

    python -m tests.private_postgres sh -c \
        'DATABASE_URL=$CLC_TEST_DATABASE_URL CLC_BENCH_INSIDE=1 python manage.py bench literacy_cohorts --json'
"""

import datetime as dt
import random
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from bench.harness import compare
from bench.population import BATCH, SEED, fill
from centres.models import AdminUnit, Centre
from clc_manager.reference import load_apps
from core.dates import add_months
from core.templatetags.clc import num
from courses.models import ClassGroup, Course, Enrolment
from learners.models import Learner
from literacy.models import FollowUp, LiteracyAward, LiteracyCheck

NAME = "literacy_cohorts"
TARGET = 0.333  # the page within three times the query
PEOPLE = 1_000_000
EVERY = 5  # who became literate
YEARS = 5
AS_OF = dt.date(2026, 9, 30)
MONTHS = (3, 6, 12, 24)
OUTCOMES = ("holds_1", "holds_2", "relapsed", "not_reached", "moved", "refused")
SHARES = (60, 15, 3, 14, 3, 5)
LEARNED = 0.75
# Twelve months later, a shorter month ending on its last day: PostgreSQL and SQLite.
YEAR_ON = {
    "postgresql": "(a.certified_on + interval '12 months')::date",
    "sqlite": "MIN(DATE(a.certified_on, '+12 months'), DATE(a.certified_on, 'start of month', '+13 months', '-1 day'))",
}
QUARTER = {
    "postgresql": "date_trunc('quarter', a.certified_on)",
    "sqlite": "SUBSTR(a.certified_on, 1, 4) || ((SUBSTR(a.certified_on, 6, 2) + 2) / 3)",
}
QUERY = """
SELECT {quarter},
  EXISTS(SELECT 1 FROM literacy_literacycheck c WHERE c.award_id = a.id AND c.checked_on <= %(day)s
    AND c.outcome IN ('moved', 'died')) AS gone,
  (SELECT c.outcome FROM literacy_literacycheck c WHERE c.award_id = a.id AND c.checked_on <= %(day)s
    AND c.outcome IN ('holds_1', 'holds_2', 'relapsed') ORDER BY c.checked_on DESC, c.id DESC LIMIT 1) AS telling,
  EXISTS(SELECT 1 FROM courses_enrolment e JOIN courses_classgroup g ON g.id = e.class_group_id
    JOIN courses_course k ON k.id = g.course_id WHERE e.learner_id = a.learner_id
    AND e.status IN ('passed', 'failed') AND g.closed_on <= %(day)s AND g.starts_on > a.certified_on
    AND g.starts_on <= {year_on} AND e.sessions_held > 0
    AND e.sessions_attended * 100 >= e.sessions_held * k.min_attendance_percent)
  OR EXISTS(SELECT 1 FROM literacy_literacyaward b WHERE b.learner_id = a.learner_id AND b.level = 2
    AND b.proof <> 'survey' AND b.certified_on <= %(day)s AND b.certified_on > a.certified_on
    AND b.certified_on <= {year_on}) AS learned,
  COUNT(*)
FROM literacy_literacyaward a JOIN learners_learner l ON l.id = a.learner_id
WHERE a.level = 1 AND a.proof <> 'survey' AND l.merged_into_id IS NULL AND a.certified_on <= %(day)s
GROUP BY 1, 2, 3, 4
"""


def _literate(rng: random.Random, unit: AdminUnit, by: User, centres: list[Centre]) -> int:
    """Write certificates, plans, checks and classes; return how many people."""
    literate = list(Learner.objects.order_by("pk").values_list("pk", flat=True)[::EVERY])
    course = Course.objects.get(code="XMC-K4")
    first = add_months(AS_OF, -12 * YEARS)
    now, groups = timezone.now(), []
    for number in range(60 * YEARS):
        starts_on = first + dt.timedelta(days=6 * number)
        closed = starts_on + dt.timedelta(days=60)
        groups.append(
            ClassGroup(
                centre=centres[0], unit=unit, course=course, code=f"BENCH-C{number}", name="Lớp đo",
                search_key="lop do", starts_on=starts_on, ends_on=closed, status="closed", closed_on=closed,
                closed_at=now, closed_by=by,
            )
        )  # fmt: skip
    groups = ClassGroup.objects.bulk_create(groups)
    span = (AS_OF - first).days
    for start in range(0, len(literate), BATCH):
        awards = LiteracyAward.objects.bulk_create(
            [
                LiteracyAward(
                    learner_id=pk, level=1, proof="programme",
                    certified_on=first + dt.timedelta(days=rng.randrange(span)), centre=centres[0], unit=unit,
                    recorded_by=by,
                )
                for pk in literate[start : start + BATCH]
            ],
            batch_size=1000,
        )  # fmt: skip
        plans = FollowUp.objects.bulk_create(
            [
                FollowUp(
                    award=row, learner_id=row.learner_id, centre=centres[0], months=months,
                    due_on=add_months(row.certified_on, months),
                )
                for row in awards for months in MONTHS
            ],
            batch_size=1000,
        )  # fmt: skip
        LiteracyCheck.objects.bulk_create(
            [
                LiteracyCheck(
                    award_id=plan.award_id, learner_id=plan.learner_id, follow_up=plan, centre=centres[0],
                    recorded_by=by, checked_on=plan.due_on, outcome=rng.choices(OUTCOMES, SHARES)[0],
                )
                for plan in plans if plan.due_on <= AS_OF
            ],
            batch_size=1000,
        )  # fmt: skip
        Enrolment.objects.bulk_create(
            [
                Enrolment(
                    class_group=groups[min(len(groups) - 1, (row.certified_on - first).days // 6 + rng.randint(1, 40))],
                    learner_id=row.learner_id, enrolled_on=AS_OF, status="passed", sessions_held=10,
                    sessions_attended=rng.randint(6, 10),
                )
                for row in awards if rng.random() < LEARNED
            ],
            batch_size=1000,
        )  # fmt: skip
    with connection.cursor() as cursor:
        vacuum = connection.vendor == "postgresql" and not connection.in_atomic_block
        cursor.execute("VACUUM ANALYZE" if vacuum else "ANALYZE")
    return len(literate)


def run(rounds: int = 5) -> dict[str, Any]:
    """Measure inside a transaction that is rolled back."""
    with transaction.atomic():
        result = _measured(rounds)
        transaction.set_rollback(True)
    return result


def _measured(rounds: int) -> dict[str, Any]:
    load_apps()
    centres, staff, officer = fill(PEOPLE)
    unit = AdminUnit.objects.get(code="99996")
    people = _literate(random.Random(SEED + 2), unit, staff, centres)
    client = Client(SERVER_NAME="localhost")
    client.force_login(officer)
    address, asked = reverse("literacy:cohort-list"), {"on": AS_OF.isoformat(), "by": "quarter"}
    query = QUERY.format(year_on=YEAR_ON[connection.vendor], quarter=QUARTER[connection.vendor])

    def ours() -> None:
        response = client.get(address, asked)
        assert response.status_code == 200
        assert f">{num(people)}</a>" in response.content.decode()  # the total, and with it the people behind it

    def floor() -> None:
        with connection.cursor() as cursor:
            cursor.execute(query, {"day": AS_OF})
            assert sum(row[-1] for row in cursor.fetchall()) == people

    result = compare(NAME, ours=ours, floor=floor, units=people, target=TARGET, rounds=rounds)
    more = {"learners": PEOPLE, "newly literate": people, "page, seconds": round(people / result["ours"], 2)}
    return {**result, "more": {**more, "query, seconds": round(people / result["floor"], 2)}}


def measure() -> dict[str, Any]:
    """What ``manage.py bench literacy_cohorts`` prints, in a database of its own that may keep what is written."""
    return _measured(5)
