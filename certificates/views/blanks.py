"""Pages of the stock of printed forms."""

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from centres.access import scoped
from centres.choices import Verb
from centres.permissions import require
from certificates.choices import BlankState
from certificates.forms import BlanksForm
from certificates.models import Blank, BlankBatch
from certificates.services import receive_blanks, release_blank, spoil_blank, use_blanks
from core.errors import DomainError
from core.forms import add_domain_error
from core.text import clean
from courses.models import ClassGroup
from courses.views.shared import centres_of, working_centre

PER_PAGE = 25
COUNTS = {state: Count("blanks", filter=Q(blanks__state=state)) for state in BlankState.values}


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@scoped(Verb.ISSUE)
def blanks(request: HttpRequest) -> HttpResponse:
    """The stock: how many forms came, were used, spoiled and are left; and each form."""
    user, centre = _user(request), working_centre(request, Verb.ISSUE)
    form = BlanksForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            batch = receive_blanks(centre=centre, by=user, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Đã ghi nhận %(n)s phôi.") % {"n": batch.last - batch.first + 1})
            return redirect("certificates:blanks")
    rows = Blank.objects.visible_to(user).filter(centre=centre)
    asked = {name: clean(request.GET.get(name, ""))[:40] for name in ("state", "q")}
    if asked["state"] in BlankState.values:
        rows = rows.filter(state=asked["state"])
    if asked["q"]:
        rows = rows.filter(serial__contains=asked["q"].upper())
    context = {
        "centre": centre,
        "centres": centres_of(request, Verb.ISSUE),
        "form": form,
        "batches": BlankBatch.objects.filter(centre=centre).annotate(**COUNTS),
        "page_obj": Paginator(rows.select_related("certificate"), PER_PAGE).get_page(request.GET.get("page")),
        "asked": asked,
        "states": BlankState.choices,
        "query": "&".join(f"{name}={value}" for name, value in asked.items() if value),
    }
    return render(request, "certificates/blanks.html", context, status=422 if form.errors else 200)


@scoped(Verb.ISSUE)
@require_POST
def use(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a class's certificates on the next free forms."""
    group = get_object_or_404(ClassGroup.objects.visible_to(request.user), pk=pk)
    require(request.user, Verb.ISSUE, group.centre_id)
    try:
        forms = use_blanks(class_group=group, by=_user(request), first_serial=request.POST.get("first_serial", ""))
    except DomainError as error:
        if error.status not in (409, 422):
            raise
        messages.error(request, str(error.message))
    else:
        words = _("Đã gắn phôi từ %(first)s đến %(last)s, theo thứ tự số vào sổ.")
        messages.success(request, words % {"first": forms[0].serial, "last": forms[-1].serial})
    return redirect("certificates:issue", pk=group.pk)


@scoped(Verb.ISSUE)
@require_POST
def settle_blank(request: HttpRequest, pk: int) -> HttpResponse:
    """Count one form as spoiled, or take it back from its certificate."""
    blank = get_object_or_404(Blank.objects.visible_to(request.user).select_related("certificate"), pk=pk)
    require(request.user, Verb.ISSUE, blank.centre_id)
    try:
        if request.POST.get("do") == "release":
            release_blank(blank=blank, by=_user(request))
            words = _("Phôi %(serial)s lại chưa dùng.")
        else:
            spoil_blank(blank=blank, by=_user(request), reason=request.POST.get("reason", ""))
            words = _("Đã ghi phôi %(serial)s là hỏng.")
    except DomainError as error:
        if error.status not in (409, 422):
            raise
        messages.error(request, str(error.message))
    else:
        messages.success(request, words % {"serial": blank.serial})
    return redirect("certificates:blanks")
