"""The holder's link: the slip that a centre prints, and what it opens."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from centres.access import public, scoped
from centres.choices import Verb
from certificates.forms import HolderLinkForm
from certificates.guessing import too_many_misses
from certificates.holder.finding import holding_of, paper_in_force
from certificates.holder.models import HolderLink
from certificates.holder.secret import printed
from certificates.qr import qr_path
from certificates.services.holder import latest_link, linking_centre, make_holder_link, revoke_holder_link
from certificates.views.public import closed_page
from core.errors import DomainError
from core.forms import add_domain_error
from core.offline import in_asked_language
from learners.models import Learner


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@scoped(Verb.ISSUE)
def holder_link(request: HttpRequest, pk: int) -> HttpResponse:
    """The slip of one person: what is in force, a form to make or renew it. The answer to the form is the slip itself.

    The secret stands in that answer and nowhere else, so it cannot be opened again.
    """
    user = _user(request)
    learner = get_object_or_404(Learner.objects.visible_to(user), pk=pk)
    centre = linking_centre(learner, user)
    latest = latest_link(learner, centre)
    form = HolderLinkForm(request.POST or None, initial={"after": latest.pk if latest else None})
    if request.method == "POST" and form.is_valid():
        try:
            fresh = make_holder_link(learner=learner, by=user, **form.cleaned_data)
        except DomainError as error:
            if error.status not in (409, 422):
                raise
            add_domain_error(form, error)
        else:
            url = f"{settings.PUBLIC_BASE_URL.upper()}/H/{fresh.secret}"
            path, size = qr_path(url)
            host = settings.PUBLIC_BASE_URL.split("://", 1)[-1]
            context = {
                "learner": learner, "centre": centre, "link": fresh.link, "qr_path": path, "qr_size": size,
                "host": host, "secret": printed(fresh.secret),
            }  # fmt: skip
            return closed_page(render(request, "certificates/holder_slip.html", context))
    context = {"learner": learner, "centre": centre, "latest": latest, "form": form}
    return render(request, "certificates/holder_link.html", context, status=422 if form.errors else 200)


@scoped(Verb.ISSUE)
@require_POST
def revoke_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a link that was lost or is not wanted any more."""
    link = get_object_or_404(HolderLink.objects.visible_to(request.user).select_related("learner"), pk=pk)
    try:
        revoke_holder_link(link=link, by=_user(request))
    except DomainError as error:
        if error.status != 409:
            raise
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Đã hủy phiếu: liên kết trên phiếu không mở được nữa."))
    return redirect("certificates:holder-link", pk=link.learner.merged_into_id or link.learner_id)


def not_here(request: HttpRequest) -> HttpResponse:
    """One answer for an unknown, malformed, revoked and expired link, and for a paper that it does not open."""
    if too_many_misses(request):
        return closed_page(render(request, "verify/slow_down.html", status=429))
    return closed_page(render(request, "verify/holder_unknown.html", status=404))


@public("the holder's own certificates, opened by a secret of 130 bits that the centre printed for them")
@in_asked_language
def holder(request: HttpRequest, secret: str) -> HttpResponse:
    """All certificates of one person, each with its state, to show or to print for a dossier."""
    holding = holding_of(secret, count=request.method == "GET")
    if holding is None:
        return not_here(request)
    host = settings.PUBLIC_BASE_URL.split("://", 1)[-1]
    context = {"holding": holding, "secret": secret, "now": timezone.now(), "host": host}
    return closed_page(render(request, "verify/holder.html", context))


@public("a certificate's file for its holder, opened by the same secret")
@in_asked_language
def holder_pdf(request: HttpRequest, secret: str, token: str) -> HttpResponseBase:
    """The frozen file of a certificate in force."""
    row = paper_in_force(secret, token)
    if row is None:
        return not_here(request)
    name = f"chung-nhan-{row.register_number.replace('/', '-')}.pdf"
    return closed_page(
        FileResponse(row.pdf.open("rb"), as_attachment=True, content_type="application/pdf", filename=name)
    )
