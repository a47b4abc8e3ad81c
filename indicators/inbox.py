"""Figures that wait for somebody, with what the system itself knows beside them."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from accounts.models import User
from indicators.choices import FigureSource, ReviewStage
from indicators.models import Figure

INBOX_SHOWN = 200


def computed_beside(figures: Collection[Figure]) -> dict[int, Figure]:
    """Return what was computed beside reported figures, by the reported one's key: one query.

    Of the same indicator, unit and last day; the latest.
    """
    if not figures:
        return {}
    rows = Figure.objects.filter(
        source=FigureSource.COMPUTED,
        indicator__in={row.indicator_id for row in figures},
        unit__in={row.unit_id for row in figures},
        ends_on__in={row.ends_on for row in figures},
    )
    known = {(row.indicator_id, row.unit_id, row.starts_on, row.ends_on): row for row in rows.order_by("version")}
    keys = {row.pk: (row.indicator_id, row.unit_id, row.starts_on, row.ends_on) for row in figures}
    return {pk: known[key] for pk, key in keys.items() if key in known}


def difference_of(reported: Figure, computed: Figure | None) -> Decimal | None:
    """Return reported minus computed in points of one decimal; None when one of them has no number."""
    if computed is None or computed.value is None or reported.value is None:
        return None
    return (reported.value - computed.value).quantize(Decimal("0.1"))


def differs(reported: Figure, computed: Figure | None) -> bool:
    """Whether the system says something else: by 0,1 points or more, or another status where it can tell."""
    if computed is None:
        return False
    if reported.status_value and computed.status_value:
        return reported.status_value != computed.status_value
    return difference_of(reported, computed) not in (None, Decimal(0))


def token_of(figure: Figure, computed: Figure | None) -> str:
    """Return what a page shows of a figure, in a few letters: another one means that somebody would decide unseen."""
    beside = f"{computed.pk}:{computed.evidence_hash}" if computed else ""
    shown = f"{figure.pk}:{figure.version}:{figure.state}:{figure.stage}:{beside}"
    return hashlib.sha256(shown.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reported figure in the inbox with what stands beside it."""

    figure: Figure
    computed: Figure | None
    before: Figure | None

    @property
    def difference(self) -> Decimal | None:
        """Reported minus computed, in points."""
        return difference_of(self.figure, self.computed)

    @property
    def differs(self) -> bool:
        """Whether the system says something else."""
        return differs(self.figure, self.computed)

    @property
    def moved(self) -> bool:
        """Whether the system's own number is another one than when the figure was submitted."""
        return bool(self.figure.seen_id and self.computed and self.figure.seen_id != self.computed.pk)

    @property
    def needs_reason(self) -> bool:
        """Whether approving needs a reason: the reporter explained nothing, or something that has changed since."""
        return self.differs and (self.moved or not self.figure.explanation)

    @property
    def below(self) -> bool:
        """Whether it still waits at the district or group."""
        return self.figure.stage == ReviewStage.MIDDLE

    @property
    def token(self) -> str:
        """What the page shows, for the form."""
        return token_of(self.figure, self.computed)


def inbox(user: User, *, not_yet_here: bool = False) -> list[Waiting]:
    """Return what waits for this person's approval, oldest first: two queries.

    ``not_yet_here``: for the city, what the districts and groups have not passed on.
    """
    rows = Figure.objects.to_decide_by(user, not_yet_here=not_yet_here)
    rows = rows.select_related("indicator__plan", "unit", "entered_by", "replaces", "seen")
    figures = list(rows.order_by("created_at", "pk")[:INBOX_SHOWN])
    beside = computed_beside(figures)
    return [Waiting(row, beside.get(row.pk), row.replaces) for row in figures]
