"""Timetable, attendance, results."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from centres.access import scoped
from centres.choices import Verb
from core.errors import DomainError
from core.forms import add_domain_error
from courses import services
from courses.choices import AttendanceStatus, EnrolmentStatus, Result, SessionStatus
from courses.forms import ReasonForm, ScheduleForm
from courses.models import Enrolment, Session
from courses.selectors import allowed, clashes_of, class_people, days_off, fingerprint, plan_days, skipped_days
from courses.views.shared import READERS, class_or_404, context_of, ended, refusal_of, session_or_404

# Beyond 18 digits no key of a row can lie: the databases would refuse the number itself.
MAX_KEY_DIGITS = 19


@dataclass(frozen=True, slots=True)
class Line:
    """One person on the attendance or results page with what is chosen for them."""

    enrolment: Enrolment
    value: str
    note: str = ""
    label: str = ""


@scoped(*READERS)
def schedule(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan sessions: choose days, look at the dates (GET with the choice), save (POST)."""
    group = class_or_404(request, pk, Verb.MANAGE_CLASSES)
    if not group.is_editable:
        return ended(request, group)
    existing = group.sessions.exclude(status=SessionStatus.CANCELLED).count()
    data = request.POST if request.method == "POST" else request.GET or None
    form = ScheduleForm(data, class_group=group, existing=existing)
    days, skipped, clashes = [], [], []
    status = 200
    if form.is_bound and form.is_valid():
        chosen = form.cleaned_data
        try:
            asked = {"weekdays": chosen["weekdays"], "first_on": chosen["first_on"]}
            off = {} if chosen["on_days_off"] else days_off(group.centre_id, chosen["first_on"])
            days = plan_days(count=chosen["count"], off=off, **asked)
            skipped = skipped_days(days=days, off=off, **asked)
            hours = {"starts_at": chosen["starts_at"], "ends_at": chosen["ends_at"]}
            clashes = clashes_of(group, [Session(held_on=day, **hours) for day in days])
            # Saved once the clashes on the screen are those there are now: somebody else may plan at the same time.
            if request.method == "POST" and request.POST.get("clashes_seen", "") == fingerprint(clashes):
                rows = services.generate_sessions(class_group=group, by=request.user, **chosen)
                messages.success(request, _("Đã lập lịch %(count)s buổi.") % {"count": len(rows)})
                return redirect("courses:class-detail", group.pk)
            status = 409 if request.method == "POST" else 200
        except DomainError as error:
            status = refusal_of(error)
            add_domain_error(form, error)
            days, skipped, clashes = [], [], []
    status = status if status != 200 or not form.errors else 422
    moves_end = bool(days) and days[-1] > group.ends_on
    context = context_of(
        group, form=form, days=days, skipped=skipped, existing=existing, moves_end=moves_end, clashes=clashes,
        clashes_seen=fingerprint(clashes),
    )  # fmt: skip
    return render(request, "courses/schedule.html", context, status=status)


@scoped(*READERS)
def session_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Attendance of one session: everybody preset as present, saved only when sent; corrected until the class ends."""
    by_script = request.headers.get("Accept") == "application/json"
    # A device that kept its marks is told in words that a right was lost: a page would look like a lost sign-in.
    session = session_or_404(request, pk, Verb.TEACH if request.method == "POST" and not by_script else None)
    group = session.class_group
    refusal, status, differences = "", 200, {}
    if request.method == "POST":
        try:
            sent = services.send_marks(
                session=session,
                marks=_chosen(request.POST, "mark_"),
                by=request.user,
                **_sending(request.POST, session),
            )
        except DomainError as error:
            if by_script:
                return JsonResponse({"code": error.code, "detail": str(error.message)}, status=error.status)
            status, refusal = refusal_of(error), str(error.message)
            differences = {row.enrolment.pk: row for row in error.data.get("differences", [])}
            session.refresh_from_db()
        else:
            words, undo = _saved_words(sent), reverse("courses:marks-undo", args=[session.pk])
            if by_script:
                return JsonResponse({"version": sent.session.marks_version, "detail": words, "undo": undo})
            messages.success(request, words, undo)
            return redirect("courses:session-detail", session.pk)
    may = allowed(request.user, group)
    lines = _attendance_lines(session, request.POST if request.method == "POST" else None, differences)
    can_mark = may.teach and session.status != SessionStatus.CANCELLED and session.held_on <= timezone.localdate()
    others = Session.objects.filter(class_group=group).exclude(status=SessionStatus.CANCELLED)
    context = context_of(
        group,
        session=session,
        lines=lines,
        may=may,
        can_mark=can_mark,
        refusal=refusal,
        differences=differences,
        nonce=uuid.uuid4(),
        choices=AttendanceStatus.choices,
        is_future=session.held_on > timezone.localdate(),
        counts=[(label, sum(line.value == value for line in lines)) for value, label in AttendanceStatus.choices],
        previous=others.filter(number__lt=session.number).order_by("-number").first(),
        following=others.filter(number__gt=session.number).order_by("number").first(),
    )
    return render(request, "courses/session_detail.html", context, status=status)


@scoped(*READERS)
def session_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a session does not take place."""
    session = session_or_404(request, pk, Verb.TEACH)
    form = ReasonForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel_session(session=session, by=request.user, reason=form.cleaned_data["reason"])
        except DomainError as error:
            status = refusal_of(error)
            add_domain_error(form, error)
        else:
            undo = reverse("courses:session-cancel-undo", args=[session.pk])
            messages.success(request, _("Đã ghi nghỉ buổi %(number)s.") % {"number": session.number}, undo)
            return redirect("courses:class-detail", session.class_group_id)
    status = status if status != 200 or not form.errors else 422
    day = f"{session.held_on:%d/%m/%Y}"
    context = context_of(
        session.class_group, form=form, button=_("Ghi nghỉ buổi này"),
        heading=_("Buổi %(number)s ngày %(day)s nghỉ") % {"number": session.number, "day": day},
        text=_("Buổi nghỉ không tính vào số buổi đã học. Nếu học bù, hãy thêm buổi mới vào lịch."),
    )  # fmt: skip
    return render(request, "courses/reason_form.html", context, status=status)


@scoped(*READERS)
def results(request: HttpRequest, pk: int) -> HttpResponse:
    """Results of everybody in a class on one page."""
    group = class_or_404(request, pk, Verb.TEACH if request.method == "POST" else None)
    refusal, status = "", 200
    if request.method == "POST":
        notes = _chosen(request.POST, "note_")
        given = {key: (value, notes.get(key, "")) for key, value in _chosen(request.POST, "result_").items()}
        try:
            changed = services.record_results(class_group=group, results=given, by=request.user)
        except DomainError as error:
            status, refusal = refusal_of(error), str(error.message)
        else:
            messages.success(request, _("Đã lưu kết quả; %(count)s người có thay đổi.") % {"count": len(changed)})
            return redirect("courses:results", group.pk)
    people = [row for row in class_people(group) if row.status != EnrolmentStatus.WITHDRAWN]
    typed = request.POST if request.method == "POST" else QueryDict()
    lines = [
        Line(
            row, typed.get(f"result_{row.pk}", row.result), typed.get(f"note_{row.pk}", row.result_note),
            str(Result(row.result).label),
        )
        for row in people
    ]  # fmt: skip
    context = context_of(
        group,
        lines=lines,
        may=allowed(request.user, group),
        refusal=refusal,
        missing=sum(not row.result for row in people),
        choices=[choice for choice in Result.choices if choice[0]],
        held_count=group.sessions.filter(status=SessionStatus.HELD).count(),
    )
    return render(request, "courses/results.html", context, status=status)


def _chosen(data: QueryDict, prefix: str) -> dict[int, str]:
    """Read ``prefix<key>=value`` pairs of a form; names that are not of that shape are nobody's."""
    found = {}
    for name in data:
        tail = name.removeprefix(prefix)
        if name.startswith(prefix) and tail.isascii() and tail.isdecimal() and len(tail) < MAX_KEY_DIGITS:
            found[int(tail)] = str(data[name])
    return found


def _sending(data: QueryDict, session: Session) -> dict[str, Any]:
    """Which version the page showed, and the name of this sending; a form without them is one that was just loaded."""
    version = data.get("version", "")
    fits = version.isascii() and version.isdecimal() and len(version) < MAX_KEY_DIGITS
    return {
        "seen_version": int(version) if fits else session.marks_version,
        "nonce": _name_of(data.get("nonce", "")),
        "after": _name_of(data.get("after", "")),
    }


def _name_of(text: str) -> uuid.UUID | None:
    """Read the name of a sending; what is none is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _saved_words(sent: services.Sent) -> str:
    """Say what is in the book now, and what of somebody else's was kept."""
    session = sent.session
    present = session.marks.filter(status=AttendanceStatus.PRESENT).count()
    at = f"{timezone.localtime(session.marked_at):%H:%M}" if session.marked_at else ""
    counted = {"number": session.number, "present": present, "all": session.marks.count(), "at": at}
    words = _("Đã lưu điểm danh buổi %(number)s lúc %(at)s: %(present)s trên %(all)s có mặt.") % counted
    if sent.kept:
        names = ", ".join(row.learner.full_name for row in sent.kept)
        words += " " + _("Giữ dấu do người khác vừa ghi: %(names)s.") % {"names": names}
    return words


def _attendance_lines(
    session: Session, typed: QueryDict | None, differences: dict[int, services.Difference]
) -> list[Line]:
    """Everybody to mark, and whoever has a mark, with the mark typed, saved or preset.

    Present is preset only before the first saving; who joined the class after a session that was held was not there.
    """
    saved = dict(session.marks.values_list("enrolment_id", "status"))
    preset = AttendanceStatus.ABSENT if session.status == SessionStatus.HELD else AttendanceStatus.PRESENT
    people = Enrolment.objects.filter(class_group_id=session.class_group_id).select_related("learner")
    lines = []
    for row in people.order_by("learner__sort_key", "pk"):
        if row.status == EnrolmentStatus.WITHDRAWN and row.pk not in saved:
            continue
        chosen = typed.get(f"mark_{row.pk}") if typed else None
        value = chosen or saved.get(row.pk, preset.value)
        label = str(AttendanceStatus(value).label) if value in AttendanceStatus.values else ""
        theirs = str(AttendanceStatus(differences[row.pk].theirs).label) if row.pk in differences else ""
        lines.append(Line(row, value, theirs, label))
    return lines
