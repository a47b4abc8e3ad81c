"""Literacy levels, follow-ups, relapse."""

from django.apps import AppConfig


class LiteracyConfig(AppConfig):
    """Literacy levels, follow-ups, relapse."""

    name = "literacy"
    verbose_name = "Biết chữ"
