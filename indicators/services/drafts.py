"""Keeping what a reporter has typed so far."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from centres.models import AdminUnit
from core import audit
from core.errors import InvalidInput
from indicators.choices import IndicatorSource
from indicators.models import FigureDraft, Indicator
from indicators.services.reporting_rights import may_report

LONGEST = 300


@transaction.atomic
def save_draft(*, indicator: Indicator, unit: AdminUnit, typed: dict[str, Any], by: User) -> FigureDraft:
    """Keep what was typed of a figure, complete or not; it counts nowhere. One draft per line and unit.

    Raises OutOfScope, Forbidden, InvalidInput ``computed_here`` or ``draft_empty``.
    """
    may_report(by, unit)
    if indicator.source == IndicatorSource.COMPUTED:
        raise InvalidInput("computed_here", _("Chỉ số này do hệ thống tính, không nhập tay."))
    kept = {name: str(value)[:LONGEST] for name, value in typed.items() if str(value).strip()}
    if not kept:
        raise InvalidInput("draft_empty", _("Chưa có gì để lưu nháp."))
    row, _created = FigureDraft.objects.update_or_create(
        indicator=indicator, unit=unit, defaults={"typed": kept, "saved_by": by}
    )
    audit.record("indicators.save_draft", row, by=by, data={"code": indicator.code, "unit": unit.code})
    return row


@transaction.atomic
def discard_draft(*, indicator: Indicator, unit: AdminUnit, by: User) -> bool:
    """Throw a draft away; whether there was one. Raises OutOfScope, Forbidden."""
    may_report(by, unit)
    row = FigureDraft.objects.filter(indicator=indicator, unit=unit).first()
    if row is None:
        return False
    audit.record("indicators.discard_draft", row, by=by, data={"code": indicator.code, "unit": unit.code})
    row.delete()
    return True
