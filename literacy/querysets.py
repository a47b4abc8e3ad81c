"""Adjectives for literacy rows."""

import datetime as dt
from calendar import monthrange
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q

from centres.access import scope_of
from centres.choices import Verb
from literacy.choices import LEAVING, SendingState


class CentreRowQuerySet(models.QuerySet[Any]):
    """Rows with a ``centre``."""

    def visible_to(self, user: Any) -> Self:
        """Rows of the user's centres. Teachers see none: literacy history is not needed to teach."""
        return self.filter(scope_of(user).centre_q())


class VolunteerQuerySet(CentreRowQuerySet):
    """People who call on others."""

    def active(self) -> Self:
        """Not retired."""
        return self.filter(retired_on__isnull=True)


class PersonRowQuerySet(models.QuerySet[Any]):
    """Rows about a person's literacy that belong to no centre: whoever may see the person sees them."""

    def visible_to(self, user: Any) -> Self:
        """Rows of people whom a centre of the user's knows. Teachers see none."""
        scope = scope_of(user)
        if scope.everything:
            return self.all()
        links = apps.get_model("learners", "LearnerCentre").objects
        known = links.filter(learner_id=OuterRef("learner_id"), centre_id__in=scope.centre_ids(Verb.VIEW))
        return self.filter(Exists(known))


def told_above(told: str = "") -> Exists:
    """A condition on follow-ups: those above (one of them, or any) were told of the person, and it still stands."""
    rows = apps.get_model("literacy", "Escalation")._default_manager.filter(award_id=OuterRef("award_id"))
    return Exists((rows.filter(told=told) if told else rows).standing())


class FollowUpQuerySet(CentreRowQuerySet):
    """Planned checks."""

    def open(self) -> Self:
        """Not done and not called off."""
        return self.filter(done_on__isnull=True, called_off_on__isnull=True)

    def due(self, day: dt.date) -> Self:
        """The check each person has to have by a day: open, due, and not overtaken.

        A check is overtaken when a later one of the same person is due as well or was made: one visit answers both.
        It stays open, so that a paper found late can still be entered.
        """
        later = self.model._default_manager.filter(
            Q(done_on__isnull=False) | Q(due_on__lte=day, called_off_on__isnull=True),
            award_id=OuterRef("award_id"),
            due_on__gt=OuterRef("due_on"),
        )
        return self.open().filter(~Exists(later), due_on__lte=day)

    def in_month(self, day: dt.date) -> Self:
        """What has to be checked between the first and the last of the month of a day."""
        last = day.replace(day=monthrange(day.year, day.month)[1])
        return self.due(last).filter(due_on__gte=day.replace(day=1))

    def never_met(self, day: dt.date, times: int) -> Self:
        """Due, and asked for in vain so many times or more."""
        return self.due(day).filter(attempts__gte=times)

    def escalated(self, day: dt.date, *, told: str = "") -> Self:
        """Due, and those above (one of them, or any) were told that nobody looks after the person."""
        return self.due(day).filter(told_above(told))

    def numbers(self, day: dt.date, *, soon: dt.date, times: int) -> dict[str, int]:
        """How many lie in each part of the worklist: the parts that share a condition are counted in one reading."""
        now = self.due(day).aggregate(
            due=Count("pk"),
            unreached=Count("pk", filter=Q(attempts__gte=times)),
            escalated=Count("pk", filter=told_above()),
        )
        ahead = (
            self.open()
            .filter(due_on__gt=day)
            .aggregate(soon=Count("pk", filter=Q(due_on__lte=soon)), later=Count("pk", filter=Q(due_on__gt=soon)))
        )
        return {
            **now,
            **ahead,
            "month": self.in_month(day).count(),
            "relapsed": self.relapsed().count(),
            "done": self.filter(done_on__isnull=False).count(),
        }

    def relapsed(self) -> Self:
        """The check that found a relapse which is still open, of people who have not left: to be asked again."""
        return self.filter(checks__relapse__recovered_on__isnull=True, checks__relapse__isnull=False).exclude(
            award__checks__outcome__in=LEAVING
        )


class InstrumentQuerySet(models.QuerySet[Any]):
    """Versions of the instrument of checks."""

    def on(self, day: dt.date) -> Any:
        """The version that holds on a day; None before the first. Of two from one day the later one made holds."""
        return self.filter(valid_from__lte=day).order_by("-valid_from", "-version").first()


class CheckSendingQuerySet(models.QuerySet[Any]):
    """Checks that telephones sent."""

    def visible_to(self, user: Any) -> Self:
        """Those of people whom the user's centres follow up."""
        return self.filter(scope_of(user).centre_q("follow_up__centre_id"))

    def held(self) -> Self:
        """Those that wait for somebody to decide."""
        return self.filter(state=SendingState.HELD)


class OutsideLearningQuerySet(CentreRowQuerySet):
    """Learning at other places."""

    def standing(self) -> Self:
        """What was not taken back."""
        return self.filter(taken_back_at__isnull=True)


class EscalationQuerySet(CentreRowQuerySet):
    """What those above were told."""

    def standing(self) -> Self:
        """Nothing was recorded of the person since."""
        checks = apps.get_model("literacy", "LiteracyCheck")._default_manager.filter(
            award_id=OuterRef("award_id"), created_at__gt=OuterRef("created_at")
        )
        return self.filter(~Exists(checks))


class RelapseQuerySet(CentreRowQuerySet):
    """Cases of people who fell back."""

    def visible_to(self, user: Any) -> Self:
        """As for every row of a centre; without what stayed with a merged record: that episode is the kept one's."""
        return super().visible_to(user).filter(learner__merged_into__isnull=True)


class RelapseStepQuerySet(models.QuerySet[Any]):
    """What was done in cases of relapse."""

    def visible_to(self, user: Any) -> Self:
        """Steps of the cases of the user's centres."""
        return self.filter(scope_of(user).centre_q("case__centre_id"))


class DifficultyQuerySet(models.QuerySet[Any]):
    """What was laid down of communes."""

    def on(self, day: dt.date) -> dict[int, Any]:
        """The row that holds on a day, by commune: one query."""
        return {row.unit_id: row for row in self.filter(valid_from__lte=day).order_by("valid_from", "pk")}


class YearClosingQuerySet(models.QuerySet[Any]):
    """Literacy years that were closed."""

    def latest(self, unit: Any, year: int) -> Any:  # type: ignore[override]
        """The version that holds; None where the year was not closed."""
        return self.filter(unit=unit, year=year).order_by("-version").first()
