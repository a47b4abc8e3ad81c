"""Thresholds, ages and months as dated settings: policy is data."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.db import transaction

from core.models import DatedSetting
from literacy.models import Instrument, LevelStanding
from literacy.services.restating import restate_everybody

SINCE = dt.date(2020, 1, 1)
# Points by reason; from which age and below which attendance (percent) a reason holds; where the bands begin.
RISK_RULE = {
    "points": {
        "no_class": 3, "relapsed_before": 4, "weak_check": 3, "old": 2, "far": 2, "place_unknown": 1,
        "low_attendance": 2,
    },
    "old_from": 55,
    "attendance_below": 85,
    "medium_from": 3,
    "high_from": 6,
}  # fmt: skip
# Percent of people of the ages of a level; fewer ages in especially difficult communes; percent of units above.
STANDARD_RULE = {
    "share": 90,
    "level_1": {"from": 15, "to": 35, "difficult_to": 25},
    "level_2": {"from": 15, "to": 60, "difficult_to": 35},
    "of_communes": {"level_1": 90, "level_2": 90},
    "of_districts": {"level_1": 90, "level_2": 100},
}
# Bands that lie side by side (CMC-2), and groups that each begin at the youngest (CMC-1, XMC-3, XMC-4).
FORM_AGES = {"bands": [[15, 25], [26, 35], [36, 60]], "groups": [[15, 25], [15, 35], [15, 60]]}
SETTINGS: tuple[tuple[str, Any, str], ...] = (
    ("literacy.follow_up_months", [3, 6, 12, 24], "Đề xuất của hệ thống cho chỉ tiêu A3"),
    ("literacy.continuing_months", 12, "Đề xuất của hệ thống cho chỉ tiêu A3"),
    ("literacy.unreached_times", 3, "Đề xuất của hệ thống cho chỉ tiêu A3"),
    ("literacy.escalate_director_days", 14, "Đề xuất của hệ thống cho chỉ tiêu A3"),
    ("literacy.escalate_commune_days", 30, "Đề xuất của hệ thống cho chỉ tiêu A3"),
    ("literacy.risk_rule", RISK_RULE, "Đề xuất của hệ thống (docs/adr/0041)"),
    ("literacy.standard_rule", STANDARD_RULE, "Nghị định 20/2014/NĐ-CP, Điều 19"),
    (
        "literacy.standard_city_rule",
        {"level_1": 90, "level_2": 100},
        "Đề xuất của hệ thống: áp tỉ lệ đối với huyện cho phường, xã từ khi không còn cấp huyện (docs/adr/0043)",
    ),
    ("literacy.form_ages", FORM_AGES, "Biểu CMC-1, CMC-2, XMC-3, XMC-4"),
    ("literacy.age_from", 15, "Nghị định 20/2014/NĐ-CP"),
    ("literacy.age_to", 60, "Nghị định 20/2014/NĐ-CP"),
    ("literacy.age_bands", [[15, 25], [26, 35], [36, 60]], "Biểu CMC-2"),
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
    counts = {"literacy_settings": added, "literacy_instruments": int(created)}
    if not LevelStanding.objects.exists():
        # Facts from before anybody worked out where people stand: a new version of the system on an old database.
        counts["literacy_standings"] = restate_everybody()
    return counts
