"""Programmes, courses, classes, sessions, attendance."""

from django.apps import AppConfig


class CoursesConfig(AppConfig):
    """Programmes, courses, classes, sessions, attendance."""

    name = "courses"
    verbose_name = "Lớp học"

    def ready(self) -> None:
        """Hook into the merging of people."""
        import courses.merging  # noqa: F401 - registers what to do with two places in one class
