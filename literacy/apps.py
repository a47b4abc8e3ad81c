"""Literacy levels, follow-ups, relapse."""

from django.apps import AppConfig


class LiteracyConfig(AppConfig):
    """Literacy levels, follow-ups, relapse."""

    name = "literacy"
    verbose_name = "Biết chữ"

    def ready(self) -> None:
        """Register the jobs, and hook into the closing of classes and the merging of people."""
        import literacy.jobs
        import literacy.merging
        import literacy.services  # noqa: F401 - registers award_after_closing, once the models are loaded
