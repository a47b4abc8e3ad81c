"""Public verification: no sign-in, no script, no cookie; status first, little else."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from centres.access import public
from certificates.guessing import too_many_misses
from certificates.selectors import look_up, token_in


def closed_page[Answer: HttpResponseBase](response: Answer) -> Answer:
    """Keep an answer out of caches, search engines and other hosts' logs."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


@public("anyone may check a certificate; shows status, kind, centre, date, number and a masked name")
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """Say whether a certificate stands: 200 when it is known, whatever its state; 404 otherwise.

    Only misses are slowed down (certificates.guessing).
    """
    verdict = look_up(token, count=request.method == "GET")
    if verdict.status == "unknown" and too_many_misses(request):
        return closed_page(render(request, "verify/slow_down.html", status=429))
    context = {"verdict": verdict, "now": timezone.now()}
    status = 404 if verdict.status == "unknown" else 200
    return closed_page(render(request, "verify/verdict.html", context, status=status))


@public("the form in which a code can be typed")
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for the code on the paper, forgiving of case, hyphens and O/0."""
    typed = request.GET.get("code", "").strip()
    if typed:
        token = token_in(typed)
        if token:
            return closed_page(redirect("verify", token=token))
    return closed_page(render(request, "verify/ask.html", {"typed": typed[:40]}))
