"""Adjectives for units and centres."""

import datetime as dt
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from centres.access import scope_of
from centres.choices import UnitLevel, Verb


class AdminUnitQuerySet(models.QuerySet[Any]):
    """Units are public knowledge; only what hangs on them is scoped."""

    def on(self, day: dt.date) -> Self:
        """Units in force on a day."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)

    def communes(self) -> Self:
        """Communes only."""
        return self.filter(level=UnitLevel.COMMUNE)

    def districts(self) -> Self:
        """Districts only (all closed since 30 June 2025)."""
        return self.filter(level=UnitLevel.DISTRICT)

    def visible_to(self, user: Any) -> Self:
        """Units a user may open as a workplace: own units, what is below them, and where own centres lie or lay."""
        scope = scope_of(user)
        if scope.everything:
            return self.all()
        own = scope.unit_ids
        below = Q(pk__in=own) | Q(parent_id__in=own) | Q(parent__parent_id__in=own)
        placed = Q(locations__centre_id__in=scope.centre_ids(Verb.VIEW_FIGURES))
        return self.filter(pk__in=self.model._default_manager.filter(below | placed).values("pk"))


class CentreQuerySet(models.QuerySet[Any]):
    """Centres."""

    def visible_to(self, user: Any) -> Self:
        """Centres the user reaches with any reading verb."""
        scope = scope_of(user)
        # Never "|" with the empty Q of somebody who sees everything: Django drops the empty side.
        if scope.everything:
            return self.all()
        return self.filter(pk__in=scope.centre_ids(Verb.VIEW) | scope.centre_ids(Verb.VIEW_OWN_CLASSES))

    def active_on(self, day: dt.date) -> Self:
        """Centres that are open on a day."""
        return self.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=day), established_on__lte=day)

    def in_unit(self, unit: Any, day: dt.date | None = None) -> Self:
        """Centres located in a unit, or below it, on a day (today by default). The city holds all."""
        if unit.level == UnitLevel.CITY:
            return self.all()
        day = day or timezone.localdate()
        # A unit that is closed is asked about as it was on its last day.
        if unit.valid_to is not None and unit.valid_to < day:
            day = unit.valid_to
        return self.filter(
            Q(locations__unit_id=unit.pk) | Q(locations__unit__parent_id=unit.pk),
            Q(locations__valid_to__isnull=True) | Q(locations__valid_to__gte=day),
            locations__valid_from__lte=day,
        )
