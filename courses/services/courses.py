"""Verbs on courses."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from centres.choices import Verb
from centres.models import Centre
from centres.permissions import require
from core import audit
from core.errors import Forbidden, InvalidInput
from core.text import clean
from courses.choices import Certifies
from courses.models import Course, Programme, Topic

CHANGEABLE = frozenset(
    {
        "name",
        "name_en",
        "topic",
        "programme",
        "completes_phase",
        "term",
        "requires_phase",
        "requires_course",
        "planned_sessions",
        "min_attendance_percent",
        "needs_result",
        "certifies",
        "is_active",
    }
)


@transaction.atomic
def create_course(
    *,
    centre: Centre,
    code: str,
    name: str,
    topic: Topic,
    by: Any,
    programme: Programme | None = None,
    completes_phase: int | None = None,
    term: int | None = None,
    planned_sessions: int = 1,
    min_attendance_percent: int = 80,
    needs_result: bool = False,
    certifies: str = Certifies.COMPLETION,
    name_en: str = "",
    requires_phase: int | None = None,
    requires_course: Course | None = None,
) -> Course:
    """Create a course of the centre; shared courses come with the reference data.

    Raises InvalidInput for an empty name or code, a code the centre has already, or a rule outside its range.
    """
    require(by, Verb.MANAGE_CLASSES, centre.pk)
    course = Course(
        centre=centre,
        code=clean(code).upper(),
        name=clean(name),
        name_en=clean(name_en),
        topic=topic,
        programme=programme,
        completes_phase=completes_phase,
        term=term,
        planned_sessions=planned_sessions,
        min_attendance_percent=min_attendance_percent,
        needs_result=needs_result,
        certifies=certifies,
        requires_phase=requires_phase,
        requires_course=requires_course,
    )
    _check(course)
    try:
        with transaction.atomic():
            course.save()
    except IntegrityError:
        raise _code_taken(course.code) from None
    audit.record("courses.create_course", course, by=by, data={"code": course.code})
    return course


@transaction.atomic
def update_course(*, course: Course, by: Any, **changes: Any) -> Course:
    """Change a course of a centre. Classes already closed keep the outcome they were closed with.

    Raises Forbidden for a shared course, InvalidInput like ``create_course``, TypeError for a field that cannot change.
    """
    if unknown := set(changes) - CHANGEABLE:
        raise TypeError(f"cannot change {sorted(unknown)}")
    if course.centre_id is None:
        raise Forbidden("shared_course", _("Khóa học dùng chung của thành phố, trung tâm không sửa được."))
    require(by, Verb.MANAGE_CLASSES, course.centre_id)
    course = Course.objects.select_for_update().get(pk=course.pk)
    before = {name: _plain(getattr(course, name)) for name in changes}
    for name, value in changes.items():
        setattr(course, name, clean(value) if name in ("name", "name_en") else value)
    _check(course)
    course.save()
    after = {name: _plain(getattr(course, name)) for name in changes}
    changed = {name: [before[name], after[name]] for name in changes if before[name] != after[name]}
    audit.record("courses.update_course", course, by=by, data={"changes": changed})
    return course


def _plain(value: Any) -> Any:
    """A JSON-ready form of a field's value."""
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)


def _check(course: Course) -> None:
    fields: dict[str, list[str]] = {}
    if not course.code:
        fields["code"] = [_("Hãy ghi mã khóa học.")]
    if not course.name:
        fields["name"] = [_("Hãy ghi tên khóa học.")]
    if course.planned_sessions < 1:
        fields["planned_sessions"] = [_("Ít nhất một buổi.")]
    if not 0 <= course.min_attendance_percent <= 100:
        fields["min_attendance_percent"] = [_("Từ 0 đến 100.")]
    if course.completes_phase not in (None, 1, 2):
        fields["completes_phase"] = [_("Chỉ có giai đoạn 1 và 2.")]
    if course.certifies not in Certifies.values:
        fields["certifies"] = [_("Hãy chọn loại giấy.")]
    elif course.certifies == Certifies.ATTENDANCE and course.completes_phase:
        fields["certifies"] = [_("Khóa học hoàn thành giai đoạn xóa mù chữ cấp giấy xác nhận hoàn thành.")]
    if course.requires_phase not in (None, 1, 2):
        fields["requires_phase"] = [_("Chỉ có giai đoạn 1 và 2.")]
    if course.requires_course is not None and _leads_back(course):
        fields["requires_course"] = [_("Khóa học này lại đòi hỏi chính khóa học đang sửa.")]
    if fields:
        raise InvalidInput("bad_course", _("Khóa học chưa ghi đúng. Hãy xem các ô báo đỏ."), fields=fields)


def _leads_back(course: Course) -> bool:
    """Whether following what each course requires comes back to this one, so that nobody could ever begin."""
    seen, step = {course.pk}, course.requires_course
    while step is not None:
        if step.pk in seen:
            return True
        seen.add(step.pk)
        step = step.requires_course
    return False


def _code_taken(code: str) -> InvalidInput:
    message = _("Trung tâm đã có khóa học mã %(code)s.") % {"code": code}
    return InvalidInput("course_code_taken", message, fields={"code": [message]})
