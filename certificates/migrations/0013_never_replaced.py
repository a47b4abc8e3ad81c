"""SQLite's INSERT OR REPLACE and UPDATE OR REPLACE delete a row unasked by its triggers: the register refuses them."""

from typing import Any

from django.db import migrations

from core.triggers import never_replaced

ENTRY = "certificates_certificate"
LIVE = "('reserved', 'issued')"


def keep_keys(apps: Any, schema_editor: Any) -> None:
    """An entry's key never becomes another's."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            f"CREATE TRIGGER {ENTRY}_keeps_key BEFORE UPDATE OF id ON {ENTRY} WHEN NEW.id IS NOT OLD.id "
            f"BEGIN SELECT RAISE(ABORT, 'a register entry is frozen'); END"
        )


def forget_keys(apps: Any, schema_editor: Any) -> None:
    """Take that guard away."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(f"DROP TRIGGER {ENTRY}_keeps_key")


class Migration(migrations.Migration):
    """Triggers on SQLite."""

    dependencies = [("certificates", "0012_witnesses_and_erasure")]

    operations = [
        never_replaced(
            ENTRY,
            "id = NEW.id",
            "token = NEW.token",
            "register_id = NEW.register_id AND number = NEW.number",
            f"enrolment_id = NEW.enrolment_id AND state IN {LIVE} AND NEW.state IN {LIVE}",
        ),
        migrations.RunPython(keep_keys, forget_keys),
        never_replaced("certificates_registerevent", "id = NEW.id"),
        never_replaced("certificates_signedclaims", "id = NEW.id", "certificate_id = NEW.certificate_id"),
        never_replaced("certificates_logleaf", "event_id = NEW.event_id"),
        never_replaced("certificates_logplace", '"index" = NEW."index"', "leaf_id = NEW.leaf_id"),
        never_replaced("certificates_logcheckpoint", "id = NEW.id", "size = NEW.size"),
        never_replaced("certificates_logsalt", "certificate_id = NEW.certificate_id"),
    ]
