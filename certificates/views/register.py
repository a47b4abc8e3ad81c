"""The register: list, entry, files, steps after issuing."""

from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.models import Centre
from certificates import services
from certificates.choices import CertificateState
from certificates.forms import DecisionForm
from certificates.models import Certificate, Register
from certificates.querysets import CertificateQuerySet
from certificates.selectors import successor_of
from core.errors import DomainError
from core.text import clean, search_key
from core.tokens import read_token
from learners.models import Learner
from learners.querysets import of_person

PER_PAGE = 50
SUPERSEDED = (CertificateState.CORRECTED, CertificateState.REPLACED)
DECIDABLE = (CertificateState.ISSUED, CertificateState.RESERVED)


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _found(rows: CertificateQuerySet, text: str) -> CertificateQuerySet:
    token = read_token(text)
    if token:
        return rows.filter(token=token)
    if text.replace("/", "").isdecimal():
        return rows.filter(register_number__contains=text)
    for word in search_key(text).split():
        rows = rows.filter(search_key__contains=word)
    return rows


@scoped(Verb.VIEW)
def register(request: HttpRequest) -> HttpResponse:
    """One book per centre and year, with search and state."""
    user, scope = _user(request), scope_of(request.user)
    asked = {name: clean(request.GET.get(name, ""))[:100] for name in ("q", "year", "state", "centre")}
    rows = Certificate.objects.visible_to(user)
    if asked["centre"].isdecimal():
        rows = rows.filter(centre_id=int(asked["centre"]))
    if asked["year"].isdecimal():
        rows = rows.filter(register__year=int(asked["year"]))
    if asked["state"] in CertificateState.values:
        rows = rows.filter(state=asked["state"])
    if asked["q"]:
        rows = _found(rows, asked["q"])
    # One centre's book is read by number; over many centres the latest comes first, from an index.
    one_book = not scope.is_officer or asked["centre"].isdecimal()
    order = ("-register__year", "-number") if one_book else ("-issued_on", "-id")
    rows = rows.select_related("centre", "register").order_by(*order)
    years = Register.objects.filter(scope.centre_q()).values_list("year", flat=True).distinct().order_by("-year")
    context = {
        "page_obj": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "asked": asked,
        "filtered": any(asked.values()),
        "years": [str(year) for year in years],
        "states": CertificateState.choices,
        "centres": Centre.objects.visible_to(user) if scope.is_officer else Centre.objects.none(),
        "query": urlencode({name: value for name, value in asked.items() if value}),
    }
    return render(request, "certificates/register.html", context)


@scoped(Verb.VIEW)
def certificate_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry: what was issued, and everything that happened to it."""
    user = _user(request)
    row = get_object_or_404(
        Certificate.objects.visible_to(user).select_related("centre", "register", "enrolment"), pk=pk
    )
    scope = scope_of(user)
    context = {
        "row": row,
        "events": row.events.select_related("by", "related").order_by("at", "pk"),
        "followed_by": successor_of(row) if row.state in SUPERSEDED else None,
        "may_decide": row.state in DECIDABLE and scope.may(Verb.REVOKE, row.centre_id),
    }
    return render(request, "certificates/certificate_detail.html", context)


@scoped(Verb.VIEW)
def pdf(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The frozen file, as issued."""
    row = get_object_or_404(Certificate.objects.visible_to(_user(request)).exclude(pdf=""), pk=pk)
    name = f"chung-nhan-{row.register_number.replace('/', '-')}.pdf"
    # Sent as a file: a browser's PDF viewer does not run under our security policy.
    return FileResponse(row.pdf.open("rb"), as_attachment=True, content_type="application/pdf", filename=name)


@scoped(Verb.REVOKE)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke, replace or correct an issued entry, void a reserved one; by a decision and with a reason."""
    user = _user(request)
    row = get_object_or_404(Certificate.objects.visible_to(user).select_related("centre", "register"), pk=pk)
    form = DecisionForm(request.POST or None, state=row.state)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        common = {name: data[name] for name in data if name != "step"}
        try:
            if data["step"] == DecisionForm.REVOKE:
                services.revoke_certificate(certificate=row, by=user, **common)
                messages.success(request, _("Đã thu hồi chứng nhận số %(n)s.") % {"n": row.register_number})
                target = row
            elif data["step"] == DecisionForm.VOID:
                services.void_certificate(certificate=row, by=user, **common)
                messages.success(request, _("Đã hủy số %(n)s; số này ở lại trong sổ.") % {"n": row.register_number})
                target = row
            else:
                correct = data["step"] == DecisionForm.CORRECT
                target = services.supersede_certificate(certificate=row, by=user, correct=correct, **common)
                messages.success(request, _("Đã cấp số mới %(n)s.") % {"n": target.register_number})
        except DomainError as error:
            form.add_error(next((name for name in error.fields if name in form.fields), None), str(error.message))
        else:
            return redirect("certificates:certificate-detail", pk=target.pk)
    context = {"row": row, "form": form}
    return render(request, "certificates/decide.html", context, status=422 if form.errors else 200)


@scoped(Verb.VIEW)
def panel_learner(request: HttpRequest, pk: int) -> HttpResponse:
    """The certificates of one person: a fragment for their page, a page of its own otherwise."""
    user = _user(request)
    learner = get_object_or_404(Learner.objects.visible_to(user), pk=pk)
    papers = Certificate.objects.visible_to(user).filter(of_person(learner))
    rows = papers.select_related("centre").order_by("-issued_on")
    fragment = request.headers.get("HX-Request") == "true"
    template = "certificates/_panel_learner.html" if fragment else "certificates/learner_certificates.html"
    return render(request, template, {"rows": rows, "learner": learner})
