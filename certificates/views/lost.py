"""Finding a lost paper by what stood on it (docs/adr/0037)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt

from centres.access import public
from certificates.forms import LostForm
from certificates.guessing import attempt_search
from certificates.holder.finding import find_lost, same_words
from certificates.views.public import closed_page
from core.offline import in_asked_language


@csrf_exempt  # changes nothing, and needs neither session nor cookie
@public("finds a lost paper for who knows number, centre, name and birth year; leads to the same page as its code")
@in_asked_language
def lost(request: HttpRequest) -> HttpResponse:
    """Find a certificate by what stood on it. One answer for every miss; strictly limited (certificates.guessing)."""
    form = LostForm(request.POST or None)
    status = 200
    missed = False
    if request.method == "POST":
        if not form.is_valid():
            status = 422
        else:
            answer = _search(request, form)
            if answer is not None:
                return answer
            missed, status = True, 404
    return closed_page(render(request, "verify/lost.html", {"form": form, "missed": missed}, status=status))


def _search(request: HttpRequest, form: LostForm) -> HttpResponse | None:
    data = form.cleaned_data
    number, year = data["register_number"]
    attempt = attempt_search(
        request,
        number=f"{number}/{year}",
        person=f"{same_words(data['full_name'])}\0{data['birth_year']}",
    )
    if attempt is None:
        return closed_page(render(request, "verify/lost_limit.html", status=429))
    row = find_lost(
        number=number, year=year, place=data["place"], full_name=data["full_name"], birth_year=data["birth_year"]
    )
    if row is None:
        return None
    attempt.found()
    return closed_page(redirect("verify-lower", token=row.token))
