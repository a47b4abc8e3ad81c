"""REST API."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """REST API."""

    name = "api"
    verbose_name = "API"
