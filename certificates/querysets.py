"""Adjectives for the register."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from django.db import OperationalError, connections, models
from django.db.models import Exists, F, OuterRef, Q

from centres.access import scope_of
from centres.choices import ROLE_VERBS, Verb
from centres.models import Membership

logger = logging.getLogger(__name__)
PATIENCE_MS = 300
ROLES_THAT_REVOKE = tuple(role for role, verbs in ROLE_VERBS.items() if Verb.REVOKE in verbs)


@contextmanager
def _little_patience(alias: str) -> Iterator[None]:
    """On SQLite wait only a moment for the write lock, which somebody's import may hold for seconds."""
    connection = connections[alias]
    if connection.vendor != "sqlite":
        yield
        return
    usual = int(connection.settings_dict["OPTIONS"].get("timeout", 5) * 1000)
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")


def count_one(rows: models.QuerySet[Any], column: str) -> None:
    """Add one to a column of the rows.

    The answer matters more than the count: when the database is busy writing, the count is let go.
    """
    try:
        with _little_patience(rows.db):
            rows.update(**{column: F(column) + 1})
    except OperationalError:
        logger.info("a look-up was not counted: the database is busy")


class CertificateQuerySet(models.QuerySet[Any]):
    """Register entries."""

    def visible_to(self, user: Any) -> Self:
        """Entries of the user's centres. Teachers see none."""
        return self.filter(scope_of(user).centre_q())

    def add_lookup(self) -> None:
        """Count one public look-up; who looked is not kept."""
        count_one(self, "lookups")


class RegisterEventQuerySet(models.QuerySet[Any]):
    """Events."""

    def visible_to(self, user: Any) -> Self:
        """Events of visible entries."""
        return self.filter(scope_of(user).centre_q("certificate__centre_id"))


class ProposalQuerySet(models.QuerySet[Any]):
    """Steps asked for."""

    def visible_to(self, user: Any) -> Self:
        """Proposals of the user's centres."""
        return self.filter(scope_of(user).centre_q())

    def to_settle_by(self, user: Any) -> Self:
        """Those that wait for this very person: not their own, in a centre whose register they keep."""
        scope = scope_of(user)
        rows = self.filter(scope.centre_q(verb=Verb.ISSUE)).filter(state="waiting").exclude(asked_by=user)
        # Of the two, one is the director: who only keeps the register confirms what the director asked for.
        directors = Membership.objects.filter(
            user=OuterRef("asked_by"), centre=OuterRef("centre"), role__in=ROLES_THAT_REVOKE
        )
        return rows.filter(Q(centre__in=scope.centre_ids(Verb.REVOKE)) | Exists(directors))


class BlankQuerySet(models.QuerySet[Any]):
    """Printed forms."""

    def visible_to(self, user: Any) -> Self:
        """Forms of the user's centres."""
        return self.filter(scope_of(user).centre_q())
