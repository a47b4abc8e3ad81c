"""Saying how many people live in a unit: once, with its source, for every share of it."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.models import AdminUnit
from core import audit
from core.errors import InvalidInput
from core.text import clean
from indicators.models import Population
from indicators.services.refusals import refusals_recorded
from indicators.services.reporting_rights import may_report

MOST = 20_000_000


@refusals_recorded("record_population", lambda given: given["unit"])
def record_population(
    *,
    unit: AdminUnit,
    group: str,
    people: int,
    counted_on: dt.date,
    source_name: str,
    by: User,
    document: str = "",
    note: str = "",
) -> Population:
    """Record people of an age in a unit on a day, with the source. The same number again changes nothing.

    Another number for the same day needs a reason (``note``) and becomes a new version. Raises OutOfScope, Forbidden,
    InvalidInput by field.
    """
    may_report(by, unit)
    fields: dict[str, list[str]] = {}
    if not 1 <= people <= MOST:
        fields["people"] = [_("Số người phải từ 1 đến 20.000.000.")]
    if counted_on > timezone.localdate():
        fields["counted_on"] = [_("Ngày của số dân không được ở tương lai.")]
    if not clean(source_name):
        fields["source_name"] = [_("Hãy ghi cơ quan cung cấp số dân.")]
    if fields:
        raise InvalidInput("population_wrong", _("Chưa ghi đủ. Hãy xem các ô báo đỏ."), fields=fields)
    # The unit is held, so that two people who say it at once get two versions.
    AdminUnit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    latest = Population.objects.filter(unit=unit, group=group, counted_on=counted_on).order_by("-version").first()
    if latest and latest.people == people:
        return latest
    if latest and not clean(note):
        words = _("Ngày này đã có số dân %(n)s. Hãy ghi lý do sửa; số cũ vẫn được giữ.") % {"n": latest.people}
        raise InvalidInput("reason_missing", words, fields={"note": [words]})
    row = Population.objects.create(
        unit=unit, group=group, people=people, counted_on=counted_on, source_name=clean(source_name)[:150],
        document=clean(document)[:150], note=clean(note)[:300], recorded_by=by,
        version=latest.version + 1 if latest else 1,
    )  # fmt: skip
    data = {"unit": unit.code, "group": group, "people": people, "on": str(counted_on), "version": row.version}
    audit.record("indicators.record_population", row, by=by, data=data)
    return row
