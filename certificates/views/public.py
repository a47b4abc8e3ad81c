"""Public verification: no sign-in, no script needed, no cookie; status first, little else (docs/adr/0035)."""

import datetime as dt
import time
from functools import lru_cache

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation

from centres.access import public
from certificates.choices import CertificateKind
from certificates.guessing import too_many_misses
from certificates.selectors import UNKNOWN, Verdict, look_up, look_up_logged, look_up_successor, token_in
from certificates.services.publishing import public_host
from certificates.views.log import proof_file
from core.offline import LANGUAGES, in_asked_language
from core.prepared import fill
from core.templatetags.clc import vdate, vdatetime

CLOSED = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}


def closed_page[Answer: HttpResponseBase](response: Answer) -> Answer:
    """Keep an answer out of caches, search engines and other hosts' logs."""
    for name, value in CLOSED.items():
        response.headers[name] = value
    return response


def _kind_words(verdict: Verdict) -> str:
    """What the paper calls itself; in another language than its own, what that means."""
    if (translation.get_language() or "").startswith("vi") or verdict.kind not in CertificateKind.values:
        return verdict.kind_label or ""
    return str(CertificateKind(verdict.kind).label)


@lru_cache(maxsize=2)
def _minute(minute: int) -> str:
    """The moment as the page says it, worked out once a minute."""
    return vdatetime(dt.datetime.fromtimestamp(minute * 60, dt.UTC))


def verdict_page(verdict: Verdict, token: str = "") -> bytes:
    """Return the page of a verdict. It says the same bytes for every code that is not known."""
    now = _minute(int(time.time()) // 60)
    if verdict.status == "unknown":
        return fill(
            "verify/verdict.html", {"now": now}, status="unknown", ended=False, followed=False, host=public_host()
        )
    day = verdict.issued_on
    values = {
        "now": now,
        "token": token,
        "register_number": verdict.register_number or "",
        "kind": _kind_words(verdict),
        "course": verdict.course or "",
        "centre": verdict.centre or "",
        "day": vdate(day),
        "iso_day": day.isoformat() if day else "",
        "masked_name": verdict.masked_name or "",
        "since": vdate(verdict.since),
        "successor": verdict.successor_number or "",
    }
    return fill(
        "verify/verdict.html",
        values,
        status=verdict.status,
        ended=verdict.since is not None,
        followed=verdict.successor_number is not None,
        host=public_host(),
    )


def _unknown() -> HttpResponse:
    """The one answer to every code that nobody has.

    Django would write a line of log for each, with the address: codes mistyped by one letter would stand there, and a
    wrong code would take twice as long as a right one.
    """
    response = HttpResponse(verdict_page(UNKNOWN), status=404, headers=CLOSED)
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def _missed(request: HttpRequest) -> HttpResponse:
    """Answer a code that nobody has; whoever has had many of them waits."""
    if too_many_misses(request):
        return closed_page(render(request, "verify/slow_down.html", status=429))
    return _unknown()


@public("anyone may check a certificate; shows status, kind, centre, date, number and a masked name")
@in_asked_language
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """Say whether a certificate stands: 200 when it is known, whatever its state; 404 otherwise.

    Only misses are slowed down (certificates.guessing).
    """
    verdict = look_up(token, count=request.method == "GET")
    if verdict is not UNKNOWN:
        return HttpResponse(verdict_page(verdict, token_in(token) or ""), headers=CLOSED)
    return _missed(request)


@public("which paper is in force in place of a superseded one; shows the same minimum, and not that paper's code")
@in_asked_language
def successor(request: HttpRequest, token: str) -> HttpResponse:
    """Show the entry that came in place of a corrected or replaced one.

    It is reached by the old paper's code and says so: whoever found or kept the old paper learns no code that would
    make it look valid. Anything else gets the page of an unknown code.
    """
    found = look_up_successor(token)
    if found is None:
        return _missed(request)
    old, new = found
    context = {"old": old, "new": new, "kind": _kind_words(new), "now": timezone.now(), "token": token_in(token)}
    return closed_page(render(request, "verify/successor.html", context))


@public("when a paper came into the register, and where it stands in the published log; nothing personal")
@in_asked_language
def logged(request: HttpRequest, token: str) -> HttpResponse:
    """Say when a paper was entered, whether that was late, and where the published log has it."""
    found = look_up_logged(token)
    if found is None:
        return _missed(request)
    return closed_page(render(request, "verify/logged.html", {"logged": found, "token": token_in(token)}))


@public("the proof that a paper's entry is in the published log, whose files are public anyway")
def proof(request: HttpRequest, token: str) -> HttpResponse:
    """Hand out the proof (c2sp.org/tlog-proof) to keep beside the paper; one not yet published is not there."""
    found = look_up_logged(token)
    if found is None or found.place is None:
        return _missed(request)
    return closed_page(proof_file(found.place, found.register_number))


@public("the form in which a code can be typed")
@in_asked_language
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for the code on the paper, forgiving of case, hyphens, spaces, O/0 and I/L/1."""
    typed = request.GET.get("code", "").strip()
    if typed:
        token = token_in(typed)
        if token:
            language = request.GET.get("lang", "")
            target = redirect("verify", token=token)
            if language in LANGUAGES:
                target["Location"] += f"?lang={language}"
            return closed_page(target)
    return closed_page(render(request, "verify/ask.html", {"typed": typed[:40]}))
