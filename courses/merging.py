"""Two records of one person in the same class (docs/adr/0013)."""

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Conflict
from courses.choices import AttendanceStatus, EnrolmentStatus
from courses.models import Attendance, Enrolment
from learners.hooks import Change, on_collision

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
