"""A closed class goes on to the next term of the programme as one action: who completed it comes along."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from centres.choices import Verb
from core import audit
from core.errors import Conflict, InvalidInput
from courses.choices import ClassStatus, EnrolmentStatus
from courses.models import ClassGroup, Course, Enrolment
from courses.permissions import require_on_class, take_class
from courses.selectors import taken_places
from courses.selectors.programme import next_courses, programme_shape
from courses.services.classes import create_class
from courses.services.enrolments import enrol


@dataclass(frozen=True, slots=True)
class Risen:
    """The class people came to, who came, and who had found the way there before."""

    class_group: ClassGroup
    came: list[Enrolment] = field(default_factory=list)
    there_already: list[Enrolment] = field(default_factory=list)


@transaction.atomic
def go_on_to_next_term(
    *,
    class_group: ClassGroup,
    people: Collection[int],
    by: Any,
    into: ClassGroup | None = None,
    course: Course | None = None,
    name: str = "",
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
    teacher: Any = None,
    place: str = "",
) -> Risen:
    """Enrol the people (keys of enrolments of the closed class, all of which passed) in a class of the next term.

    ``into`` is a class that is there already; without it one of ``course`` is opened. All of them or nobody. Each new
    enrolment names the one it goes on from, so that nobody goes on twice.

    Raises Conflict ``class_not_closed``, ``programme_completed``, ``went_on_already``, ``places_missing``,
    ``class_closed``, ``class_cancelled``; InvalidInput ``nobody_chosen``, ``not_passed``, ``wrong_term``,
    ``days_missing`` and what ``create_class`` raises.
    """
    require_on_class(by, Verb.ENROL, class_group)
    old = ClassGroup.objects.select_for_update(of=("self",)).select_related("course__programme").get(pk=class_group.pk)
    if old.status != ClassStatus.CLOSED:
        raise Conflict("class_not_closed", _("Lớp chưa kết thúc nên chưa ai lên kỳ được."))
    following = next_courses(old.course, old.centre_id, programme_shape())
    if not following:
        raise Conflict("programme_completed", _("Sau lớp này không còn kỳ nào của chương trình."))
    rows = _chosen(old, people)
    if into is None:
        into = _open(old, course or following[0], following, name, starts_on, ends_on, teacher, place, by)
    elif into.course_id not in {row.pk for row in following}:
        words = _("Lớp %(name)s không phải lớp của kỳ tiếp theo.") % {"name": into.name}
        raise InvalidInput("wrong_term", words, fields={"into": [words]})
    target = take_class(by, Verb.ENROL, into)
    here = Enrolment.objects.filter(class_group=target, learner_id__in=[row.learner_id for row in rows])
    there = {row.learner_id: row for row in here.exclude(status=EnrolmentStatus.WITHDRAWN)}
    needed = sum(row.learner_id not in there for row in rows)
    if target.capacity is not None and (left := target.capacity - taken_places(target)) < needed:
        words = _("Lớp %(name)s còn %(left)s chỗ mà có %(needed)s người lên. Hãy thêm chỗ hoặc bớt người.") % {
            "name": target.name, "left": max(left, 0), "needed": needed,
        }  # fmt: skip
        raise Conflict("places_missing", words)
    day = min(timezone.localdate(), target.starts_on)
    risen = Risen(target)
    for row in rows:
        arrived = there.get(row.learner_id)
        (risen.there_already if arrived else risen.came).append(
            _link(arrived or enrol(class_group=target, learner=row.learner, by=by, enrolled_on=day), row)
        )
    data = {"from": old.code, "to": target.code, "people": [row.learner.code for row in rows]}
    audit.record("courses.go_on_to_next_term", target, by=by, data=data)
    return risen


def _chosen(old: ClassGroup, people: Collection[int]) -> list[Enrolment]:
    if not people:
        raise InvalidInput("nobody_chosen", _("Hãy chọn ít nhất một người lên kỳ."), fields={"people": []})
    rows = list(
        Enrolment.objects.filter(class_group=old, pk__in=people)
        .select_related("learner")
        .order_by("learner__sort_key", "pk")
    )
    if len(rows) != len(set(people)) or any(row.status != EnrolmentStatus.PASSED for row in rows):
        raise InvalidInput("not_passed", _("Chỉ người hoàn thành kỳ này mới lên kỳ tiếp theo. Hãy tải lại trang."))
    gone = Enrolment.objects.filter(moved_up_from__in=rows).select_related("learner", "class_group").first()
    if gone:
        words = {"name": gone.learner.full_name, "class": gone.class_group.name}
        raise Conflict("went_on_already", _("%(name)s đã lên lớp %(class)s rồi. Hãy tải lại trang.") % words)
    return rows


def _open(
    old: ClassGroup,
    course: Course,
    following: list[Course],
    name: str,
    starts_on: dt.date | None,
    ends_on: dt.date | None,
    teacher: Any,
    place: str,
    by: Any,
) -> ClassGroup:
    if course.pk not in {row.pk for row in following}:
        words = _("%(name)s không phải khóa học của kỳ tiếp theo.") % {"name": course.name}
        raise InvalidInput("wrong_term", words, fields={"course": [words]})
    fields = {key: [_("Hãy ghi ngày.")] for key, day in (("starts_on", starts_on), ("ends_on", ends_on)) if day is None}
    if starts_on is None or ends_on is None:
        raise InvalidInput("days_missing", _("Hãy ghi ngày khai giảng và ngày kết thúc của lớp mới."), fields=fields)
    return create_class(
        centre=old.centre,
        course=course,
        name=name,
        starts_on=starts_on,
        ends_on=ends_on,
        by=by,
        place=place,
        teacher=teacher,
        organiser_role=old.organiser_role,
        partner=old.partner,
        target_groups=list(old.target_groups.all()),
    )


def _link(arrived: Enrolment, came_from: Enrolment) -> Enrolment:
    arrived.moved_up_from = came_from
    arrived.save(update_fields=["moved_up_from", "updated_at"])
    return arrived
