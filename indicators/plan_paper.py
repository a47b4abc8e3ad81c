"""The plan on one sheet of paper, and the pictures of its lines after it: the same ones the pages show."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from centres.models import AdminUnit
from core.pictures import Picture
from indicators.models import Plan
from indicators.printing import MOTTO, offices_of, pdf_of
from indicators.trends import Trend


def plan_pdf(*, plan: Plan, unit: AdminUnit, as_of: dt.date, trends: Sequence[Trend], made_at: dt.datetime) -> bytes:
    """Return the file: all lines on standing A4, then a picture with its table for each line known of two years."""
    codes = [trend.line.assessment.code for trend in trends]
    context: dict[str, Any] = {
        "offices": offices_of(unit),
        "motto": MOTTO,
        "plan": plan,
        "unit": unit,
        "as_of": as_of,
        "made_at": made_at,
        "blocks": [
            (block.code, block.name, [trend for trend in trends if trend.line.indicator.block_id == block.pk])
            for block in plan.blocks.all()
        ],
        "total": len(trends),
        "good": codes.count("reached") + codes.count("on_track"),
        "behind": codes.count("behind"),
        "silent": codes.count("not_reported"),
        "pictures": [trend.picture for trend in trends if len(trend.figures) > 1],
    }
    return pdf_of("indicators/print/plan.html", "plan.css", context)


def pictures_pdf(
    *, title: str, lines: Sequence[str], picture: Picture | None, columns: Sequence[Picture] = (), made_at: dt.datetime
) -> bytes:
    """Return a picture with its table as PDF: what the page shows, to be printed and handed on.

    ``columns``: the picture in pieces where it is longer than a page.
    """
    context = {"title": title, "lines": lines, "picture": picture, "columns": columns, "made_at": made_at}
    return pdf_of("indicators/print/pictures.html", "plan.css", context)
