"""The floor of a page: Django with all its middleware and a view that does nothing."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from centres.access import public


@public("measured against, never served: this URL configuration is used by bench only")
def bare(request: HttpRequest, token: str) -> HttpResponse:
    """Answer at once."""
    return HttpResponse("ok")


urlpatterns = [path("C/<str:token>", bare)]
