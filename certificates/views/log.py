"""The published log for people: how far it is, and the proof beside a paper."""

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.models import User
from centres.access import scoped
from centres.choices import Verb
from certificates.models import Certificate, LogPlace
from certificates.selectors import log_proof, log_state, place_of
from core.downloads import attachment


@scoped(Verb.VIEW)
def log(request: HttpRequest) -> HttpResponse:
    """Last checkpoint, what waits, where others find it. The same for everybody: nothing in the log is secret."""
    return render(request, "certificates/log.html", {"log": log_state()})


def proof_file(place: LogPlace, register_number: str) -> HttpResponse:
    """Return the inclusion proof of an entry as a file (c2sp.org/tlog-proof)."""
    name = f"chung-nhan-{register_number.replace('/', '-')}.tlog-proof"
    return attachment(log_proof(place), "text/plain; charset=utf-8", name)


@scoped(Verb.VIEW)
def proof(request: HttpRequest, pk: int) -> HttpResponse:
    """The inclusion proof of a paper, for whoever keeps it beside the paper. 404 until a checkpoint covers it."""
    row = get_object_or_404(Certificate.objects.visible_to(cast(User, request.user)), pk=pk)
    place = place_of(row)
    if place is None:
        raise Http404
    return proof_file(place, row.register_number)
