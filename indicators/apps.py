"""The plan, its figures and statistics."""

from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    """The plan, its figures and statistics."""

    name = "indicators"
    verbose_name = "Chỉ tiêu"
