"""Asking for a verb inside services."""

from typing import Any

from django.utils.translation import gettext as _

from centres.access import scope_of
from centres.choices import Verb
from core.errors import Forbidden, OutOfScope


def require(by: Any, verb: Verb, centre_id: int) -> None:
    """Refuse unless ``by`` may do ``verb`` in the centre.

    Raises OutOfScope (404) when the centre is not visible at all, Forbidden (403) when it is.
    """
    scope = scope_of(by)
    if scope.may(verb, centre_id):
        return
    if not scope.sees_centre(centre_id):
        raise OutOfScope("not_found", _("Không tìm thấy."))
    raise Forbidden("role_may_not", _("Vai trò của bạn không làm được việc này. Hãy hỏi giám đốc trung tâm."))
