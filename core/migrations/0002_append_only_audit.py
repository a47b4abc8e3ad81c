"""Audit rows can be added, never changed or deleted: held by the database, not by good manners."""

from django.db import migrations

from core.triggers import append_only


class Migration(migrations.Migration):
    """Triggers on SQLite and PostgreSQL."""

    dependencies = [("core", "0001_initial")]

    operations = [append_only("core_auditevent")]
