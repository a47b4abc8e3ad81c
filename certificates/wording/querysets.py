"""Adjectives for templates and logos."""

from typing import Any, Self

from django.db import models
from django.db.models import Q

from centres.access import scope_of
from centres.choices import Verb


class TemplateQuerySet(models.QuerySet[Any]):
    """Versions of templates."""

    def visible_to(self, user: Any) -> Self:
        """The city's versions, which are every centre's, and those of the user's centres."""
        return self.filter(Q(centre__isnull=True) | scope_of(user).centre_q(verb=Verb.VIEW))

    def of(self, centre_id: int | None, kind: str, language: str) -> Self:
        """The versions of one template, the newest first."""
        return self.filter(centre_id=centre_id, kind=kind, language=language).order_by("-version")


class LogoQuerySet(models.QuerySet[Any]):
    """Logos, also those taken off."""

    def visible_to(self, user: Any) -> Self:
        """Logos of the user's centres."""
        return self.filter(scope_of(user).centre_q(verb=Verb.VIEW))
