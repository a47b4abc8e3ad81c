"""Programmes, courses, classes, sessions, attendance."""

from django.apps import AppConfig


class CoursesConfig(AppConfig):
    """Programmes, courses, classes, sessions, attendance."""

    name = "courses"
    verbose_name = "Lớp học"

    def ready(self) -> None:
        """Register the jobs, and hook into the merging of people."""
        import courses.jobs
        import courses.merging  # noqa: F401 - both register what others call, once the models are loaded
