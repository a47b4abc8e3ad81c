"""Roles on the API: the same verbs as on the pages."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from centres.access import scope_of
from core.errors import Forbidden


class SignedIn(BasePermission):
    """Signed in, and with a password of one's own: a first password opens the page that changes it and nothing else."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Answer 401 to nobody, 403 with what to do to somebody whose password another person chose."""
        if not request.user.is_authenticated:
            return False
        if request.user.must_change_password:
            raise Forbidden("first_password", _("Hãy đổi mật khẩu trên trang trước khi dùng API."))
        return True


class HasVerb(SignedIn):
    """Allowed when the role has one of the verbs of the view's scope marker somewhere; rows are scoped apart."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Answer 403 to a signed-in role without the verb, 401 to nobody."""
        if not super().has_permission(request, view):
            return False
        scope = scope_of(request.user)
        return any(scope.may(verb) for verb in view.scope_marker.verbs)
