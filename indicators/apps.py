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
        """Look after the triggers of kept statistics whenever tables may have changed (docs/adr/0051)."""
        post_migrate.connect(_install_triggers, sender=self)


def _install_triggers(*, using: str, **_said: Any) -> None:
    triggers.install(connections[using])
