"""Programmes, courses, classes, sessions, attendance."""

from django.apps import AppConfig


class CoursesConfig(AppConfig):
    """Programmes, courses, classes, sessions, attendance."""

    name = "courses"
    verbose_name = "Lớp học"
