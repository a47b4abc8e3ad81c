"""The register: list, entry, files, steps after issuing."""

from typing import cast
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from accounts.models import User
from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.models import Centre
from certificates.choices import BlankState, CertificateState, ProposalState
from certificates.models import Certificate, Proposal, Register
from certificates.querysets import CertificateQuerySet
from certificates.selectors import STATUS, place_of, successor_of
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


def rows_asked_for(request: HttpRequest) -> tuple[CertificateQuerySet, dict[str, str]]:
    """Return the visible entries that the page's filters ask for, in its order, and the filters."""
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
    asked["centre"] = asked["centre"] if asked["centre"].isdecimal() else ""
    return rows.order_by(*order), asked


@scoped(Verb.VIEW)
def register(request: HttpRequest) -> HttpResponse:
    """One book per centre and year, with search and state."""
    user, scope = _user(request), scope_of(request.user)
    rows, asked = rows_asked_for(request)
    rows = rows.select_related("centre", "register")
    years = Register.objects.filter(scope.centre_q()).values_list("year", flat=True).distinct().order_by("-year")
    context = {
        "page_obj": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "asked": asked,
        "filtered": any(asked.values()),
        "years": [str(year) for year in years],
        "states": CertificateState.choices,
        "centres": Centre.objects.visible_to(user) if scope.is_officer else Centre.objects.none(),
        "may_issue": scope.may(Verb.ISSUE),
        "may_edit_templates": scope.may(Verb.EDIT_TEMPLATES),
        "may_export": scope.may(Verb.EXPORT),
        "to_settle": Proposal.objects.to_settle_by(user).count(),
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
    # Whoever keeps the register may ask for a revocation; a number without paper is the director's to void.
    decided_by = Verb.ISSUE if row.state == CertificateState.ISSUED else Verb.REVOKE
    context = {
        "row": row,
        "events": (events := list(row.events.select_related("by", "confirmed_by", "related").order_by("at", "pk"))),
        "place": place_of(row),
        "blank": row.blanks.filter(state=BlankState.USED).first(),
        "copies": sum(event.copies for event in events),
        "followed_by": successor_of(row) if row.state in SUPERSEDED else None,
        "may_decide": row.state in DECIDABLE and scope.may(decided_by, row.centre_id),
        "may_copy": row.state == CertificateState.ISSUED and scope.may(Verb.ISSUE, row.centre_id),
        "waiting": row.proposals.filter(state=ProposalState.WAITING).select_related("asked_by").first(),
    }
    return render(request, "certificates/certificate_detail.html", context)


@scoped(Verb.VIEW)
def pdf(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The frozen file, as issued."""
    row = get_object_or_404(Certificate.objects.visible_to(_user(request)).exclude(pdf=""), pk=pk)
    name = f"chung-nhan-{row.register_number.replace('/', '-')}.pdf"
    # Sent as a file: a browser's PDF viewer does not run under our security policy.
    return FileResponse(row.pdf.open("rb"), as_attachment=True, content_type="application/pdf", filename=name)


@scoped(Verb.VIEW)
def panel_learner(request: HttpRequest, pk: int) -> HttpResponse:
    """The certificates of one person: a fragment for their page, a page of its own otherwise."""
    user = _user(request)
    learner = get_object_or_404(Learner.objects.visible_to(user), pk=pk)
    papers = Certificate.objects.visible_to(user).filter(of_person(learner))
    rows = list(papers.select_related("centre").order_by("-issued_on"))
    scope = scope_of(user)
    printed = any(row.state in STATUS and scope.may(Verb.ISSUE, row.centre_id) for row in rows)
    fragment = request.headers.get("HX-Request") == "true"
    template = "certificates/_panel_learner.html" if fragment else "certificates/learner_certificates.html"
    return render(request, template, {"rows": rows, "learner": learner, "link_for": learner if printed else None})
