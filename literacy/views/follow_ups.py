"""Pages of a check: what was found, and taking it back."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from centres.access import scoped
from centres.choices import Verb
from centres.permissions import require
from core.errors import Conflict, DomainError
from core.forms import add_domain_error
from literacy.forms import CheckForm
from literacy.models import FollowUp, LiteracyCheck
from literacy.services import may_check_again, record_check, undo_check
from literacy.views.place import back_to_list, place_of


def _said(check: LiteracyCheck) -> str:
    """What was recorded, and when the person is due again."""
    words = {"name": check.learner.full_name, "outcome": check.get_outcome_display()}
    text = _("Đã ghi kết quả của %(name)s: %(outcome)s.") % words
    following = FollowUp.objects.open().filter(learner_id=check.learner_id, due_on__gt=check.checked_on)
    due_on = following.order_by("due_on").values_list("due_on", flat=True).first()
    if due_on:
        return f"{text} " + _("Lần kiểm tra sau: %(day)s.") % {"day": f"{due_on:%d/%m/%Y}"}
    return text


@scoped(Verb.FOLLOW_UP, Verb.VIEW)
def check_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Record what a check found."""
    user = cast(User, request.user)
    rows = FollowUp.objects.visible_to(user).select_related("learner__neighbourhood", "award", "centre")
    follow_up = get_object_or_404(rows, pk=pk)
    require(user, Verb.FOLLOW_UP, follow_up.centre_id)
    again = not follow_up.is_open
    if again and request.method != "POST" and not may_check_again(follow_up):
        raise Conflict("follow_up_done", _("Lần theo dõi này đã có kết quả."))
    form = CheckForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            check = record_check(follow_up=follow_up, by=user, **form.values())  # type: ignore[arg-type]
        except DomainError as error:
            add_domain_error(form, error)
        else:
            undo = f"{reverse('literacy:check-undo', args=[check.pk])}?{place_of(request)}".rstrip("?")
            messages.success(request, _said(check), undo)
            return back_to_list(request)
    context = {
        "form": form,
        "follow_up": follow_up,
        "again": again,
        "before": follow_up.award.checks.order_by("-checked_on", "-pk"),
        "place": place_of(request),
    }
    return render(request, "literacy/check_form.html", context, status=422 if form.errors else 200)


@scoped(Verb.FOLLOW_UP, Verb.VIEW)
@require_POST
def check_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what was recorded a moment ago."""
    user = cast(User, request.user)
    check = get_object_or_404(LiteracyCheck.objects.visible_to(user).select_related("learner"), pk=pk)
    try:
        undo_check(check=check, by=user)
    except Conflict as error:
        messages.error(request, str(error.message))
    else:
        words = _("Đã hoàn tác: kết quả của %(name)s chưa được ghi.")
        messages.success(request, words % {"name": check.learner.full_name})
    return back_to_list(request)
