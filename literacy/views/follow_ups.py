"""Pages of literacy: who has to be seen again, what was found."""

from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.models import Centre
from centres.permissions import require
from core.dates import add_months
from core.errors import Conflict, DomainError
from core.forms import add_domain_error
from core.models import setting_on
from literacy.choices import CheckOutcome
from literacy.forms import CheckForm
from literacy.models import FollowUp, LiteracyCheck
from literacy.services import may_check_again, record_check, undo_check

PER_PAGE = 50
WHEN = ("due", "soon", "later", "relapsed", "done")
# One tap on the list; what ends the plan or leaves it open for other reasons stands behind one more.
AT_ONCE = (CheckOutcome.HOLDS_1, CheckOutcome.HOLDS_2, CheckOutcome.RELAPSED, CheckOutcome.NOT_REACHED)
SELDOM = (CheckOutcome.MOVED, CheckOutcome.DIED, CheckOutcome.REFUSED)
PLACE = ("when", "centre", "page")


def _place(request: HttpRequest) -> str:
    """Where in the list the person came from, as a query string; nothing else of the address is taken over."""
    return urlencode({name: request.GET[name] for name in PLACE if request.GET.get(name)})


def _back_to_list(request: HttpRequest) -> HttpResponse:
    return redirect(f"{reverse('literacy:followup-list')}?{_place(request)}".rstrip("?"))


def _said(check: LiteracyCheck) -> str:
    """What was recorded, and when the person is due again."""
    words = {"name": check.learner.full_name, "outcome": check.get_outcome_display()}
    text = _("Đã ghi kết quả của %(name)s: %(outcome)s.") % words
    following = FollowUp.objects.open().filter(learner_id=check.learner_id, due_on__gt=check.checked_on)
    due_on = following.order_by("due_on").values_list("due_on", flat=True).first()
    if due_on:
        return f"{text} " + _("Lần kiểm tra sau: %(day)s.") % {"day": f"{due_on:%d/%m/%Y}"}
    return text


@scoped(Verb.VIEW)
def followup_list(request: HttpRequest) -> HttpResponse:
    """The worklist: overdue first, then this month, then later; and what was done."""
    user, scope, today = cast(User, request.user), scope_of(request.user), timezone.localdate()
    when = request.GET.get("when", "due")
    when = when if when in WHEN else "due"
    centre_pk = request.GET.get("centre", "")
    rows = FollowUp.objects.visible_to(user)
    if centre_pk.isdecimal():
        rows = rows.filter(centre_id=int(centre_pk))
    month = add_months(today, 1)
    parts = {
        "due": rows.due(today),
        "soon": rows.open().filter(due_on__gt=today, due_on__lte=month),
        "later": rows.open().filter(due_on__gt=month),
        "relapsed": rows.relapsed(),
        "done": rows.filter(done_on__isnull=False),
    }
    labels = {
        "due": _("Đến hạn"),
        "soon": _("Trong một tháng tới"),
        "later": _("Về sau"),
        "relapsed": _("Đang tái mù chữ"),
        "done": _("Đã kiểm tra"),
    }
    chosen = parts[when].order_by("-done_on" if when == "done" else "due_on", "pk")
    chosen = chosen.select_related("learner__neighbourhood", "centre").prefetch_related("checks")
    context = {
        "page_obj": Paginator(chosen, PER_PAGE).get_page(request.GET.get("page")),
        "when": when,
        "tabs": [(name, labels[name], part.count()) for name, part in parts.items()],
        "today": today,
        "months": ", ".join(str(months) for months in setting_on("literacy.follow_up_months", today)),
        "centre_pk": centre_pk,
        "centres": Centre.objects.visible_to(user) if scope.is_officer else Centre.objects.none(),
        "may_record": scope.may(Verb.FOLLOW_UP),
        "at_once": AT_ONCE if when in ("due", "relapsed") else (),
        "seldom": SELDOM,
        "place": _place(request),
        "query": urlencode({"when": when, **({"centre": centre_pk} if centre_pk else {})}),
    }
    return render(request, "literacy/followup_list.html", context)


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
            undo = f"{reverse('literacy:check-undo', args=[check.pk])}?{_place(request)}".rstrip("?")
            messages.success(request, _said(check), undo)
            return _back_to_list(request)
    context = {
        "form": form,
        "follow_up": follow_up,
        "again": again,
        "before": follow_up.award.checks.order_by("-checked_on", "-pk"),
        "place": _place(request),
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
    return _back_to_list(request)
