"""Random cohorts, written straight to the tables, and what became of them worked out a second time.

The second computation shares nothing with the product: rows come by plain SQL, months from dateutil, and the rule is
written down again from the words of docs/adr/0009 and 0042, person by person.
"""

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from types import SimpleNamespace

from dateutil.relativedelta import relativedelta
from django.db import connection
from django.utils import timezone
from hypothesis import strategies as st

from core.text import PersonName
from courses.models import Attendance, ClassGroup, Course, Enrolment, Session
from learners.models import Learner
from literacy.models import FollowUp, LiteracyAward, LiteracyCheck, OutsideLearning

# The 29th of February, ends of short months, of a quarter and of a literacy year are among the days asked for.
DAYS = [dt.date(2026, 8, 31), dt.date(2026, 9, 30), dt.date(2026, 2, 28), dt.date(2025, 2, 28), dt.date(2026, 6, 30)]
FIRST = dt.date(2023, 12, 20)
OUTCOMES = ["holds_1"] * 4 + ["holds_2", "relapsed", "relapsed", "not_reached", "moved", "died", "refused"]
MONTHS = [3, 6, 12, 24]
CLASSES = 8  # a new one every seventy days
PHASE_2 = 4
COUNTS = ("certified", "continuing", "relapsed", "not_reached", "not_due", "left", "retained")
_numbers = count(1)


def days_from(low, high):
    """Days around something, with those that matter most drawn often."""
    return st.one_of(st.integers(low, high), st.sampled_from([0, 90, 92, 182, 365, 366]))


CHECK = st.tuples(days_from(0, 800), st.sampled_from(OUTCOMES), st.sampled_from(MONTHS))
PERSON = st.fixed_dictionaries(
    {
        "certified": st.one_of(st.integers(0, 970), st.sampled_from([71, 435, 436, 437, 619, 984])),
        "place": st.integers(0, 2),
        "lives": st.integers(0, 2),
        "proof": st.sampled_from(["programme", "programme", "test", "primary_school", "survey"]),
        "checks": st.lists(CHECK, max_size=4),
        "attended": st.lists(st.tuples(st.integers(0, CLASSES - 1), st.integers(0, 5), st.integers(0, 5)), max_size=2),
        "phase_2": st.lists(st.tuples(st.integers(0, PHASE_2 - 1), st.integers(0, 2)), max_size=1),
        "level_2": st.one_of(st.none(), st.tuples(days_from(-40, 500), st.sampled_from(["test", "survey"]))),
        "outside": st.one_of(st.none(), st.tuples(days_from(-20, 450), st.integers(0, 60), st.booleans())),
        "merged": st.sampled_from([False] * 9 + [True]),
        "sex": st.sampled_from(["female", "male", "unknown"]),
        "birth_year": st.sampled_from([None, 1950, 1962, 1984, 1991, 2012]),
    }
)
PEOPLE = st.lists(PERSON, min_size=1, max_size=7)


def stage(cast):
    """Classes that random people can have been in; built once."""
    rows, course = [], Course.objects.get(code="XMC-GD1")
    other = Course.objects.create(
        centre=cast.centre_a, code="COH", name="Kỹ năng", topic=course.topic, min_attendance_percent=60
    )
    term_4 = Course.objects.get(code="XMC-K4")
    for number in range(CLASSES + PHASE_2):
        starts_on = FIRST + dt.timedelta(days=120 * number if number < CLASSES else 200 * (number - CLASSES))
        closed_on = starts_on + dt.timedelta(days=70) if number < CLASSES else None
        rows.append(
            ClassGroup.objects.create(
                centre=cast.centre_a, unit=cast.commune_a, course=other if number < CLASSES else term_4,
                code=f"COH-{number}", name=f"Lớp {number}", starts_on=starts_on,
                ends_on=starts_on + dt.timedelta(days=90), status="closed" if closed_on else "open",
                closed_on=closed_on, closed_by=cast.lan if closed_on else None,
                closed_at=timezone.now() if closed_on else None,
            )
        )  # fmt: skip
    sessions = [
        [
            Session.objects.create(
                class_group=group, number=number + 1, held_on=group.starts_on + dt.timedelta(days=20 * number),
                unit=cast.commune_a, status="held", marked_at=timezone.now(), marked_by=cast.lan,
            )
            for number in range(3)
        ]
        for group in rows[CLASSES:]
    ]  # fmt: skip
    places = [(cast.centre_a, cast.old_commune_a), (cast.centre_a, cast.commune_a), (cast.centre_b, cast.commune_b)]
    return SimpleNamespace(cast=cast, classes=rows[:CLASSES], phase_2=rows[CLASSES:], sessions=sessions, places=places)


def write(world, people):
    """Write the people and what became of them."""
    by, homes = world.cast.lan, [unit for _centre, unit in world.places]
    learners = []
    for person in people:
        learner = Learner(
            code=f"COH{next(_numbers):06d}", sex=person["sex"], birth_year=person["birth_year"],
            unit=homes[person["lives"]],
        )  # fmt: skip
        learner.set_name(PersonName("Bùi", "Thị", "Nga"))
        learners.append(learner)
    learners = Learner.objects.bulk_create(learners)
    merged = [learner.pk for learner, person in zip(learners[1:], people[1:], strict=True) if person["merged"]]
    Learner.objects.filter(pk__in=merged).update(merged_into=learners[0])
    awards, plans, checks, enrolments, marks, outside = [], [], [], [], [], []
    for learner, person in zip(learners, people, strict=True):
        centre, unit = world.places[person["place"]]
        certified_on = FIRST + dt.timedelta(days=person["certified"])
        given = {"learner": learner, "centre": centre, "unit": unit, "recorded_by": by}
        award = LiteracyAward(level=1, proof=person["proof"], certified_on=certified_on, **given)
        awards.append(award)
        if person["level_2"]:
            later, proof = person["level_2"]
            awards.append(
                LiteracyAward(level=2, proof=proof, certified_on=certified_on + dt.timedelta(days=later), **given)
            )
        plan = {
            months: FollowUp(
                award=award, learner=learner, centre=centre, months=months,
                due_on=certified_on + relativedelta(months=months),
            )
            for months in MONTHS
        }  # fmt: skip
        plans += plan.values()
        checks += [
            LiteracyCheck(
                learner=learner, award=award, follow_up=plan[months], centre=centre, recorded_by=by, outcome=outcome,
                checked_on=certified_on + dt.timedelta(days=days),
            )
            for days, outcome, months in person["checks"]
        ]  # fmt: skip
        enrolments += [
            Enrolment(
                class_group=group, learner=learner, enrolled_on=group.starts_on, status="passed" if came > 2 else
                "failed", sessions_held=held, sessions_attended=min(came, held),
            )
            for group, (held, came) in {world.classes[n]: (h, c) for n, h, c in person["attended"]}.items()
        ]  # fmt: skip
        for number, first in person["phase_2"]:
            row = Enrolment(class_group=world.phase_2[number], learner=learner, enrolled_on=FIRST)
            enrolments.append(row)
            marks += [
                Attendance(enrolment=row, session=session, status="present" if place >= first else "absent")
                for place, session in enumerate(world.sessions[number])
            ]
        if person["outside"]:
            days, long, taken_back = person["outside"]
            starts_on = certified_on + dt.timedelta(days=days)
            outside.append(
                OutsideLearning(
                    learner=learner, centre=centre, what="May", place="Xưởng", starts_on=starts_on, paper="Giấy",
                    ends_on=starts_on + dt.timedelta(days=long), recorded_by=by,
                    **({"taken_back_at": timezone.now(), "taken_back_by": by, "take_back_reason": "Nhầm"}
                       if taken_back else {}),
                )
            )  # fmt: skip
    for model, rows in (
        (LiteracyAward, awards), (FollowUp, plans), (LiteracyCheck, checks), (Enrolment, enrolments),
        (Attendance, marks), (OutsideLearning, outside),
    ):  # fmt: skip
        model.objects.bulk_create(rows)
    return learners


# --- the second computation -------------------------------------------------------------------------------------------


def sql(query, *params):
    """Rows of a plain query; days as days on both databases."""
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return [
            tuple(
                dt.date.fromisoformat(cell) if isinstance(cell, str) and len(cell) == 10 and cell[4] == "-" else cell
                for cell in row
            )
            for row in cursor.fetchall()
        ]


@dataclass
class Judged:
    """One person as the second computation sees them."""

    code: str
    certified_on: dt.date
    sex: str
    birth_year: int | None
    state: str
    retained: bool
    open: bool
    counted: bool
    time: int
    relapsed_once: bool


def judge(as_of, units=None):
    """Everybody's state on a day, by code. ``units``: keys of the communes of certification; None for all."""
    found = {}
    people = sql(
        "SELECT a.id, a.learner_id, l.code, a.certified_on, a.unit_id, l.sex, l.birth_year "
        "FROM literacy_literacyaward a JOIN learners_learner l ON l.id = a.learner_id "
        "WHERE a.level = 1 AND a.proof <> 'survey' "
        "AND l.merged_into_id IS NULL AND a.certified_on <= %s",
        as_of,
    )
    checks, events = defaultdict(list), defaultdict(list)
    for award, day, outcome, months in sql(
        "SELECT c.award_id, c.checked_on, c.outcome, f.months FROM literacy_literacycheck c "
        "JOIN literacy_followup f ON f.id = c.follow_up_id WHERE c.checked_on <= %s ORDER BY c.checked_on, c.id",
        as_of,
    ):
        checks[award].append((day, outcome, months))
    for query in (
        "SELECT e.learner_id, g.starts_on FROM courses_enrolment e "
        "JOIN courses_classgroup g ON g.id = e.class_group_id "
        "JOIN courses_course k ON k.id = g.course_id WHERE e.status IN ('passed', 'failed') AND g.closed_on <= %s "
        "AND e.sessions_held > 0 AND 100.0 * e.sessions_attended / e.sessions_held >= k.min_attendance_percent",
        "SELECT e.learner_id, MIN(s.held_on) FROM courses_attendance t JOIN courses_session s ON s.id = t.session_id "
        "JOIN courses_enrolment e ON e.id = t.enrolment_id JOIN courses_classgroup g ON g.id = e.class_group_id "
        "JOIN courses_course k ON k.id = g.course_id WHERE t.status = 'present' AND k.term IN (4, 5) "
        "AND s.held_on <= %s GROUP BY e.id, e.learner_id",
        "SELECT learner_id, certified_on FROM literacy_literacyaward WHERE level = 2 AND proof <> 'survey' "
        "AND certified_on <= %s",
        "SELECT learner_id, starts_on FROM literacy_outsidelearning WHERE taken_back_at IS NULL AND ends_on <= %s",
    ):
        for learner, day in sql(query, as_of):
            events[learner].append(day)
    for award, learner, code, certified_on, unit, sex, birth_year in people:
        if units is None or unit in units:
            told = _tell(certified_on, checks[award], events[learner], as_of)
            found[code] = Judged(code, certified_on, sex, birth_year, *told)
    return found


def _tell(certified_on, checks, events, as_of):
    """State, retained, open, counted, time, whether a relapse was ever found."""
    window_end = certified_on + relativedelta(months=12)
    learned = any(certified_on < day <= min(window_end, as_of) for day in events)
    read = [outcome for _day, outcome, _months in checks if outcome in ("holds_1", "holds_2", "relapsed")]
    if any(outcome in ("moved", "died") for _day, outcome, _months in checks):
        state = "left"
    elif read and read[-1] == "relapsed":
        state = "relapsed"
    elif certified_on + relativedelta(months=3) > as_of:
        state = "not_due"
    else:
        state = "continuing" if read else "not_reached"
    reads = state == "continuing"
    relapses = [months for _day, outcome, months in checks if outcome == "relapsed"]
    held = [months for _day, outcome, months in checks if outcome.startswith("holds")]
    return (
        state,
        reads and learned,
        state == "not_reached" or (reads and not learned and as_of < window_end),
        state not in ("left", "not_due"),
        relapses[0] if relapses else max(held, default=0),
        bool(relapses),
    )


def percent(part, whole):
    """With four decimals, as figures are kept; None of nobody."""
    return float((Decimal(part) * 100 / whole).quantize(Decimal("0.0001"), ROUND_HALF_UP)) if whole else None


def expected(people):
    """The row of a cohort, counted from single people."""
    states = Counter(person.state for person in people)
    whole = sum(person.counted for person in people)
    retained, unknown = sum(person.retained for person in people), sum(person.open for person in people)
    return {
        "certified": len(people),
        **{name: states[name] for name in COUNTS[1:-1]},
        "retained": retained,
        "value": percent(retained, whole),
        "lower": percent(retained, whole),
        "upper": percent(retained + unknown, whole),
        "coverage": percent(whole - unknown, whole),
    }
