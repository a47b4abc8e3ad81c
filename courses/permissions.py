"""Who may change a class, and taking it for a change."""

from typing import Any

from django.utils.translation import gettext as _

from centres.choices import Verb
from centres.permissions import require
from core.errors import Conflict, OutOfScope
from courses.choices import ClassStatus
from courses.models import ClassGroup


def require_on_class(by: Any, verb: Verb, class_group: ClassGroup) -> None:
    """Refuse unless ``by`` sees this very class and may do ``verb`` in its centre.

    A teacher may teach in the centre, but only own classes: those of colleagues are OutOfScope (404); a verb the role
    lacks on a visible class is Forbidden (403).
    """
    if not ClassGroup.objects.visible_to(by).filter(pk=class_group.pk).exists():
        raise OutOfScope("not_found", _("Không tìm thấy."))
    require(by, verb, class_group.centre_id)


def refuse_ended(class_group: ClassGroup) -> None:
    """Raise Conflict ``class_closed`` or ``class_cancelled`` when nothing may change any more."""
    if class_group.status == ClassStatus.CLOSED:
        raise Conflict("class_closed", _("Lớp đã kết thúc, không sửa được nữa."))
    if class_group.status == ClassStatus.CANCELLED:
        raise Conflict("class_cancelled", _("Lớp đã hủy, không sửa được nữa."))


def take_class(by: Any, verb: Verb, class_group: ClassGroup) -> ClassGroup:
    """Return the class as it is now, locked until the transaction ends. Call inside ``transaction.atomic``.

    PostgreSQL locks the row; on SQLite the whole transaction took the write lock when it began (IMMEDIATE), so that
    whoever comes second reads what the first has written. Raises what ``require_on_class`` and ``refuse_ended`` raise.
    """
    require_on_class(by, verb, class_group)
    fresh: ClassGroup = (
        ClassGroup.objects.select_for_update(of=("self",)).select_related("course", "centre").get(pk=class_group.pk)
    )
    refuse_ended(fresh)
    return fresh
