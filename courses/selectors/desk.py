"""What the enrolment desk shows: who was found, whom a new person resembles, who was just enrolled."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from centres.access import scope_of
from centres.choices import Verb
from core.undo import UNDO_WITHIN
from courses.choices import ClassStatus, EnrolmentStatus
from courses.models import ClassGroup, Enrolment
from courses.querysets import ClassGroupQuerySet
from learners.identity import read_personal_id
from learners.models import Learner, personal_id_index
from learners.selectors import Lookalike, find_lookalikes, find_people

MOST_FOUND = 12
WHOLE_NUMBER = (9, 12)


@dataclass(frozen=True, slots=True)
class DeskPerson:
    """Somebody the search box found: in the class already or not; known here, or only by another centre."""

    person: Learner
    enrolment: Enrolment | None = None
    elsewhere: bool = False

    @property
    def in_class(self) -> bool:
        """Whether the person is in the class now."""
        return self.enrolment is not None and self.enrolment.status != EnrolmentStatus.WITHDRAWN


@dataclass(frozen=True, slots=True)
class JustEnrolled:
    """A line of the list beside the search box."""

    enrolment: Enrolment
    can_undo: bool


def desk_classes(user: Any) -> ClassGroupQuerySet:
    """Classes the user may enrol people in, those being taught first, with how many people they have."""
    rows = ClassGroup.objects.filter(
        scope_of(user).centre_q(verb=Verb.ENROL), status__in=[ClassStatus.OPEN, ClassStatus.PLANNED]
    )
    found: ClassGroupQuerySet = rows.visible_to(user).select_related("course", "centre").with_counts()
    return found.order_by("status", "-starts_on", "-pk")


def desk_people(*, user: Any, class_group: ClassGroup, text: str) -> list[DeskPerson]:
    """Who is meant: people in scope, and by the whole identity number also somebody only another centre knows."""
    people = find_people(user=user, text=text, limit=MOST_FOUND)
    rows = Enrolment.objects.filter(class_group=class_group, learner__in=[person.pk for person in people])
    there = {row.learner_id: row for row in rows}
    found = [DeskPerson(person, there.get(person.pk)) for person in people]
    if not found and (stranger := person_by_number(text)):
        row = Enrolment.objects.filter(class_group=class_group, learner=stranger).first()
        found.append(DeskPerson(stranger, row, elsewhere=True))
    return found


def person_by_number(text: str) -> Learner | None:
    """Whoever has exactly this whole number, anywhere in the city; a part of a number finds nobody."""
    try:
        number = read_personal_id(text)
    except ValueError:
        return None
    typed = sum(letter.isdigit() for letter in text)
    if typed != len(number) or typed not in WHOLE_NUMBER:  # 11 digits on the way to 12 are nobody's number yet
        return None
    found = Learner.objects.filter(personal_id_index=personal_id_index(number)).select_related("merged_into").first()
    return found.present if found else None


def desk_lookalikes(*, user: Any, class_group: ClassGroup, person: dict[str, Any]) -> list[Lookalike]:
    """Whom the described person may be, likeliest first."""
    names = ("full_name", "birth", "personal_id", "phone", "neighbourhood")
    given = {name: person[name] for name in names if person.get(name)}
    return find_lookalikes(user=user, centre=class_group.centre, **given) if "full_name" in given else []


def just_enrolled(*, user: Any, class_group: ClassGroup, keys: Sequence[int]) -> list[JustEnrolled]:
    """The enrolments of that desk, newest first; who was withdrawn or undone meanwhile is left out."""
    rows = Enrolment.objects.visible_to(user).filter(class_group=class_group, pk__in=keys)
    place = {key: number for number, key in enumerate(keys)}
    since = timezone.now() - UNDO_WITHIN
    active = rows.exclude(status=EnrolmentStatus.WITHDRAWN).select_related("learner__neighbourhood")
    lines = [JustEnrolled(row, row.updated_at >= since) for row in active]
    return sorted(lines, key=lambda line: -place[line.enrolment.pk])
