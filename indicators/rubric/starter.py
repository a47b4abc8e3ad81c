"""The set of criteria a city begins with: a proposal that says so itself, to be replaced by the city's own."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone

from indicators.choices import RubricState
from indicators.models import Criterion, CriterionLevel, Rubric, RubricArea, RubricBand

DATA = Path(__file__).resolve().parent.parent / "data" / "rubric_centre.json"


def load_starter() -> int:
    """Write the set when no version of it is there yet; returns how many criteria were added."""
    data: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    if Rubric.objects.filter(code=data["code"]).exists():
        return 0
    head = {name: data[name] for name in ("code", "name", "document", "note", "from_year", "period_kind")}
    rubric = Rubric.objects.create(**head, state=RubricState.IN_FORCE, started_at=timezone.now())
    RubricBand.objects.bulk_create(
        RubricBand(rubric=rubric, name=name, at_least=Decimal(start)) for name, start in data["bands"]
    )
    added = 0
    for order, one in enumerate(data["areas"], start=1):
        area = RubricArea.objects.create(rubric=rubric, order=order, name=one["name"])
        for place, row in enumerate(one["criteria"], start=1):
            criterion = Criterion.objects.create(
                area=area, code=row["code"], order=place, name=row["name"], help=row["help"],
                points=Decimal(row["points"]), scoring=row["scoring"], quantity=row.get("quantity", ""),
            )  # fmt: skip
            CriterionLevel.objects.bulk_create(
                CriterionLevel(
                    criterion=criterion, points=Decimal(points), words=words,
                    at_least=Decimal(start[0]) if start else None,
                )
                for points, words, *start in row.get("levels", [])
            )  # fmt: skip
            added += 1
    return added
