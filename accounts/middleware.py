"""Language: the user's own choice, else the cookie, else Vietnamese."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation


class LanguageMiddleware:
    """Activate the language. Browsers in Vietnam often ask for English, so Accept-Language is not believed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Choose, answer, say which language it was."""
        language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) or ""
        if not language and request.user.is_authenticated:
            language = request.user.language
        language = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response
