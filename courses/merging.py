"""Two records of one person in the same class (docs/adr/0013)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Conflict
from courses.choices import AttendanceStatus, EnrolmentStatus, WaitStatus
from courses.models import Attendance, ClassGroup, Enrolment, WaitlistEntry
from courses.selectors import taken_places
from courses.services.places import move_up
from learners.hooks import Change, after_moving, around_merging, on_collision
from learners.models import Learner

_SETTLED = {EnrolmentStatus.PASSED, EnrolmentStatus.FAILED}
_WEIGHT = {
    EnrolmentStatus.WITHDRAWN: 0, EnrolmentStatus.ACTIVE: 1, EnrolmentStatus.FAILED: 2, EnrolmentStatus.PASSED: 3,
}  # fmt: skip
_PRESENCE = {AttendanceStatus.ABSENT: 0, AttendanceStatus.EXCUSED: 1, AttendanceStatus.PRESENT: 2}


@on_collision("courses.enrolment")
def one_place_in_a_class(kept: Enrolment, other: Enrolment) -> list[Change]:
    """Keep one of two enrolments in a class.

    In a class that goes on, the marks become one row's and the other is withdrawn, so that lists, places and figures
    count one person. A closed class is not touched: its better result has to be the kept record's.
    """
    if {kept.status, other.status} & _SETTLED:
        if _WEIGHT[EnrolmentStatus(other.status)] > _WEIGHT[EnrolmentStatus(kept.status)]:
            words = _("Hồ sơ %(code)s có kết quả của lớp %(name)s đã kết thúc. Hãy giữ hồ sơ đó lại.")
            raise Conflict("keep_other", words % {"code": other.learner.code, "name": other.class_group.name})
        return []
    changes = _one_row_of_marks(kept, other)
    if kept.status == EnrolmentStatus.WITHDRAWN and other.status == EnrolmentStatus.ACTIVE:
        again = {"status": EnrolmentStatus.ACTIVE.value, "withdrawn_on": None, "withdraw_reason": ""}
        changes.append(Change(kept, again))
    if other.status == EnrolmentStatus.ACTIVE:
        reason = _("Trùng hồ sơ, đã gộp vào %(code)s") % {"code": kept.learner.code}
        day = max(timezone.localdate(), other.enrolled_on)
        gone = {"status": EnrolmentStatus.WITHDRAWN.value, "withdrawn_on": day, "withdraw_reason": reason}
        changes.append(Change(other, gone))
    return changes


def _one_row_of_marks(kept: Enrolment, other: Enrolment) -> list[Change]:
    mine: dict[int, Attendance] = {mark.session_id: mark for mark in kept.marks.all()}
    changes = []
    for mark in other.marks.order_by("pk"):
        own = mine.get(mark.session_id)
        if own is None:
            changes.append(Change(mark, {"enrolment_id": kept.pk}))
        elif _PRESENCE[AttendanceStatus(mark.status)] > _PRESENCE[AttendanceStatus(own.status)]:
            # Who was there under either name was there.
            changes.append(Change(own, {"status": mark.status}))
    return changes


@on_collision("courses.waitlistentry")
def one_turn_on_a_waitlist(kept: WaitlistEntry, other: WaitlistEntry) -> list[Change]:
    """Who waits twice keeps the earlier turn."""
    later = kept if other.position < kept.position else other
    return [_leave(later, _("trùng hồ sơ"))]


@after_moving
def nobody_waits_for_a_class_they_are_in(kept: Learner) -> list[Change]:
    """Under one record the person waited, under the other they were in: they are in."""
    waiting = WaitlistEntry.objects.waiting().filter(learner=kept)
    classes = Enrolment.objects.filter(learner=kept).exclude(status=EnrolmentStatus.WITHDRAWN).values("class_group_id")
    return [_leave(row, _("đã có trong lớp")) for row in waiting.filter(class_group_id__in=classes).order_by("pk")]


def _leave(row: WaitlistEntry, reason: str) -> Change:
    return Change(row, {"status": WaitStatus.LEFT.value, "settled_at": timezone.now(), "left_reason": reason})


@around_merging
@contextmanager
def places_stay_right(people: list[int], by: Any, notes: list[str]) -> Iterator[None]:
    """Give a place that a merge frees to the first who waits; refuse an undo for which there is no place any more.

    The classes are taken before the people, as enrolling does, and in one order: nobody waits in a circle.
    """
    classes = ClassGroup.objects.filter(enrolments__learner__in=people).values("pk")
    rows = list(ClassGroup.objects.select_for_update(of=("self",)).filter(pk__in=classes).order_by("pk"))
    going_on = [row for row in rows if row.is_editable]
    before = {row.pk: taken_places(row) for row in going_on}
    yield
    for row in going_on:
        taken = taken_places(row)
        if taken < before[row.pk]:
            came_in = move_up(row, by=by)
            # Of a class of another centre nobody is named: its own staff see who came in.
            if came_in and ClassGroup.objects.visible_to(by).filter(pk=row.pk).exists():
                who = {"names": ", ".join(one.learner.full_name for one in came_in), "class": row.name}
                notes.append(_("Đã xếp vào lớp %(class)s từ danh sách chờ: %(names)s. Hãy báo cho họ biết.") % who)
        elif taken > before[row.pk] and row.capacity is not None and taken > row.capacity:
            words = _("Lớp %(name)s đã đủ %(n)s chỗ, vì chỗ trống đã có người khác. Hãy thêm chỗ cho lớp rồi tách lại.")
            raise Conflict("undo_overfills", words % {"name": row.name, "n": row.capacity})
