"""Events from before the log get their leaves: the log begins with the register as it is on this day."""

import secrets
from itertools import batched
from typing import Any

from django.db import migrations

from certificates.tlog.leaves import FIELDS, SALT_BYTES, leaf_data

ROWS = 500


def write_leaves(apps: Any, schema_editor: Any) -> None:
    """One salt for each entry, one leaf for each event."""
    alias = schema_editor.connection.alias
    model = {name: apps.get_model("certificates", name).objects.using(alias) for name in (
        "Certificate", "RegisterEvent", "LogSalt", "LogLeaf",
    )}  # fmt: skip
    for keys in batched(list(model["Certificate"].order_by("pk").values_list("pk", flat=True)), ROWS):
        model["LogSalt"].bulk_create(
            model["LogSalt"].model(certificate_id=key, salt=secrets.token_hex(SALT_BYTES)) for key in keys
        )
    for keys in batched(list(model["RegisterEvent"].order_by("pk").values_list("pk", flat=True)), ROWS):
        rows = model["RegisterEvent"].filter(pk__in=keys).order_by("pk").values(*FIELDS)
        model["LogLeaf"].bulk_create(
            model["LogLeaf"].model(event_id=row["pk"], data=leaf_data(row, row["certificate__log_salt__salt"]))
            for row in rows
        )


class Migration(migrations.Migration):
    """Data only."""

    dependencies = [("certificates", "0010_log")]

    operations = [migrations.RunPython(write_leaves, migrations.RunPython.noop)]
