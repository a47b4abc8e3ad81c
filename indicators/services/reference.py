"""The plan of the city: 27 lines with targets, its tasks and bodies, from the CSVs beside (the plan's own words)."""

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from centres.models import Body
from core.models import DatedSetting
from indicators.choices import Comparator, Formula, PlanState
from indicators.models import Block, Indicator, Plan, PlanTask, Target
from indicators.reference import load_calendar, load_definitions
from indicators.rubric.starter import load_starter

FOLDER = Path(__file__).resolve().parent.parent / "data"
DATA = FOLDER / "plan_indicators.csv"
PLAN_CODE = "KH-23NQTU"
SINCE = dt.date(2020, 1, 1)
# What "applies IT" means for C3; the plan does not say, so the thresholds are dated settings.
SETTINGS: tuple[tuple[str, Any, str], ...] = (
    ("indicators.c3_min_classes", 2, "Đề xuất của hệ thống cho chỉ tiêu C3"),
    ("indicators.c3_needs_report", True, "Đề xuất của hệ thống cho chỉ tiêu C3"),
    ("indicators.quality_sessions_a_week", 40, "Đề xuất của hệ thống: số buổi một tuần mà từ đó nên xem lại"),
)
BLOCKS = {
    "a": "Xóa mù chữ và phổ cập giáo dục",
    "b": "Năng lực cơ bản và trình độ của người dân",
    "c": "Hiệu quả hoạt động của các cơ sở giáo dục",
    "d": "Xây dựng các mô hình học tập trong xã hội",
}


def target_values(comparator: str, text: str) -> dict[str, Any]:
    """Turn a target of the CSV into columns: ``75-80`` is a range, ``99.5`` a number, a word a status."""
    if comparator in (Comparator.STATUS, Comparator.MILESTONE):
        return {"status": text}
    if comparator == Comparator.RANGE:
        low, _dash, high = text.partition("-")
        return {"low": Decimal(low), "high": Decimal(high)}
    return {"low": Decimal(text)}


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@transaction.atomic
def load_reference() -> dict[str, int]:
    """Load plan, bodies, indicators, targets, tasks and settings; running it again adds only what is missing."""
    plan, is_new = Plan.objects.get_or_create(
        code=PLAN_CODE,
        defaults={
            "name": "Kế hoạch triển khai Nghị quyết số 23-NQ/TU về khuyến học, khuyến tài, xây dựng xã hội học tập",
            "document": "Nghị quyết số 23-NQ/TU ngày 16/11/2023 của Thành ủy Hà Nội",
            "starts_on": dt.date(2024, 1, 1),
            "ends_on": dt.date(2030, 12, 31),
            "state": PlanState.IN_FORCE,
        },
    )
    if is_new and not Plan.objects.filter(is_default=True).exists():
        Plan.objects.filter(pk=plan.pk).update(is_default=True)
    bodies, added_bodies = _load_bodies()
    counts = {**_load_indicators(plan), "bodies": added_bodies, "tasks": _load_tasks(plan, bodies)}
    _name_responsible(plan, bodies)
    for key, value, source in SETTINGS:
        DatedSetting.objects.get_or_create(key=key, valid_from=SINCE, defaults={"value": value, "source": source})
    load_calendar(plan)
    load_definitions()
    return {**counts, "criteria": load_starter()}


def _load_bodies() -> tuple[dict[str, Body], int]:
    """The addressees of part V, by code; ``name_now`` is what became of them in 2025."""
    added = 0
    for order, row in enumerate(_rows("plan_bodies.csv"), start=1):
        given = {"number": row["number"], "name": row["name"], "name_now": row["name_now"], "order": order}
        _body, created = Body.objects.get_or_create(
            code=row["code"], defaults={**given, "is_units": bool(row["is_units"])}
        )
        added += created
    return {body.code: body for body in Body.objects.all()}, added


def _load_indicators(plan: Plan) -> dict[str, int]:
    added = targets = 0
    blocks = {
        code: Block.objects.get_or_create(plan=plan, code=code, defaults={"name": name, "order": order})[0]
        for order, (code, name) in enumerate(BLOCKS.items(), start=1)
    }
    for order, row in enumerate(_rows("plan_indicators.csv"), start=1):
        indicator, created = Indicator.objects.get_or_create(
            plan=plan,
            code=row["code"],
            defaults={
                "block": blocks[row["block"]],
                "order": order,
                "name": row["short_name_vi"],
                "measure": row["unit"],
                "measured_per": row["measured_per"],
                "source": row["source"],
                "formula": row["code"] if row["code"] in Formula.values else "",
                "note": row["note"],
            },
        )
        added += created
        for year in (2025, 2030):  # the years of this plan's own columns
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
    return {"indicators": added, "targets": targets}


def _load_tasks(plan: Plan, bodies: dict[str, Body]) -> int:
    added = 0
    for order, row in enumerate(_rows("plan_tasks.csv"), start=1):
        task, created = PlanTask.objects.get_or_create(
            plan=plan,
            number=row["number"],
            defaults={
                "part": row["part"],
                "order": order,
                "words": row["words"],
                "plan_line": int(row["plan_line"]),
                "body": bodies[row["body"]] if row["body"] else None,
                "cadence": row["cadence"],
                "due_on": dt.date.fromisoformat(row["due_on"]) if row["due_on"] else None,
            },
        )
        if created and row["co_operating"]:
            task.co_operating.set([bodies[code] for code in row["co_operating"].split("|")])
        added += created
    return added


def _name_responsible(plan: Plan, bodies: dict[str, Body]) -> None:
    """Say who answers for a line where nobody was named yet; ``responsible_basis`` is the task it was read from.

    The plan gives tasks to bodies, not lines; who was once named is not named again.
    """
    nameless = {row.code: row for row in Indicator.objects.filter(plan=plan, responsible=None, responsible_basis="")}
    for row in _rows("plan_responsible.csv"):
        indicator = nameless.get(row["code"])
        if indicator is None:
            continue
        indicator.responsible, indicator.responsible_basis = bodies[row["body"]], row["basis"]
        indicator.save(update_fields=["responsible", "responsible_basis"])
        if row["co_operating"]:
            indicator.co_operating.set([bodies[code] for code in row["co_operating"].split("|")])
