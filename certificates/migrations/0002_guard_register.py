"""The register is guarded by the database: events are append-only, an entry's number and content never change."""

from django.db import migrations

from certificates.guards import guard_register
from core.triggers import append_only


class Migration(migrations.Migration):
    """Triggers on SQLite and PostgreSQL."""

    dependencies = [("certificates", "0001_initial")]

    operations = [append_only("certificates_registerevent"), guard_register()]
