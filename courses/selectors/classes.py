"""What the pages of a class show, and what to do next."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, When
from django.utils import timezone
from django.utils.translation import gettext as _

from centres.access import scope_of
from centres.choices import Verb
from courses.choices import AttendanceStatus, ClassStatus, EnrolmentStatus, Result, SessionStatus, WaitStatus
from courses.models import ClassGroup, Enrolment, Session, WaitlistEntry


@dataclass(frozen=True, slots=True)
class Step:
    """The one thing to do next with a class: a sentence, and a button when the person may press it.

    ``page`` is the name of an address and ``pk`` its key; it may be a page of an app above, so it is only named here.
    """

    text: str
    label: str = ""
    page: str = ""
    pk: int = 0


@dataclass(frozen=True, slots=True)
class Allowed:
    """What somebody may do to one class, by its state and their role (the services ask again)."""

    manage: bool
    enrol: bool
    teach: bool
    close: bool
    issue: bool


def allowed(user: Any, class_group: ClassGroup) -> Allowed:
    """Return which buttons to show. Issuing is for closed classes, everything else for classes that still run."""
    scope, centre, runs = scope_of(user), class_group.centre_id, class_group.is_editable
    return Allowed(
        manage=runs and scope.may(Verb.MANAGE_CLASSES, centre),
        enrol=runs and scope.may(Verb.ENROL, centre),
        teach=runs and scope.may(Verb.TEACH, centre),
        close=runs and scope.may(Verb.CLOSE_CLASS, centre),
        issue=class_group.status == ClassStatus.CLOSED and scope.may(Verb.ISSUE, centre),
    )


def class_people(class_group: ClassGroup) -> QuerySet[Enrolment]:
    """Everybody who is or was in the class, in Vietnamese order, with ``present_count`` and ``from_waitlist``."""
    present = Q(marks__status=AttendanceStatus.PRESENT, marks__session__status=SessionStatus.HELD)
    return (
        Enrolment.objects.filter(class_group=class_group)
        .select_related("learner", "transferred_from__class_group", "moved_up_from__class_group")
        .annotate(
            present_count=Count("marks", filter=present),
            from_waitlist=Exists(WaitlistEntry.objects.filter(enrolment=OuterRef("pk"), status=WaitStatus.PLACED)),
        )
        .order_by("learner__sort_key", "pk")
    )


def transfer_targets(user: Any, enrolment: Enrolment) -> QuerySet[ClassGroup]:
    """Classes a person can be moved to: those that run where the user enrols, but the one they are in."""
    centres = scope_of(user).centre_ids(Verb.ENROL)
    running = ClassGroup.objects.filter(centre_id__in=centres, status__in=[ClassStatus.PLANNED, ClassStatus.OPEN])
    same = Case(When(course=enrolment.class_group.course_id, then=0), default=1)
    return (
        running.exclude(pk=enrolment.class_group_id)
        .select_related("course", "centre")
        .with_counts()
        .order_by(same, "-starts_on", "-pk")
    )


def class_waiting(class_group: ClassGroup) -> QuerySet[WaitlistEntry]:
    """Who waits for a place, in order."""
    return WaitlistEntry.objects.waiting().filter(class_group=class_group).select_related("learner")


def class_sessions(class_group: ClassGroup) -> QuerySet[Session]:
    """The timetable by day, with ``present_count`` and ``mark_count``."""
    present = Q(marks__status=AttendanceStatus.PRESENT)
    return (
        Session.objects.filter(class_group=class_group)
        .select_related("marked_by")
        .prefetch_related("guests")
        .annotate(present_count=Count("marks", filter=present), mark_count=Count("marks"))
        .order_by("held_on", "number")
    )


def next_step(
    class_group: ClassGroup, people: list[Enrolment], sessions: list[Session], may: Allowed, day: dt.date | None = None
) -> Step:
    """Say what to do next: enrol, plan, mark, assess, close, issue, or wait for the next session."""
    day = day or timezone.localdate()
    pk = class_group.pk
    if class_group.status == ClassStatus.CANCELLED:
        return Step(_("Lớp đã hủy: %(reason)s.") % {"reason": class_group.cancel_reason.rstrip(".")})
    if class_group.status == ClassStatus.CLOSED:
        return _after_closing(class_group, people, may)
    active = [row for row in people if row.status == EnrolmentStatus.ACTIVE]
    planned = [row for row in sessions if row.status == SessionStatus.PLANNED]
    due = [row for row in planned if row.held_on <= day]
    if not active:
        return _step(may.enrol, _("Lớp chưa có người học."), _("Thêm người học"), "courses:enrol", pk)
    if not any(row.status != SessionStatus.CANCELLED for row in sessions):
        return _step(may.manage, _("Lớp chưa có buổi học nào trong lịch."), _("Lập lịch"), "courses:schedule", pk)
    if due:
        text = _("Buổi %(number)s ngày %(day)s chưa điểm danh.") % {
            "number": due[0].number,
            "day": f"{due[0].held_on:%d/%m/%Y}",
        }
        return _step(may.teach, text, _("Điểm danh"), "courses:session-detail", due[0].pk)
    if planned:
        text = _("Buổi tới là buổi %(number)s, ngày %(day)s.")
        return Step(text % {"number": planned[0].number, "day": f"{planned[0].held_on:%d/%m/%Y}"})
    missing = [row for row in active if row.result == Result.UNKNOWN]
    if class_group.course.needs_result and missing:
        text = _("Đã học hết các buổi; %(count)s người chưa có kết quả.") % {"count": len(missing)}
        return _step(may.teach, text, _("Ghi kết quả"), "courses:results", pk)
    text = _("Đã học hết các buổi. Có thể kết thúc lớp và công nhận kết quả.")
    return _step(may.close, text, _("Kết thúc lớp"), "courses:close", pk)


def _after_closing(class_group: ClassGroup, people: list[Enrolment], may: Allowed) -> Step:
    passed = sum(row.status == EnrolmentStatus.PASSED for row in people)
    words = {"day": f"{class_group.closed_on:%d/%m/%Y}", "passed": passed}
    text = _("Lớp kết thúc ngày %(day)s, %(passed)s người hoàn thành.") % words
    return _step(may.issue and passed > 0, text, _("Cấp chứng nhận"), "certificates:issue", class_group.pk)


def _step(may: bool, text: str, label: str, page: str, pk: int) -> Step:
    return Step(text, label, page, pk) if may else Step(text)
