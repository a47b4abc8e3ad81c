"""Bring the database up to date: migrations, then reference data."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from clc_manager.startup import prepare_database


class Command(BaseCommand):
    """Idempotent; ``./run`` calls it before a management command when something changed."""

    help = "Apply migrations and load reference data (safe to repeat)."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Talk on standard error only, so that a command run after it keeps standard output for itself."""
        prepare_database(sys.stderr)
