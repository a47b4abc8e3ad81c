"""Waitlist of a class: give a place by hand, take somebody off."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from centres.access import scoped
from centres.choices import Verb
from core.errors import DomainError
from courses import services
from courses.models import WaitlistEntry
from courses.permissions import require_on_class
from courses.views.shared import READERS, refusal_of


def _entry_or_404(request: HttpRequest, pk: int) -> WaitlistEntry:
    rows = WaitlistEntry.objects.visible_to(request.user).select_related("class_group__course", "learner")
    entry: WaitlistEntry = get_object_or_404(rows, pk=pk)
    require_on_class(request.user, Verb.ENROL, entry.class_group)
    return entry


@scoped(*READERS)
@require_POST
def waitlist_place(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a free place to this person."""
    entry = _entry_or_404(request, pk)
    try:
        services.place(entry=entry, by=request.user)
    except DomainError as error:
        refusal_of(error)
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Đã xếp %(name)s vào lớp.") % {"name": entry.learner.full_name})
    return redirect("courses:class-detail", entry.class_group_id)


@scoped(*READERS)
@require_POST
def waitlist_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Take this person off the waitlist."""
    entry = _entry_or_404(request, pk)
    try:
        services.leave_waitlist(entry=entry, by=request.user, reason=request.POST.get("reason", ""))
    except DomainError as error:
        refusal_of(error)
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Đã bỏ %(name)s khỏi danh sách chờ.") % {"name": entry.learner.full_name})
    return redirect("courses:class-detail", entry.class_group_id)
