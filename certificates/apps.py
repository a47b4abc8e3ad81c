"""Register, issuing, verification."""

from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    """Register, issuing, verification."""

    name = "certificates"
    verbose_name = "Chứng nhận"

    def ready(self) -> None:
        """Register the jobs."""
        import certificates.jobs  # noqa: F401 - Django allows it only once the models are loaded
