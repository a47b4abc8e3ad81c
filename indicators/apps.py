"""The plan, its figures and statistics."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from indicators.rollups import triggers


class IndicatorsConfig(AppConfig):
    """The plan, its figures and statistics."""

    name = "indicators"
    verbose_name = "Chỉ tiêu"

    def ready(self) -> None:
        """Register long work; look after the triggers of kept statistics when tables changed (docs/adr/0051)."""
        from indicators import jobs  # noqa: F401 - models must be loaded first

        post_migrate.connect(_install_triggers, sender=self)


def _install_triggers(*, using: str, **_said: Any) -> None:
    triggers.install(connections[using])
