"""Register, issuing, verification."""

from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    """Register, issuing, verification."""

    name = "certificates"
    verbose_name = "Chứng nhận"
