"""Reads of the mobilisation list: who cannot read, who calls on them, what came of it."""

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q, QuerySet

from courses.choices import EnrolmentStatus
from courses.models import Enrolment
from learners.models import Learner
from literacy.choices import CallOutcome, StatedLevel
from literacy.register.asking import UNKNOWN, Asked, people_of
from literacy.register.people import PER_PAGE, line_of

NOT_YET = "none"
# Who is still to be called on: nobody was, nobody was met, or they did not come yet.
OPEN = ("", CallOutcome.NOT_MET, CallOutcome.VISITED)
STATES = ("open", NOT_YET, *CallOutcome.values, "all")


def cannot_read() -> Q:
    """Level 0, or not known: both are called on, and told apart on the list."""
    return Q(level_standing__level__isnull=True) | Q(level_standing__level=StatedLevel.BELOW)


def state_q(state: str) -> Q:
    """People by what came of calling on them."""
    if state == "all":
        return Q()
    if state == NOT_YET:
        return Q(mobilisation__isnull=True) | Q(mobilisation__last_outcome="")
    if state == "open":
        return Q(mobilisation__isnull=True) | Q(mobilisation__last_outcome__in=OPEN)
    return Q(mobilisation__last_outcome=state)


def to_call_on(asked: Asked, user: Any, *, volunteer: str = "") -> QuerySet[Learner]:
    """Who fits the question and cannot read; of one volunteer, or of nobody (``none``)."""
    people = people_of(asked, user, level=False)
    people = people.filter(cannot_read())
    if asked.level in ("0", UNKNOWN):
        people = people.filter(level_standing__level=0 if asked.level == "0" else None)
    if volunteer == NOT_YET:
        return people.filter(Q(mobilisation__isnull=True) | Q(mobilisation__volunteer__isnull=True))
    return people.filter(mobilisation__volunteer_id=int(volunteer)) if volunteer else people


def state_counts(people: QuerySet[Learner]) -> dict[str, int]:
    """How many of the people are in each state: one query."""
    counts = dict.fromkeys(STATES, 0)
    for outcome, number in people.order_by().values_list("mobilisation__last_outcome").annotate(people=Count("pk")):
        counts["all"] += number
        counts[outcome or NOT_YET] += number
        counts["open"] += number if (outcome or "") in OPEN else 0
    return counts


def ordered(people: QuerySet[Learner]) -> QuerySet[Learner]:
    """Whoever is known not to read first, then the unknown; each in Vietnamese order, with what a line shows."""
    rows = people.select_related("neighbourhood", "level_standing", "mobilisation__volunteer")
    return rows.order_by(F("level_standing__level").asc(nulls_last=True), "sort_key", "pk")


def page_to_call(people: QuerySet[Learner], number: str | None, count: int, year: int) -> Page[Any]:
    """A page of lines."""
    paginator = Paginator(ordered(people), PER_PAGE)
    paginator.count = count  # the tabs have counted them already
    page: Page[Any] = paginator.get_page(number)
    page.object_list = [line_of(learner, year) for learner in page.object_list]
    return page


def learning_now(learner_ids: Iterable[int]) -> set[int]:
    """Who of them sits in a literacy class at present: one query."""
    rows = Enrolment.objects.filter(
        Q(class_group__course__term__isnull=False) | Q(class_group__course__completes_phase__isnull=False),
        learner_id__in=list(learner_ids),
        status=EnrolmentStatus.ACTIVE,
    )
    return set(rows.values_list("learner_id", flat=True))
