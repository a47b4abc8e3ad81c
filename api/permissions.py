"""Roles on the API: the same verbs as on the pages."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from centres.access import scope_of


class HasVerb(BasePermission):
    """Allowed when the role has one of the verbs of the view's scope marker somewhere; rows are scoped apart."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Answer 403 to a signed-in role without the verb, 401 to nobody."""
        if not request.user.is_authenticated:
            return False
        scope = scope_of(request.user)
        return any(scope.may(verb) for verb in view.scope_marker.verbs)
