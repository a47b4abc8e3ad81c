"""Checks that telephones sent when somebody else had been faster: both are shown, a person of the centre decides."""

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from centres.access import scope_of, scoped
from centres.choices import Verb
from core.errors import Conflict, InvalidInput
from literacy.choices import CheckOutcome
from literacy.models import CheckSending
from literacy.services import settle_sending

PER_PAGE = 30


def _line(row: CheckSending) -> dict[str, Any]:
    """One sending with both results, in words."""
    content = row.content
    return {
        "row": row,
        "learner": row.follow_up.learner,
        "outcome": CheckOutcome(content["outcome"]).label,
        "checked_on": parse_date(content["checked_on"]),
        "note": content["note"],
        "other": row.check_made,
    }


@scoped(Verb.VIEW)
def held(request: HttpRequest) -> HttpResponse:
    """What waits for a decision in the user's centres."""
    rows = CheckSending.objects.visible_to(request.user).held()
    rows = rows.select_related("follow_up__learner", "sent_by", "check_made__recorded_by").order_by("received_at", "pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "lines": [_line(row) for row in page],
        "may_record": scope_of(request.user).may(Verb.FOLLOW_UP),
    }
    return render(request, "literacy/held.html", context)


@scoped(Verb.FOLLOW_UP, Verb.VIEW)
@require_POST
def held_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Record a held check besides the other one (``do=record``), or drop it (``do=drop``)."""
    user = cast(User, request.user)
    rows = CheckSending.objects.visible_to(user).select_related("follow_up__learner")
    sending = get_object_or_404(rows, pk=pk)
    record = request.POST.get("do") == "record"
    try:
        settle_sending(sending=sending, record=record, by=user)
    except (Conflict, InvalidInput) as error:
        messages.error(request, str(error.message))
    else:
        words = _("Đã ghi thêm kết quả của %(name)s.") if record else _("Đã bỏ kết quả gửi về của %(name)s.")
        messages.success(request, words % {"name": sending.follow_up.learner.full_name})
    return redirect("literacy:held")
