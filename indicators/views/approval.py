"""One inbox: what was reported from the units below, what was computed beside it, approve or return."""

from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from centres.access import scope_of, scoped
from centres.choices import Verb
from core.errors import Conflict, Forbidden, InvalidInput
from indicators import services
from indicators.inbox import inbox
from indicators.models import Figure, FigureDecision


@scoped(Verb.APPROVE_FIGURE)
def inbox_page(request: HttpRequest) -> HttpResponse:
    """Reported figures that wait for this person."""
    return _page(request)


def _page(
    request: HttpRequest, *, wrong: int = 0, words: str = "", reason: str = "", status: int = 200
) -> HttpResponse:
    user = cast(User, request.user)
    for_city = Verb.APPROVE_FIGURE in scope_of(user).city_verbs
    below = for_city and request.GET.get("at") == "below"
    context = {
        "rows": inbox(user, not_yet_here=below),
        "wrong": wrong,
        "words": words,
        "reason": reason,
        "for_city": for_city,
        "below": below,
        "below_count": Figure.objects.to_decide_by(user, not_yet_here=True).count() if for_city else 0,
    }
    return render(request, "indicators/inbox.html", context, status=status)


def _decide(request: HttpRequest, pk: int, verb: Callable[..., FigureDecision], done: str, **more: str) -> HttpResponse:
    user = cast(User, request.user)
    figure = get_object_or_404(Figure.objects.visible_to(user).select_related("indicator", "unit"), pk=pk)
    reason = request.POST.get("reason", "")
    try:
        verb(figure=figure, by=user, reason=reason, **more)
    except InvalidInput as error:
        return _page(request, wrong=pk, words=str(error.message), reason=reason, status=error.status)
    except (Conflict, Forbidden) as error:
        if isinstance(error, Conflict) and error.code == "data_changed":
            # The page with the new number and what was typed: looking again is one glance, not a search.
            return _page(request, wrong=pk, words=str(error.message), reason=reason, status=error.status)
        if isinstance(error, Forbidden) and error.code not in ("own_figure", "not_here"):
            raise
        messages.error(request, str(error.message))
    else:
        messages.success(request, done % {"code": figure.indicator.code, "unit": figure.unit.name})
    return redirect("indicators:inbox")


@scoped(Verb.APPROVE_FIGURE, Verb.VIEW_FIGURES)
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve one."""
    for_city = Verb.APPROVE_FIGURE in scope_of(request.user).city_verbs
    done = _("Đã duyệt %(code)s của %(unit)s.") if for_city else _("Đã chuyển %(code)s của %(unit)s lên thành phố.")
    return _decide(request, pk, services.approve_figure, done, token=request.POST.get("token", ""))


@scoped(Verb.APPROVE_FIGURE, Verb.VIEW_FIGURES)
@require_POST
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Return one, with the reason."""
    return _decide(request, pk, services.return_figure, _("Đã trả lại %(code)s của %(unit)s."))
