"""Adjectives for plans, figures, locks, titles and contributions."""

import datetime as dt
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from centres.access import scope_of
from centres.choices import UnitLevel, Verb
from centres.models import AdminUnit
from indicators.choices import (
    ContributionState,
    ExceptionState,
    FigureSource,
    FigureState,
    PlanState,
    ReviewStage,
    RubricState,
)


def grouped(lead_ids: frozenset[int]) -> Any:
    """Units whose figures officers of these units look at first today, other than the units themselves."""
    today = timezone.localdate()
    in_force = Q(review_groups__valid_to__isnull=True) | Q(review_groups__valid_to__gte=today)
    rows = AdminUnit.objects.filter(in_force, review_groups__lead_id__in=lead_ids, review_groups__valid_from__lte=today)
    return rows.exclude(pk__in=lead_ids).values("pk")


def units_seen(user: Any) -> Any:
    """Units whose figures somebody opens: own ones, those below, where own centres lie, those of groups one leads."""
    scope = scope_of(user)
    rows = AdminUnit.objects.visible_to(user)
    if scope.everything or not scope.unit_ids:
        return rows
    return AdminUnit.objects.filter(Q(pk__in=rows.values("pk")) | Q(pk__in=grouped(scope.unit_ids)))


class PlanQuerySet(models.QuerySet[Any]):
    """Plans of the city."""

    def visible_to(self, user: Any) -> Self:
        """Every plan in force or ended for who may see figures; drafts only for those who lay plans down."""
        scope = scope_of(user)
        if scope.may(Verb.SET_RULES):
            return self.all()
        return self.exclude(state=PlanState.DRAFT) if scope.may(Verb.VIEW_FIGURES) else self.none()

    def in_force_on(self, day: dt.date) -> Self:
        """Plans in force that a day lies in, the default one first."""
        return self.filter(state=PlanState.IN_FORCE, starts_on__lte=day, ends_on__gte=day)


class ContributionQuerySet(models.QuerySet[Any]):
    """What bodies and units wrote for the annual report."""

    def visible_to(self, user: Any) -> Self:
        """Own ones in any state; what others sent for everybody who may see figures, their drafts for nobody."""
        scope = scope_of(user)
        if not scope.may(Verb.VIEW_FIGURES):
            return self.none()
        sent = Q(state__in=[ContributionState.SENT, ContributionState.ACCEPTED])
        if Verb.SET_RULES in scope.city_verbs:
            return self.filter(sent | Q(state=ContributionState.RETURNED) | Q(unit_id__in=scope.unit_ids))
        return self.filter(sent | self.own_q(scope))

    def written_by(self, user: Any) -> Self:
        """Those this person may write: of the own bodies and units."""
        scope = scope_of(user)
        return self.filter(self.own_q(scope)) if scope.may(Verb.CONTRIBUTE) else self.none()

    @staticmethod
    def own_q(scope: Any) -> Q:
        """A filter for rows of the user's own bodies and units."""
        return Q(body_id__in=scope.body_ids, unit__isnull=True) | Q(unit_id__in=scope.unit_ids)


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
        below = Q(unit__parent_id__in=own) | Q(unit_id__in=grouped(own))
        return self.filter(Q(unit__level=UnitLevel.CITY) | Q(unit_id__in=own) | below)

    def to_decide_by(self, user: Any, *, any_state: bool = False, not_yet_here: bool = False) -> Self:
        """Reported figures that wait for this person: those that are at their level.

        The district or group looks at its communes first, then the city at every unit. ``not_yet_here``: for the city,
        those that still wait below; it may decide them as well. One's own entries are never one's own to approve, and
        what a newer version replaces is nobody's.
        """
        scope = scope_of(user)
        rows = self.filter(source=FigureSource.REPORTED)
        if Verb.APPROVE_FIGURE in scope.city_verbs:
            if not any_state:
                rows = rows.filter(stage=ReviewStage.MIDDLE) if not_yet_here else rows.exclude(stage=ReviewStage.MIDDLE)
        else:
            if not scope.may(Verb.APPROVE_FIGURE):
                return self.none()
            rows = rows.filter(Q(unit__parent_id__in=scope.unit_ids) | Q(unit_id__in=grouped(scope.unit_ids)))
            if not any_state:
                rows = rows.exclude(stage=ReviewStage.CITY)
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


class LockQuerySet(models.QuerySet[Any]):
    """Closed periods."""

    def in_force(self, day: dt.date) -> Self:
        """Locks that nobody lifted and whose end has not passed."""
        return self.filter(Q(until_on__isnull=True) | Q(until_on__gte=day), lifted_at__isnull=True)

    def over(self, *, unit: AdminUnit, kind: str, ends_on: dt.date) -> Self:
        """Locks that cover a figure of a unit, by the last day of its period, whether in force or not."""
        parents, above = {unit.pk}, unit.parent
        while above is not None:
            parents.add(above.pk)
            above = above.parent
        return self.filter(
            Q(kind="") | Q(kind=kind),
            Q(unit__isnull=True) | Q(unit_id__in=parents),
            starts_on__lte=ends_on,
            ends_on__gte=ends_on,
        )


class ExceptionQuerySet(models.QuerySet[Any]):
    """Leave to enter into a locked period."""

    def open_on(self, day: dt.date) -> Self:
        """Granted and not yet over."""
        return self.filter(state=ExceptionState.GRANTED, expires_on__gte=day)

    def visible_to(self, user: Any) -> Self:
        """The city sees all; others what was asked for their own units."""
        scope = scope_of(user)
        return self.all() if Verb.VIEW_FIGURES in scope.city_verbs else self.filter(unit_id__in=scope.unit_ids)


class TitleQuerySet(CentreRowQuerySet):
    """Who holds the title "Công dân học tập"."""

    def standing(self) -> Self:
        """Not taken back."""
        return self.filter(taken_back_at__isnull=True)

    def held_on(self, day: dt.date) -> Self:
        """Held on a day, as far as was not taken back."""
        return self.standing().filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), recognised_on__lte=day)


class AnnualReportQuerySet(models.QuerySet[Any]):
    """Annual reports of units and centres."""

    def visible_to(self, user: Any) -> Self:
        """Own ones, those of units below and of the user's centres; the city's, once sent, for who sees figures."""
        scope = scope_of(user)
        if Verb.VIEW_FIGURES in scope.city_verbs:
            return self.all()
        if not scope.may(Verb.VIEW_FIGURES):
            return self.none()
        own = scope.unit_ids
        below = Q(unit__parent_id__in=own) | Q(unit_id__in=grouped(own))
        centres = Q(centre_id__in=scope.centre_ids(Verb.VIEW_FIGURES))
        sent = self.model._default_manager.filter(versions__sending__isnull=False)
        of_city = Q(unit__level=UnitLevel.CITY, pk__in=sent.values("pk"))
        return self.filter(Q(unit_id__in=own) | below | centres | of_city)


class OwnImportQuerySet(models.QuerySet[Any]):
    """Uploaded sheets."""

    def visible_to(self, user: Any) -> Self:
        """A sheet is its own uploader's affair until its figures are entered."""
        return self.filter(created_by=user)


class RubricQuerySet(models.QuerySet[Any]):
    """Sets of criteria of the city."""

    def visible_to(self, user: Any) -> Self:
        """Those that hold or held for who may see figures; drafts only for those who lay rules down."""
        scope = scope_of(user)
        if scope.may(Verb.SET_RULES):
            return self.all()
        return self.exclude(state=RubricState.DRAFT) if scope.may(Verb.VIEW_FIGURES) else self.none()

    def for_year(self, year: int) -> Self:
        """Those in force that a year can be judged by, the one to take first."""
        return self.filter(state=RubricState.IN_FORCE, from_year__lte=year).order_by("-from_year", "-version")


class EvaluationQuerySet(models.QuerySet[Any]):
    """Self-evaluations of centres and of communes."""

    def visible_to(self, user: Any) -> Self:
        """Those of the centres whose figures somebody sees, and of the communes that are theirs to open."""
        scope = scope_of(user)
        if Verb.VIEW_FIGURES in scope.city_verbs:
            return self.all()
        if not scope.may(Verb.VIEW_FIGURES):
            return self.none()
        mine = units_seen(user).values("pk")
        return self.filter(Q(centre_id__in=scope.centre_ids(Verb.VIEW_FIGURES)) | Q(unit_id__in=mine))


class CommunityTitleQuerySet(models.QuerySet[Any]):
    """Titles of communes."""

    def visible_to(self, user: Any) -> Self:
        """Those of communes that are somebody's to open."""
        scope = scope_of(user)
        if Verb.VIEW_FIGURES in scope.city_verbs:
            return self.all()
        if not scope.may(Verb.VIEW_FIGURES):
            return self.none()
        return self.filter(unit_id__in=units_seen(user).values("pk"))

    def standing(self) -> Self:
        """Not revoked."""
        return self.filter(ended__isnull=True)
