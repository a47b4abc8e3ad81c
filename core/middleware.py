"""One place that turns a DomainError raised by a service into a page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.errors import DomainError, OutOfScope


class DomainErrorMiddleware:
    """Render errors that a view did not catch itself; API views have their own handler."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a domain error with its own status; out of scope looks like any missing page."""
        if isinstance(error, OutOfScope):
            return render(request, "errors/404.html", status=404)
        if isinstance(error, DomainError):
            return render(request, "errors/domain_error.html", {"error": error}, status=error.status)
        return None
