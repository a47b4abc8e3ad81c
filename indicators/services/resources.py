"""Writing down what a centre has in a year."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from centres.models import Centre
from core import audit
from core.errors import Forbidden, InvalidInput, OutOfScope
from indicators.models import CentreYear

FIRST_YEAR = 2010
FIELDS = (
    "managers", "seconded_teachers", "rapporteurs", "collaborators", "premises", "rooms", "area_m2", "computers",
    "has_internet", "books", "budget_state", "budget_raised", "spent", "note",
)  # fmt: skip


@transaction.atomic
def record_year(*, centre: Centre, year: int, by: User, **values: Any) -> CentreYear:
    """Write a centre's record of a year; writing again changes it, and the audit keeps what stood before.

    Raises OutOfScope, Forbidden without Verb.DECLARE, InvalidInput for a year before 2010 or to come.
    """
    scope = scope_of(by)
    if not scope.may(Verb.VIEW_FIGURES, centre.pk):
        raise OutOfScope("not_found", _("Không tìm thấy."))
    if not scope.may(Verb.DECLARE, centre.pk):
        raise Forbidden("role_may_not", _("Chỉ trung tâm ghi được hồ sơ năm của mình."))
    if not FIRST_YEAR <= year <= timezone.localdate().year:
        words = _("Năm phải từ %(from)s đến năm nay.") % {"from": FIRST_YEAR}
        raise InvalidInput("wrong_year", words, fields={"year": [words]})
    # Two people at once: the later one waits, and the audit shows both.
    Centre.objects.select_for_update().get(pk=centre.pk)
    row = CentreYear.objects.filter(centre=centre, year=year).first() or CentreYear(centre=centre, year=year)
    before = {name: getattr(row, name) for name in FIELDS} if row.pk else {}
    for name in FIELDS:
        setattr(row, name, values.get(name, getattr(row, name)))
    row.entered_by = by
    row.save()
    changed = {
        name: [before.get(name), getattr(row, name)] for name in FIELDS if before.get(name) != getattr(row, name)
    }
    audit.record("indicators.record_year", row, by=by, centre_id=centre.pk, data={"year": year, "changed": changed})
    return row
