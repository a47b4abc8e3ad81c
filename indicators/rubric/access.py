"""Who opens, writes and reviews an evaluation: of a centre its own people, of a commune its own officers.

Whoever is above looks at it: never who sent it. The page of a commune's file is a figure of the commune (its totals),
so it opens for whom the commune's figures are (``querysets.units_seen``).
"""

from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import Scope, scope_of
from centres.choices import UnitLevel, Verb
from centres.models import AdminUnit, Centre
from core.errors import Forbidden, OutOfScope
from indicators.models import Evaluation
from indicators.querysets import grouped, units_seen


def may_open(by: User, subject: Centre | AdminUnit) -> bool:
    """Whether the evaluation of a centre or commune is this person's to read."""
    scope = scope_of(by)
    if isinstance(subject, Centre):
        return scope.may(Verb.VIEW_FIGURES, subject.pk)
    if subject.level != UnitLevel.COMMUNE or not scope.may(Verb.VIEW_FIGURES):
        return False
    return bool(units_seen(by).filter(pk=subject.pk).exists())


def may_write(by: User, subject: Centre | AdminUnit) -> bool:
    """Whether this person writes it: staff of the centre, an officer of the commune itself."""
    scope = scope_of(by)
    if isinstance(subject, Centre):
        return scope.may(Verb.DECLARE, subject.pk)
    return subject.pk in scope.unit_ids and scope.may(Verb.REPORT_FIGURE)


def may_review(by: User, row: Evaluation) -> bool:
    """Whether this person agrees to it or returns it: an officer above, who has not sent it."""
    scope = scope_of(by)
    if row.centre:
        return scope.may(Verb.APPROVE_FIGURE, row.centre.pk)
    assert row.unit is not None
    return row.submitted_by_id != by.pk and _above(scope, row.unit)


def _above(scope: Scope, unit: AdminUnit) -> bool:
    if Verb.APPROVE_FIGURE in scope.city_verbs:
        return True
    if not scope.may(Verb.APPROVE_FIGURE) or unit.pk in scope.unit_ids:
        return False
    if unit.parent_id in scope.unit_ids:
        return True
    return AdminUnit.objects.filter(pk=unit.pk).filter(pk__in=grouped(scope.unit_ids)).exists()


def may_decide(by: User) -> bool:
    """Whether this person records decisions on titles: officers of the city."""
    return Verb.APPROVE_FIGURE in scope_of(by).city_verbs


def _refuse_unseen(by: User, subject: Centre | AdminUnit) -> None:
    if not may_open(by, subject):
        raise OutOfScope("not_found", _("Không tìm thấy."))


def require_writing(by: User, subject: Centre | AdminUnit) -> None:
    """Refuse who does not write it. Raises OutOfScope where it is not theirs to read, else Forbidden."""
    _refuse_unseen(by, subject)
    if not may_write(by, subject):
        of_centre = _("Chỉ trung tâm tự đánh giá được năm của mình.")
        of_unit = _("Chỉ cán bộ của chính phường, xã tự đánh giá được.")
        raise Forbidden("role_may_not", of_centre if isinstance(subject, Centre) else of_unit)


def require_review(by: User, row: Evaluation) -> None:
    """Refuse who does not review it. Raises OutOfScope where it is not theirs to read, else Forbidden."""
    _refuse_unseen(by, row.subject)
    if not may_review(by, row):
        raise Forbidden(
            "role_may_not", _("Chỉ cán bộ quản lý địa bàn xem xét được bản tự đánh giá, không phải người gửi.")
        )


def require_deciding(by: User, unit: AdminUnit) -> None:
    """Refuse who does not record decisions on titles. Raises OutOfScope, Forbidden."""
    _refuse_unseen(by, unit)
    if not may_decide(by):
        raise Forbidden("role_may_not", _("Chỉ cán bộ thành phố ghi được quyết định công nhận, thu hồi danh hiệu."))
