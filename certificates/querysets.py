"""Adjectives for the register."""

from typing import Any, Self

from django.db import models

from centres.access import scope_of


class CertificateQuerySet(models.QuerySet[Any]):
    """Register entries."""

    def visible_to(self, user: Any) -> Self:
        """Entries of the user's centres. Teachers see none."""
        return self.filter(scope_of(user).centre_q())


class RegisterEventQuerySet(models.QuerySet[Any]):
    """Events."""

    def visible_to(self, user: Any) -> Self:
        """Events of visible entries."""
        return self.filter(scope_of(user).centre_q("certificate__centre_id"))
