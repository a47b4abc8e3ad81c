"""People who call on others: a centre's list of them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from centres.access import scoped
from centres.choices import Verb
from centres.permissions import require
from core.errors import InvalidInput
from courses.views.shared import attempt, centres_of, working_centre
from literacy import services
from literacy.forms import VolunteerForm
from literacy.models import Volunteer
from literacy.selectors import people_called_on


def _to_list(centre_id: int) -> HttpResponse:
    return redirect(f"{reverse('literacy:volunteer-list')}?centre={centre_id}")


@scoped(Verb.FOLLOW_UP)
def volunteer_list(request: HttpRequest) -> HttpResponse:
    """The centre's volunteers; more can be written down."""
    centre = working_centre(request, Verb.FOLLOW_UP)
    form = VolunteerForm(request.POST or None, centre=centre)
    row, status = attempt(form, services.add_volunteer, centre=centre, by=request.user)
    if row is not None:
        messages.success(request, _("Đã thêm %(name)s.") % {"name": row.full_name})
        return _to_list(centre.pk)
    rows = Volunteer.objects.filter(centre=centre).select_related("user")
    context = {
        "form": form,
        "centre": centre,
        "centres": centres_of(request, Verb.FOLLOW_UP),
        "active": list(rows.active()),
        "retired": list(rows.filter(retired_on__isnull=False)),
    }
    return render(request, "literacy/volunteer_list.html", context, status=status)


def _volunteer_or_404(request: HttpRequest, pk: int) -> Volunteer:
    """Return a volunteer of a centre the user sees, when they follow people up there."""
    row: Volunteer = get_object_or_404(Volunteer.objects.visible_to(request.user).select_related("centre"), pk=pk)
    require(request.user, Verb.FOLLOW_UP, row.centre_id)
    return row


@scoped(Verb.VIEW)
def volunteer_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a volunteer's line, or retire them."""
    row = _volunteer_or_404(request, pk)
    initial = {"full_name": row.full_name, "phone": row.phone, "organisation": row.organisation, "user": row.user_id}
    form = VolunteerForm(request.POST or None, initial=initial, centre=row.centre)
    changed, status = attempt(form, services.change_volunteer, volunteer=row, by=request.user)
    if changed is not None:
        messages.success(request, _("Đã sửa %(name)s.") % {"name": changed.full_name})
        return _to_list(row.centre_id)
    context = {
        "form": form,
        "volunteer": row,
        "people": len(people_called_on(row)),
        "others": row.centre.volunteers.active().exclude(pk=row.pk),
    }
    return render(request, "literacy/volunteer_form.html", context, status=status)


@scoped(Verb.VIEW)
@require_POST
def volunteer_retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Give no more people to a volunteer; another one may take over theirs."""
    row = _volunteer_or_404(request, pk)
    asked = request.POST.get("successor", "")
    successor = get_object_or_404(row.centre.volunteers.all(), pk=int(asked)) if asked.isdecimal() else None
    try:
        count = services.retire_volunteer(volunteer=row, by=request.user, successor=successor)
    except InvalidInput as error:
        messages.error(request, str(error.message))
        return redirect("literacy:volunteer-edit", row.pk)
    words = {"name": row.full_name, "n": count, "other": successor.full_name if successor else ""}
    if count and successor:
        text = _("%(name)s thôi làm từ hôm nay; %(other)s nhận %(n)s người.") % words
    elif count:
        text = _("%(name)s thôi làm từ hôm nay; %(n)s người chưa giao cho ai.") % words
    else:
        text = _("%(name)s thôi làm từ hôm nay; việc đã làm vẫn ghi tên người này.") % words
    messages.success(request, text, reverse("literacy:volunteer-restore", args=[row.pk]))
    return _to_list(row.centre_id)


@scoped(Verb.VIEW)
@require_POST
def volunteer_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a volunteer call on people again."""
    row = services.restore_volunteer(volunteer=_volunteer_or_404(request, pk), by=request.user)
    messages.success(request, _("%(name)s nhận việc trở lại.") % {"name": row.full_name})
    return _to_list(row.centre_id)
