"""Language of the answer, and the first password that has to be changed."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _


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


class FirstPasswordMiddleware:
    """Somebody who got a first password from another person changes it before anything else."""

    OPEN = ("accounts:password", "accounts:sign-out", "accounts:set-language")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Send pages to the password page; public addresses and static files stay open."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Redirect unless the page is one of those needed for the change or needs no sign-in."""
        user = request.user
        if not user.is_authenticated or not user.must_change_password or not getattr(view, "login_required", True):
            return None
        if request.resolver_match and request.resolver_match.view_name in self.OPEN:
            return None
        messages.info(request, _("Đây là mật khẩu người khác đặt cho bạn. Hãy đổi mật khẩu trước khi làm việc."))
        return redirect("accounts:password")
