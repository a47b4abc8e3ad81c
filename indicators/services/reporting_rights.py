"""Who reports for a unit."""

from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of
from centres.choices import UnitLevel, Verb
from centres.models import AdminUnit
from core.errors import Forbidden, OutOfScope


def may_report(by: User, unit: AdminUnit) -> None:
    """Refuse who does not report for the unit. Raises OutOfScope when it is not theirs to see, else Forbidden."""
    scope = scope_of(by)
    if not AdminUnit.objects.visible_to(by).filter(pk=unit.pk).exists() and unit.level != UnitLevel.CITY:
        raise OutOfScope("not_found", _("Không tìm thấy."))
    own = unit.pk in scope.unit_ids or Verb.REPORT_FIGURE in scope.city_verbs
    if not (own and scope.may(Verb.REPORT_FIGURE)):
        raise Forbidden("role_may_not", _("Vai trò của bạn không báo cáo được số liệu của đơn vị này."))
