"""What is to be known before somebody is enrolled: all of it at once, before anything is saved."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from courses.choices import ClassStatus, EnrolmentStatus, SessionStatus
from courses.hooks import proven_elsewhere
from courses.models import ClassGroup, Course, Enrolment, PlacementTest, Session, WaitlistEntry
from courses.selectors.programme import programme_shape
from courses.selectors.progress import progress_of
from learners.models import Learner

CheckCode = Literal["full", "prerequisite", "term", "clash", "enrolled", "waiting", "ended"]


@dataclass(frozen=True, slots=True)
class EnrolmentCheck:
    """One thing that speaks against enrolling, or is good to know. ``blocks``: ``enrol`` would refuse."""

    code: CheckCode
    blocks: bool
    message: str


def enrolment_checks(*, class_group: ClassGroup, learner: Learner | None = None) -> list[EnrolmentCheck]:
    """Return what to show before saving; without a person only what holds for anybody.

    At most seven queries; twelve for a class of a term of the literacy programme.
    """
    found: list[EnrolmentCheck] = []
    if not class_group.is_editable:
        found.append(EnrolmentCheck("ended", True, _("Lớp đã kết thúc hoặc đã hủy.")))
    if learner is not None:
        if (here := _already_here(class_group, learner)) is not None:
            return [*found, here]
        found += _prerequisite(class_group, learner) or _other_term(class_group.course, learner)
    if class_group.capacity is not None and (full := _full(class_group)):
        found.append(full)
    if learner is not None:
        found += _clash(class_group, learner)
    return found


def taken_places(class_group: ClassGroup) -> int:
    """Count the people who hold a place."""
    return Enrolment.objects.filter(class_group=class_group).exclude(status=EnrolmentStatus.WITHDRAWN).count()


def lacking_prerequisite(course: Course, learner_ids: Collection[int]) -> set[int]:
    """Return who of the people has not completed what the course builds on. At most five queries.

    A phase is completed by passing a class that completes it (or a higher one), or by proof the apps above know of; a
    placement test into a later term stands for it.
    """
    lacking: set[int] = set()
    passed = Enrolment.objects.filter(learner_id__in=learner_ids, status=EnrolmentStatus.PASSED)
    if course.requires_phase:
        have = set(
            passed.filter(class_group__course__completes_phase__gte=course.requires_phase).values_list(
                "learner_id", flat=True
            )
        )
        lacking |= set(learner_ids) - have - proven_elsewhere(learner_ids, course.requires_phase)
        if lacking:
            last = programme_shape().last_term(course.requires_phase)
            tests = PlacementTest.objects.standing().filter(learner_id__in=lacking, term__gt=last)
            lacking -= set(tests.values_list("learner_id", flat=True))
    if course.requires_course_id:
        have = set(passed.filter(class_group__course=course.requires_course_id).values_list("learner_id", flat=True))
        lacking |= set(learner_ids) - have
    return lacking


def prerequisite_words(course: Course) -> str:
    """Say what the course asks for."""
    if course.requires_phase:
        return _("Khóa học này dành cho người đã hoàn thành giai đoạn %(phase)s.") % {"phase": course.requires_phase}
    return _("Khóa học này dành cho người đã hoàn thành “%(course)s”.") % {"course": course.requires_course}


def _already_here(class_group: ClassGroup, learner: Learner) -> EnrolmentCheck | None:
    name = {"name": learner.full_name}
    there = Enrolment.objects.filter(class_group=class_group, learner=learner)
    if there.exclude(status=EnrolmentStatus.WITHDRAWN).exists():
        return EnrolmentCheck("enrolled", True, _("%(name)s đã có trong lớp này.") % name)
    entry = WaitlistEntry.objects.waiting().filter(class_group=class_group, learner=learner).first()
    if entry:
        words = name | {"n": entry.position}
        return EnrolmentCheck("waiting", False, _("%(name)s đang ở danh sách chờ, số %(n)s.") % words)
    return None


def _prerequisite(class_group: ClassGroup, learner: Learner) -> list[EnrolmentCheck]:
    course = class_group.course
    if not lacking_prerequisite(course, [learner.pk]):
        return []
    return [EnrolmentCheck("prerequisite", True, prerequisite_words(course))]


def _other_term(course: Course, learner: Learner) -> list[EnrolmentCheck]:
    """Say so when a term is begun that is not the one the person needs, as far as we know of them."""
    if not course.term:
        return []
    how_far = progress_of([learner.pk]).get(learner.pk)
    if how_far is None or not how_far.done or how_far.needed == course.term:
        return []
    return [EnrolmentCheck("term", False, how_far.words)]


def _full(class_group: ClassGroup) -> EnrolmentCheck | None:
    waiting = WaitlistEntry.objects.waiting().filter(class_group=class_group).count()
    if class_group.capacity is None or (taken_places(class_group) < class_group.capacity and not waiting):
        return None
    message = _("Lớp đã đủ %(count)s chỗ.") % {"count": class_group.capacity}
    if waiting:
        words = _("%(n)s người đang chờ.") % {"n": waiting}
        message = f"{message} {words}"
    return EnrolmentCheck("full", True, message)


def _clash(class_group: ClassGroup, learner: Learner) -> list[EnrolmentCheck]:
    """Sessions still to come of another class of the person at the same hours; unknown hours clash with nothing."""
    mine = Session.objects.filter(class_group=class_group, status=SessionStatus.PLANNED, starts_at__isnull=False)
    own = {row.held_on: row for row in mine.order_by("-number")}
    if not own:
        return []
    elsewhere = (
        Session.objects.filter(
            status=SessionStatus.PLANNED,
            starts_at__isnull=False,
            held_on__in=list(own),
            class_group__status__in=[ClassStatus.PLANNED, ClassStatus.OPEN],
            class_group__enrolments__learner=learner,
            class_group__enrolments__status=EnrolmentStatus.ACTIVE,
        )
        .exclude(class_group=class_group)
        .select_related("class_group")
        .order_by("held_on", "pk")
    )
    by_class: dict[ClassGroup, list[dt.date]] = {}
    for row in elsewhere:
        if _overlap(own[row.held_on], row):
            by_class.setdefault(row.class_group, []).append(row.held_on)
    return [
        EnrolmentCheck(
            "clash",
            False,
            (
                _("Trùng giờ với lớp %(name)s %(n)s buổi, đầu tiên ngày %(day)s.")
                if len(days) > 1
                else _("Trùng giờ với lớp %(name)s ngày %(day)s.")
            )
            % {
                "name": group.name if group.centre_id == class_group.centre_id else _("ở trung tâm khác"),
                "n": len(days),
                "day": f"{days[0]:%d/%m/%Y}",
            },
        )
        for group, days in by_class.items()
    ]


def _overlap(one: Session, other: Session) -> bool:
    """Whether two sessions of a day share a moment; without an end a session lasts until the day is over."""
    late = dt.time(23, 59)
    first, second = (one.starts_at or late, one.ends_at or late), (other.starts_at or late, other.ends_at or late)
    return first[0] < second[1] and second[0] < first[1]
