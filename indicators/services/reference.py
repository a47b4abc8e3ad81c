"""The plan of the city, its 27 lines and their targets, from the CSV beside (the plan's own words)."""

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from core.models import DatedSetting
from indicators.choices import Comparator
from indicators.models import Indicator, Plan, Target

DATA = Path(__file__).resolve().parent.parent / "data" / "plan_indicators.csv"
PLAN_CODE = "KH-23NQTU"
SINCE = dt.date(2020, 1, 1)
# What "applies IT" means for C3; the plan does not say, so the thresholds are dated settings.
SETTINGS: tuple[tuple[str, Any, str], ...] = (
    ("indicators.c3_min_classes", 2, "Đề xuất của hệ thống cho chỉ tiêu C3"),
    ("indicators.c3_needs_report", True, "Đề xuất của hệ thống cho chỉ tiêu C3"),
)


def target_values(comparator: str, text: str) -> dict[str, Any]:
    """Turn a target of the CSV into columns: ``75-80`` is a range, ``99.5`` a number, a word a status."""
    if comparator in (Comparator.STATUS, Comparator.MILESTONE):
        return {"status": text}
    if comparator == Comparator.RANGE:
        low, _dash, high = text.partition("-")
        return {"low": Decimal(low), "high": Decimal(high)}
    return {"low": Decimal(text)}


@transaction.atomic
def load_reference() -> dict[str, int]:
    """Load plan, indicators, targets and settings; running it again adds only what is missing."""
    plan, _created = Plan.objects.get_or_create(
        code=PLAN_CODE,
        defaults={
            "name": "Kế hoạch triển khai Nghị quyết số 23-NQ/TU về khuyến học, khuyến tài, xây dựng xã hội học tập",
            "document": "Nghị quyết số 23-NQ/TU ngày 16/11/2023 của Thành ủy Hà Nội",
            "starts_on": dt.date(2024, 1, 1),
            "ends_on": dt.date(2030, 12, 31),
        },
    )
    added = targets = 0
    with DATA.open(encoding="utf-8", newline="") as lines:
        for order, row in enumerate(csv.DictReader(lines), start=1):
            indicator, created = Indicator.objects.get_or_create(
                plan=plan,
                code=row["code"],
                defaults={
                    "block": row["block"],
                    "order": order,
                    "name": row["short_name_vi"],
                    "measure": row["unit"],
                    "measured_per": row["measured_per"],
                    "source": row["source"],
                    "note": row["note"],
                },
            )
            added += created
            for year in (2025, 2030):
                comparator = row[f"comparator_{year}"]
                if not comparator:
                    continue
                values = target_values(comparator, row[f"target_{year}"])
                _target, created = Target.objects.get_or_create(
                    indicator=indicator,
                    year=year,
                    defaults={"comparator": comparator, "quote": row[f"plan_line_{year}"], **values},
                )
                targets += created
    for key, value, source in SETTINGS:
        DatedSetting.objects.get_or_create(key=key, valid_from=SINCE, defaults={"value": value, "source": source})
    return {"indicators": added, "targets": targets}
