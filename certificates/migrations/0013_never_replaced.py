"""SQLite's INSERT OR REPLACE and UPDATE OR REPLACE delete a row unasked by its triggers: the register refuses them."""

from django.db import migrations

from certificates.guards import never_replaced_register


class Migration(migrations.Migration):
    """Triggers on SQLite."""

    dependencies = [("certificates", "0012_witnesses_and_erasure")]

    operations = never_replaced_register()
