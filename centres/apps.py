"""Administrative units, centres, memberships and scope."""

from django.apps import AppConfig


class CentresConfig(AppConfig):
    """Administrative units, centres, memberships and scope."""

    name = "centres"
    verbose_name = "Trung tâm"
