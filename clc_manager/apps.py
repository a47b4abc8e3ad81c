"""The top layer: settings, addresses and commands that touch every app."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """An installed app without models, so that its commands may call every app."""

    name = "clc_manager"
    verbose_name = "clc_manager"
