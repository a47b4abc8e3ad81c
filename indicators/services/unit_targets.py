"""Breaking a city target down: each unit's own target for a year."""

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from centres.choices import UnitLevel
from centres.models import AdminUnit
from core import audit
from core.errors import InvalidInput
from core.text import clean
from indicators.models import Indicator, UnitTarget
from indicators.services.plans import check_value, take, wrong


@transaction.atomic
def set_unit_target(
    *, line: Indicator, unit: AdminUnit, year: int, by: User, value: Decimal | None = None, status: str = "",
    weight: int | None = None, document: str = "", reason: str = "",
) -> UnitTarget:  # fmt: skip
    """Give a unit its own target for a year; a unit that has one gets this instead.

    Raises InvalidInput with the field, Forbidden, Conflict for a plan that ended.
    """
    plan = take(line.plan, by, reason)
    if unit.level == UnitLevel.CITY:
        raise wrong(
            "unit", "unit_wrong", _("Hãy chọn phường, xã hoặc quận, huyện: mức của thành phố là mức của kế hoạch.")
        )
    if not plan.starts_on.year <= year <= plan.ends_on.year:
        years = {"a": plan.starts_on.year, "b": plan.ends_on.year}
        raise wrong("year", "year_wrong", _("Năm phải nằm trong kế hoạch: từ %(a)s đến %(b)s.") % years)
    if line.is_numeric and value is None:
        raise wrong("value", "value_missing", _("Hãy ghi mức giao cho đơn vị."))
    if not line.is_numeric and not clean(status):
        raise wrong("status", "status_missing", _("Hãy ghi trạng thái phải đạt."))
    check_value(line, "value", value)
    if weight is not None and weight <= 0:
        raise InvalidInput("weight_wrong", _("Số để tính phải lớn hơn 0."), fields={"weight": [""]})
    before = UnitTarget.objects.filter(indicator=line, unit=unit, year=year).first()
    values = {
        "value": value if line.is_numeric else None, "status": "" if line.is_numeric else clean(status)[:60],
        "weight": weight, "document": clean(document)[:150], "entered_by": by,
    }  # fmt: skip
    row, _created = UnitTarget.objects.update_or_create(indicator=line, unit=unit, year=year, defaults=values)
    data = {
        "plan": plan.code, "code": line.code, "unit": unit.code, "year": year, "value": str(row.value or row.status),
        "reason": clean(reason), "before": str(before.value or before.status) if before else "",
    }  # fmt: skip
    audit.record("indicators.set_unit_target", row, by=by, data=data)
    return row


@transaction.atomic
def drop_unit_target(*, target: UnitTarget, by: User, reason: str = "") -> None:
    """Take a unit's own target away; the city's holds for it again. The audit row keeps what it was."""
    plan = take(target.indicator.plan, by, reason)
    data = {
        "plan": plan.code, "code": target.indicator.code, "unit": target.unit.code, "year": target.year,
        "value": str(target.value or target.status), "weight": target.weight, "reason": clean(reason),
    }  # fmt: skip
    audit.record("indicators.drop_unit_target", target, by=by, data=data)
    target.delete()
