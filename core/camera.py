"""The camera is shut on every page but those that ask for it (docs/adr/0015)."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseBase

HEADER = "Permissions-Policy"
SHUT = "camera=(), microphone=(), geolocation=()"
CAMERA = "camera=(self), microphone=(), geolocation=()"


class PermissionsPolicyMiddleware:
    """Say in each answer that its page uses no camera, microphone or place, unless the view said otherwise."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on and complete the answer."""
        response = self.get_response(request)
        response.headers.setdefault(HEADER, SHUT)
        return response


def with_camera[**P](view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
    """Let the page of this view ask its reader for the camera."""

    @wraps(view)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response = view(*args, **kwargs)
        response.headers[HEADER] = CAMERA
        return response

    return wrapped
