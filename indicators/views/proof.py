"""The public page behind the code of a statistics paper or an annual report."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from centres.access import public
from certificates.guessing import too_many_misses
from certificates.views.public import closed_page
from core.offline import in_asked_language
from indicators.annual.proof import proof_of_version, version_of
from indicators.choices import Boundaries
from indicators.community.proof import proof_of_file
from indicators.history.papers import paper_of, proof_of_paper
from indicators.statistics.proof import proof_of, run_of


@public("anyone who holds a statistics paper may compare its totals with the system; no names, nothing below totals")
@in_asked_language
def proof(request: HttpRequest, token: str) -> HttpResponse:
    """Show the totals kept when the paper was made and say whether they still stand. Misses are slowed down."""
    run = run_of(token)
    if run is None and (version := version_of(token)) is not None:
        report = version.report
        context = {"proof": proof_of_version(version), "version": version, "place": report.unit or report.centre}
        return closed_page(render(request, "annual/proof.html", context))
    if run is None:
        if (paper := paper_of(token)) is not None:
            return closed_page(render(request, "indicators/history_proof.html", {"proof": proof_of_paper(paper)}))
        if too_many_misses(request):
            return closed_page(render(request, "verify/slow_down.html", status=429))
        return closed_page(render(request, "indicators/proof.html", {"proof": None}, status=404))
    if run.evaluation_id:
        return closed_page(render(request, "communities/proof.html", {"proof": proof_of_file(run), "run": run}))
    found = proof_of(run)
    context = {
        "proof": found, "run": run, "map": Boundaries(run.boundaries).label,
        "checked_at": dt.datetime.fromisoformat(found.checked_at),
    }  # fmt: skip
    return closed_page(render(request, "indicators/proof.html", context))
