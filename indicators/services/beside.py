"""Keeping what the system itself knows beside a reported figure."""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from indicators.choices import FigureSource
from indicators.evidence import evidence_of
from indicators.evidence.measures import BESIDE
from indicators.models import Figure


def keep_beside(figure: Figure, *, by: User | None) -> Figure | None:
    """Keep the system's own number for the unit and period of a reported figure, with its evidence.

    The same evidence gives the same version again; None where the system has no number (nobody said how many people
    live there, or the line is one it knows nothing of). Call it inside the transaction of the deed.
    """
    code = figure.indicator.formula
    if code not in BESIDE:
        return None
    same = Figure.objects.filter(
        indicator=figure.indicator, unit=figure.unit, source=FigureSource.COMPUTED, starts_on=figure.starts_on,
        ends_on=figure.ends_on,
    )  # fmt: skip
    latest = same.order_by("-version").first()
    found = evidence_of(code=code, unit=figure.unit, as_of=figure.ends_on)
    # Titles are recorded by whoever saw the paper: where none is, the system knows nothing, not that nobody has one.
    if not found.denominator or (code == "D1" and not found.rows):
        return latest
    if latest and (latest.evidence_hash, latest.denominator) == (found.hash, found.denominator):
        return latest
    return Figure.objects.create(
        indicator=figure.indicator, unit=figure.unit, period_kind=figure.period_kind, starts_on=figure.starts_on,
        ends_on=figure.ends_on, source=FigureSource.COMPUTED, value=found.value, status_value=found.status,
        numerator=found.numerator, denominator=found.denominator, coverage=found.coverage, lower=found.lower,
        upper=found.upper, definition_version=found.definition, evidence_hash=found.hash, computed_at=timezone.now(),
        entered_by=by, version=latest.version + 1 if latest else 1, replaces=latest,
        note=_("tính lại: dữ liệu đã đổi") if latest else "",
    )  # fmt: skip
