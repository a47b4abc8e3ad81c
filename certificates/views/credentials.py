"""Credentials: downloads for staff and holders, and what verifiers fetch."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from centres.access import public, scoped
from centres.choices import Verb
from certificates.badges.attaching import with_credential
from certificates.badges.models import Credential
from certificates.holder.finding import paper_in_force
from certificates.models import Certificate
from certificates.services.credentials import credential_of, did_json, signed_list, status_lists
from certificates.signing.keys import BrokenKeyList
from certificates.views.holder import not_here
from certificates.views.public import closed_page
from core.downloads import attachment
from core.errors import Unavailable

JSON, JWT = "application/vc", "application/vc+jwt"


def _file(credential: Credential, form: str) -> HttpResponse:
    """One of the three forms of a download: Data Integrity JSON, JWT, the paper with both inside."""
    if form == "json":
        content, kind = credential.document.encode(), JSON
    elif form == "jwt":
        content, kind = credential.jwt.encode(), JWT
    elif form == "pdf":
        content, kind = with_credential(credential), "application/pdf"
    else:
        raise Http404
    name = f"chung-chi-so-{credential.certificate.register_number.replace('/', '-')}.{form}"
    return closed_page(attachment(content, kind, name))


def _broken(error: Exception) -> Unavailable:
    return Unavailable("key_list_broken", _("Danh sách khóa công khai tạm thời không đọc được."))


@scoped(Verb.VIEW)
def credential(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """The credential of an entry in force: ``form`` is json, jwt or pdf."""
    row = get_object_or_404(Certificate.objects.visible_to(request.user).exclude(pdf=""), pk=pk)
    try:
        return _file(credential_of(row), form)
    except (BrokenKeyList, OSError) as error:
        raise _broken(error) from error


@public("the credential of a holder's own certificate, opened by the secret that the centre printed for them")
def holder_credential(request: HttpRequest, secret: str, token: str, form: str) -> HttpResponse:
    """The same for the holder."""
    row = paper_in_force(secret, token)
    if row is None:
        return not_here(request)
    try:
        return _file(credential_of(row), form)
    except (BrokenKeyList, OSError) as error:
        raise _broken(error) from error


def _open(content: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Cache-Control"] = "public, max-age=300"
    response["Access-Control-Allow-Origin"] = "*"  # other programs check credentials too
    return response


@public("the issuer's public keys as a DID document, for whoever checks a credential")
def did(request: HttpRequest) -> HttpResponse:
    """``did:web`` asks here."""
    try:
        return _open(did_json(), "application/did+json")
    except (BrokenKeyList, OSError) as error:
        raise _broken(error) from error


@public("which credentials no longer stand, as bits at random places; for whoever checks a credential")
def status_list(request: HttpRequest, number: int, form: str = "") -> HttpResponse:
    """A status list as JWT, or as JSON with a proof where that is asked for by name or by ``Accept``."""
    if number not in status_lists() or form not in ("", "jwt", "json"):
        raise Http404
    if not form:
        form = "json" if request.get_preferred_type([JWT, JSON, "application/ld+json", "application/json"]) in (
            JSON, "application/ld+json", "application/json",
        ) else "jwt"  # fmt: skip
    try:
        jwt, document = signed_list(number)
    except (BrokenKeyList, OSError) as error:
        raise _broken(error) from error
    response = _open(jwt, JWT) if form == "jwt" else _open(document, JSON)
    response["Vary"] = "Accept"
    return response
