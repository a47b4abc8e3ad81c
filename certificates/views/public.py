"""Public verification."""

from django.http import HttpRequest, HttpResponse

from centres.access import public


@public("anyone may check a certificate; shows the minimum only")
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """Say whether a certificate stands."""
    return HttpResponse(token)


@public("the form in which a code can be typed")
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for the code."""
    return HttpResponse("")
