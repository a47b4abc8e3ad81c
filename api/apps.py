"""REST API."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """REST API."""

    name = "api"
    verbose_name = "API"

    def ready(self) -> None:
        """Register the schema extension."""
        import api.schema  # noqa: F401 - drf-spectacular finds extensions once they are imported
