"""Days off of a centre, and single sessions of a timetable."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from centres.access import scoped
from centres.choices import Verb
from courses import services
from courses.forms import DaysOffForm, NewSessionForm, SessionForm
from courses.models import ClassGroup, DayOff, Session
from courses.selectors import Clash, fingerprint
from courses.views.shared import (
    READERS,
    attempt,
    centres_of,
    class_or_404,
    context_of,
    ended,
    session_or_404,
    unseen_clashes,
    working_centre,
)


@scoped(Verb.MANAGE_CLASSES)
def days_off(request: HttpRequest) -> HttpResponse:
    """Public holidays to come and the centre's own days off; more of these can be written down."""
    centre = working_centre(request, Verb.MANAGE_CLASSES)
    form = DaysOffForm(request.POST or None)
    added, status = attempt(form, services.add_days_off, centre=centre, by=request.user)
    if added is not None:
        messages.success(request, _("Đã ghi %(count)s ngày nghỉ.") % {"count": len(added)})
        return redirect(f"{reverse('courses:days-off')}?centre={centre.pk}")
    year = timezone.localdate().year
    rows = list(DayOff.objects.for_centre(centre.pk).filter(falls_on__year__gte=year))
    context = {
        "form": form,
        "centre": centre,
        "centres": centres_of(request, Verb.MANAGE_CLASSES),
        "own": [row for row in rows if row.centre_id],
        "public": [row for row in rows if row.centre_id is None],
    }
    return render(request, "courses/days_off.html", context, status=status)


@scoped(Verb.MANAGE_CLASSES)
@require_POST
def day_off_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back one of the centre's own days off."""
    row = get_object_or_404(DayOff.objects.owned_by(request.user), pk=pk)
    services.remove_day_off(day_off=row, by=request.user)
    messages.success(request, _("Đã bỏ ngày nghỉ %(day)s.") % {"day": f"{row.falls_on:%d/%m/%Y}"})
    return redirect(f"{reverse('courses:days-off')}?centre={row.centre_id}")


@scoped(*READERS)
def session_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add one session."""
    group = class_or_404(request, pk, Verb.MANAGE_CLASSES)
    if not group.is_editable:
        return ended(request, group)
    form = NewSessionForm(request.POST or None)
    if clashes := _clashes(request, group, form):
        return _ask(request, group, form, clashes, _("Thêm một buổi"))
    row, status = attempt(form, services.add_session, class_group=group, by=request.user)
    if row is not None:
        words = {"number": row.number, "day": f"{row.held_on:%d/%m/%Y}"}
        messages.success(request, _("Đã thêm buổi %(number)s, ngày %(day)s.") % words)
        _warn_of_day_off(request, row)
        return redirect("courses:class-detail", group.pk)
    context = context_of(group, form=form, clashes=[], heading=_("Thêm một buổi"), button=_("Thêm buổi"))
    return render(request, "courses/session_form.html", context, status=status)


@scoped(*READERS)
def session_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Put one session on another day or hour."""
    session = session_or_404(request, pk, Verb.TEACH)
    group = session.class_group
    if not group.is_editable:
        return ended(request, group)
    initial = {"held_on": session.held_on, "starts_at": session.starts_at, "ends_at": session.ends_at}
    form = SessionForm(request.POST or None, initial=initial)
    heading = _("Dời buổi %(number)s") % {"number": session.number}
    if clashes := _clashes(request, group, form):
        return _ask(request, group, form, clashes, heading)
    row, status = attempt(form, services.move_session, session=session, by=request.user)
    if row is not None:
        words = {"number": row.number, "day": f"{row.held_on:%d/%m/%Y}"}
        messages.success(request, _("Đã dời buổi %(number)s sang ngày %(day)s.") % words)
        _warn_of_day_off(request, row)
        return redirect("courses:class-detail", group.pk)
    context = context_of(group, form=form, clashes=[], heading=heading, button=_("Dời buổi này"))
    return render(request, "courses/session_form.html", context, status=status)


def _clashes(request: HttpRequest, group: ClassGroup, form: SessionForm) -> list[Clash]:
    """Clashes of the session in the form that nobody has seen yet; none while the form itself is wrong."""
    if not (form.is_bound and form.is_valid()):
        return []
    times = {name: form.cleaned_data[name] for name in ("held_on", "starts_at", "ends_at")}
    return unseen_clashes(request, group, [Session(**times)])


def _ask(
    request: HttpRequest, group: ClassGroup, form: SessionForm, clashes: list[Clash], heading: str
) -> HttpResponse:
    """Say what clashes, with the form as it is: saving once more means it."""
    context = context_of(group, form=form, heading=heading, clashes=clashes, clashes_seen=fingerprint(clashes))
    return render(request, "courses/session_form.html", context, status=409)


def _warn_of_day_off(request: HttpRequest, session: Session) -> None:
    """Say so when the chosen day is a day off: it may be meant."""
    off = DayOff.objects.for_centre(session.class_group.centre_id).filter(falls_on=session.held_on).first()
    if off:
        words = {"day": f"{off.falls_on:%d/%m/%Y}", "name": off.name}
        messages.warning(request, _("Lưu ý: ngày %(day)s là ngày nghỉ (%(name)s).") % words)
