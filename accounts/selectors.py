"""Finding users."""

from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import InvalidInput


def find_user(username: str) -> User:
    """Return the active user of that name, without regard to case. Raises InvalidInput when there is none."""
    user = User.objects.filter(username__iexact=username, is_active=True).first()
    if user is None:
        raise InvalidInput("unknown_user", _("Không có người dùng tên %(name)s.") % {"name": username})
    return user
