"""Adjectives for figures."""

from typing import Any, Self

from django.db import models
from django.db.models import Q

from centres.access import scope_of
from centres.choices import UnitLevel, Verb
from indicators.choices import FigureSource, FigureState


class FigureQuerySet(models.QuerySet[Any]):
    """Figures of units."""

    def visible_to(self, user: Any) -> Self:
        """Figures of the user's own units, of units below them, and of the city (the plan is everybody's)."""
        scope = scope_of(user)
        if Verb.VIEW_FIGURES in scope.city_verbs:
            return self.all()
        if not scope.may(Verb.VIEW_FIGURES):
            return self.none()
        own = scope.unit_ids
        return self.filter(Q(unit__level=UnitLevel.CITY) | Q(unit_id__in=own) | Q(unit__parent_id__in=own))

    def to_decide_by(self, user: Any, *, any_state: bool = False) -> Self:
        """Reported figures that wait for this person: of units below their own (for the city: of every unit).

        One's own entries are never one's own to approve, and what a newer version replaces is nobody's.
        """
        scope = scope_of(user)
        rows = self.filter(source=FigureSource.REPORTED)
        if Verb.APPROVE_FIGURE not in scope.city_verbs:
            if not scope.may(Verb.APPROVE_FIGURE):
                return self.none()
            rows = rows.filter(unit__parent_id__in=scope.unit_ids)
        if any_state:
            return rows
        return rows.latest().filter(state=FigureState.SUBMITTED).exclude(entered_by=user.pk)

    def latest(self) -> Self:  # type: ignore[override]
        """Versions that no later version replaces."""
        return self.filter(superseded_by__isnull=True)


class CentreRowQuerySet(models.QuerySet[Any]):
    """Rows with a ``centre``."""

    def visible_to(self, user: Any) -> Self:
        """Rows of the user's centres."""
        return self.filter(scope_of(user).centre_q())


class ReportRunQuerySet(models.QuerySet[Any]):
    """Reports that were produced."""

    def visible_to(self, user: Any) -> Self:
        """Own reports and those of the user's centres."""
        return self.filter(Q(made_by=user) | scope_of(user).centre_q())
