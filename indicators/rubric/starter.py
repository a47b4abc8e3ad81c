"""The sets of criteria a city begins with: proposals that say so themselves, to be replaced by the city's own.

Of centres the points are ours (docs/adr/0046); of communes each target says where its words are from, and those nobody
has confirmed say that too (docs/adr/0056).
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone

from indicators.choices import RubricKind, RubricState, Wording
from indicators.models import Criterion, CriterionLevel, Rubric, RubricArea, RubricBand
from indicators.models.rubrics import HIGHEST_LEVEL

FOLDER = Path(__file__).resolve().parent.parent / "data"
DATA = (FOLDER / "rubric_centre.json", FOLDER / "rubric_commune.json")
HEAD = (
    "code", "name", "document", "note", "from_year", "period_kind", "kind", "valid_months", "raise_months",
)  # fmt: skip


def load_starter() -> int:
    """Write each set no version of which is there yet; returns how many criteria were added."""
    return sum(_load(json.loads(path.read_text(encoding="utf-8"))) for path in DATA)


def _load(data: dict[str, Any]) -> int:
    if Rubric.objects.filter(code=data["code"]).exists():
        return 0
    head = {name: data[name] for name in HEAD if name in data}
    rubric = Rubric.objects.create(**head, state=RubricState.IN_FORCE, started_at=timezone.now())
    RubricBand.objects.bulk_create(
        RubricBand(rubric=rubric, name=name, at_least=Decimal(start)) for name, start in data["bands"]
    )
    most = HIGHEST_LEVEL if data.get("kind") == RubricKind.LEVELS else None
    added = 0
    for order, one in enumerate(data["areas"], start=1):
        area = RubricArea.objects.create(rubric=rubric, order=order, name=one["name"])
        for place, row in enumerate(one["criteria"], start=1):
            criterion = Criterion.objects.create(
                area=area, code=row["code"], order=place, name=row["name"], help=row["help"],
                points=Decimal(most or row["points"]), scoring=row["scoring"], quantity=row.get("quantity", ""),
                beside=row.get("beside", []), wording=row.get("wording", Wording.UNCONFIRMED),
                source=row.get("source", ""),
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
