"""The floor of the house: nothing here knows the domain."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Text, dates, tables, jobs, audit, errors."""

    name = "core"
    verbose_name = "Nền tảng"
