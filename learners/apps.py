"""People who learn."""

from django.apps import AppConfig


class LearnersConfig(AppConfig):
    """People who learn."""

    name = "learners"
    verbose_name = "Học viên"
