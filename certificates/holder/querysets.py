"""Adjectives for links of holders."""

from typing import Any, Self

from django.db import models
from django.utils import timezone

from centres.access import scope_of
from certificates.querysets import count_one


class HolderLinkQuerySet(models.QuerySet[Any]):
    """Links that centres printed."""

    def visible_to(self, user: Any) -> Self:
        """Links that the user's centres printed."""
        return self.filter(scope_of(user).centre_q())

    def in_force(self) -> Self:
        """Neither revoked nor past their last day."""
        return self.filter(revoked_at__isnull=True, expires_on__gte=timezone.localdate())

    def add_opening(self) -> None:
        """Count that a link was opened; who opened it is not kept."""
        count_one(self, "opened")
