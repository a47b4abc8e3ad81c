"""Adjectives for literacy rows."""

import datetime as dt
from typing import Any, Self

from django.db import models

from centres.access import scope_of
from literacy.choices import LEAVING


class CentreRowQuerySet(models.QuerySet[Any]):
    """Rows with a ``centre``."""

    def visible_to(self, user: Any) -> Self:
        """Rows of the user's centres. Teachers see none: literacy history is not needed to teach."""
        return self.filter(scope_of(user).centre_q())


class FollowUpQuerySet(CentreRowQuerySet):
    """Planned checks."""

    def open(self) -> Self:
        """Not done and not called off."""
        return self.filter(done_on__isnull=True, called_off_on__isnull=True)

    def due(self, day: dt.date) -> Self:
        """Open and due on or before a day."""
        return self.open().filter(due_on__lte=day)

    def relapsed(self) -> Self:
        """The check that found a relapse which is still open, of people who have not left: to be asked again."""
        return self.filter(checks__relapse__recovered_on__isnull=True, checks__relapse__isnull=False).exclude(
            award__checks__outcome__in=LEAVING
        )
