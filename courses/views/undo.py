"""Taking back a slip of a moment ago, by the button beside the message that told of it."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from centres.access import scoped
from centres.choices import Verb
from core.errors import DomainError
from courses import services
from courses.views.shared import READERS, class_or_404, enrolment_or_404, refusal_of, session_or_404


@scoped(*READERS)
@require_POST
def withdraw_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Put somebody back who was recorded as having left."""
    enrolment = enrolment_or_404(request, pk, Verb.ENROL)
    try:
        services.undo_withdraw(enrolment=enrolment, by=request.user)
    except DomainError as error:
        refusal_of(error)
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Đã hoàn tác: %(name)s vẫn học.") % {"name": enrolment.learner.full_name})
    return redirect("courses:class-detail", enrolment.class_group_id)


@scoped(*READERS)
@require_POST
def session_cancel_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a session take place that was recorded as cancelled."""
    session = session_or_404(request, pk, Verb.TEACH)
    try:
        services.undo_cancel_session(session=session, by=request.user)
    except DomainError as error:
        refusal_of(error)
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Đã hoàn tác: buổi %(number)s không nghỉ.") % {"number": session.number})
    return redirect("courses:class-detail", session.class_group_id)


@scoped(*READERS)
@require_POST
def marks_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back the last saving of attendance."""
    session = session_or_404(request, pk, Verb.TEACH)
    try:
        row = services.undo_marks(session=session, by=request.user)
    except DomainError as error:
        refusal_of(error)
        messages.error(request, str(error.message))
    else:
        words = (
            _("Đã hoàn tác: buổi %(number)s trở lại như lần lưu trước.")
            if row.marked_at
            else _("Đã hoàn tác: buổi %(number)s chưa điểm danh.")
        )
        messages.success(request, words % {"number": row.number})
    return redirect("courses:session-detail", session.pk)


@scoped(*READERS)
@require_POST
def grid_undo(request: HttpRequest, pk: int, nonce: uuid.UUID) -> HttpResponse:
    """Take back one saving of the whole-class grid."""
    group = class_or_404(request, pk, Verb.TEACH)
    try:
        done = services.undo_grid(class_group=group, nonce=nonce, by=request.user)
    except DomainError as error:
        refusal_of(error)
        messages.error(request, str(error.message))
    else:
        numbers = ", ".join(str(row.number) for row in done.back)
        words = _("Đã hoàn tác: buổi %(numbers)s trở lại như trước lần lưu.") % {"numbers": numbers}
        if done.left:
            left = ", ".join(str(row.number) for row in done.left)
            words += " " + _("Buổi %(numbers)s giữ nguyên vì đã có lần ghi sau.") % {"numbers": left}
        messages.success(request, words)
    page = request.GET.get("page", "")
    where = f"?page={page}" if page.isascii() and page.isdecimal() and len(page) < 5 else ""
    return redirect(reverse("courses:attendance-grid", args=[group.pk]) + where)
