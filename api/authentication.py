"""Bearer keys for programs: only a hash is stored, and the key acts as its user."""

import hashlib
import secrets

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import ApiToken, User

PREFIX = "clc_"


def digest_of(key: str) -> str:
    """Return the SHA-256 of a key (256 random bits need no slow hash)."""
    return hashlib.sha256(key.encode()).hexdigest()


def make_token(user: User, name: str) -> tuple[ApiToken, str]:
    """Create a key; the clear text is returned once and never stored."""
    key = PREFIX + secrets.token_urlsafe(32)
    return ApiToken.objects.create(user=user, name=name, digest=digest_of(key)), key


class BearerTokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer clc_…``."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the user of the key; None when no bearer key is sent."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        key = parts[1].decode("latin-1") if len(parts) == 2 else ""
        token = ApiToken.objects.select_related("user").filter(digest=digest_of(key), revoked_at__isnull=True).first()
        if token is None or not token.user.is_active:
            raise AuthenticationFailed(_("Khóa API không đúng hoặc đã bị thu hồi."))
        today = timezone.localdate()
        if token.last_used_on != today:
            ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Make a missing key a 401 instead of a 403."""
        return "Bearer"
