"""Verbs on classes: create, change, cancel. Closing is in services/closing.py."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext as _

from centres.access import scope_of
from centres.choices import Verb
from centres.models import Centre
from centres.permissions import require
from centres.selectors import unit_of_centre
from core import audit
from core.errors import Conflict, InvalidInput
from core.text import clean
from courses.choices import ClassStatus, EnrolmentStatus, OrganiserRole, SessionStatus
from courses.models import ClassGroup, Course, PlanLine, Room, Session
from courses.permissions import take_class
from courses.planning.choices import Funding
from courses.services.places import dissolve_waitlist, move_up
from learners.target_groups import TargetGroup

CHANGEABLE = frozenset(
    {
        "course",
        "name",
        "starts_on",
        "ends_on",
        "place",
        "teacher",
        "organiser_role",
        "partner",
        "capacity",
        "room",
        "funding",
        "funding_amount",
        "target_groups",
        "plan_line",
    }
)


@transaction.atomic
def create_class(
    *,
    centre: Centre,
    course: Course,
    name: str,
    starts_on: dt.date,
    ends_on: dt.date,
    by: Any,
    code: str = "",
    place: str = "",
    teacher: Any = None,
    organiser_role: str = OrganiserRole.LED,
    partner: str = "",
    capacity: int | None = None,
    room: Room | None = None,
    funding: str = "",
    funding_amount: int | None = None,
    target_groups: Iterable[TargetGroup] = (),
    plan_line: PlanLine | None = None,
) -> ClassGroup:
    """Create a class that is open at once, in the commune where the centre lies on its first day.

    An empty ``code`` becomes ``<centre>-<year>-<number>``. Raises InvalidInput, with the fields at fault, for dates in
    the wrong order, a course of another centre, a teacher who does not teach here, a missing partner or a code taken.
    """
    require(by, Verb.MANAGE_CLASSES, centre.pk)
    # The lock keeps two new classes of a centre from taking the same number.
    Centre.objects.select_for_update().get(pk=centre.pk)
    class_group = ClassGroup(
        centre=centre,
        course=course,
        name=clean(name),
        starts_on=starts_on,
        ends_on=ends_on,
        place=clean(place),
        teacher=teacher,
        organiser_role=organiser_role,
        partner=clean(partner),
        capacity=capacity,
        room=room,
        funding=funding,
        funding_amount=funding_amount,
        plan_line=plan_line,
        status=ClassStatus.OPEN,
    )
    _check(class_group)
    class_group.code = clean(code).upper() or _next_code(centre, starts_on.year)
    if ClassGroup.objects.filter(code=class_group.code).exists():
        message = _("Mã lớp %(code)s đã có.") % {"code": class_group.code}
        raise InvalidInput("class_code_taken", message, fields={"code": [message]})
    class_group.unit = unit_of_centre(centre.pk, starts_on)
    class_group.save()
    class_group.target_groups.set(target_groups)
    audit.record("courses.create_class", class_group, by=by, data={"code": class_group.code, "course": course.code})
    return class_group


@transaction.atomic
def update_class(*, class_group: ClassGroup, by: Any, **changes: Any) -> ClassGroup:
    """Change a class that is not over.

    The course stays once a session was held: attendance was taken under its rule. Raises InvalidInput like
    ``create_class`` and when sessions or people would fall outside, TypeError for a field that cannot change.
    """
    if unknown := set(changes) - CHANGEABLE:
        raise TypeError(f"cannot change {sorted(unknown)}")
    fresh = take_class(by, Verb.MANAGE_CLASSES, class_group)
    groups = changes.pop("target_groups", None)
    before = {name: _plain(getattr(fresh, name)) for name in changes}
    for name, value in changes.items():
        setattr(fresh, name, clean(value) if isinstance(value, str) else value)
    _check(fresh)
    _check_what_hangs_on_it(fresh, course_changed="course" in changes and before["course"] != _plain(fresh.course))
    if "starts_on" in changes:
        fresh.unit = unit_of_centre(fresh.centre_id, fresh.starts_on)
    fresh.save()
    after = {name: _plain(getattr(fresh, name)) for name in changes}
    changed = {name: [before[name], after[name]] for name in changes if before[name] != after[name]}
    if groups is not None:
        codes = [list(fresh.target_groups.values_list("code", flat=True)), sorted(group.code for group in groups)]
        if sorted(codes[0]) != codes[1]:
            fresh.target_groups.set(groups)
            changed["target_groups"] = codes
    move_up(fresh, by=by)
    audit.record("courses.update_class", fresh, by=by, data={"changes": changed})
    return fresh


@transaction.atomic
def cancel_class(*, class_group: ClassGroup, by: Any, reason: str) -> ClassGroup:
    """Call off a class for good, with its sessions that were not held yet; what was held stays on record.

    Raises InvalidInput without a reason, Conflict ``class_closed``/``class_cancelled`` when it is over already.
    """
    reason = clean(reason)
    if not reason:
        raise InvalidInput("reason_missing", _("Hãy ghi lý do hủy lớp."), fields={"reason": [_("Hãy ghi lý do.")]})
    fresh = take_class(by, Verb.MANAGE_CLASSES, class_group)
    changed = ClassGroup.objects.filter(pk=fresh.pk, status__in=[ClassStatus.PLANNED, ClassStatus.OPEN]).update(
        status=ClassStatus.CANCELLED, cancel_reason=reason[:300]
    )
    if not changed:
        raise Conflict("class_closed", _("Lớp đã kết thúc, không sửa được nữa."))
    Session.objects.filter(class_group=fresh, status=SessionStatus.PLANNED).update(
        status=SessionStatus.CANCELLED, cancel_reason=_("Lớp đã hủy")
    )
    waited = dissolve_waitlist(fresh, reason=_("Lớp đã hủy"))
    class_group.refresh_from_db()
    audit.record("courses.cancel_class", fresh, by=by, data={"reason": reason, "waited": waited})
    return class_group


def _next_code(centre: Centre, year: int) -> str:
    prefix = f"{centre.code}-{year}-"
    taken = ClassGroup.objects.filter(code__startswith=prefix).values_list("code", flat=True)
    numbers = [int(tail) for tail in (code.removeprefix(prefix) for code in taken) if tail.isdecimal()]
    return f"{prefix}{max(numbers, default=0) + 1:02d}"


def _plain(value: Any) -> Any:
    """A JSON-ready form of a field's value; people by user name."""
    if isinstance(value, get_user_model()):
        return value.get_username()
    return value if value is None or isinstance(value, (str, int)) else getattr(value, "code", str(value))


def _check(row: ClassGroup) -> None:
    fields: dict[str, list[str]] = {}
    if not row.name:
        fields["name"] = [_("Hãy ghi tên lớp.")]
    if row.ends_on < row.starts_on:
        fields["ends_on"] = [_("Ngày kết thúc phải từ ngày khai giảng trở đi.")]
    if row.course.centre_id not in (None, row.centre_id):
        fields["course"] = [_("Khóa học này của trung tâm khác.")]
    if row.organiser_role == OrganiserRole.TOOK_PART and not row.partner:
        fields["partner"] = [_("Hãy ghi đơn vị chủ trì mà trung tâm phối hợp.")]
    if row.organiser_role not in OrganiserRole.values:
        fields["organiser_role"] = [_("Hãy chọn chủ trì hoặc phối hợp.")]
    if row.capacity is not None and row.capacity < 1:
        fields["capacity"] = [_("Ít nhất một chỗ; để trống nếu không giới hạn.")]
    if row.teacher and not scope_of(row.teacher).may(Verb.TEACH, row.centre_id):
        fields["teacher"] = [_("Người này không dạy ở trung tâm.")]
    if row.room and row.room.centre_id != row.centre_id:
        fields["room"] = [_("Phòng này của trung tâm khác.")]
    elif row.room and not row.room.is_active and not ClassGroup.objects.filter(pk=row.pk, room=row.room).exists():
        fields["room"] = [_("Phòng này đang ngừng dùng.")]
    if row.funding not in Funding.values:
        fields["funding"] = [_("Hãy chọn một nguồn kinh phí trong danh sách.")]
    if row.plan_line and row.plan_line.plan.centre_id != row.centre_id:
        fields["plan_line"] = [_("Dòng kế hoạch này của trung tâm khác.")]
    elif row.plan_line and row.plan_line.plan.year != row.starts_on.year:
        fields["plan_line"] = [_("Lớp khai giảng ngoài năm của kế hoạch này.")]
    if row.centre.closed_on and row.centre.closed_on <= row.starts_on:
        fields["starts_on"] = [_("Trung tâm đã dừng hoạt động trước ngày này.")]
    if fields:
        raise InvalidInput("bad_class", _("Lớp chưa ghi đúng. Hãy xem các ô báo đỏ."), fields=fields)


def _check_what_hangs_on_it(row: ClassGroup, *, course_changed: bool) -> None:
    fields: dict[str, list[str]] = {}
    sessions = Session.objects.filter(class_group=row).exclude(status=SessionStatus.CANCELLED)
    if course_changed and sessions.filter(status=SessionStatus.HELD).exists():
        fields["course"] = [_("Lớp đã học, không đổi khóa học được nữa.")]
    if sessions.filter(held_on__lt=row.starts_on).exists():
        fields["starts_on"] = [_("Có buổi học trước ngày này.")]
    if sessions.filter(held_on__gt=row.ends_on).exists():
        fields["ends_on"] = [_("Có buổi học sau ngày này.")]
    people = row.enrolments.exclude(status=EnrolmentStatus.WITHDRAWN).count()
    if row.capacity is not None and people > row.capacity:
        fields["capacity"] = [_("Lớp đã có %(count)s người.") % {"count": people}]
    if fields:
        raise InvalidInput("class_in_use", _("Lớp chưa ghi đúng. Hãy xem các ô báo đỏ."), fields=fields)
