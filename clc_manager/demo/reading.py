"""Literacy classes of the demo, and what became of the people afterwards: every outcome occurs."""

import datetime as dt

from accounts.models import User
from clc_manager.demo.city import HOME_COMMUNE, Place
from clc_manager.demo.teaching import LONGEST, Town, finish_class, hold_class
from clc_manager.demo.visits import WITH_SHEET, answers_for
from core.dates import add_months
from courses.choices import EnrolmentStatus, Result
from courses.models import ClassGroup, Course
from courses.services import record_results
from learners.models import Learner
from literacy.choices import CheckOutcome
from literacy.models import FollowUp, Instrument
from literacy.services import record_check

PHASE_1 = "XMC-GD1"
TERM_4 = "XMC-K4"
SESSIONS = 20  # the demo shortens a phase: the real one has hundreds of periods
# Outcome and its share; "not yet called" keeps the worklist of the home page alive.
OUTCOMES = (
    (CheckOutcome.HOLDS_1, 60), (CheckOutcome.HOLDS_2, 13), (CheckOutcome.RELAPSED, 2), (CheckOutcome.NOT_REACHED, 9),
    (CheckOutcome.REFUSED, 3), (CheckOutcome.MOVED, 4), (CheckOutcome.DIED, 1), (None, 8),
)  # fmt: skip


def literacy_classes(town: Town, places: list[Place], users: dict[str, User]) -> None:
    """Phase 1 classes of the highland centres over two years, follow-up classes, checks, and one class to teach now."""
    phase_1 = Course.objects.get(centre__isnull=True, code=PHASE_1)
    for index, place in enumerate(place for place in places if place.highland and place.diligence):
        for months in (25, 20, 14, 7, 4)[index % 2 :: 2]:
            starts_on = add_months(town.today, -months) - dt.timedelta(days=75)
            if not place.teaches_until(starts_on + LONGEST):
                continue
            group = hold_class(
                town,
                place,
                course=phase_1,
                name=f"Xóa mù chữ giai đoạn 1 – K{26 - months}",
                starts_on=starts_on,
                sessions=SESSIONS,
                learners=town.pick(place, town.rng.randint(9, 14), town.today.year),
                weekdays=[1, 3],
                presence=0.93,
                teacher=users["thu"] if place.centre.code == f"HN{HOME_COMMUNE}" else None,
            )
            if finish_class(town, place, group, failing=0.06):
                town.literacy_classes.append(group)
    for group in town.literacy_classes:
        _keep_learning(town, places, group)
    _checks(town, places)


def _keep_learning(town: Town, places: list[Place], group: ClassGroup) -> None:
    """Most of the newly literate go on: a term 4 class soon after, at the centre that took over where one did."""
    passed = [
        enrolment.learner
        for enrolment in group.enrolments.filter(status=EnrolmentStatus.PASSED).select_related("learner").order_by("pk")
    ]
    going_on: list[Learner] = [learner for learner in passed if town.rng.random() < 0.82]
    starts_on = (group.closed_on or group.ends_on) + dt.timedelta(days=40)
    if not going_on or starts_on > town.today - dt.timedelta(days=90):
        return
    place = next(place for place in places if place.centre.pk == group.centre_id)
    if not place.teaches_until(starts_on + LONGEST):
        place = next(other for other in places if other.centre.pk == place.centre.successor_id)
    term_4 = Course.objects.get(centre__isnull=True, code=TERM_4)
    later = hold_class(
        town,
        place,
        course=term_4,
        name=f"Xóa mù chữ kỳ 4 – {starts_on.month:02d}/{starts_on.year}",
        starts_on=starts_on,
        sessions=10,
        learners=going_on,
        weekdays=[2, 4],
        presence=0.92,
    )
    finish_class(town, place, later, failing=0.04)


def _checks(town: Town, places: list[Place]) -> None:
    """Record what was found at each check that fell due; the most recent ones are still to be made."""
    desks = {place.centre.pk: place.desk for place in places}
    instrument = Instrument.objects.on(town.today)
    # Walk by due date, asking again for what is open: a relapse or a move calls the later checks off.
    due = FollowUp.objects.open().filter(due_on__lte=town.today - dt.timedelta(days=5)).order_by("due_on", "pk")
    # Some people are never reached: they make the gap between the bounds of A3.
    everybody = sorted(set(due.values_list("learner_id", flat=True)))
    out_of_reach = set(town.rng.sample(everybody, len(everybody) // 14))
    for pk in list(due.values_list("pk", flat=True)):
        follow_up = FollowUp.objects.open().filter(pk=pk).first()
        if follow_up is None:
            continue
        outcome = town.rng.choices([name for name, _w in OUTCOMES], [weight for _n, weight in OUTCOMES])[0]
        if follow_up.learner_id in out_of_reach:
            outcome = CheckOutcome.NOT_REACHED
        if outcome is None:
            continue
        checked_on = min(follow_up.due_on + dt.timedelta(days=town.rng.randint(0, 20)), town.today)
        asked = instrument if instrument and pk % WITH_SHEET == 0 else None
        holds = outcome in (CheckOutcome.HOLDS_1, CheckOutcome.HOLDS_2)
        seen = holds or outcome == CheckOutcome.RELAPSED
        record_check(
            follow_up=follow_up,
            outcome=outcome,
            checked_on=checked_on,
            by=desks[follow_up.centre_id],
            reads=holds if seen else None,
            writes=holds if seen else None,
            counts=True if seen else None,
            instrument=asked,
            answers=answers_for(asked.sheet, outcome) if asked else None,
        )


def class_to_fill(town: Town, home: Place, users: dict[str, User]) -> ClassGroup:
    """The class the visitor fills from the sample roster: it has sessions, and nobody in it yet."""
    return hold_class(
        town,
        home,
        course=Course.objects.get(centre__isnull=True, code=PHASE_1),
        name="Xóa mù chữ giai đoạn 1 – K27",
        starts_on=town.today - dt.timedelta(days=4),
        sessions=SESSIONS,
        learners=[],
        teacher=users["thu"],
        weekdays=[town.today.weekday(), (town.today.weekday() + 3) % 7],
    )


def class_to_close(town: Town, home: Place, users: dict[str, User]) -> ClassGroup:
    """The class the visitor closes: taught to the end, every session marked, every result known."""
    # Ten weeks of teaching, and two for the days off that the timetable steps over.
    group = hold_class(
        town,
        home,
        course=Course.objects.get(centre__isnull=True, code=PHASE_1),
        name="Xóa mù chữ giai đoạn 1 – K26",
        starts_on=town.today - dt.timedelta(days=84),
        sessions=SESSIONS,
        learners=town.pick(home, 12, town.today.year),
        teacher=users["thu"],
        weekdays=[1, 3],
        presence=0.97,
    )
    results = {
        enrolment.pk: (str(Result.FAIL if number == 0 else Result.GOOD if number % 4 == 0 else Result.PASS), "")
        for number, enrolment in enumerate(group.enrolments.order_by("pk"))
    }
    record_results(class_group=group, results=results, by=home.desk)
    return group
