"""Where in the worklist somebody is: what its pages carry along and come back to."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

PLACE = ("when", "centre", "volunteer", "sort", "page")


def place_of(request: HttpRequest) -> str:
    """Where in the list the person came from, as a query string; nothing else of the address is taken over."""
    return urlencode({name: request.GET[name] for name in PLACE if request.GET.get(name)})


def back_to_list(request: HttpRequest) -> HttpResponse:
    """Go back to where the person was in the list."""
    return redirect(f"{reverse('literacy:followup-list')}?{place_of(request)}".rstrip("?"))
