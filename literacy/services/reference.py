"""Thresholds, ages and months as dated settings: policy is data."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.db import transaction

from core.models import DatedSetting
from literacy.models import Instrument

SINCE = dt.date(2020, 1, 1)
SETTINGS: tuple[tuple[str, Any, str], ...] = (
    ("literacy.follow_up_months", [3, 6, 12, 24], "Đề xuất của hệ thống cho chỉ tiêu A3"),
    ("literacy.continuing_months", 12, "Đề xuất của hệ thống cho chỉ tiêu A3"),
    ("literacy.age_from", 15, "Nghị định 20/2014/NĐ-CP"),
    ("literacy.age_to", 60, "Nghị định 20/2014/NĐ-CP"),
)
# The first version of the instrument; the city makes the next ones on its page.
FIRST_INSTRUMENT = Path(__file__).resolve().parent.parent / "data" / "instrument_1.json"


@transaction.atomic
def load_reference() -> dict[str, int]:
    """Load the settings; a value somebody changed stays."""
    added = 0
    for key, value, source in SETTINGS:
        _row, created = DatedSetting.objects.get_or_create(
            key=key, valid_from=SINCE, defaults={"value": value, "source": source}
        )
        added += created
    first = json.loads(FIRST_INSTRUMENT.read_text(encoding="utf-8"))
    _version, created = Instrument.objects.get_or_create(version=first.pop("version"), defaults=first)
    return {"literacy_settings": added, "literacy_instruments": int(created)}
