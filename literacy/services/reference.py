"""Thresholds, ages and months as dated settings: policy is data."""

import datetime as dt
from typing import Any

from django.db import transaction

from core.models import DatedSetting

SINCE = dt.date(2020, 1, 1)
SETTINGS: tuple[tuple[str, Any, str], ...] = (
    ("literacy.follow_up_months", [3, 6, 12, 24], "Đề xuất của hệ thống cho chỉ tiêu A3"),
    ("literacy.continuing_months", 12, "Đề xuất của hệ thống cho chỉ tiêu A3"),
    ("literacy.age_from", 15, "Nghị định 20/2014/NĐ-CP"),
    ("literacy.age_to", 60, "Nghị định 20/2014/NĐ-CP"),
)


@transaction.atomic
def load_reference() -> dict[str, int]:
    """Load the settings; a value somebody changed stays."""
    added = 0
    for key, value, source in SETTINGS:
        _row, created = DatedSetting.objects.get_or_create(
            key=key, valid_from=SINCE, defaults={"value": value, "source": source}
        )
        added += created
    return {"literacy_settings": added}
